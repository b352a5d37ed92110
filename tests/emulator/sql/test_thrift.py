"""The unpatched databricks-sql-connector, over Thrift and plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from databricks import sql
from databricks.sdk import WorkspaceClient

from infra.emulator import auth
from infra.emulator.identity import directory
from infra.emulator.server import ADMIN_NAME
from infra.emulator.unity import catalogs
from infra.emulator.warehouses import warehouses
from tests.emulator.conftest import LiveWorkspace


@pytest.fixture(scope="module")
def warehouse(workspace: LiveWorkspace) -> str:
    """The id of a warehouse; there is a catalog `dev`."""
    admin = directory.caller_named(workspace.inside, ADMIN_NAME)
    assert admin is not None
    catalogs.create(workspace.inside, admin, {"name": "dev"})
    return str(warehouses.create(workspace.inside, admin, {"name": "w", "cluster_size": "2X-Small"})["id"])


def connect(workspace: LiveWorkspace, warehouse: str, token: str | None = None, **options: Any) -> Any:
    """A connection of the admin, or of whoever owns the token."""
    path = f"/sql/1.0/warehouses/{warehouse}"
    return sql.connect(
        server_hostname=workspace.host,
        http_path=path,
        access_token=token or workspace.token,
        _connection_uri=workspace.host + path,
        _retry_stop_after_attempts_count=2,
        enable_telemetry=False,
        catalog="dev",
        **options,
    )


@pytest.fixture
def cursor(workspace: LiveWorkspace, warehouse: str) -> Iterator[Any]:
    """A cursor of a fresh connection."""
    with connect(workspace, warehouse) as connection, connection.cursor() as opened:
        yield opened


EVERY_TYPE = """
select true as b, cast(1 as tinyint) as t, cast(2 as smallint) as s, 3 as i, cast(4 as bigint) as l, cast(0.5 as float) as f,
       1.5D as d, cast(2.50 as decimal(10,2)) as n, 'x' as v, cast('ab' as binary) as y, date'2024-01-02' as da,
       timestamp'2024-01-02 03:04:05.678' as ts, timestamp_ntz'2024-01-02 03:04:05' as tn, null as u,
       array(1, 2) as a, map('k', 1) as m, named_struct('p', 1, 'q', 'z') as st
"""


def test_every_type_arrives_as_itself(cursor: Any) -> None:
    """Values and the types of the description."""
    cursor.execute(EVERY_TYPE)
    [row] = cursor.fetchall()
    assert row[:14] == (
        True, 1, 2, 3, 4, 0.5, 1.5, Decimal("2.50"), "x", b"ab", date(2024, 1, 2), row.ts, row.tn, None,
    )  # fmt: skip
    assert row.tn.isoformat() == "2024-01-02T03:04:05"
    assert row.ts.astimezone(UTC) == datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)
    assert (list(row.a), list(row.m), row.st) == ([1, 2], [("k", 1)], {"p": 1, "q": "z"})
    assert [column[1] for column in cursor.description] == [
        "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string", "binary", "date",
        "timestamp", "timestamp", "null", "array", "map", "struct",
    ]  # fmt: skip


def test_a_large_result_comes_in_pages(workspace: LiveWorkspace, warehouse: str) -> None:
    """All of it and in order, compressed where the client can."""
    with connect(workspace, warehouse) as connection, connection.cursor(arraysize=10_000) as cursor:
        cursor.execute("select id, repeat('x', 20) as t from range(250000)")
        table = cursor.fetchall_arrow()
    assert (table.num_rows, sum(table.column("id").to_pylist())) == (250_000, 250_000 * 249_999 // 2)


def test_an_empty_result_has_columns_and_ddl_has_none(cursor: Any) -> None:
    """dbt asks for columns by `where false limit 0`."""
    cursor.execute("select * from (select 1 as a, cast(2 as decimal(5,1)) as b) where false limit 0")
    assert (cursor.fetchall(), [(column[0], column[1]) for column in cursor.description]) == (
        [],
        [("a", "int"), ("b", "decimal")],
    )
    cursor.execute("create schema if not exists dev.t1")
    assert cursor.fetchall() == []


def test_parameters_are_values_and_never_sql(cursor: Any) -> None:
    """By name and by position, of every kind."""
    cursor.execute(
        "select :a as a, :n + 1 as n, :d as d, :none as u",
        {"a": "x'; drop table t --", "n": 41, "d": date(2024, 1, 2), "none": None},
    )
    assert tuple(cursor.fetchall()[0]) == ("x'; drop table t --", 42, date(2024, 1, 2), None)
    cursor.execute("select ? as a, ? as b", [Decimal("1.50"), True])
    assert tuple(cursor.fetchall()[0]) == (Decimal("1.50"), True)


def test_an_error_carries_class_and_sqlstate(cursor: Any) -> None:
    """The session goes on after it."""
    with pytest.raises(sql.exc.ServerOperationError, match=r"\[TABLE_OR_VIEW_NOT_FOUND\].*SQLSTATE: 42P01"):
        cursor.execute("select * from dev.nowhere.t")
    cursor.execute("select 1 as a")
    assert cursor.fetchall()[0].a == 1


def test_metadata_calls_list_what_there_is(cursor: Any) -> None:
    """As JDBC names the columns; patterns are LIKE's."""
    cursor.execute("create schema if not exists dev.meta")
    cursor.execute("create or replace table dev.meta.orders (id bigint comment 'key', total decimal(10,2))")
    cursor.execute("create or replace view dev.meta.recent as select id from dev.meta.orders")
    cursor.catalogs()
    assert "dev" in [row.TABLE_CAT for row in cursor.fetchall()]
    cursor.schemas(catalog_name="dev", schema_name="me%")
    assert [row.TABLE_SCHEM for row in cursor.fetchall()] == ["meta"]
    cursor.tables(catalog_name="dev", schema_name="meta")
    assert [(row.TABLE_NAME, row.TABLE_TYPE) for row in cursor.fetchall()] == [("orders", "TABLE"), ("recent", "VIEW")]
    cursor.columns(catalog_name="dev", schema_name="meta", table_name="orders")
    assert [(row.COLUMN_NAME, row.TYPE_NAME, row.REMARKS) for row in cursor.fetchall()] == [
        ("id", "BIGINT", "key"),
        ("total", "DECIMAL(10,2)", ""),
    ]


def test_a_statement_can_be_polled_and_cancelled(workspace: LiveWorkspace, warehouse: str) -> None:
    """Asynchronous execution; the session goes on after a cancel."""
    with connect(workspace, warehouse) as connection, connection.cursor() as cursor:
        cursor.execute_async("select count(*) as n from range(1000)")
        cursor.get_async_execution_result()
        assert cursor.fetchall()[0].n == 1000
        cursor.execute_async("select count(*) from range(100000000) a cross join range(100000) b where a.id * b.id % 7 = 3")
        cursor.cancel()
        assert not cursor.is_query_pending()
        cursor.execute("select 2 as n")
        assert cursor.fetchall()[0].n == 2


def test_who_may_not_use_the_warehouse_is_refused(workspace: LiveWorkspace, warehouse: str) -> None:
    """By HTTP's 403, with the privilege's name; a grant lets them in."""
    inside = workspace.inside
    directory.put(inside, "user", {"id": directory.new_id(inside), "userName": "eve@example.com", "active": True})
    eve = directory.by_name(inside, "user", "eve@example.com")
    assert eve is not None
    token, _ = auth.issue_token(inside, eve["id"])
    with pytest.raises(sql.exc.Error, match="CAN_USE"):
        connect(workspace, warehouse, token)
    WorkspaceClient(host=workspace.host, token=workspace.token).api_client.do(
        "PATCH",
        f"/api/2.0/permissions/warehouses/{warehouse}",
        body={"access_control_list": [{"user_name": "eve@example.com", "permission_level": "CAN_USE"}]},
    )
    with connect(workspace, warehouse, token) as connection, connection.cursor() as cursor:
        cursor.execute("select current_user() as who")
        assert cursor.fetchall()[0].who == "eve@example.com"
        with pytest.raises(sql.exc.ServerOperationError, match="PERMISSION_DENIED"):
            cursor.execute("create catalog mine")


def test_a_stopped_warehouse_starts_by_itself(workspace: LiveWorkspace, warehouse: str) -> None:
    """As the first statement asks for it."""
    client = workspace.client()
    client.warehouses.stop(warehouse)
    with connect(workspace, warehouse) as connection, connection.cursor() as cursor:
        cursor.execute("select 1 as a")
    assert str(client.warehouses.get(warehouse).state) in ("State.RUNNING", "State.STARTING")


def test_statements_are_logged_without_the_values_of_parameters(workspace: LiveWorkspace, cursor: Any) -> None:
    """Who, what, how it ended; for audits."""
    cursor.execute("select :secret as logged_here", {"secret": "hunter2"})
    text = (workspace.folder / "logs" / "statements.jsonl").read_text()
    assert ("logged_here" in text, "hunter2" in text, f'"user": "{ADMIN_NAME}"' in text) == (True, False, True)
