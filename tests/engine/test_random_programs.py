"""Random programs, changed at random: whatever comes after whatever, the state is sound and the next preview is quiet."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from infra.engine.graph import knots
from tests.engine.bench import Bench

NAMES = "abcdef"


@st.composite
def programs(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Things by name: what they are, and what they take from those before them."""
    found: dict[str, dict[str, Any]] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)).map(sorted)):
        others = st.sampled_from(sorted(found)) if found else st.nothing()
        found[name] = {
            "size": draw(st.integers(1, 2)),
            "name": draw(st.sampled_from([f"{name}1", f"{name}2"])),
            "fixed": draw(st.booleans()),
            "up": draw(st.none() | others),
            "home": draw(st.none() | others),
            "after": draw(st.none() | others),
        }
    return found


def source(program: dict[str, dict[str, Any]]) -> str:
    lines = []
    for name, thing in program.items():
        inputs = [f"size={thing['size']}", f"name={thing['name']!r}"]
        inputs += ["fixed=True"] if thing["fixed"] else []
        inputs += [f"{key}={thing[key]}.serial" for key in ("up", "home") if thing[key]]
        inputs += [f"opts=ResourceOptions(depends_on=[{thing['after']}])"] if thing["after"] else []
        lines.append(f"{name} = Thing({name!r}, {', '.join(inputs)})")
    return "\n".join(lines)


@settings(
    max_examples=int(os.environ.get("LAKESTEAD_RANDOM_PROGRAMS", "5")),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # to shrink is to run hundreds of updates
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(programs(), min_size=2, max_size=3))
def test_any_program_after_any_other(sequence: list[dict[str, dict[str, Any]]]) -> None:
    """The cloud holds what the program says, the state what the cloud holds, and nothing is left to do."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), own_ids=True)
        for program in sequence:
            preview = bench.preview(source(program))
            update = bench.up()
            quiet = bench.preview()
            resources = bench.backend.load("x").resources
            things = {resource.id: resource.inputs for resource in resources if resource.type == "test:index:Thing"}

            assert (preview.succeeded, update.succeeded) == (True, True), update.error
            assert sorted(thing["name"] for thing in program.values()) == sorted(inputs["name"] for inputs in things.values())
            assert things == bench.cloud.things()
            assert knots(resources) == []
            assert set(quiet.changes) == {"same"}
            for operation in ("create", "delete"):
                assert preview.changes.get(operation) == update.changes.get(operation)
        calls = [(what, detail) for what, _, detail in bench.cloud.calls() if what == "delete"]
        assert len(calls) == len({id for _, id in calls}), "something was deleted twice"
