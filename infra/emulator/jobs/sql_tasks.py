"""A `sql_task`: the statements of a file, a saved query, an alert or a dashboard, one after the other, on the task's warehouse
as the run-as principal.

`parameters` are the values of `:name` markers, as strings; a saved query's own defaults stand behind them. An alert is
evaluated by `infra.emulator.sql_objects.evaluation`; of a dashboard the queries of its datasets run. Nobody is told of either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import TokenType
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import TokenError

from infra.emulator.errors import InvalidParameter, NotImplementedHere
from infra.emulator.files import objects
from infra.emulator.identity import access_levels
from infra.emulator.jobs.task_outcome import Outcome, Stop
from infra.emulator.sql import bindings
from infra.emulator.sql.execution import Execution
from infra.emulator.sql_objects import dashboards, evaluation, saved
from infra.emulator.store import Document
from infra.emulator.warehouses import warehouses
from infra.emulator.workspace import Caller, Workspace

_FAILED = "Workload failed, see run output for details"


@dataclass(frozen=True, slots=True)
class _Work:
    """What there is to run: the text to show, its statements, the values of their markers, the alert that judges the last."""

    text: str
    statements: tuple[str, ...]
    parameters: Document
    alert: Document | None = None
    kind: str = "query_output"


@dataclass(frozen=True, slots=True)
class SqlRunner:
    """Runs SQL tasks."""

    workspace: Workspace

    def run(self, task: Document, settings: Document, principal: Caller, _folder: Path, stop: Stop) -> Outcome:
        """The task as `principal`, until a statement fails. Raises WorkspaceError."""
        work = self._work(task, settings, principal)
        warehouse_id = task["warehouse_id"]
        warehouses.use(self.workspace, principal, warehouse_id)
        given = [{"name": name, "value": value} for name, value in work.parameters.items()]
        session = self.workspace.sql.open_session(principal)
        output: dict[str, Any] = {"warehouse_id": warehouse_id, "query_text": work.text, "sql_statements": []}
        last: Execution | None = None
        try:
            for statement in work.statements:
                last = self.workspace.sql.submit(session, statement, bindings.from_json(given), warehouse=warehouse_id)
                output["sql_statements"].append({"lookup_key": last.id})
                if error := _error(last, stop):
                    return Outcome("FAILED", _FAILED, error, output={"sql_output": {work.kind: output}})
                if stop.reason:
                    break
            if work.alert is not None and last is not None and last.result is not None:
                columns = [name for name, _ in last.result.columns]
                rows = [list(row.values()) for row in last.result.table.slice(0, 1).to_pylist()]
                output["alert_state"] = evaluation.state(work.alert, columns, rows)
                evaluation.note(self.workspace, work.alert, output["alert_state"])
        finally:
            self.workspace.sql.close_session(session)
        return Outcome("SUCCESS", output={"sql_output": {work.kind: output}})

    def run_dashboard(self, task: Document, settings: Document, principal: Caller, folder: Path, stop: Stop) -> Outcome:
        """A `dashboard_task`: the same as a dashboard of a SQL task, on the dashboard's own warehouse unless it names one."""
        dashboard = dashboards.fetch(self.workspace, principal, "CAN_READ", str(task.get("dashboard_id")))
        warehouse = task.get("warehouse_id") or dashboard.get("warehouse_id")
        if not warehouse:
            raise InvalidParameter("dashboard_task needs a warehouse_id: the dashboard has none.")
        sql_task = {"warehouse_id": warehouse, "dashboard": {"dashboard_id": dashboard["dashboard_id"]}}
        return self.run(sql_task, settings, principal, folder, stop)

    def _work(self, task: Document, settings: Document, principal: Caller) -> _Work:
        given = task.get("parameters") or {}
        if task.get("file"):
            text = self._file(task["file"], settings, principal)
            return _Work(text, tuple(statements(text)), given)
        if task.get("query"):
            return self._query(task["query"]["query_id"], principal, given)
        if task.get("alert"):
            alert = saved.fetch(self.workspace, saved.ALERT, task["alert"]["alert_id"])
            access_levels.require(self.workspace, principal, "CAN_RUN", saved.ALERT.type, alert["id"])
            query = self._query(alert["query_id"], principal, given)
            return _Work(query.text, query.statements, query.parameters, alert, "alert_output")
        dashboard = dashboards.fetch(self.workspace, principal, "CAN_READ", task["dashboard"]["dashboard_id"])
        queries = [_dataset(dataset) for dataset in json.loads(dashboard["serialized_dashboard"]).get("datasets") or ()]
        found = tuple(statement for query in queries for statement in statements(query))
        return _Work(";\n".join(queries), found, given, kind="dashboard_output")

    def _query(self, query_id: str, principal: Caller, given: Document) -> _Work:
        query = saved.fetch(self.workspace, saved.QUERY, query_id)
        access_levels.require(self.workspace, principal, "CAN_RUN", saved.QUERY.type, query_id)
        if query["lifecycle_state"] == "TRASHED":
            raise InvalidParameter(f"The query {query_id} is in the trash.")
        defaults = {each["name"]: _default(each) for each in query.get("parameters") or ()}
        values = {name: value for name, value in defaults.items() if value is not None} | given
        return _Work(query["query_text"], tuple(statements(query["query_text"])), values)

    def _file(self, file: Document, settings: Document, principal: Caller) -> str:
        source = file.get("source") or ("GIT" if settings.get("git_source") else "WORKSPACE")
        if source != "WORKSPACE":
            raise NotImplementedHere(f"sql_task.file.source {source} is not supported by this workspace: it has no network.")
        _, content = objects.read(self.workspace, principal, objects.normalize(file["path"]))
        return content.decode(errors="replace")


def _dataset(dataset: Document) -> str:
    lines = dataset.get("queryLines")
    return "".join(lines) if lines else str(dataset.get("query") or "")


def _default(parameter: Document) -> str | None:
    """The value that a saved query gives one of its parameters, None for one that has none, or one that moves with the day."""
    for kind in ("text_value", "numeric_value", "date_value"):
        value = (parameter.get(kind) or {}).get("date_value" if kind == "date_value" else "value")
        if value is not None:
            return str(value)
    values = (parameter.get("enum_value") or {}).get("values")
    return str(values[0]) if values else None


def statements(text: str) -> list[str]:
    """The statements of a file, which semicolons part. Raises InvalidParameter for what is not even tokens."""
    try:
        tokens = Databricks().tokenize(text)
    except TokenError as error:
        raise InvalidParameter(f"The SQL file cannot be read: {error}") from error
    found, start, last = [], 0, -1
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            last = token.end
            continue
        if last >= start:
            found.append(text[start : last + 1].strip())
        start = token.end + 1
    if last >= start:
        found.append(text[start : last + 1].strip())
    return found


def _error(execution: Execution, stop: Stop) -> str:
    """Wait for a statement's end, or cancel it when the task is to stop; its error, empty for none."""
    stop.then(execution.cancel)
    while not execution.wait(60):
        continue
    return "" if execution.error is None or stop.reason else str(execution.error)
