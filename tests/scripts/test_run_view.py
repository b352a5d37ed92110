"""What people read of a job run."""

from __future__ import annotations

from infra.operations.dbt_log import Counts, Node, Problem
from infra.operations.run_events import NodeEnded, RunResult, TaskEnded, TaskResult, TaskStarted
from scripts.run_view import RunView, as_document
from tests.scripts.conftest import Paper

GOOD = Node(1, 2, "success", "table model", "gold.dim_shows", "OK", 0.1)
BAD = Node(2, 2, "fail", "test", "unique_show_id", "FAIL 3", 0.2)
WHY = Problem("Failure in test unique_show_id", "unique_show_id", "models/gold.yml", "Got 3 results")


def run(state: str, *tasks: TaskResult) -> RunResult:
    page = "http://127.0.0.1/#job/1/run/2"
    return RunResult(run_id=2, job="streaming", job_id=1, state=state, message="", page=page, seconds=9.4, tasks=tasks)


def test_nodes_and_tasks_are_told_as_they_end(paper: Paper) -> None:
    with RunView(paper, "streaming") as view:
        view.begin(2, "http://127.0.0.1:1")
        view(TaskStarted("gold"))
        view(NodeEnded("gold", GOOD))
        view(TaskEnded("gold", "SUCCESS", 3.0))
    view.close(run("SUCCESS", TaskResult("gold", 3, "SUCCESS", 3.0, nodes=(GOOD,), counts=Counts(passed=1, total=1))))

    assert (
        paper.text
        == """\
Run 2 of streaming on http://127.0.0.1:1

  ✓ gold       dim_shows                                        OK 0.1 s
  ✓ gold       success in 3.0 s

streaming succeeded in 9 s: 1 dbt node: 1 passed"""
    )


def test_a_failed_run_ends_with_the_failing_nodes_and_why(paper: Paper) -> None:
    counts = Counts(passed=1, errors=1, total=2)
    task = TaskResult("test", 3, "FAILED", 3.0, "dbt failed", nodes=(GOOD, BAD), counts=counts, problems=(WHY,))
    RunView(paper, "streaming").close(run("FAILED", task, TaskResult("later", 4, "UPSTREAM_FAILED", 0.0)))

    assert (
        paper.text
        == """\

Failure in test unique_show_id (models/gold.yml)
    Got 3 results

streaming failed in 9 s: 2 dbt nodes: 1 passed, 1 failed
  http://127.0.0.1/#job/1/run/2"""
    )


def test_tasks_that_never_ran_are_not_explained(paper: Paper) -> None:
    with RunView(paper, "streaming") as view:
        view(TaskEnded("test", "UPSTREAM_FAILED", 0.0))
    view.close(run("CANCELED", TaskResult("test", 4, "CANCELED", 0.0, "Run cancelled.")))

    assert [line for line in paper.text.splitlines() if line] == [
        "  – test       upstream failed",
        "streaming canceled in 9 s: no dbt node ran",
        "  http://127.0.0.1/#job/1/run/2",
    ]


def test_a_task_that_fails_without_a_node_shows_the_end_of_its_log(paper: Paper) -> None:
    task = TaskResult("seed", 3, "FAILED", 3.0, "dbt exited with 2", log="Runtime Error\n  no profile")
    RunView(paper, "streaming").close(run("FAILED", task))

    assert paper.text.splitlines()[1:4] == ["task seed: dbt exited with 2", "    Runtime Error", "      no profile"]


def test_a_run_for_machines_has_every_node() -> None:
    document = as_document(run("SUCCESS", TaskResult("gold", 3, "SUCCESS", 3.0, nodes=(GOOD,), counts=Counts(total=1))))

    assert document["state"] == "SUCCESS"
    assert document["counts"]["total"] == 1
    assert document["tasks"][0]["nodes"][0]["relation"] == "gold.dim_shows"
