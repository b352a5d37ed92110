"""The rate at which requests leave."""

from __future__ import annotations

import pytest

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


class Limit:
    """A workspace that admits so many requests a second, and one second's worth at once."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self.clock, self.per_second = clock, per_second
        self.tokens, self.filled = per_second, clock.now

    def admits(self) -> bool:
        elapsed, self.filled = self.clock.now - self.filled, self.clock.now
        self.tokens = min(self.per_second, self.tokens + elapsed * self.per_second)
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def sent(pace: Pace, limit: Limit, count: int, after: float | None) -> int:
    """Get so many requests admitted; how many were refused meanwhile."""
    refused = 0
    while count:
        pace.wait()
        if limit.admits():
            count -= 1
        else:
            refused += 1
            pace.refused(after)
    return refused


@pytest.mark.parametrize("after", [None, 1.0])
@pytest.mark.parametrize("per_second", [5, 15, 50, 400])
def test_the_rate_finds_the_limit(per_second: float, after: float | None) -> None:
    """A minute's worth of requests takes hardly longer than it must, and few of them are refused."""
    clock = Clock()
    pace = Pace(None, now=lambda: clock.now, sleep=clock.sleep)
    refused = sent(pace, Limit(clock, per_second), int(60 * per_second), after)
    assert clock.now - 100 <= 60 * 1.1
    assert refused <= 60 * per_second * 0.1 + 20


def test_the_rate_rises_again_when_the_limit_does() -> None:
    """But not over the ceiling."""
    clock = Clock()
    pace = Pace(40, now=lambda: clock.now, sleep=clock.sleep)
    sent(pace, Limit(clock, 5), 100, None)
    later = clock.now
    assert sent(pace, Limit(clock, 1000), 2400, None) == 0
    assert 60 <= clock.now - later <= 100


def test_who_is_asked_to_wait_makes_all_others_wait() -> None:
    """Also those whose turn would have come before."""
    clock = Clock()
    pace = Pace(1, now=lambda: clock.now, sleep=clock.sleep)
    pace.wait()

    def sleep(seconds: float) -> None:
        """While this one sleeps, another is refused."""
        clock.now += seconds
        if clock.now == 101:
            pace.refused(30)

    pace._sleep = sleep
    pace.wait()
    assert clock.now >= 131
