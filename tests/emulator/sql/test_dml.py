"""INSERT, UPDATE, DELETE, MERGE: the rows that are there afterwards, the counts that are answered."""

from __future__ import annotations

import pytest

from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse

ROWS = "select * from t order by id, v"


@pytest.fixture
def table(lakehouse: Lakehouse) -> Lakehouse:
    """`t` with the rows (1, 'a') and (2, 'b')."""
    lakehouse.run("create table t (id bigint, v string)", "insert into t values (1, 'a'), (2, 'b')")
    return lakehouse


INSERTS = [
    ("insert into t values ('3', 'c')", [(1, "a"), (2, "b"), (3, "c")]),
    ("insert into t (v) values ('c')", [(None, "c"), (1, "a"), (2, "b")]),
    ("insert into t by name select 'c' as v, 3 as id", [(1, "a"), (2, "b"), (3, "c")]),
    ("insert into table t table t", [(1, "a"), (1, "a"), (2, "b"), (2, "b")]),
    ("insert overwrite t values (9, 'z')", [(9, "z")]),
    ("insert overwrite table t by name select v, id + 1 as id from t", [(2, "a"), (3, "b")]),
    ("insert into t by name replace where id = 1 select 1 as id, 'new' as v", [(1, "new"), (2, "b")]),
    ("insert into t replace using (id) select 2, 'new'", [(1, "a"), (2, "new")]),
    (
        "insert into table t as target replace on (target.id <=> temp.id)"
        " (select 1 as id, 'new' as v union all select 5, 'e') as temp",
        [(1, "new"), (2, "b"), (5, "e")],
    ),
    ("with x as (select 7 as id, 'w' as v) insert into t select * from x", None),
]


@pytest.mark.parametrize(("statement", "rows"), INSERTS, ids=[given[0][:60] for given in INSERTS])
def test_an_insert_leaves_these_rows(table: Lakehouse, statement: str, rows: list[tuple[object, ...]] | None) -> None:
    """Also when it reads the table that it writes to; a form that is not known is refused."""
    if rows is None:
        with pytest.raises(SqlError):
            table.run(statement)
    else:
        table.run(statement)
        assert rows == table.run(ROWS)


MERGES = [
    (
        "merge into t using (select 1 as id, 'x' as v union all select 3, 'c') s on t.id = s.id"
        " when matched then update set * when not matched then insert *",
        [(1, "x"), (2, "b"), (3, "c")],
        (2, 1, 0, 1),
    ),
    (
        "merge into dev.s.t as d using (select 1 as id, 'x' as v) as s on s.`id` <=> d.`id`"
        " when matched and s.v = 'y' then delete when matched then update set d.v = concat(d.v, s.v)"
        " when not matched by source and d.id > 1 then delete",
        [(1, "ax")],
        (2, 1, 1, 0),
    ),
    (
        "merge into t using (select 9 as id) s on t.id = s.id when not matched then insert (id, v) values (id, 'n')",
        [(1, "a"), (2, "b"), (9, "n")],
        (1, 0, 0, 1),
    ),
    (
        "merge into t using t as s on false when not matched by source then update set v = 'gone'",
        [(1, "gone"), (2, "gone")],
        (2, 2, 0, 0),
    ),
]


@pytest.mark.parametrize(("statement", "rows", "counts"), MERGES, ids=["star", "conditions", "insert", "by source"])
def test_a_merge_leaves_these_rows_and_counts_them(
    table: Lakehouse, statement: str, rows: list[tuple[object, ...]], counts: tuple[int, ...]
) -> None:
    """Affected, updated, deleted, inserted."""
    assert [counts] == table.run(statement)
    assert rows == table.run(ROWS)


def test_a_merge_with_two_matches_for_one_row_is_refused(table: Lakehouse) -> None:
    """Delta does not choose between them, and changes nothing."""
    with pytest.raises(SqlError, match="DELTA_MULTIPLE_SOURCE_ROW_MATCHING"):
        table.run(
            "merge into t using (select 1 as id union all select 1) s on t.id = s.id when matched then update set v = 'x'"
        )
    assert table.run(ROWS) == [(1, "a"), (2, "b")]


def test_schema_evolution_adds_the_missing_columns(table: Lakehouse) -> None:
    """To the rows and to the document."""
    table.run(
        "merge with schema evolution into t using (select 3 as id, 'c' as v, 1.5 as extra) s on t.id = s.id"
        " when not matched then insert *",
        "insert with schema evolution into t by name select 4 as id, true as flag",
    )
    assert table.run("select id, v, extra is not null or null from t where id > 2 order by id") == [
        (3, "c", True),
        (4, None, None),
    ]
    assert [row[0] for row in table.run("describe t")] == ["id", "v", "extra", "flag"]


def test_update_and_delete_count_rows_and_take_qualified_names(table: Lakehouse) -> None:
    """As do conditions with subqueries on the table itself."""
    assert table.run("update dev.s.t set v = upper(v) where dev.s.t.id = 1") == [(1,)]
    assert table.run("delete from t where id in (select max(id) from t)") == [(1,)]
    assert table.run(ROWS) == [(1, "A")]
    table.run("truncate table t")
    assert table.run(ROWS) == []


def test_history_counts_versions_and_rows(table: Lakehouse) -> None:
    """Each write is a version, with its operation, user and metrics."""
    table.run("update t set v = 'x' where id = 1", "delete from t where id = 2", "optimize t")
    history = [(row[0], row[4], dict(row[6])) for row in table.run("describe history t")]
    assert history == [
        (4, "OPTIMIZE", {}),
        (3, "DELETE", {"numDeletedRows": "1"}),
        (2, "UPDATE", {"numUpdatedRows": "1"}),
        (1, "WRITE", {"numFiles": "1", "numOutputRows": "2"}),
        (0, "CREATE TABLE", {}),
    ]


REFUSED = [
    ("insert into t values (1)", "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"),
    ("insert into t values (1, 'a', 2)", "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"),
    ("insert into t by name select 1 as zz", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
    ("insert into t values ('x', 'a')", "CAST_INVALID_INPUT"),
    ("insert into v values (1, 'a')", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"),
    ("insert into t by name replace where id = 7 select 1 as id", "DELTA_REPLACE_WHERE_MISMATCH"),
    (
        "merge into t using (select 1 as id) s on t.id = s.id when matched then update set *",
        "DELTA_MERGE_UNRESOLVED_EXPRESSION",
    ),
    ("update v set v = 'x'", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"),
    ("delete from nothing", "TABLE_OR_VIEW_NOT_FOUND"),
]


@pytest.mark.parametrize(("statement", "error_class"), REFUSED, ids=[given[0] for given in REFUSED])
def test_a_write_that_does_not_fit_is_refused(table: Lakehouse, statement: str, error_class: str) -> None:
    """And leaves the rows as they were."""
    table.run("create view v as select * from t")
    with pytest.raises(SqlError) as raised:
        table.run(statement)
    assert (error_class, [(1, "a"), (2, "b")]) == (raised.value.error_class, table.run(ROWS))
