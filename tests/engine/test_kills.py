"""Killed at any instant of an update, then run again: nothing is made twice, nothing is orphaned, nothing is lost.

By default a sample of the instants is tried; LAKESTEAD_KILLS=all tries every one.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.yard import Yard, check, copy

SAMPLE = 60
Counts = Counter[tuple[str, str]]


class Kill:
    """Ends the process at the `number`th time that `place` comes to `moment`."""

    def __init__(self, place: str, moment: str, number: int) -> None:
        self.place, self.moment, self._left = place, moment, number

    def __call__(self, place: str, moment: str) -> bool:
        if (place, moment) != (self.place, self.moment):
            return False
        self._left -= 1
        if self._left == 0:
            if moment == "torn":
                return True
            os.kill(os.getpid(), signal.SIGKILL)
        return False


class Count:
    """Counts instants, in a file that the parent reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, place: str, moment: str) -> bool:
        with self.path.open("a") as file:
            file.write(f"{place} {moment}\n")
        return False


@pytest.fixture(scope="module")
def second(deployed: Yard, tmp_path_factory: pytest.TempPathFactory) -> tuple[Counts, Counts]:
    """What an update to the second generation does when nothing goes wrong, and how often each instant comes."""
    yard = copy(deployed, tmp_path_factory.mktemp("second") / "yard")
    counts = yard.folder / "instants.txt"
    assert yard.up(2, Count(counts)) == 0, yard.error
    instants = Counter(tuple(line.split()) for line in counts.read_text().splitlines())
    check(yard)
    return Counter(yard.world.events()), instants  # type: ignore[return-value]


def sampled(instants: Counts) -> list[tuple[str, str, int]]:
    every = [(place, moment, number) for (place, moment), count in sorted(instants.items()) for number in range(1, count + 1)]
    if os.environ.get("LAKESTEAD_KILLS") == "all":
        return every
    step = max(1, len(every) // SAMPLE)
    return every[::step]


def test_killed_at_any_instant_and_run_again(
    deployed: Yard,
    second: tuple[Counts, Counts],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was done in both runs together is what one undisturbed run does."""
    expected, instants = second
    chosen = sampled(instants)
    killed = 0
    for place, moment, number in chosen:
        yard = copy(deployed, tmp_path / "yard")
        killed += yard.up(2, Kill(place, moment, number)) == -signal.SIGKILL
        status = yard.up(2)

        where = f"killed {moment} the {place} number {number}"
        assert status == 0, f"{where}: {yard.error}"
        assert expected == Counter(yard.world.events()), where
        check(yard)
        shutil.rmtree(yard.folder)
    with capsys.disabled():
        print(f"\n{len(chosen)} of {instants.total()} instants, {killed} kills")
    assert killed > 0.9 * len(chosen)
