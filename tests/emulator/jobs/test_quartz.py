"""Quartz cron expressions of schedules."""

from __future__ import annotations

import pytest

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs.quartz import check_cron, check_timezone


@pytest.mark.parametrize(
    "expression",
    [
        "0 0 6 * * ?",
        "20 30 * * * ?",
        "0 0/15 8-17 ? * MON-FRI",
        "0 0 12 1/5 * ? *",
        "0 15 10 L * ?",
        "0 15 10 ? * 6L 2026-2028",
        "0 15 10 ? * 6#3",
        "0 0 0 15W jan,jul ?",
        "0 0 0 LW * ?",
        "*/5 * * ? * *",
    ],
)
def test_what_quartz_takes_is_accepted(expression: str) -> None:
    check_cron(expression)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("0 6 * * *", "Expected 6 or 7 fields"),
        ("60 0 6 * * ?", "'60' is not a valid seconds"),
        ("0 0 24 * * ?", "'24' is not a valid hours"),
        ("0 0 6 32 * ?", "'32' is not a valid day of month"),
        ("0 0 6 ? FOO 1", "'FOO' is not a valid month"),
        ("0 0 6 ? * 8", "'8' is not a valid day of week"),
        ("0 0/0 6 * * ?", "'0/0' is not a valid minutes"),
        ("0 0 6 1-2-3 * ?", "'1-2-3' is not a valid day of month"),
        ("0 0 6 * * *", "must be '\\?'"),
        ("0 0 6 ? * ?", "must be '\\?'"),
    ],
)
def test_what_quartz_refuses_is_refused_by_field(expression: str, problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem):
        check_cron(expression)


def test_an_unknown_time_zone_is_refused() -> None:
    check_timezone("Europe/Berlin")
    with pytest.raises(InvalidParameter, match="'Mars/Phobos' is not a known time zone"):
        check_timezone("Mars/Phobos")
