"""Who may run what: each statement needs its privileges, and a view reads with its owner's."""

from __future__ import annotations

import pytest

from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse

BOB = "bob@example.com"


@pytest.fixture
def tables(lakehouse: Lakehouse) -> Lakehouse:
    """A table, a view on it, and Bob, who may use catalog and schema and nothing else."""
    lakehouse.person(BOB)
    lakehouse.run(
        "create table t as select 1 as id",
        "create view v as select id from t",
        "create function f(a int) return a + 1",
        f"grant use catalog on catalog dev to `{BOB}`",
        f"grant use schema on schema dev.s to `{BOB}`",
    )
    return lakehouse


NEEDS = [
    ("SELECT", "table t", "select * from dev.s.t"),
    ("SELECT", "table t", "create temporary view x as select * from dev.s.t"),
    ("SELECT", "view v", "select * from dev.s.v"),
    ("SELECT", "table t", "merge into dev.s.t using (select 1 as id) s on t.id = s.id when not matched then insert *"),
    ("MODIFY", "table t", "insert into dev.s.t values (2)"),
    ("MODIFY", "table t", "delete from dev.s.t"),
    ("MODIFY", "table t", "update dev.s.t set id = 1"),
    ("MODIFY", "table t", "truncate table dev.s.t"),
    ("MODIFY", "table t", "optimize dev.s.t"),
    ("EXECUTE", "function f", "select dev.s.f(1)"),
    ("CREATE TABLE", "schema dev.s", "create table dev.s.mine (id int)"),
    ("CREATE TABLE", "schema dev.s", "create view dev.s.mine as select 1 as a"),
    ("CREATE FUNCTION", "schema dev.s", "create function dev.s.mine() return 1"),
    ("CREATE SCHEMA", "catalog dev", "create schema dev.mine"),
    ("CREATE CATALOG", "metastore", "create catalog mine"),
    ("MANAGE", "table t", "alter table dev.s.t set tblproperties ('a' = 'b')"),
    ("MANAGE", "table t", "comment on table dev.s.t is 'x'"),
    ("MANAGE", "table t", "create or replace table dev.s.t as select 2 as id"),
    ("MANAGE", "table t", f"grant select on dev.s.t to `{BOB}`"),
    ("MANAGE", "view v", "alter view dev.s.v as select 1 as id"),
    ("MANAGE", "table t", "drop table dev.s.t"),
]
#: Besides the one in question, what a statement needs.
ALSO = {
    "merge": ["MODIFY"],
    "insert": [],
    "delete": ["SELECT"],
    "update": ["SELECT"],
    "create or replace table": ["CREATE TABLE"],
}


@pytest.mark.parametrize(("privilege", "on", "statement"), NEEDS, ids=[f"{given[0]}: {given[2][:50]}" for given in NEEDS])
def test_a_statement_needs_its_privilege(tables: Lakehouse, privilege: str, on: str, statement: str) -> None:
    """Without it the refusal names it; with it the statement runs."""
    for start, others in ALSO.items():
        if statement.startswith(start):
            for other in others:
                tables.run(f"grant {other} on {'schema dev.s' if other.startswith('CREATE') else 'table t'} to `{BOB}`")
    with pytest.raises(SqlError) as refused:
        tables.as_(BOB, statement)
    assert (refused.value.sqlstate, f"User does not have {privilege} on" in str(refused.value)) == ("42501", True)
    tables.run(f"grant {privilege} on {on} to `{BOB}`")
    tables.as_(BOB, statement)
    tables.run("drop schema if exists dev.mine cascade", "drop catalog if exists mine cascade")
    tables.run(f"revoke create schema on catalog dev from `{BOB}`", f"revoke create catalog on metastore from `{BOB}`")


@pytest.mark.parametrize("statement", ["select * from dev.s.t", "select * from dev.s.nothing", "show tables in dev.s"])
def test_nothing_is_reached_without_use_of_what_contains_it(tables: Lakehouse, statement: str) -> None:
    """Neither what is there nor whether it is."""
    tables.run(f"grant select on table t to `{BOB}`", f"revoke use schema on schema dev.s from `{BOB}`")
    with pytest.raises(SqlError, match=r"does not have USE SCHEMA on Schema 'dev\.s'"):
        tables.as_(BOB, statement)


def test_a_view_reads_with_its_owners_rights(tables: Lakehouse) -> None:
    """Bob sees through the view what he cannot see himself; when the owner may no longer, nobody does."""
    tables.run(f"grant select on view v to `{BOB}`")
    assert tables.as_(BOB, "select * from dev.s.v") == [(1,)]
    with pytest.raises(SqlError, match=r"does not have SELECT on Table 'dev\.s\.t'"):
        tables.as_(BOB, "select * from dev.s.t")
    tables.run(f"alter view v owner to `{BOB}`")
    with pytest.raises(SqlError, match=r"does not have SELECT on Table 'dev\.s\.t'"):
        tables.run("select * from v")


def test_a_view_asks_who_reads_it_and_not_who_owns_it(tables: Lakehouse) -> None:
    """current_user() and is_member() are the reader's."""
    tables.run(
        "create or replace view v as select current_user() as who, is_member('admins') as boss", f"grant select on v to `{BOB}`"
    )
    assert [tables.as_(BOB, "select * from dev.s.v"), tables.run("select * from v")] == [
        [(BOB, False)],
        [(tables.admin.name, True)],
    ]


def test_lists_show_what_the_caller_may_see(tables: Lakehouse) -> None:
    """SHOW and information_schema alike."""
    assert tables.as_(BOB, "show tables in dev.s") == []
    tables.run(f"grant select on view v to `{BOB}`")
    assert tables.as_(BOB, "show tables in dev.s") == [("s", "v", False)]
    query = "select table_name from system.information_schema.tables where table_schema = 's'"
    assert [tables.as_(BOB, query), tables.run(f"{query} order by 1")] == [[("v",)], [("t",), ("v",)]]


def test_a_mask_and_a_row_filter_hold_for_one_and_not_for_another(tables: Lakehouse) -> None:
    """Also through a view, and in what a query makes of the column."""
    tables.run(
        "create or replace table t as select 1 as id, 'ann' as name union all select 2, 'ben'",
        "create function hide(v string) return case when is_member('admins') then v else mask(v) end",
        "create function first_only(n int) return is_member('admins') or n = 1",
        "alter table t alter column name set mask hide",
        "alter table t set row filter first_only on (id)",
        "create or replace view v as select upper(name) as name from t",
        f"grant select on table t to `{BOB}`",
        f"grant select on view v to `{BOB}`",
    )
    assert tables.as_(BOB, "select id, name from dev.s.t") == [(1, "xxx")]
    assert tables.as_(BOB, "select * from dev.s.v") == [("XXX",)]
    assert tables.run("select id, name from t order by id") == [(1, "ann"), (2, "ben")]
    tables.run("alter table t alter column name drop mask", "alter table t drop row filter")
    assert tables.as_(BOB, "select count(*), max(name) from dev.s.t") == [(2, "ben")]


def test_grants_name_principals_that_are_there(tables: Lakehouse) -> None:
    """A stranger is refused; what is granted above is shown as such below."""
    with pytest.raises(SqlError, match="PRINCIPAL_DOES_NOT_EXIST"):
        tables.run("grant select on t to `nobody@example.com`")
    tables.run(f"grant select on schema dev.s to `{BOB}`")
    assert (BOB, "SELECT", "SCHEMA", "dev.s") in tables.run("show grants on table t")
    assert tables.run(f"show grants `{BOB}` on table t") == tables.as_(BOB, "show grants on table dev.s.t")
