"""Lengths of time as the file writes them: `7_years`, `30_days`; and how fresh data has to be: `hourly`, `daily_6am`, `15m`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator

_DAYS: Final = {"day": 1, "week": 7, "month": 30, "year": 365}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,3})_(day|week|month|year)s?")
_EVERY: Final = re.compile(r"(5|10|15|20|30)m|(1|2|3|4|6|8|12)h")
_DAILY: Final = re.compile(r"daily_(1[0-2]|[1-9])(am|pm)")
_NAMED: Final = {"hourly": (60, "0 0 * * * ?"), "daily": (1440, "0 0 0 * * ?"), "weekly": (10080, "0 0 0 ? * MON")}


def days(duration: str) -> int:
    """The days of a `Duration`; a month has 30, a year 365."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(f"'{duration}' is no length of time; write a number and a unit, such as 30_days or 7_years")
    return int(found[1]) * _DAYS[found[2]]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old data may be at most, in minutes, and when that is looked at: a Quartz expression."""

    minutes: int
    cron: str


def freshness(promise: str) -> Freshness:
    """What an `Sla` comes to. What holds at an hour of the day is looked at then, and is at most a day old."""
    if promise in _NAMED:
        return Freshness(*_NAMED[promise])
    if found := _EVERY.fullmatch(promise):
        if found[1]:
            return Freshness(int(found[1]), f"0 0/{found[1]} * * * ?")
        return Freshness(int(found[2]) * 60, f"0 0 0/{found[2]} * * ?")
    if found := _DAILY.fullmatch(promise):
        hour = int(found[1]) % 12 + (12 if found[2] == "pm" else 0)
        return Freshness(1440, f"0 0 {hour} * * ?")
    raise ValueError(
        f"'{promise}' promises nothing; write hourly, daily, weekly, daily_6am, "
        "or how old data may be: 5, 10, 15, 20 or 30m, 1, 2, 3, 4, 6, 8 or 12h"
    )


def _duration(value: str) -> str:
    days(value)
    return value


def _sla(value: str) -> str:
    freshness(value)
    return value


#: A length of time: `30_days`, `7_years`.
Duration = Annotated[str, AfterValidator(_duration)]
#: How fresh data is promised to be: `hourly`, `daily_6am`, `15m`.
Sla = Annotated[str, AfterValidator(_sla)]
