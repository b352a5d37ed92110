"""Quartz cron expressions, as the schedules of jobs, queries and dashboards write them. When they fire, `quartz_times` says.

Six fields or seven: seconds, minutes, hours, day of month, month, day of week, and year. Syntax as in Quartz 2.3's "Cron
Trigger" tutorial, which the Jobs API refers to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.emulator.errors import InvalidParameter

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True, slots=True)
class _Field:
    """One field's range of numbers, the names that stand for numbers, and what else it may hold."""

    title: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    special: str = r"(?!)"

    def accepts(self, text: str) -> bool:
        """Whether a comma-separated list of values, ranges and steps is in this field's language."""
        return all(self._accepts_item(item) for item in text.split(","))

    def _accepts_item(self, item: str) -> bool:
        if re.fullmatch(self.special, item):
            return True
        base, slash, step = item.partition("/")
        if slash and not (step.isdigit() and 0 < int(step) <= self.highest):
            return False
        if base == "*" or (base == "" and slash):
            return True
        ends = base.split("-")
        return len(ends) <= 2 and all(self._number(end) is not None for end in ends)

    def _number(self, text: str) -> int | None:
        if text in self.names:
            return self.names.index(text) + self.lowest
        if text.isdigit() and self.lowest <= int(text) <= self.highest:
            return int(text)
        return None


_FIELDS = (
    _Field("seconds", 0, 59),
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|LW|L-([1-9]|[12]\d|30)|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, MONTHS),
    _Field("day of week", 1, 7, DAYS, special=r"\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])"),
    _Field("year", 1970, 2099),
)


def check_cron(expression: str) -> None:
    """Raises InvalidParameter, naming the field, if the expression is not Quartz cron."""
    fields = expression.upper().split()
    if not 6 <= len(fields) <= 7:
        raise InvalidParameter(
            f"Invalid quartz_cron_expression: '{expression}'. Expected 6 or 7 fields (seconds first), got {len(fields)}."
        )
    for field, text in zip(_FIELDS, fields, strict=False):
        if not field.accepts(text):
            raise InvalidParameter(f"Invalid quartz_cron_expression: '{expression}'. '{text}' is not a valid {field.title}.")
    if (fields[3] == "?") == (fields[5] == "?"):
        raise InvalidParameter(
            f"Invalid quartz_cron_expression: '{expression}'. Exactly one of day of month and day of week must be '?'."
        )


def check_timezone(name: str) -> None:
    """Raises InvalidParameter for a time zone that nobody knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidParameter(f"Invalid timezone_id: '{name}' is not a known time zone.") from error
