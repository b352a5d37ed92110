"""Reading dbt's log."""

from __future__ import annotations

import pytest

from infra.operations.dbt_log import Counts, Node, Problem, counts, node, problems


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "03:19:34  1 of 27 OK created sql table model gold.dim_shows ................ [OK in 0.10s]",
            Node(1, 27, "success", "table model", "gold.dim_shows", "OK", 0.1),
        ),
        (
            "03:19:34  3 of 4 OK loaded seed file raw.users ............................. [INSERT 100 in 0.20s]",
            Node(3, 4, "success", "seed file", "raw.users", "INSERT 100", 0.2),
        ),
        (
            "03:19:34  1 of 1 OK snapshotted snapshots.snap_users ........................ [OK in 1.02s]",
            Node(1, 1, "success", "snapshot", "snapshots.snap_users", "OK", 1.02),
        ),
        (
            "03:19:34  5 of 27 PASS not_null_dim_shows_show_id ........................... [PASS in 0.04s]",
            Node(5, 27, "pass", "test", "not_null_dim_shows_show_id", "PASS", 0.04),
        ),
        (
            "03:19:34  6 of 27 FAIL 3 unique_dim_shows_show_id ........................... [FAIL 3 in 0.04s]",
            Node(6, 27, "fail", "test", "unique_dim_shows_show_id", "FAIL 3", 0.04),
        ),
        (
            "03:19:34  6 of 27 WARN 2 ratings_in_range ................................... [WARN 2 in 0.04s]",
            Node(6, 27, "warn", "test", "ratings_in_range", "WARN 2", 0.04),
        ),
        (
            "03:19:34  7 of 27 ERROR creating sql view model gold.fct_watches ............ [ERROR in 0.31s]",
            Node(7, 27, "error", "view model", "gold.fct_watches", "ERROR", 0.31),
        ),
        (
            "03:19:34  8 of 27 SKIP relation gold.fct_ratings ............................ [SKIP]",
            Node(8, 27, "skipped", "relation", "gold.fct_ratings", "SKIP", None),
        ),
        (
            "03:19:34  9 of 27 SKIP test not_null_x ...................................... [SKIP]",
            Node(9, 27, "skipped", "test", "not_null_x", "SKIP", None),
        ),
        (
            "\x1b[0m03:19:34  5 of 27 PASS t ............................... [\x1b[32mPASS\x1b[0m in 0.04s]",
            Node(5, 27, "pass", "test", "t", "PASS", 0.04),
        ),
        (
            "1 of 1 OK created sql table model gold.a_name_that_is_longer_than_the_width_dbt_gives_to_a_name  [OK in 0.1s]",
            Node(1, 1, "success", "table model", "gold.a_name_that_is_longer_than_the_width_dbt_gives_to_a_name", "OK", 0.1),
        ),
    ],
)
def test_a_line_tells_how_a_node_ended(line: str, expected: Node) -> None:
    assert node(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "03:19:34  1 of 27 START sql table model gold.dim_shows ........ [RUN]",
        "03:19:34  Running with dbt=1.11.8",
        "03:19:34  Finished running 4 seeds in 0 hours 0 minutes and 1.20 seconds (1.20s).",
        "",
    ],
)
def test_other_lines_are_no_node(line: str) -> None:
    assert node(line) is None


def test_the_counts_of_several_commands_are_added() -> None:
    log = [
        "03:19:34  Done. PASS=4 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=4",
        "03:19:40  Done. PASS=10 WARN=1 ERROR=2 SKIP=3 NO-OP=0 TOTAL=16",
    ]

    assert counts(log) == Counts(passed=14, warned=1, errors=2, skipped=3, no_op=0, total=20)
    assert counts(["nothing"]) is None


def test_failures_are_told_in_dbts_words() -> None:
    log = """
03:20:01  Finished running 2 table models, 3 data tests in 0 hours 0 minutes and 2.10 seconds (2.10s).
03:20:01
03:20:01  Completed with 2 errors, 0 partial successes, and 0 warnings:
03:20:01
03:20:01  Failure in test unique_dim_shows_show_id (models/gold/dim_shows.yml)
03:20:01    Got 3 results, configured to fail if != 0
03:20:01
03:20:01    compiled code at target/compiled/lakestead/models/gold/dim_shows.yml/unique_dim_shows_show_id.sql
03:20:01
03:20:01  Failure in model fct_watches (models/gold/fct_watches.sql)
03:20:01  Database Error in model fct_watches (models/gold/fct_watches.sql)
03:20:01    [TABLE_OR_VIEW_NOT_FOUND] The table or view `silver`.`watches` cannot be found.
  line 3
03:20:01    compiled code at target/run/lakestead/models/gold/fct_watches.sql
03:20:01
03:20:01  Done. PASS=3 WARN=0 ERROR=2 SKIP=0 NO-OP=0 TOTAL=5
""".splitlines()

    assert problems(log) == [
        Problem(
            "Failure in test unique_dim_shows_show_id",
            "unique_dim_shows_show_id",
            "models/gold/dim_shows.yml",
            "Got 3 results, configured to fail if != 0",
        ),
        Problem(
            "Database Error in model fct_watches",
            "fct_watches",
            "models/gold/fct_watches.sql",
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `silver`.`watches` cannot be found.\nline 3",
        ),
    ]
