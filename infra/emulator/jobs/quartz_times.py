"""When a Quartz cron expression fires next. Pure; the expression has been checked by `infra.emulator.jobs.quartz`.

A local time that a change of the clocks leaves out does not fire; one that comes twice fires the first time.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from infra.emulator.jobs.quartz import DAYS, MONTHS

#: Days ahead that are looked at: a 29th of February comes within eight years.
_HORIZON = 366 * 8 + 1


def next_fire(expression: str, timezone: str, after: float) -> float | None:
    """Seconds since 1970 of the first fire after `after`, None if there is none within eight years."""
    seconds, minutes, hours, days, months, weekdays, *years = expression.upper().split()
    zone = ZoneInfo(timezone)
    times = [
        (hour, minute, second)
        for hour in _values(hours, 0, 23)
        for minute in _values(minutes, 0, 59)
        for second in _values(seconds, 0, 59)
    ]
    of_year = set(_values(years[0], 1970, 2099)) if years else None
    of_month = set(_values(months, 1, 12, MONTHS))
    today = datetime.fromtimestamp(after, zone).date()
    for offset in range(_HORIZON):
        day = today + timedelta(offset)
        if day.month not in of_month or (of_year is not None and day.year not in of_year) or not _is_day(day, days, weekdays):
            continue
        for hour, minute, second in times:
            local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
            real = local.astimezone(UTC).astimezone(zone)
            if (real.hour, real.minute) == (hour, minute) and local.timestamp() > after:
                return local.timestamp()
    return None


def _values(text: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> list[int]:
    """The numbers that a field stands for, in order."""
    found: set[int] = set()
    for item in text.split(","):
        base, slash, step = item.partition("/")
        first, dash, last = base.partition("-")
        if base in ("*", ""):
            start, end = lowest, highest
        else:
            start = _number(first, lowest, names)
            end = _number(last, lowest, names) if dash else highest if slash else start
        size = highest - lowest + 1
        span = end - start if end >= start else end - start + size  # FRI-MON goes round
        found.update(lowest + (start - lowest + distance) % size for distance in range(0, span + 1, int(step) if slash else 1))
    return sorted(found)


def _number(text: str, lowest: int, names: tuple[str, ...]) -> int:
    return names.index(text) + lowest if text in names else int(text)


def _is_day(day: date, days: str, weekdays: str) -> bool:
    return _by_weekday(day, weekdays) if days == "?" else any(_by_date(day, item) for item in days.split(","))


def _by_date(day: date, item: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if item.startswith("L-"):
        return day.day == last - int(item[2:])
    if item in ("L", "LW") or item.endswith("W"):
        wanted = last if item.startswith("L") else min(int(item[:-1]), last)
        return day == _nearest_workday(day.replace(day=wanted)) if item.endswith("W") else day.day == wanted
    return day.day in _values(item, 1, 31)


def _nearest_workday(day: date) -> date:
    """Monday to Friday, in the same month."""
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    near = day + timedelta(shift)
    return near if near.month == day.month else day + timedelta(2 if shift < 0 else -2)


def _by_weekday(day: date, weekdays: str) -> bool:
    number = (day.weekday() + 1) % 7 + 1  # Sunday is 1
    return any(matches for item in weekdays.split(",") for matches in _weekday_matches(day, number, item))


def _weekday_matches(day: date, number: int, item: str) -> Iterator[bool]:
    if "#" in item:
        name, _, count = item.partition("#")
        yield number == _number(name, 1, DAYS) and (day.day - 1) // 7 + 1 == int(count)
    elif item == "L":
        yield number == 7
    elif item.endswith("L"):
        last = calendar.monthrange(day.year, day.month)[1]
        yield number == _number(item[:-1], 1, DAYS) and day.day > last - 7
    else:
        yield number in _values(item, 1, 7, DAYS)
