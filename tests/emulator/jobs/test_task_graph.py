"""Which tasks may start, which are skipped, and how a run ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs.task_graph import RUN, RUN_IF, check_graph, conclusion, dependents, verdict

RESULTS = ("SUCCESS", "FAILED", "CANCELED", "TIMEDOUT", "EXCLUDED", "DISABLED", "UPSTREAM_FAILED", "UPSTREAM_CANCELED", "ERROR")


@pytest.mark.parametrize(
    ("run_if", "results", "expected"),
    [
        ("ALL_SUCCESS", ["SUCCESS", "SUCCESS"], RUN),
        ("ALL_SUCCESS", ["SUCCESS", "EXCLUDED"], RUN),
        ("ALL_SUCCESS", ["SUCCESS", "FAILED"], "UPSTREAM_FAILED"),
        ("ALL_SUCCESS", ["SUCCESS", "ERROR"], "UPSTREAM_FAILED"),
        ("ALL_SUCCESS", ["CANCELED"], "UPSTREAM_CANCELED"),
        ("ALL_SUCCESS", ["CANCELED", "FAILED"], "UPSTREAM_FAILED"),
        ("AT_LEAST_ONE_SUCCESS", ["SUCCESS", "FAILED"], RUN),
        ("AT_LEAST_ONE_SUCCESS", ["FAILED", "FAILED"], "UPSTREAM_FAILED"),
        ("NONE_FAILED", ["SUCCESS", "EXCLUDED"], RUN),
        ("NONE_FAILED", ["SUCCESS", "TIMEDOUT"], "UPSTREAM_FAILED"),
        ("ALL_DONE", ["FAILED", "CANCELED"], RUN),
        ("AT_LEAST_ONE_FAILED", ["FAILED", "SUCCESS"], RUN),
        ("AT_LEAST_ONE_FAILED", ["SUCCESS"], "EXCLUDED"),
        ("ALL_FAILED", ["FAILED", "UPSTREAM_FAILED"], RUN),
        ("ALL_FAILED", ["FAILED", "SUCCESS"], "EXCLUDED"),
        ("ALL_DONE", ["EXCLUDED", "DISABLED"], "EXCLUDED"),
    ],
)
def test_run_if_decides_by_the_results_of_the_dependencies(run_if: str, results: list[str], expected: str) -> None:
    assert expected == verdict(run_if, results)


@given(st.sampled_from(RUN_IF), st.lists(st.sampled_from(RESULTS)))
def test_every_combination_of_results_has_a_verdict(run_if: str, results: list[str]) -> None:
    assert verdict(run_if, results) in {RUN, "EXCLUDED", "UPSTREAM_FAILED", "UPSTREAM_CANCELED"}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({"a": "SUCCESS", "b": "SUCCESS", "c": "SUCCESS"}, "SUCCESS"),
        ({"a": "SUCCESS", "b": "EXCLUDED", "c": "SUCCESS"}, "SUCCESS"),
        ({"a": "FAILED", "b": "SUCCESS", "c": "SUCCESS"}, "SUCCESS_WITH_FAILURES"),
        ({"a": "FAILED", "b": "UPSTREAM_FAILED", "c": "SUCCESS"}, "FAILED"),
        ({"a": "SUCCESS", "b": "SUCCESS", "c": "TIMEDOUT"}, "FAILED"),
        ({"a": "CANCELED", "b": "UPSTREAM_CANCELED", "c": "CANCELED"}, "CANCELED"),
    ],
)
def test_the_leaves_decide_how_a_run_ends(results: dict[str, str], expected: str) -> None:
    assert expected == conclusion({"a": [], "b": ["a"], "c": ["a"]}, results)


def test_a_cycle_is_refused_and_its_tasks_are_named() -> None:
    with pytest.raises(InvalidParameter, match="in a cycle: b, c"):
        check_graph({"a": [], "b": ["a", "c"], "c": ["b"]})


def test_a_dependency_on_a_task_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="Task 'b' depends on 'x'"):
        check_graph({"a": [], "b": ["x"]})


def test_dependents_are_all_tasks_downstream() -> None:
    graph = {"a": [], "b": ["a"], "c": ["b"], "d": [], "e": ["c", "d"]}
    assert {"c", "e"} == dependents(graph, ["b"])
