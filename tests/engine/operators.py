"""Two people who update one stack at the same time, wherever its state lies."""

from __future__ import annotations

import os
import select
from itertools import count
from typing import Final

from tests.engine.yard import Yard, check, ended

#: Seconds after which whoever waits for another gives up.
_PATIENCE: Final = 60


class _Halt:
    """Says at the tenth call that it has come there, and waits until it may go on."""

    def __init__(self) -> None:
        self._there, self._arrive = os.pipe()
        self._gone_on, self._go_on = os.pipe()
        self._calls = count(1)

    def __call__(self, place: str, moment: str) -> bool:
        if (place, moment) == ("call", "before") and next(self._calls) == 10:
            os.write(self._arrive, b"!")
            _await(self._gone_on)
        return False

    def reached(self) -> None:
        _await(self._there)

    def release(self) -> None:
        os.write(self._go_on, b"!")
        for descriptor in (self._there, self._arrive, self._go_on, self._gone_on):
            os.close(descriptor)


def _await(descriptor: int) -> None:
    ready, _, _ = select.select([descriptor], [], [], _PATIENCE)
    assert ready, "nobody came"


def meet(yard: Yard) -> None:
    """While one is at work, another is refused by the name of the first, and a third waits until he is done."""
    halt = _Halt()
    first = yard.start(2, halt)
    halt.reached()
    refused, said = yard.up(2), yard.error
    third = yard.start(2, wait=_PATIENCE)
    halt.release()

    assert (refused, ended(first), ended(third)) == (2, 0, 0), yard.error
    assert said.startswith("LockedError(")
    assert f"(pid {first}) since 20" in said
    check(yard)
    assert [entry["result"] for entry in yard.backend.history()[:2]] == ["succeeded", "succeeded"]
