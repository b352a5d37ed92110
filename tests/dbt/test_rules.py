"""The rules in Python keep what the models' descriptions say, on rows small enough to judge by eye."""

import json

from tests.dbt.rules import EXPECTATIONS, expected_rows, kept_ratings, kept_shows, kept_users, kept_watches, read_seeds
from tests.dbt.seed_data import Row

USERS: dict[int, Row] = {1: {}}
SHOWS: dict[int, Row] = {100: {}}


def user(user_id: str, name: str = "Ada", email: str = "a@example.com", updated_at: str = "2025-01-01 00:00:00") -> Row:
    return {"user_id": user_id, "name": name, "email": email, "updated_at": updated_at}


def watch(watch_id: str, pct: str, user_id: str = "1", status: str = "paused", on: str = "2025-01-01") -> Row:
    return {
        "watch_id": watch_id,
        "user_id": user_id,
        "show_id": "100",
        "watch_date": on,
        "status": status,
        "completion_pct": pct,
    }


def rating(rating_id: str, stars: str, on: str = "2025-01-01", show_id: str = "100") -> Row:
    return {"rating_id": rating_id, "user_id": "1", "show_id": show_id, "rating": stars, "rated_at": on}


def test_the_file_of_expectations_is_current() -> None:
    """`expectations.json` holds what the rules give for the committed seeds."""
    assert json.loads(EXPECTATIONS.read_text(encoding="utf-8")) == expected_rows()


def test_users_need_an_id_a_name_and_an_email() -> None:
    """Of one user's versions the last one stays."""
    later = user("1", name="Ada L", updated_at="2025-06-01 00:00:00")
    rows = [later, user(" 1 "), user("x"), user(""), user("2", name=" "), user("3", email="")]
    assert kept_users(rows) == {1: later}


def test_shows_need_an_id_and_a_title_only() -> None:
    """An impossible average does not cost the show."""
    show = {"show_id": "7", "title": "Salt", "rating_avg": "9.9", "updated_at": "2025-01-01 00:00:00"}
    assert kept_shows([show, {**show, "show_id": ""}, {**show, "show_id": "8", "title": " "}]) == {7: show}


def test_a_watch_stays_at_its_furthest() -> None:
    """Bounds are inclusive; what lies outside, has no day, no status or no known user is left out."""
    rows = [watch("1", "1.000"), watch("1", "0.1"), watch("2", "0"), watch("3", "1.001"), watch("4", "-0.1")]
    rows += [watch("5", "0.5", user_id="9"), watch("6", "0.5", status=" "), watch("7", "0.5", on="2025-02-30")]
    assert kept_watches(rows, USERS, SHOWS) == {1: rows[0], 2: rows[2]}


def test_a_rating_stays_as_corrected_last() -> None:
    """From 1 to 5, dated, of a known show."""
    later = rating("1", "5", on="2025-02-01")
    rows = [later, rating("1", "1"), rating("2", "0"), rating("3", "6"), rating("4", "3", on=""), rating("5", "3", show_id="9")]
    assert kept_ratings(rows, USERS, SHOWS) == {1: later}


def test_every_completed_watch_that_stays_has_a_rating_that_stays() -> None:
    """The seeds honour what `assert_completed_watches_have_ratings` asks of the real data."""
    raw = read_seeds()
    users, shows = kept_users(raw["users"]), kept_shows(raw["shows"])
    watches = kept_watches(raw["watches"], users, shows).values()
    ratings = kept_ratings(raw["ratings"], users, shows).values()
    completed = {(row["user_id"], row["show_id"]) for row in watches if row["status"].strip().lower() == "completed"}
    assert completed
    assert completed <= {(row["user_id"], row["show_id"]) for row in ratings}
