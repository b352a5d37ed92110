"""The rate at which requests leave."""

from __future__ import annotations

from infra.providers.databricks.pace import Pace


class Clock:
    """Time that sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_requests_leave_evenly() -> None:
    """Ten a second: the first at once, each other a tenth of a second after the one before."""
    clock, left = Clock(), []
    pace = Pace(10, now=lambda: clock.now, sleep=clock.sleep)
    for _ in range(4):
        pace.wait()
        left.append(round(clock.now - 100, 3))
    assert left == [0, 0.1, 0.2, 0.3]


def test_a_pause_is_not_made_up_for() -> None:
    """No burst after it."""
    clock = Clock()
    pace = Pace(10, now=lambda: clock.now, sleep=clock.sleep)
    pace.wait()
    clock.now = 200.0
    pace.wait()
    pace.wait()
    assert round(clock.now, 3) == 200.1


def test_without_a_rate_nothing_waits() -> None:
    """The server's own limit is told by 429."""
    clock = Clock()
    pace = Pace(None, now=lambda: clock.now, sleep=clock.sleep)
    for _ in range(100):
        pace.wait()
    assert clock.now == 100.0
