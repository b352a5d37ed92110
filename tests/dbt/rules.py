"""What the layers must keep of the raw rows, said a second time in plain Python.

Reads the committed seeds and applies the rules that the models' descriptions state, without looking at their SQL. The
acceptance tests of the whole chain compare real tables with `expected_rows()`; `expectations.json` is the same for whoever
has no Python. `python -m tests.dbt.rules` rewrites that file.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tests.dbt.seed_data import SEEDS, Row

EXPECTATIONS = Path(__file__).with_name("expectations.json")
TABLES = ("users", "shows", "watches", "ratings")


def read_seeds(folder: Path = SEEDS) -> dict[str, list[Row]]:
    """The raw rows by table (`users`, `shows`, …), text as it stands in the files."""
    rows: dict[str, list[Row]] = {}
    for table in TABLES:
        with (folder / f"raw_{table}.csv").open(newline="", encoding="utf-8") as file:
            rows[table] = list(csv.DictReader(file))
    return rows


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def whole(text: str) -> int | None:
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


def kept_users(rows: Iterable[Row]) -> dict[int, Row]:
    """Who has a readable id, a name and an email, in the version that was changed last."""
    known = [row for row in rows if whole(row["user_id"]) is not None and row["name"].strip() and row["email"].strip()]
    return _last(known, "user_id", lambda row: moment(row["updated_at"]))


def kept_shows(rows: Iterable[Row]) -> dict[int, Row]:
    """What has a readable id and a title, in the version that was changed last."""
    known = [row for row in rows if whole(row["show_id"]) is not None and row["title"].strip()]
    return _last(known, "show_id", lambda row: moment(row["updated_at"]))


def kept_watches(rows: Iterable[Row], users: dict[int, Row], shows: dict[int, Row]) -> dict[int, Row]:
    """Watches of known users and shows with a day, a status and a share from 0 to 1, each at its furthest."""

    def possible(row: Row) -> bool:
        share = number(row["completion_pct"])
        dated = day(row["watch_date"]) is not None and row["status"].strip() != ""
        return dated and share is not None and 0 <= share <= 1

    known = [row for row in _of_known(rows, users, shows) if whole(row["watch_id"]) is not None and possible(row)]
    return _last(known, "watch_id", lambda row: number(row["completion_pct"]) or Decimal(0))


def kept_ratings(rows: Iterable[Row], users: dict[int, Row], shows: dict[int, Row]) -> dict[int, Row]:
    """Dated ratings from 1 to 5 by known users of known shows, each as corrected last."""

    def possible(row: Row) -> bool:
        return day(row["rated_at"]) is not None and whole(row["rating"]) in range(1, 6)

    known = [row for row in _of_known(rows, users, shows) if whole(row["rating_id"]) is not None and possible(row)]
    return _last(known, "rating_id", lambda row: day(row["rated_at"]) or date.min)


def _of_known(rows: Iterable[Row], users: dict[int, Row], shows: dict[int, Row]) -> list[Row]:
    return [row for row in rows if whole(row["user_id"]) in users and whole(row["show_id"]) in shows]


def _last(rows: list[Row], key: str, order: Callable[[Row], date | Decimal]) -> dict[int, Row]:
    kept: dict[int, Row] = {}
    for row in sorted(rows, key=order):
        kept[int(row[key])] = row
    return kept


def row_hash(row: Row) -> str:
    """The fingerprint that bronze gives a delivered line: md5 over trimmed columns, a mark for what is missing."""
    text = "||".join(value.strip() or "<null>" for value in row.values())
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def expected_rows(folder: Path = SEEDS) -> dict[str, int]:
    """Rows by `schema.table` after a first run of the whole project; `snap_users` grows by later changes only."""
    raw = read_seeds(folder)
    users, shows = kept_users(raw["users"]), kept_shows(raw["shows"])
    silver = {
        "users": users,
        "shows": shows,
        "watches": kept_watches(raw["watches"], users, shows),
        "ratings": kept_ratings(raw["ratings"], users, shows),
    }
    return {
        **{f"raw.raw_{table}": len(raw[table]) for table in TABLES},
        **{f"bronze.bronze_{table}": len(raw[table]) for table in TABLES},
        **{f"silver.silver_{table}": len(silver[table]) for table in TABLES},
        "snapshots.snap_users": len(users),
        "gold.dim_shows": len(shows),
        "gold.fct_watches": len(silver["watches"]),
        "gold.fct_ratings": len(silver["ratings"]),
    }


if __name__ == "__main__":
    EXPECTATIONS.write_text(json.dumps(expected_rows(), indent=2) + "\n", encoding="utf-8")
