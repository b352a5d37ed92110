"""The raw rows of the streaming platform, made up by us: the same rows on every run.

`python -m tests.dbt.seed_data` writes `dbt/seeds/streaming/raw_*.csv`. Each table is first made clean and then soiled with
the dirt that the silver layer must remove: stray blanks, mixed case, missing and impossible values, orphan keys, lines
delivered twice. Which rows survive is decided elsewhere (`tests/dbt/rules.py`), so that generator and rules check each other.
"""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "dbt" / "seeds" / "streaming"
Row = dict[str, str]

FIRST = ("Ada", "Bruno", "Chidi", "Dana", "Emre", "Freya", "Goran", "Hana", "Idris", "Jonas", "Keiko", "Lucia")
LAST = ("Abara", "Brandt", "Castro", "Dubois", "Evans", "Fischer", "Gupta", "Horvat")
COUNTRIES = ("US", "GB", "DE", "FR", "BR", "IN", "JP", "CA")
PLANS = ("free", "standard", "premium")
GENRES = ("drama", "comedy", "documentary", "crime", "science fiction", "animation")
TITLE_HEADS = ("Northern", "Silent", "Copper", "Paper", "Midnight", "Salt")
TITLE_TAILS = ("Harbour", "Signals", "Gardens", "Verdict")
REVIEWS = ("could not stop", "slow start, great end", "fell asleep", "fine for a rainy day", "")


@dataclass(frozen=True)
class Tables:
    """One list of raw rows a table, values as text just as a file delivers them; empty text is a missing value."""

    users: list[Row]
    shows: list[Row]
    watches: list[Row]
    ratings: list[Row]

    def by_name(self) -> dict[str, list[Row]]:
        return {
            "raw_users": self.users,
            "raw_shows": self.shows,
            "raw_watches": self.watches,
            "raw_ratings": self.ratings,
        }


def make_tables(seed: int = 20250101) -> Tables:
    """All four tables; equal seeds give equal rows."""
    draw = random.Random(seed)
    users, shows = _users(draw), _shows(draw)
    watches = _watches(draw)
    ratings = _ratings(draw, watches)
    return Tables(
        users=_soil_users(users),
        shows=_soil_shows(shows),
        watches=_soil_watches(watches),
        ratings=_soil_ratings(ratings),
    )


def _day(draw: random.Random, start: date = date(2025, 1, 1), days: int = 330) -> str:
    return (start + timedelta(days=draw.randrange(days))).isoformat()


def _users(draw: random.Random) -> list[Row]:
    rows = []
    for n in range(1, 49):
        first, last = FIRST[n % len(FIRST)], LAST[n * 5 % len(LAST)]
        rows.append(
            {
                "user_id": str(n),
                "name": f"{first} {last}",
                "email": f"{first}.{last}.{n}@example.com".lower(),
                "country": draw.choice(COUNTRIES),
                "plan": draw.choice(PLANS),
                "signup_date": _day(draw, date(2024, 1, 1)),
                "updated_at": f"2025-01-{n % 28 + 1:02d} 08:00:00",
            }
        )
    return rows


def _shows(draw: random.Random) -> list[Row]:
    titles = [f"{head} {tail}" for head in TITLE_HEADS for tail in TITLE_TAILS]
    return [
        {
            "show_id": str(100 + n),
            "title": title,
            "genre": draw.choice(GENRES),
            "release_year": str(draw.randrange(2005, 2025)),
            "seasons": str(draw.choice((1, 1, 2, 3, 4, 5, 7, 9))),
            "rating_avg": f"{draw.randrange(15, 50) / 10:.1f}",
            "updated_at": f"2025-02-{n + 1:02d} 06:30:00",
        }
        for n, title in enumerate(titles)
    ]


def _watches(draw: random.Random) -> list[Row]:
    rows = []
    for n in range(1, 181):
        status = draw.choice(("completed", "completed", "watching", "paused", "abandoned"))
        pct = draw.randrange(900, 1001) if status == "completed" else draw.randrange(0, 900)
        rows.append(
            {
                "watch_id": str(1000 + n),
                "user_id": str(draw.randrange(1, 49)),
                "show_id": str(100 + draw.randrange(24)),
                "watch_date": _day(draw),
                "status": status,
                "completion_pct": f"{pct / 1000:.3f}",
            }
        )
    return rows


def _ratings(draw: random.Random, watches: list[Row]) -> list[Row]:
    """The player asks for a rating when a show ends, so each completed pair of user and show has one; a few come again."""
    pairs = sorted({(w["user_id"], w["show_id"], w["status"] == "completed") for w in watches})
    rows: list[Row] = []
    for user_id, show_id, completed in pairs:
        times = draw.choice((1, 1, 1, 1, 2)) if completed else draw.choice((0, 0, 0, 1))
        for _ in range(times):
            rows.append(
                {
                    "rating_id": str(5001 + len(rows)),
                    "user_id": user_id,
                    "show_id": show_id,
                    "rating": str(draw.choice((1, 2, 3, 3, 4, 4, 5, 5))),
                    "rated_at": _day(draw, date(2025, 12, 1), 30),
                    "review": draw.choice(REVIEWS),
                }
            )
    return rows


def _soil_users(clean: list[Row]) -> list[Row]:
    rows = [dict(row) for row in clean]
    for n, row in enumerate(rows):
        row["name"] = (row["name"], f"  {row['name']} ", row["name"].upper(), row["name"].replace(" ", "   "))[n % 4]
        row["email"] = (row["email"], row["email"].title(), f" {row['email']}")[n % 3]
        row["country"] = (row["country"], row["country"].lower(), f"{row['country'].title()} ")[n % 3]
        row["plan"] = (row["plan"], row["plan"].upper(), row["plan"].title())[n % 3]
    moved = {**rows[4], "country": "ca", "plan": "PREMIUM", "updated_at": "2025-06-01 09:30:00"}
    older = {**rows[9], "plan": "free", "updated_at": "2024-12-01 00:00:00"}
    lost = [
        {**rows[0], "user_id": "901", "email": ""},
        {**rows[1], "user_id": "902", "name": "   "},
        {**rows[2], "user_id": "", "email": "nobody@example.com"},
        {**rows[3], "user_id": "not known", "email": "nobody.else@example.com"},
    ]
    rows[11]["country"] = ""
    return [*rows, moved, older, dict(rows[20]), *lost]


def _soil_shows(clean: list[Row]) -> list[Row]:
    rows = [dict(row) for row in clean]
    for n, row in enumerate(rows):
        row["title"] = (row["title"], f" {row['title']}", f"{row['title']}  ")[n % 3]
        row["genre"] = (row["genre"], row["genre"].title(), row["genre"].upper(), f"{row['genre']} ")[n % 4]
    for n, rating_avg in ((3, "6.2"), (8, "-1"), (13, ""), (18, "n/a")):
        rows[n]["rating_avg"] = rating_avg
    rows[5]["seasons"] = ""
    renewed = {**rows[7], "seasons": "10", "updated_at": "2025-08-01 00:00:00"}
    lost = [{**rows[0], "show_id": "801", "title": " "}, {**rows[1], "show_id": ""}]
    return [*rows, renewed, dict(rows[16]), *lost]


def _soil_watches(clean: list[Row]) -> list[Row]:
    rows = [dict(row) for row in clean]
    for n, row in enumerate(rows):
        row["status"] = (row["status"], row["status"].upper(), f" {row['status'].title()} ")[n % 3]
        row["watch_date"] = (row["watch_date"], f"{row['watch_date']} ")[n % 7 == 0]
    begun = [{**row, "completion_pct": "0.010", "status": "Watching"} for row in rows[30:34]]
    broken = {
        "completion_pct": ("1.700", "-0.200", "", "most"),
        "watch_date": ("2025-02-30", "", "yesterday"),
        "status": ("", "  "),
        "user_id": ("999", "901", ""),
        "show_id": ("777", "801", ""),
    }
    lost = [
        {**rows[n], "watch_id": str(9000 + 100 * k + n), column: value}
        for k, (column, values) in enumerate(broken.items())
        for n, value in enumerate(values)
    ]
    return [*rows, *begun, *(dict(row) for row in rows[60:63]), *lost, {**rows[9], "watch_id": ""}]


def _soil_ratings(clean: list[Row]) -> list[Row]:
    rows = [dict(row) for row in clean]
    for n, row in enumerate(rows):
        row["rating"] = (row["rating"], f" {row['rating']}")[n % 5 == 0]
        row["review"] = (row["review"], f"  {row['review']} ")[n % 4 == 0]
    corrected = [{**row, "rating": "4", "rated_at": "2025-12-31"} for row in rows[12:14]]
    broken = {
        "rating": ("0", "6", "-3", "", "five"),
        "rated_at": ("", "2025-13-01"),
        "user_id": ("999", ""),
        "show_id": ("777", ""),
    }
    lost = [
        {**rows[n], "rating_id": str(7000 + 100 * k + n), column: value}
        for k, (column, values) in enumerate(broken.items())
        for n, value in enumerate(values)
    ]
    return [*rows, *corrected, dict(rows[25]), *lost]


def write_seeds(folder: Path = SEEDS) -> None:
    """Writes one CSV a table, Unix line ends, a missing value as nothing between the commas."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_tables().by_name().items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    write_seeds()
