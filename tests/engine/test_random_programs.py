"""Random programs, changed at random: whatever comes after whatever, the state is sound and the next preview is quiet."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from infra.engine.graph import knots
from infra.engine.values import reveal
from tests.engine.bench import Bench

NAMES = "abcdef"

Program: TypeAlias = dict[str, dict[str, Any]]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Things by name: what they are, and what they take from those before them."""
    found: Program = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)).map(sorted)):
        others = st.sampled_from(sorted(found)) if found else st.nothing()
        found[name] = {
            "size": draw(st.integers(1, 2)),
            "name": draw(st.sampled_from([f"{name}1", f"{name}2"])),
            "fixed": draw(st.booleans()),
            "up": draw(st.none() | others),
            "home": draw(st.none() | others),
            "after": draw(st.none() | others),
            "trigger": draw(st.none() | st.integers(1, 2)),
            "along": draw(st.none() | others),
            "text": draw(st.sampled_from(["one", "two"])),
            "secret": draw(st.booleans()),
            "called": draw(st.sampled_from(["", "-x"])),
        }
    return found


def source(program: Program) -> str:
    """The program's text. Each thing may go by either of its names, and answers to the other one, too."""
    lines = []
    for name, thing in program.items():
        size = f"pulumi.Output.secret({thing['size']})" if thing["secret"] else thing["size"]
        inputs = [f"size={size}", f"name={thing['name']!r}", f"text=pulumi.StringAsset({thing['text']!r})"]
        inputs += ["fixed=True"] if thing["fixed"] else []
        inputs += [f"{key}={thing[key]}.serial" for key in ("up", "home") if thing[key]]
        options = [f"aliases=[pulumi.Alias(name={name + ('' if thing['called'] else '-x')!r})]"]
        options += [f"depends_on=[{thing['after']}]"] if thing["after"] else []
        options += [f"replace_with=[{thing['along']}]"] if thing["along"] else []
        options += [f"replacement_trigger={thing['trigger']}"] if thing["trigger"] else []
        inputs.append(f"opts=ResourceOptions({', '.join(options)})")
        lines.append(f"{name} = Thing({name + thing['called']!r}, {', '.join(inputs)})")
    return "\n".join(lines)


def least(old: Program, new: Program) -> dict[str, int] | None:
    """How many things a minimal plan creates, updates, replaces and deletes.

    None where that depends on what comes first: something is deleted before it is replaced, and what hung on it no longer does.
    """
    anew = set(new.keys() - old.keys())  # what has another serial than before
    first: set[str] = set()  # what is deleted before it is replaced
    counts = Counter(create=len(anew))
    swept: set[str] = set()  # what has to go before that
    for name in sorted(old):
        was, now = old[name], new.get(name)
        tied = was["along"] in first
        if was["home"] in first | swept:
            swept.add(name)
        if now is None:
            counts["delete"] += not tied and name not in swept
            continue
        another = {key: was[key] != now[key] or now[key] in anew for key in ("up", "home")}
        triggered = bool(was["trigger"] and now["trigger"] and was["trigger"] != now["trigger"])
        along = now["along"] in anew & old.keys()
        forced = was["name"] != now["name"] or another["home"]
        if triggered or forced or along or tied or name in swept:
            anew.add(name)
            counts["replace"] += 1
            if forced and now["fixed"] and not (triggered or along or tied or name in swept):
                first.add(name)
        else:
            counts["update"] += another["up"] or any(was[key] != now[key] for key in ("size", "text", "secret", "fixed"))
    loosened = any(old[name][key] != new[name][key] for name in old.keys() & new.keys() for key in ("home", "along"))
    return None if first and loosened else {operation: count for operation, count in counts.items() if count}


@settings(
    max_examples=int(os.environ.get("LAKESTEAD_RANDOM_PROGRAMS", "5")),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # to shrink is to run hundreds of updates
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(programs(), min_size=2, max_size=3))
def test_any_program_after_any_other(sequence: list[Program]) -> None:
    """The cloud holds what the program says, the state what the cloud holds, and nothing is left to do."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), own_ids=True)
        before: Program = {}
        for program in sequence:
            preview = bench.preview(source(program))
            update = bench.up()
            quiet = bench.preview()
            resources = bench.backend.load("x").resources
            things = {resource.id: resource.inputs for resource in resources if resource.type == "test:index:Thing"}

            assert (preview.succeeded, update.succeeded) == (True, True), update.error
            assert sorted(thing["name"] for thing in program.values()) == sorted(inputs["name"] for inputs in things.values())
            assert {id: reveal(inputs) for id, inputs in things.items()} == bench.cloud.things()
            assert knots(resources) == []
            assert set(quiet.changes) == {"same"}
            for result in (preview, update):
                done = Counter(result.changes) - Counter({"create": program is sequence[0]})  # the stack itself
                assert least(before, program) in (None, {key: count for key, count in done.items() if key != "same"})
            before = program
        calls = [(what, detail) for what, _, detail in bench.cloud.calls() if what == "delete"]
        assert len(calls) == len({id for _, id in calls}), "something was deleted twice"
