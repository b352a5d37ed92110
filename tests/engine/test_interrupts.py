"""Ctrl-C: the first lets what is under way finish, the second ends the operation at once. Two operators of one stack."""

from __future__ import annotations

import os
import signal
import time
from itertools import count
from pathlib import Path

from tests.engine.operators import meet
from tests.engine.yard import Yard, check, copy


class Interrupt:
    """Asks the process to stop, at the tenth call, and `times` altogether; the call goes on when it has heard."""

    def __init__(self, times: int, number: int = signal.SIGINT) -> None:
        self._times, self._number, self._calls = times, number, count(1)

    def __call__(self, place: str, moment: str) -> bool:
        if (place, moment) == ("call", "before") and next(self._calls) == 10:
            handler = signal.getsignal(self._number)
            for _ in range(self._times):
                os.kill(os.getpid(), self._number)
                while signal.getsignal(self._number) == handler:
                    time.sleep(0.001)  # handlers run in the main thread
        return False


def test_the_first_lets_what_is_under_way_finish(deployed: Yard, tmp_path: Path) -> None:
    """Nothing more is begun; state and history are written, the lock is gone, and the next update goes on."""
    yard = copy(deployed, tmp_path / "yard")
    before = len(yard.world.events())

    assert yard.up(2, Interrupt(1)) == 1
    assert "interrupted by SIGINT; what was under way has been finished" in yard.error
    assert before + 10 <= len(yard.world.events()) <= before + 13  # four at once
    assert (yard.backend.has_journal(), yard.backend.load("x").pending) == (False, ())
    assert yard.backend.history()[0]["result"] == "failed"
    assert yard.up(2) == 0, yard.error
    check(yard)


def test_the_second_ends_it_at_once(deployed: Yard, tmp_path: Path) -> None:
    """Journal and lock stay; the next update looks what became of the calls, and does nothing twice."""
    yard, undisturbed = copy(deployed, tmp_path / "yard"), copy(deployed, tmp_path / "undisturbed")
    before = len(yard.world.events())

    assert yard.up(2, Interrupt(2)) == -signal.SIGINT
    assert len(yard.world.events()) <= before + 13
    assert yard.backend.has_journal()
    assert (yard.up(2), undisturbed.up(2)) == (0, 0), yard.error
    check(yard)
    assert sorted(undisturbed.world.events()) == sorted(yard.world.events())


def test_two_operators_of_one_folder(deployed: Yard, tmp_path: Path) -> None:
    """One is refused with the other's name, or waits."""
    meet(copy(deployed, tmp_path / "yard"))
