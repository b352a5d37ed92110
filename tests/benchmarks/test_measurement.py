"""The harness itself, on five resources: what it counts, never how long it takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.contenders import UNSUPPORTED, Contender, Lakestead, Other, Place
from tests.benchmarks.measurement import Measurement, Setting, measure, medians
from tests.benchmarks.phases import Phase
from tests.benchmarks.server import Traffic, serving
from tests.benchmarks.workloads import WORKLOADS, Project

#: The runs share nothing, but two at once would only be slower.
pytestmark = pytest.mark.xdist_group("benchmarks")


class FirstPhaseOnly(Lakestead):
    """Deploys, and knows no other phase."""

    def command(self, phase: Phase) -> Sequence[str] | None:
        return super().command(phase) if phase.name == "deploy" else None


def measured(workload: str, *contenders: Contender, **more: float) -> list[Measurement]:
    return measure(WORKLOADS[workload], Setting(resources=5, **more), contenders, lambda line: None)


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, Measurement]:
    """All phases of five schemas by their names; the other contender does nothing."""
    found = measured("schemas", Lakestead(), Other("true"))
    assert [item.phase for item in found if item.contender == "true"] == ["deploy"]
    return {item.phase: item for item in found if item.contender == "lakestead"}


def test_every_phase_does_what_it_should(schemas: Mapping[str, Measurement]) -> None:
    """A benchmark of something that did not happen would be worth nothing."""
    assert {phase: item.problem for phase, item in schemas.items() if item.problem not in ("", UNSUPPORTED)} == {}
    assert list(schemas) == ["deploy", "preview", "again", "change", "drift", "destroy"]


def test_a_schema_costs_one_call_to_make_and_one_to_remove(schemas: Mapping[str, Measurement]) -> None:
    """The catalog costs two to make: Databricks gives it a schema that nobody asked for."""
    assert {phase: (schemas[phase].calls, schemas[phase].writes) for phase in ("deploy", "destroy")} == {
        "deploy": (5 + 2, 5 + 2),
        "destroy": (5 + 1, 5 + 1),
    }


def test_what_is_unchanged_costs_no_call(schemas: Mapping[str, Measurement]) -> None:
    assert [schemas[phase].calls for phase in ("preview", "again", "change")] == [0, 0, 1]


def test_a_span_is_known_where_there_were_calls(schemas: Mapping[str, Measurement]) -> None:
    """And it lies within the command's time."""
    deploy = schemas["deploy"]
    assert deploy.span is not None
    assert 0 < deploy.span < deploy.seconds
    assert schemas["preview"].span is None


def test_an_environment_is_deployed_whole_under_a_limit() -> None:
    """Refused calls are no calls, and the limit gives the bound."""
    (deploy,) = [item for item in measured("environment", FirstPhaseOnly(), rate=20) if item.problem != UNSUPPORTED]
    assert deploy.problem == ""
    assert deploy.bound == deploy.calls / 20


def test_another_tool_that_makes_nothing_is_found_out() -> None:
    """Its exit code alone would say that all is well."""
    found = measured("schemas", Other("true"))
    assert [item.phase for item in found] == ["deploy"]
    assert found[0].problem == "only {} of {'schemas': 5, 'catalogs': 1} were made"


def test_another_tool_is_told_where_and_what(tmp_path: Path) -> None:
    """By its environment, beside an ordinary Pulumi project."""
    with serving(tmp_path / "workspace") as server:
        project = Project(tmp_path / "vs0", WORKLOADS["schemas"], 5, prefix="vs0", host=server.host, token=server.token)
        place = Place(project=project, server=server, workload="schemas", resources=5, prefix="vs0")
        phase = Phase("deploy", "first deploy", (), lambda outcome: "", ())
        given = Other("anything").environment(phase, place)
    assert {
        key.removeprefix("LAKESTEAD_BENCH_"): value for key, value in given.items() if key.startswith("LAKESTEAD_BENCH_")
    } == {
        "PHASE": "deploy",
        "WORKLOAD": "schemas",
        "RESOURCES": "5",
        "REVISION": "1",
        "HOST": server.host,
        "TOKEN": server.token,
        "PREFIX": "vs0",
        "PYTHON": sys.executable,
        "FOLDER": str(tmp_path / "vs0"),
    }
    assert sorted(path.name for path in project.folder.iterdir()) == [
        "Pulumi.bench.yaml",
        "Pulumi.yaml",
        "__main__.py",
        "state",
    ]


def test_refused_calls_are_counted_apart(tmp_path: Path) -> None:
    """What was answered with 429 has not been done."""
    with serving(tmp_path / "workspace") as server:
        server.add_fault({"kind": "status", "status": 429, "times": 1, "path": "/api/2.1/*"})
        statuses = [
            httpx.get(f"{server.host}/api/2.1/unity-catalog/catalogs", headers=server.signed).status_code for _ in "123"
        ]
        traffic = server.traffic()
    assert statuses == [429, 200, 200]
    assert traffic == Traffic(calls=2, refused=1, writes=0)


def test_several_runs_count_as_their_median() -> None:
    runs = [
        [Measurement(workload="schemas", resources=5, contender="x", phase="deploy", seconds=seconds, span=span)]
        for seconds, span in ((3.0, None), (1.0, 2.0), (2.0, 4.0))
    ]
    (median,) = medians(runs)
    assert (median.seconds, median.span, median.bound) == (2.0, 2.0, None)
