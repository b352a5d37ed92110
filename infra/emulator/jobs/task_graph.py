"""The tasks of a run as a graph: is it one, which tasks may start, which are skipped and why, how the run ends. Pure.

Rules as in "Configure task dependencies" of Databricks' documentation: excluded tasks count as successful, and a task
whose dependencies are all excluded is excluded whatever its `run_if` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from infra.emulator.errors import InvalidParameter

RUN_IF: Final = ("ALL_SUCCESS", "AT_LEAST_ONE_SUCCESS", "NONE_FAILED", "ALL_DONE", "AT_LEAST_ONE_FAILED", "ALL_FAILED")

#: A task's result that lets `ALL_SUCCESS` successors run.
_GOOD: Final = frozenset({"SUCCESS", "EXCLUDED", "DISABLED"})
_SKIPPED: Final = frozenset({"EXCLUDED", "DISABLED"})
_CANCELED: Final = frozenset({"CANCELED", "UPSTREAM_CANCELED"})
RUN: Final = "RUN"


def check_graph(graph: Mapping[str, Sequence[str]]) -> None:
    """`graph` maps a task's key to the keys it depends on. Raises InvalidParameter for an unknown key or a cycle."""
    for key, upstream in graph.items():
        for name in upstream:
            if name not in graph:
                raise InvalidParameter(f"Task '{key}' depends on '{name}', which is not a task of this job.")
    open_tasks: dict[str, set[str]] = {key: set(upstream) for key, upstream in graph.items()}
    while free := [key for key, upstream in open_tasks.items() if not upstream]:
        for key in free:
            del open_tasks[key]
        for waiting in open_tasks.values():
            waiting.difference_update(free)
    if open_tasks:
        raise InvalidParameter(f"The tasks depend on one another in a cycle: {', '.join(sorted(open_tasks))}.")


def verdict(run_if: str, results: Sequence[str]) -> str:
    """What becomes of a task whose dependencies have all ended with `results`: RUN, or the result it is skipped with."""
    if not results:
        return RUN
    if all(result in _SKIPPED for result in results):
        return "EXCLUDED"
    failed = [result for result in results if result not in _GOOD | _CANCELED]
    canceled = [result for result in results if result in _CANCELED]
    met = {
        "ALL_SUCCESS": not failed and not canceled,
        "AT_LEAST_ONE_SUCCESS": "SUCCESS" in results,
        "NONE_FAILED": not failed and not canceled,
        "ALL_DONE": True,
        "AT_LEAST_ONE_FAILED": bool(failed),
        "ALL_FAILED": len(failed) == len(results),
    }
    if met[run_if]:
        return RUN
    if run_if in ("AT_LEAST_ONE_FAILED", "ALL_FAILED"):
        return "EXCLUDED"
    return "UPSTREAM_CANCELED" if canceled and not failed else "UPSTREAM_FAILED"


def conclusion(graph: Mapping[str, Sequence[str]], results: Mapping[str, str]) -> str:
    """The result of a run from those of its tasks: its leaves decide."""
    upstream = {name for names in graph.values() for name in names}
    leaves = [results[key] for key in graph if key not in upstream]
    if all(result in _GOOD for result in leaves):
        return "SUCCESS" if all(result in _GOOD for result in results.values()) else "SUCCESS_WITH_FAILURES"
    if any(result not in _GOOD | _CANCELED for result in results.values()):
        return "FAILED"
    return "CANCELED"


def dependents(graph: Mapping[str, Sequence[str]], keys: Sequence[str]) -> set[str]:
    """All tasks downstream of `keys`, these not included."""
    found: set[str] = set()
    frontier = set(keys)
    while frontier:
        frontier = {key for key, upstream in graph.items() if frontier.intersection(upstream)} - found
        found |= frontier
    return found - set(keys)
