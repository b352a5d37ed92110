"""The Statement Execution API, through the official SDK."""

from __future__ import annotations

import base64
from typing import Any

import lz4.frame
import pyarrow as pa
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.sql import (
    Disposition,
    Format,
    StatementParameterListItem,
    StatementResponse,
)

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


@pytest.fixture
def client(workspace: LiveWorkspace) -> WorkspaceClient:
    return workspace.client()


def run(client: WorkspaceClient, warehouse: str, statement: str, **options: Any) -> StatementResponse:
    """Execute a statement and wait for it."""
    return client.statement_execution.execute_statement(statement, warehouse, wait_timeout="30s", **options)


def rows(response: StatementResponse) -> Any:
    """The rows that came with the answer."""
    assert response.status is not None
    assert response.status.error is None, response.status.error
    assert response.result is not None
    return response.result.data_array


def test_values_arrive_as_text_with_their_types_described(client: WorkspaceClient, warehouse: str) -> None:
    """Times in ISO 8601, complex values as JSON, null as null."""
    response = run(
        client,
        warehouse,
        "select 1 as i, cast(2.5 as decimal(10,2)) as d, timestamp'2024-01-02 03:04:05' as t, array(1, 2) as a,"
        " named_struct('x', 1) as s, true as b, null as n",
    )
    assert rows(response) == [["1", "2.50", "2024-01-02T03:04:05.000Z", '["1","2"]', '{"x":"1"}', "true", None]]
    assert response.manifest is not None
    assert response.manifest.schema is not None
    assert [(column.name, column.type_text) for column in response.manifest.schema.columns or []] == [
        ("i", "INT"),
        ("d", "DECIMAL(10,2)"),
        ("t", "TIMESTAMP"),
        ("a", "ARRAY<INT>"),
        ("s", "STRUCT<x: INT>"),
        ("b", "BOOLEAN"),
        ("n", "VOID"),
    ]


def test_parameters_are_values_and_never_sql(client: WorkspaceClient, warehouse: str) -> None:
    """With and without a type; a name without a value is refused."""
    given = [
        StatementParameterListItem(name="n", value="41", type="INT"),
        StatementParameterListItem(name="s", value="it's; drop"),
        StatementParameterListItem(name="u", value=None, type="DATE"),
    ]
    assert rows(run(client, warehouse, "select :n + 1 as n, :s as s, :u as u", parameters=given)) == [
        ["42", "it's; drop", None]
    ]
    failed = run(client, warehouse, "select :missing as m")
    assert failed.status is not None
    assert failed.status.error is not None
    assert "UNBOUND_SQL_PARAMETER" in str(failed.status.error.message)


FAILED = [
    ("select * from dev.default.nothing", "BAD_REQUEST", "[TABLE_OR_VIEW_NOT_FOUND]"),
    ("select 1 / 0", "BAD_REQUEST", "[DIVIDE_BY_ZERO]"),
    ("selct", "BAD_REQUEST", "[PARSE_SYNTAX_ERROR]"),
]


@pytest.mark.parametrize(("statement", "code", "text"), FAILED)
def test_a_failed_statement_is_an_answer(client: WorkspaceClient, warehouse: str, statement: str, code: str, text: str) -> None:
    """With status 200: state FAILED, code and message."""
    response = run(client, warehouse, statement)
    assert response.status is not None
    assert response.status.error is not None
    assert ("FAILED", code, True) == (
        response.status.state.value if response.status.state else None,
        response.status.error.error_code.value if response.status.error.error_code else None,
        text in str(response.status.error.message),
    )


def test_a_refused_privilege_has_its_own_code(workspace: LiveWorkspace, client: WorkspaceClient, warehouse: str) -> None:
    """PERMISSION_DENIED, for who may use the warehouse and not the table; the SDK's enumeration does not know it."""
    run(client, warehouse, "create or replace table dev.default.t as select 1 as id")
    user = client.users.create(user_name="dan@example.com")
    client.api_client.do(
        "PATCH",
        f"/api/2.0/permissions/warehouses/{warehouse}",
        body={"access_control_list": [{"user_name": "dan@example.com", "permission_level": "CAN_USE"}]},
    )
    token, _ = auth.issue_token(workspace.inside, str(user.id))
    body = {"statement": "select * from dev.default.t", "warehouse_id": warehouse}
    answer = workspace.client(token).api_client.do("POST", "/api/2.0/sql/statements", body=body)
    assert isinstance(answer, dict)
    assert (answer["status"]["state"], answer["status"]["error"]["error_code"]) == ("FAILED", "PERMISSION_DENIED")


def test_a_row_limit_cuts_and_says_so(client: WorkspaceClient, warehouse: str) -> None:
    """`truncated` in the manifest."""
    response = run(client, warehouse, "select id from range(10)", row_limit=3)
    assert response.manifest is not None
    assert (rows(response), response.manifest.truncated) == ([["0"], ["1"], ["2"]], True)


def test_chunks_are_linked_and_the_links_need_no_token(client: WorkspaceClient, warehouse: str) -> None:
    """External links in Arrow, chunk after chunk; a changed link is refused."""
    response = run(
        client,
        warehouse,
        "select id, repeat('x', 30) as t from range(900000)",
        disposition=Disposition.EXTERNAL_LINKS,
        format=Format.ARROW_STREAM,
    )
    assert response.manifest is not None
    assert response.result is not None
    assert response.result.external_links
    link, total = response.result.external_links[0], 0
    while True:
        total += pa.ipc.open_stream(requests.get(str(link.external_link), timeout=10).content).read_all().num_rows
        if link.next_chunk_index is None:
            break
        following = client.statement_execution.get_statement_result_chunk_n(str(response.statement_id), link.next_chunk_index)
        assert following.external_links
        link = following.external_links[0]
    assert (total, response.manifest.total_row_count) == (900_000, 900_000)
    assert int(response.manifest.total_chunk_count or 0) > 1
    assert requests.get(str(link.external_link).replace("signature=", "signature=0"), timeout=10).status_code == 403


def test_json_chunks_inline_go_on_by_index(client: WorkspaceClient, warehouse: str) -> None:
    """A result over one chunk's size is fetched chunk by chunk."""
    response = run(client, warehouse, "select id, repeat('x', 2000) as t from range(5000)")
    result, seen = response.result, 0
    assert result is not None
    while True:
        seen += len(result.data_array or [])
        if result.next_chunk_index is None:
            break
        result = client.statement_execution.get_statement_result_chunk_n(str(response.statement_id), result.next_chunk_index)
    assert seen == 5_000


def test_a_statement_that_takes_long_is_polled_or_cancelled(client: WorkspaceClient, warehouse: str) -> None:
    """`0s` answers at once."""
    slow = "select count(*) as n from range(100000000) a cross join range(100000) b where a.id * b.id % 7 = 3"
    quick = client.statement_execution.execute_statement("select 1 as a", warehouse, wait_timeout="0s")
    for _ in range(200):
        polled = client.statement_execution.get_statement(str(quick.statement_id))
        if polled.status and polled.status.state and polled.status.state.value == "SUCCEEDED":
            break
    assert rows(polled) == [["1"]]
    started = client.statement_execution.execute_statement(slow, warehouse, wait_timeout="0s")
    client.statement_execution.cancel_execution(str(started.statement_id))
    ended = client.statement_execution.get_statement(str(started.statement_id)).status
    assert ended is not None
    assert ended.state is not None
    assert ended.state.value == "CANCELED"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"wait_timeout": "3s"}, "wait_timeout"),
        ({"disposition": "INLINE", "format": "ARROW_STREAM"}, "ARROW_STREAM"),
        ({"disposition": "ELSEWHERE"}, "disposition"),
        ({"statement": ""}, "statement"),
        ({"warehouse_id": ""}, "warehouse_id"),
        ({"parameters": [{"name": "a", "value": "1", "type": "BLOB"}]}, "BLOB"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    client: WorkspaceClient, warehouse: str, options: dict[str, Any], text: str
) -> None:
    """By the field's name, with status 400."""
    body = {"statement": "select 1", "warehouse_id": warehouse} | options
    with pytest.raises(DatabricksError, match=text):
        client.api_client.do("POST", "/api/2.0/sql/statements", body=body)


def test_sessions_keep_their_schema_and_are_their_owners(
    workspace: LiveWorkspace, client: WorkspaceClient, warehouse: str
) -> None:
    """As databricks-sql-connector uses them; a closed one is gone."""
    api = client.api_client
    session = api.do("POST", "/api/2.0/sql/sessions", body={"warehouse_id": warehouse, "catalog": "dev"})
    assert isinstance(session, dict)
    body = {"warehouse_id": warehouse, "session_id": session["session_id"]}
    for statement in ("create schema if not exists mine", "use mine", "create or replace temporary view v as select 7 as a"):
        api.do("POST", "/api/2.0/sql/statements", body=body | {"statement": statement})
    answer = api.do("POST", "/api/2.0/sql/statements", body=body | {"statement": "select a, current_schema() from v"})
    assert isinstance(answer, dict)
    assert answer["result"]["data_array"] == [["7", "mine"]]
    api.do("DELETE", f"/api/2.0/sql/sessions/{session['session_id']}")
    with pytest.raises(NotFound):
        api.do("POST", "/api/2.0/sql/statements", body=body | {"statement": "select 1"})


def test_arrow_comes_inline_and_compressed_where_asked(client: WorkspaceClient, warehouse: str) -> None:
    """The disposition of databricks-sql-connector."""
    body = {
        "warehouse_id": warehouse, "statement": "select id from range(5)", "disposition": "INLINE_OR_EXTERNAL_LINKS",
        "format": "ARROW_STREAM", "result_compression": "LZ4_FRAME",
    }  # fmt: skip
    answer = client.api_client.do("POST", "/api/2.0/sql/statements", body=body)
    assert isinstance(answer, dict)
    content = lz4.frame.decompress(base64.b64decode(answer["result"]["attachment"]))
    assert pa.ipc.open_stream(content).read_all().to_pydict() == {"id": [0, 1, 2, 3, 4]}
