"""Killed at any instant of an update, then run again: nothing is made twice, nothing is orphaned, nothing is lost.

By default a sample of the instants is tried; LAKESTEAD_KILLS=all tries every one. With the real provider:
`tests/providers/test_disturbed_updates.py`.
"""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.traps import Count, Instants, Kill, sampled
from tests.engine.yard import Yard, check, copy

SAMPLE = 40


@pytest.fixture(scope="module")
def second(deployed: Yard, tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[tuple[str, str]], Instants]:
    """What an update to the second generation does when nothing goes wrong, and how often each instant comes."""
    yard = copy(deployed, tmp_path_factory.mktemp("second") / "yard")
    count = Count(yard.folder / "instants.txt")
    assert yard.up(2, count) == 0, yard.error
    check(yard)
    return Counter(yard.world.events()), count.instants()


def test_killed_at_any_instant_and_run_again(
    deployed: Yard,
    second: tuple[Counter[tuple[str, str]], Instants],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was done in both runs together is what one undisturbed run does; the history tells of both."""
    expected, instants = second
    chosen = sampled(instants, SAMPLE)
    killed = 0
    for place, moment, number in chosen:
        yard = copy(deployed, tmp_path / "yard")
        killed += yard.up(2, Kill(place, moment, number)) == -signal.SIGKILL
        told, left = len(yard.backend.history()), b"\n" in yard.backend.store.log("journals/p/s")
        status = yard.up(2)

        where = f"killed {moment} the {place} number {number}"
        assert status == 0, f"{where}: {yard.error}"
        assert expected == Counter(yard.world.events()), where
        check(yard)
        results = [entry["result"] for entry in yard.backend.history()]
        assert len(results) == 2 + (told == 2 or left), where  # what was killed before it began to write leaves no trace
        assert (results[0], results[-1]) == ("succeeded", "succeeded"), where
        shutil.rmtree(yard.folder)
    with capsys.disabled():
        print(f"\n{len(chosen)} of {instants.total()} instants, {killed} kills")
    assert killed > 0.9 * len(chosen)
