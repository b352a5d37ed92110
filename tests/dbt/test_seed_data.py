"""The seeds are what the generator makes, and hold the dirt that silver has to remove."""

from pathlib import Path

from tests.dbt.rules import TABLES, day, number, read_seeds, whole
from tests.dbt.seed_data import SEEDS, make_tables, write_seeds


def test_the_committed_seeds_are_what_the_generator_writes(tmp_path: Path) -> None:
    """Running the generator again changes no byte."""
    write_seeds(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.name: path.read_bytes() for path in SEEDS.glob("*.csv")} == written


def test_another_seed_gives_other_rows() -> None:
    """The rows depend on the seed alone."""
    assert make_tables(1) == make_tables(1)
    assert make_tables(1) != make_tables(2)


def test_there_are_a_few_hundred_rows() -> None:
    """Small enough to load in a second, large enough for an average to mean something."""
    assert 300 <= sum(len(rows) for rows in read_seeds().values()) <= 600


def test_each_table_is_dirty_in_its_own_way() -> None:
    """Blanks, mixed case, missing and impossible values, orphans and copies are all there."""
    raw = read_seeds()
    users, shows, watches, ratings = (raw[table] for table in TABLES)
    assert any(row["name"] != row["name"].strip() for row in users)
    assert any(row["email"] != row["email"].lower() for row in users)
    assert any(row["country"] != row["country"].upper() for row in users)
    assert any(row["status"] != row["status"].strip().lower() for row in watches)
    assert any(not row["email"] for row in users)
    assert any(whole(row["user_id"]) is None for row in users)
    assert any(not 0 <= (number(row["rating_avg"]) or 0) <= 5 for row in shows)
    assert any(not 0 <= (number(row["completion_pct"]) or 0) <= 1 for row in watches)
    assert any(day(row["watch_date"]) is None for row in watches)
    assert any((whole(row["rating"]) or 1) not in range(1, 6) for row in ratings)
    assert {row["user_id"] for row in watches} - {row["user_id"] for row in users} == {"999"}
    for table, rows in raw.items():
        assert len({tuple(row.values()) for row in rows}) < len(rows), f"{table} has no line that was delivered twice"
