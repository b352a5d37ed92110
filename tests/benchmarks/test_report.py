"""Where results are kept."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import report, table
from tests.benchmarks.measurement import Measurement, Setting


def test_a_section_takes_the_place_of_the_one_before_it(tmp_path: Path) -> None:
    """And each stands in its order, the small ones first."""
    path = tmp_path / "benchmarks.md"
    headings = [table.title("schemas", Setting(resources=count)) for count in (10_000, 100, 1_000)]
    for heading in headings:
        report.write(heading, "| first |\n", path)
    report.write(headings[0], "| second |\n", path)
    text = path.read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## 100 resources: schemas, no latency",
        "## 1,000 resources: schemas, no latency",
        "## 10,000 resources: schemas, no latency",
    ]
    assert (text.count("| first |"), text.count("| second |")) == (2, 1)


def test_a_failed_phase_has_no_figures(tmp_path: Path) -> None:
    """It did something else than what its row says."""
    failed = Measurement(workload="schemas", resources=5, contender="x", phase="deploy", seconds=1.0, problem="no")
    assert table.markdown([failed], {}, "lakestead").splitlines()[-1].startswith("| first deploy | x | failed after 1.0 |  |")
    assert table.problems([failed]) == ["x, first deploy: no"]
