"""Attribute-based policies in query results: who is meant sees less, whoever is excepted sees all, and nothing leads round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.emulator.requests import Request
from infra.emulator.sql.errors import SqlError
from infra.emulator.unity import policies
from infra.emulator.unity.securables import POLICY
from tests.emulator.sql.conftest import Lakehouse

READER, AUDITOR = "reader@example.com", "auditor@example.com"
_CREATE = next(route for route in policies.routes if route.method == "POST")


@pytest.fixture
def people(lakehouse: Lakehouse) -> Iterator[Lakehouse]:
    """A table with an address in it, tagged as such, and two who may read it."""
    lakehouse.run(
        "create table people (name string, email string, region string)",
        "insert into people values ('Ann', 'ann@example.com', 'eu'), ('Bob', 'bob@example.com', 'us')",
        "alter table people alter column email set tags ('pii' = 'email')",
        "alter table people alter column region set tags ('region' = '')",
        "create function masked(v string) returns string return concat('#', length(v))",
        "create function european(r string) returns boolean return r = 'eu'",
    )
    for who in (READER, AUDITOR):
        lakehouse.person(who)
        lakehouse.run(
            f"grant use catalog on catalog dev to `{who}`",
            f"grant use schema on schema s to `{who}`",
            f"grant select on schema s to `{who}`",
        )
    yield lakehouse
    for key, _ in lakehouse.workspace.store.list(POLICY):
        lakehouse.workspace.store.delete(POLICY, key)


def policy(lakehouse: Lakehouse, name: str, **fields: Any) -> None:
    """Make a policy on the catalog, as the REST API does."""
    body = {
        "name": name,
        "on_securable_type": "CATALOG",
        "on_securable_fullname": "dev",
        "for_securable_type": "TABLE",
        "to_principals": ["account users"],
        "except_principals": [AUDITOR],
        **fields,
    }
    _CREATE.handler(lakehouse.workspace, lakehouse.admin, Request("POST", "", {}, {}, {}, json.dumps(body).encode()))


def masks_addresses(lakehouse: Lakehouse, name: str = "addresses", function: str = "dev.s.masked") -> None:
    policy(
        lakehouse,
        name,
        policy_type="POLICY_TYPE_COLUMN_MASK",
        match_columns=[{"alias": "column", "condition": "has_tag_value('pii', 'email')"}],
        column_mask={"function_name": function, "on_column": "column"},
    )


def test_a_mask_by_tag_holds_for_whom_it_means(people: Lakehouse) -> None:
    """Also for the table's owner, and through views and subqueries; never for whoever is excepted."""
    people.run("create view seen as select email from people")
    assert people.as_(READER, "select email from dev.s.seen order by 1") == [("ann@example.com",), ("bob@example.com",)]
    masks_addresses(people)
    for query in ("select email from dev.s.people", "select email from dev.s.seen", "select max(email) from dev.s.people"):
        assert {row[0] for row in people.as_(READER, query)} == {"#15"}
        assert all("@" in row[0] for row in people.as_(AUDITOR, query))
    assert people.run("select email from people where name = 'Ann'") == [("#15",)]
    assert people.as_(READER, "select count(*) from dev.s.people where email = 'ann@example.com'") == [(0,)]


def test_a_row_filter_by_tag_hides_rows(people: Lakehouse) -> None:
    """With a view that was read before the policy was there."""
    people.run("create view seen as select name from people")
    assert len(people.as_(READER, "select * from dev.s.seen")) == 2
    policy(
        people,
        "regions",
        policy_type="POLICY_TYPE_ROW_FILTER",
        match_columns=[{"alias": "where", "condition": "has_tag('region')"}],
        row_filter={"function_name": "dev.s.european", "using": [{"alias": "where"}]},
    )
    assert people.as_(READER, "select * from dev.s.seen") == [("Ann",)]
    assert len(people.as_(AUDITOR, "select * from dev.s.seen")) == 2


def test_a_tag_that_is_taken_away_ends_it(people: Lakehouse) -> None:
    """The next query sees it."""
    masks_addresses(people)
    assert people.as_(READER, "select distinct email from dev.s.people") == [("#15",)]
    people.run("alter table people alter column email unset tags ('pii')")
    assert len(people.as_(READER, "select distinct email from dev.s.people")) == 2


def test_what_cannot_be_guarded_is_refused(people: Lakehouse) -> None:
    """Two masks on one column; earlier versions and clones, but for whoever is excepted."""
    masks_addresses(people)
    for statement in ("select * from dev.s.people version as of 0", "create table dev.s.copied deep clone dev.s.people"):
        with pytest.raises(SqlError, match=r"COLUMN_MASKS_FEATURE_NOT_SUPPORTED\.(TIME_TRAVEL|CLONE)"):
            people.run(statement)
    assert people.as_(AUDITOR, "select count(*) from dev.s.people version as of 1") == [(2,)]
    people.run("create function blank(v string) returns string return ''")
    masks_addresses(people, "others", "dev.s.blank")
    with pytest.raises(SqlError, match=r"MULTIPLE_MASKS.*dev\.s\.blank, dev\.s\.masked"):
        people.as_(READER, "select email from dev.s.people")


def test_a_policy_whose_function_is_gone_lets_nobody_see(people: Lakehouse) -> None:
    """It fails closed."""
    masks_addresses(people, function="dev.s.gone")
    with pytest.raises(SqlError, match="ROUTINE_NOT_FOUND"):
        people.as_(READER, "select name from dev.s.people")
