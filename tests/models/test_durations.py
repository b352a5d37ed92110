"""Lengths of time, and promises of freshness."""

from __future__ import annotations

import pytest

from infra.models.durations import Freshness, days, freshness


@pytest.mark.parametrize(
    ("written", "expected"), [("30_days", 30), ("1_day", 1), ("2_weeks", 14), ("6_months", 180), ("7_years", 2555)]
)
def test_a_length_of_time_is_a_number_of_days(written: str, expected: int) -> None:
    """A month has 30 days, a year 365."""
    assert days(written) == expected


@pytest.mark.parametrize("written", ["", "7", "0_days", "seven_years", "7 years", "1.5_years", "30_Days"])
def test_what_is_no_length_of_time_is_refused(written: str) -> None:
    """With an example of what is one."""
    with pytest.raises(ValueError, match="such as 30_days or 7_years"):
        days(written)


@pytest.mark.parametrize(
    ("promise", "minutes", "cron"),
    [
        ("15m", 15, "0 0/15 * * * ?"),
        ("1h", 60, "0 0 0/1 * * ?"),
        ("hourly", 60, "0 0 * * * ?"),
        ("12h", 720, "0 0 0/12 * * ?"),
        ("daily", 1440, "0 0 0 * * ?"),
        ("daily_6am", 1440, "0 0 6 * * ?"),
        ("daily_12am", 1440, "0 0 0 * * ?"),
        ("daily_12pm", 1440, "0 0 12 * * ?"),
        ("daily_11pm", 1440, "0 0 23 * * ?"),
        ("weekly", 10080, "0 0 0 ? * MON"),
    ],
)
def test_a_promise_says_how_old_and_when_to_look(promise: str, minutes: int, cron: str) -> None:
    """What holds at an hour is looked at then; the rest as often as data has to be new."""
    assert freshness(promise) == Freshness(minutes, cron)


@pytest.mark.parametrize("promise", ["", "7m", "5h", "daily_13pm", "daily_0am", "fresh", "60m"])
def test_what_cannot_be_watched_evenly_is_no_promise(promise: str) -> None:
    """Minutes that do not divide an hour, and hours that do not divide a day, would be looked at unevenly."""
    with pytest.raises(ValueError, match="promises nothing"):
        freshness(promise)
