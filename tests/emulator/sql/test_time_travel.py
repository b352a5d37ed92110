"""Earlier versions of tables: read, restored, cloned, vacuumed; tables that were dropped and come back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse

DAY = 24 * 3600.0


@pytest.fixture
def on_time(lakehouse: Lakehouse) -> Iterator[Lakehouse]:
    """The lakehouse, whose clock is set back to the machine's after the test."""
    yield lakehouse
    lakehouse.workspace.clock.offset = 0.0


def refusal(lakehouse: Lakehouse, statement: str) -> str:
    with pytest.raises(SqlError) as caught:
        lakehouse.run(statement)
    return str(caught.value)


def test_every_version_reads_as_it_was(tmp_path: Path) -> None:
    """Random writes of every kind: each version gives the rows it had, also after a restart, and can be restored."""
    choose = random.Random(7)
    seen: dict[int, tuple[list[str], list[Any]]] = {}
    lakehouse = Lakehouse(tmp_path)
    lakehouse.run("create table t (a int, b string)")
    for step in range(40):
        lakehouse.run(choose.choice([
            f"insert into t (a, b) values ({step}, 'x'), ({step + 1}, 'y')",
            f"update t set b = '{step}' where a % 3 = {step % 3}",
            f"delete from t where a < {step - 10}",
            f"merge into t using (select {step} as a, 'm' as b) s on t.a = s.a"
            " when matched then update set b = s.b when not matched then insert (a, b) values (s.a, s.b)",
            f"insert overwrite t (a, b) values ({step}, 'o')",
            f"create or replace table t as select {step} as a, 'r' as b",
            f"alter table t add column c{step} int",
            "truncate table t",
            "optimize t",
            f"restore table t to version as of {choose.choice(sorted(seen) or [0])}",
        ]))  # fmt: skip
        seen[step + 1] = snapshot(lakehouse, "t")
    lakehouse.close()
    again = Lakehouse(tmp_path)
    try:
        assert again.run("describe history t limit 1")[0][0] == 40
        for version, rows in seen.items():
            assert snapshot(again, f"t version as of {version}") == rows
        again.run("restore t to version as of 17")
        assert snapshot(again, "t") == seen[17]
        assert again.run("select count(*) from t@v3")[0][0] == len(seen[3][1])
    finally:
        again.close()


def snapshot(lakehouse: Lakehouse, table: str) -> tuple[list[str], list[Any]]:
    """Columns and rows of a table."""
    result = lakehouse.session.execute(f"select * from {table}")
    rows = sorted((tuple(row.values()) for row in result.table.to_pylist()), key=repr)
    return [name for name, _ in result.columns], rows


def test_a_time_means_the_version_of_then(on_time: Lakehouse) -> None:
    """By the workspace's clock, which SQL's own functions follow."""
    on_time.run("create table t as select 0 as a")
    for hour in range(1, 4):
        on_time.workspace.clock.offset = hour * 3600.0
        on_time.run(f"insert into t values ({hour})")
    rows = "select count(*) from t timestamp as of"
    assert on_time.run(f"{rows} current_timestamp() - interval 90 minutes") == [(2,)]
    assert on_time.run(f"{rows} current_timestamp() - interval 150 minutes") == [(1,)]
    assert "DELTA_TIMESTAMP_GREATER_THAN_COMMIT" in refusal(on_time, f"{rows} current_timestamp() + interval 1 day")
    assert "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION" in refusal(on_time, f"{rows} '2020-01-01'")
    assert "DELTA_TIMESTAMP_INVALID" in refusal(on_time, f"{rows} 'yesterday'")
    on_time.run("restore table t to timestamp as of current_timestamp() - interval 30 minutes")
    assert on_time.run("select max(a) from t") == [(2,)]


def test_versions_that_are_not_there_are_told(lakehouse: Lakehouse) -> None:
    """With those that there are; views have none."""
    lakehouse.run("create table t as select 1 as a", "insert into t values (2)", "create view v as select a from t")
    text = refusal(lakehouse, "select * from t version as of 9")
    assert text.startswith("[DELTA_VERSION_NOT_FOUND] Cannot time travel Delta table to version 9. Available versions: [0, 1].")
    assert "[DELTA_CANNOT_RESTORE_TABLE_VERSION] Cannot restore table to version 9." in refusal(
        lakehouse, "restore t version as of 9"
    )
    assert "TIME_TRAVEL" in refusal(lakehouse, "select * from v version as of 0")


def test_a_view_on_a_version_reads_it(lakehouse: Lakehouse) -> None:
    """Whatever happens to the table."""
    lakehouse.run("create table t as select 1 as a", "create view v as select a from t version as of 0")
    lakehouse.run("insert into t values (2)", "update t set a = 3")
    assert lakehouse.run("select * from v") == [(1,)]


def test_restore_brings_columns_and_properties_back(lakehouse: Lakehouse) -> None:
    """And checks; tags and masks are the catalog's and stay."""
    lakehouse.run("create table t (a int comment 'first') tblproperties ('k' = 'old')", "insert into t values (1)")
    lakehouse.run(
        "alter table t set tblproperties ('k' = 'new')", "alter table t add column b int", "insert into t values (2, 2)"
    )
    lakehouse.run("alter table t alter column a set tags ('pii' = 'yes')", "restore t to version as of 0")
    assert lakehouse.run("describe t") == [("a", "int", "first")]
    assert lakehouse.run("select count(*) from t") == [(0,)]
    assert ("k", "old") in lakehouse.run("show tblproperties t")
    tags = "select tag_name from information_schema.column_tags where schema_name = 's' and table_name = 't'"
    assert lakehouse.run(tags) == [("pii",)]
    assert lakehouse.run("describe history t")[0][4:6] == ("RESTORE", [("version", "0"), ("timestamp", "null")])


def test_vacuum_ends_time_travel_after_the_retention(on_time: Lakehouse) -> None:
    """A week, or what the table's property says; a dry run removes nothing; less must be asked for twice."""
    on_time.run("create table t as select 1 as a", "update t set a = 2")
    assert on_time.run("vacuum t") == []
    on_time.workspace.clock.offset = 8 * DAY
    on_time.run("update t set a = 3")
    assert len(on_time.run("vacuum t dry run")) == 1
    assert on_time.run("select a from t version as of 0") == [(1,)]
    assert len(on_time.run("vacuum t")) == 1
    assert "DELETED_FILE_RETENTION" in refusal(on_time, "select a from t version as of 0")
    assert on_time.run("select a from t version as of 1") == [(2,)]
    assert on_time.run("select a from t") == [(3,)]
    assert "RETENTION_PERIOD_TOO_SHORT" in refusal(on_time, "vacuum t retain 0 hours")
    on_time.run("alter table t set tblproperties ('delta.deletedFileRetentionDuration' = 'interval 30 days')")
    on_time.workspace.clock.offset = 20 * DAY
    assert on_time.run("vacuum t") == []
    on_time.workspace.clock.offset = 40 * DAY
    assert len(on_time.run("vacuum t")) == 1


def test_a_deep_clone_onto_its_last_copies_what_is_new(lakehouse: Lakehouse) -> None:
    """The target has versions of its own: a recovery point each."""
    lakehouse.run("create table t as select 1 as a")
    clone = "create or replace table copy deep clone t"
    assert lakehouse.run(clone)[0][3] == 1
    assert lakehouse.run(clone)[0][3] == 0
    lakehouse.run("insert into t values (2)")
    assert lakehouse.run(clone)[0][3] == 1
    lakehouse.run("delete from t")
    counts = [lakehouse.run(f"select count(*) from copy version as of {version}")[0][0] for version in range(3)]
    assert counts == [1, 1, 2]
    assert lakehouse.run("create table old deep clone t version as of 0", "select * from old") == [(1,)]
    lakehouse.run("create table thin shallow clone t version as of 1", "insert into thin values (9)")
    assert lakehouse.run("select count(*) from thin") == [(3,)]
    assert lakehouse.run("select count(*) from t") == [(0,)]


def test_a_dropped_table_comes_back_with_all_it_had(on_time: Lakehouse) -> None:
    """Rows, versions, properties, grants; for a week, and only while its name is free."""
    on_time.person("reader@example.com")
    on_time.run(
        "create table t as select 1 as a", "insert into t values (2)", "grant select on table t to `reader@example.com`"
    )
    on_time.run("drop table t")
    assert on_time.run("show tables dropped in s")[0][2] == "t"
    on_time.run("undrop table t")
    assert on_time.run("select count(*) from t") == [(2,)]
    assert on_time.run("select count(*) from t version as of 0") == [(1,)]
    assert on_time.run("show grants on table t")[0][:2] == ("reader@example.com", "SELECT")
    on_time.run("drop table t", "create table t as select 5 as a")
    assert "ALREADY_EXISTS" in refusal(on_time, "undrop table t")
    on_time.run("drop table t")
    newest, oldest = (row[3] for row in on_time.run("show tables dropped in s")[:2])
    on_time.run(f"undrop table with id '{oldest}'")
    assert on_time.run("select count(*) from t") == [(2,)]
    on_time.workspace.clock.offset = 8 * DAY
    assert "TABLE_OR_VIEW_NOT_FOUND" in refusal(on_time, f"undrop table with id '{newest}'")
    assert on_time.run("show tables dropped in s") == []


def test_what_goes_with_its_schema_comes_back_into_a_new_one(lakehouse: Lakehouse) -> None:
    """The schema has to be there first."""
    lakehouse.run("create table t as select 1 as a", "drop schema s cascade")
    assert "SCHEMA_NOT_FOUND" in refusal(lakehouse, "undrop table dev.s.t")
    lakehouse.run("create schema s", "undrop table dev.s.t")
    assert lakehouse.run("select a from dev.s.t") == [(1,)]


def test_undrop_needs_the_right_to_make_it(lakehouse: Lakehouse) -> None:
    """Nobody else takes a table out of the bin."""
    lakehouse.run("create table t as select 1 as a", "drop table t")
    lakehouse.run("grant use catalog on catalog dev to `account users`", "grant use schema on schema s to `account users`")
    with pytest.raises(SqlError, match="PERMISSION_DENIED"):
        lakehouse.as_("stranger@example.com", "undrop table dev.s.t")
