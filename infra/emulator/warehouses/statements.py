"""The Statement Execution API: /api/2.0/sql/statements and /api/2.0/sql/sessions.

databricks-sdk `sql.StatementExecutionAPI`, whose docstrings give bounds and meanings; databricks-sql-connector's
`backend/sea` for sessions, LZ4 and the disposition INLINE_OR_EXTERNAL_LINKS. A statement that fails is an answer with
status 200 and `status.state` FAILED.
"""

from __future__ import annotations

import re
from typing import Any

from infra.emulator.errors import BadRequest, InvalidParameter, NotFound
from infra.emulator.requests import Request, Route
from infra.emulator.sql import bindings
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.execution import Execution
from infra.emulator.warehouses import statement_results, warehouses
from infra.emulator.warehouses.statement_results import Delivery
from infra.emulator.workspace import Caller, Workspace

_LONGEST_WAIT = 50
_DEFAULT_WAIT = "10s"


def _create_session(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """databricks-sql-connector `SeaDatabricksClient.open_session`."""
    _warehouse(workspace, caller, request.body)
    settings = {str(key).lower(): str(value) for key, value in (request.body.get("session_confs") or {}).items()}
    body = request.body
    try:
        session = workspace.sql.open_session(caller, catalog=body.get("catalog"), schema=body.get("schema"), settings=settings)
    except SqlError as error:
        raise InvalidParameter(str(error)) from error
    return {"session_id": session.id}


def _delete_session(workspace: Workspace, caller: Caller, request: Request) -> None:
    workspace.sql.close_session(workspace.sql.session(caller, request.parameters["id"]))


def _warehouse(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> str:
    warehouse = str(body.get("warehouse_id") or "")
    if not warehouse:
        raise InvalidParameter("warehouse_id is required: name the SQL warehouse that runs the statement.")
    warehouses.use(workspace, caller, warehouse)
    return warehouse


def _execute(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    body = request.body
    warehouse = _warehouse(workspace, caller, body)
    sql = body.get("statement")
    if not isinstance(sql, str) or not sql.strip():
        raise InvalidParameter("Missing required field: statement")
    delivery = _delivery(body)
    seconds = _wait(str(body.get("wait_timeout") or _DEFAULT_WAIT))
    when_late = str(body.get("on_wait_timeout") or "CONTINUE")
    if when_late not in ("CONTINUE", "CANCEL") or (when_late == "CANCEL" and not seconds):
        raise InvalidParameter("on_wait_timeout must be CONTINUE, or CANCEL with a wait_timeout other than 0s.")
    execution = _submit(workspace, caller, body, sql, warehouse)
    execution.format, execution.row_limit = delivery, body.get("row_limit")
    if not execution.wait(seconds) and when_late == "CANCEL":
        execution.cancel()
    return _answer(workspace, execution)


def _submit(workspace: Workspace, caller: Caller, body: dict[str, Any], sql: str, warehouse: str) -> Execution:
    try:
        parameters = bindings.from_json(body.get("parameters") or [])
    except SqlError as error:
        raise InvalidParameter(str(error)) from error
    if body.get("session_id"):
        session = workspace.sql.session(caller, str(body["session_id"]))
        return workspace.sql.submit(session, sql, parameters, warehouse=warehouse)
    session = workspace.sql.open_session(caller, catalog=body.get("catalog"), schema=body.get("schema"))
    return workspace.sql.submit(session, sql, parameters, warehouse=warehouse, keep_session=False)


def _delivery(body: dict[str, Any]) -> Delivery:
    disposition = str(body.get("disposition") or "INLINE")
    shape = str(body.get("format") or "JSON_ARRAY")
    allowed = {
        "INLINE": ("JSON_ARRAY",),
        "EXTERNAL_LINKS": ("JSON_ARRAY", "ARROW_STREAM", "CSV"),
        "INLINE_OR_EXTERNAL_LINKS": ("ARROW_STREAM",),
    }
    if disposition not in allowed:
        raise InvalidParameter(f"disposition must be one of {', '.join(allowed)}, got '{disposition}'")
    if shape not in allowed[disposition]:
        known = ", ".join(allowed[disposition])
        raise InvalidParameter(f"The format {shape} is not supported with disposition {disposition}; supported are {known}.")
    compression = body.get("result_compression")
    if compression not in (None, "NONE", "LZ4_FRAME"):
        raise InvalidParameter(f"result_compression must be NONE or LZ4_FRAME, got '{compression}'")
    return Delivery(disposition, shape, lz4=compression == "LZ4_FRAME" and shape == "ARROW_STREAM")


def _wait(text: str) -> float:
    """Seconds of `10s`: 0, or 5 to 50."""
    found = re.fullmatch(r"(\d+)s", text)
    seconds = int(found[1]) if found else -1
    if seconds != 0 and not 5 <= seconds <= _LONGEST_WAIT:
        raise InvalidParameter(f"wait_timeout must be 0s or from 5s to 50s, got '{text}'")
    return seconds


def _answer(workspace: Workspace, execution: Execution) -> dict[str, Any]:
    """StatementResponse: the state, and of a statement that succeeded the manifest and the first chunk."""
    status: dict[str, Any] = {"state": execution.state}
    body: dict[str, Any] = {"statement_id": execution.id, "status": status}
    if execution.state == "SUCCEEDED":
        try:
            return body | statement_results.first(workspace, execution)
        except SqlError as error:
            execution.state, execution.error = "FAILED", error
            status["state"] = "FAILED"
    if execution.error is not None and execution.state == "FAILED":
        status["error"] = {"error_code": _code(execution.error), "message": str(execution.error)}
        status["sql_state"] = execution.error.sqlstate
    return body


def _code(error: SqlError) -> str:
    return {"UNAUTHORIZED_ACCESS": "PERMISSION_DENIED", "INTERNAL_ERROR": "INTERNAL_ERROR"}.get(
        error.error_class, "BAD_REQUEST"
    )


def _get(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    return _answer(workspace, workspace.sql.execution(caller, request.parameters["id"]))


def _close(workspace: Workspace, caller: Caller, request: Request) -> None:
    workspace.sql.forget(workspace.sql.execution(caller, request.parameters["id"]))


def _cancel(workspace: Workspace, caller: Caller, request: Request) -> None:
    workspace.sql.execution(caller, request.parameters["id"]).cancel()


def _chunk(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    execution = workspace.sql.execution(caller, request.parameters["id"])
    if execution.state != "SUCCEEDED":
        raise BadRequest(f"The statement {execution.id} has no result: it is {execution.state}.", code="BAD_REQUEST")
    try:
        index = int(request.parameters["index"])
    except ValueError as error:
        raise InvalidParameter("The chunk's index must be a number.") from error
    if not 0 <= index < statement_results.chunk_count(execution):
        raise NotFound(f"The statement {execution.id} has no chunk {index}.")
    return statement_results.chunk(workspace, execution, index)


_STATEMENTS, _SESSIONS = "/api/2.0/sql/statements", "/api/2.0/sql/sessions"
routes = [
    Route("POST", _SESSIONS, _create_session, slow=True, reads=True),
    Route("DELETE", f"{_SESSIONS}/{{id}}", _delete_session, slow=True, reads=True),
    Route("POST", _STATEMENTS, _execute, slow=True, reads=True),
    Route("GET", f"{_STATEMENTS}/{{id}}", _get, slow=True),
    Route("DELETE", f"{_STATEMENTS}/{{id}}", _close, slow=True, reads=True),
    Route("POST", f"{_STATEMENTS}/{{id}}/cancel", _cancel, slow=True, reads=True),
    Route("GET", f"{_STATEMENTS}/{{id}}/result/chunks/{{index}}", _chunk, slow=True),
    Route("GET", f"{statement_results.DOWNLOADS}/{{id}}/{{index}}", statement_results.download, open=True, slow=True),
]
