"""Which thing a name means, and what views make of it."""

from __future__ import annotations

import pytest

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.session import Session
from tests.emulator.sql.conftest import Lakehouse

NAMED = [
    ("select id from t", [(1,)]),
    ("select t.id from s.t", [(1,)]),
    ("select dev.s.t.id, s.t.id from dev.s.t", [(1, 1)]),
    ("select T.ID from DEV.S.T as t", [(1,)]),
    ("with t as (select 9 as id) select id from t", [(9,)]),
    ("with t as (select id + 1 as id from t) select id from t", [(2,)]),
    ("select x.id from (with t as (select 5 as id) select id from t) x join t on true", [(5,)]),
    ("with a as (select * from t), b as (select * from a) select count(*) from b", [(1,)]),
    ("with recursive n as (select 1 as i union all select i + 1 from n where i < 3) select max(i) from n", [(3,)]),
    ("select (select max(dev.s.t.id) from dev.s.t) as m from t", [(1,)]),
    ("select st.a from (select named_struct('a', 1) as st)", [(1,)]),
    ("select * from identifier('dev.s.t')", [(1,)]),
    ("table t", [(1,)]),
]


@pytest.mark.parametrize(("query", "rows"), NAMED, ids=[given[0] for given in NAMED])
def test_a_name_is_found_where_databricks_finds_it(lakehouse: Lakehouse, query: str, rows: list[tuple[object, ...]]) -> None:
    """CTEs hide tables but not in their own definition; full names work as qualifiers."""
    lakehouse.run("create table t as select 1 as id")
    assert rows == lakehouse.run(query)


def test_a_view_resolves_names_where_it_was_made(lakehouse: Lakehouse) -> None:
    """Not where it is read, nor by a temporary view of the reader."""
    lakehouse.run("create table t as select 1 as id", "create view v as select * from t", "use dev.default")
    lakehouse.run("create or replace temporary view t as select 2 as id")
    assert (lakehouse.run("select * from dev.s.v"), lakehouse.run("select * from t")) == ([(1,)], [(2,)])
    lakehouse.run("drop view t", "use dev.s")


def test_a_view_sees_its_tables_as_they_are_now(lakehouse: Lakehouse) -> None:
    """Replaced, renamed and changed tables, through views on views."""
    lakehouse.run(
        "create table t as select 1 as id", "create view v as select * from t", "create view w as select id + 1 as n from v"
    )
    first = lakehouse.run("select * from w")
    lakehouse.run("create or replace table t as select 'x' as other, 10 as id")
    assert (first, "UNRESOLVED") == ([(2,)], "UNRESOLVED") or first == [(2,)]
    lakehouse.run("create or replace view v as select id from t")
    assert lakehouse.run("select * from w") == [(11,)]
    lakehouse.run("insert into t values ('y', 20)")
    assert lakehouse.run("select * from w order by n") == [(11,), (21,)]


def test_a_view_keeps_its_names_and_comments(lakehouse: Lakehouse) -> None:
    """A list of columns names what the query gives; ALTER VIEW … AS keeps comment and properties."""
    lakehouse.run(
        "create or replace view v (`a` comment 'it\\'s a', b) comment 'hello' tblproperties ('k' = 'v') as (select 1, 'x')",
        "alter view v as select 2 as a, 'y' as b",
    )
    document = lakehouse.workspace.store.get("table", "dev.s.v")
    assert document is not None
    assert (
        lakehouse.run("select a, b from v"),
        document["comment"],
        document["properties"],
    ) == ([(2, "y")], "hello", {"k": "v"})


REFUSED = [
    ("create view v as select * from w", "RECURSIVE_VIEW"),
    ("create view x as select 1 + 1", "CREATE_PERMANENT_VIEW_WITHOUT_ALIAS"),
    ("create view x (a, b) as select 1", "CREATE_VIEW_COLUMN_ARITY_MISMATCH"),
    ("create view v as select 1 as a", "TABLE_OR_VIEW_ALREADY_EXISTS"),
    ("create view x as select * from tv", "TABLE_OR_VIEW_NOT_FOUND"),
    ("create or replace table v as select 1 as a", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"),
    ("drop table v", "WRONG_COMMAND_FOR_OBJECT_TYPE"),
    ("create view x with metrics language yaml as $$ a $$", "UNSUPPORTED_FEATURE"),
]


@pytest.mark.parametrize(("statement", "error_class"), REFUSED, ids=[given[0] for given in REFUSED])
def test_a_view_that_cannot_be_is_refused(lakehouse: Lakehouse, statement: str, error_class: str) -> None:
    """A permanent view cannot read a temporary one, nor itself."""
    lakehouse.run(
        "create view v as select 1 as a", "create view w as select * from v", "create temporary view tv as select 1 as a"
    )
    if error_class == "RECURSIVE_VIEW":
        statement = statement.replace("create view", "create or replace view")
    with pytest.raises(SqlError) as raised:
        lakehouse.run(statement)
    assert error_class == raised.value.error_class


def test_a_materialized_view_changes_by_refresh_alone(lakehouse: Lakehouse) -> None:
    """Its rows are those of the last refresh; a streaming table's too."""
    lakehouse.run(
        "create table t as select 1 as id",
        "create or replace materialized view m (id bigint comment 'c') schedule every 1 hour as select * from t",
        "create streaming table st as select * from stream t",
        "insert into t values (2)",
    )
    assert lakehouse.run("select count(*), (select count(*) from st) from m") == [(1, 1)]
    lakehouse.run("refresh materialized view m", "refresh streaming table st")
    assert lakehouse.run("select count(*), (select count(*) from st) from m") == [(2, 2)]
    with pytest.raises(SqlError, match="only REFRESH writes to it"):
        lakehouse.run("delete from m")


def test_a_function_is_its_body_with_the_arguments(lakehouse: Lakehouse) -> None:
    """Defaults, names, subqueries; and no function calls itself."""
    lakehouse.run(
        "create table t as select 3 as n",
        "create function plus(a int, b int default 10) returns int return a + b",
        "create function most() returns bigint return select max(n) from t",
        "create view v as select plus(n) as p from t",
    )
    assert lakehouse.run("select plus(1, 2), dev.s.plus(1), plus(b => 1, a => 2), most()") == [(3, 11, 3, 3)]
    lakehouse.run("create or replace function plus(a int) return a * 100")
    assert lakehouse.run("select p from v") == [(300,)]
    with pytest.raises(SqlError, match="WRONG_NUM_ARGS"):
        lakehouse.run("select plus(1, 2)")


SETTINGS = [
    ("set time zone 'America/New_York'", "UNSUPPORTED_FEATURE"),
    ("set ansi_mode = false", "UNSUPPORTED_FEATURE"),
    ("set var x = 1", "UNSUPPORTED_FEATURE"),
    ("use dev.nowhere", "SCHEMA_NOT_FOUND"),
    ("use catalog nowhere", "NO_SUCH_CATALOG_EXCEPTION"),
]


@pytest.mark.parametrize(("statement", "error_class"), SETTINGS, ids=[given[0] for given in SETTINGS])
def test_a_setting_that_would_change_results_is_refused(lakehouse: Lakehouse, statement: str, error_class: str) -> None:
    """Others are kept and shown."""
    with pytest.raises(SqlError) as raised:
        lakehouse.run(statement)
    assert error_class == raised.value.error_class
    assert lakehouse.run("set spark.sql.shuffle.partitions = 8", "set spark.sql.shuffle.partitions")[0][1] == "8"
    with pytest.raises(SqlError, match="the time zone CET"):
        Session(lakehouse.workspace, lakehouse.admin, settings={"timezone": "CET"})
