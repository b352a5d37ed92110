"""What is done with a deployment, in order, and what each phase must have come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.server import Traffic

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a phase did to the server: how many objects of each kind were added (negative: removed), and its calls."""

    added: Counts
    made: Counts
    traffic: Traffic


def _made(outcome: Outcome) -> str:
    missing = {kind: count for kind, count in outcome.made.items() if outcome.added.get(kind, 0) < count}
    return f"only {dict(outcome.added)} of {dict(missing)} were made" if missing else ""


def _nothing(outcome: Outcome) -> str:
    return f"{outcome.traffic.writes} calls changed something, and nothing was to be changed" if outcome.traffic.writes else ""


def _one(outcome: Outcome) -> str:
    changed, written = any(outcome.added.values()), outcome.traffic.writes
    return "" if written and not changed else f"one object was to be changed in place: {written} writes, {dict(outcome.added)}"


def _gone(outcome: Outcome) -> str:
    left = {kind: count for kind, count in outcome.made.items() if outcome.added.get(kind, 0) > -count}
    return f"these were to be removed, and not all were: {left}" if left else ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase. `arguments` are those of `python -m infra.engine`; `problem` says what is wrong with an outcome, if anything.

    `imports` are the parts that this project's engine imports for it (`imports.MODULES`), `revision` is the program's. `full`:
    everything is made or removed, so the time of its calls has a bound.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    problem: Callable[[Outcome], str]
    imports: tuple[str, ...]
    revision: int = 1
    full: bool = False


_ALL: Final = ("engine", "provider", "program", "sdk")
_NO_CALLS: Final = ("engine", "provider", "program")
_NO_PROGRAM: Final = ("engine", "provider", "sdk")

PHASES: Final = (
    Phase("deploy", "first deploy", ("up", "--skip-preview"), _made, _ALL, full=True),
    Phase("preview", "unchanged preview", ("preview",), _nothing, _NO_CALLS),
    Phase("again", "unchanged up", ("up", "--skip-preview"), _nothing, _NO_CALLS),
    Phase("change", "one change", ("up", "--skip-preview"), _one, _ALL, revision=2),
    Phase("drift", "drift check", ("refresh", "--preview-only"), _nothing, _NO_PROGRAM, revision=2),
    Phase("destroy", "destroy", ("destroy", "--skip-preview"), _gone, _NO_PROGRAM, revision=2, full=True),
)
