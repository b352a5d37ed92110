"""A `sql_task` with a file: its statements, one after the other, on the task's warehouse as the run-as principal.

Queries, alerts and dashboards, which Databricks keeps outside of the job, are refused here. `parameters` are the values of
the file's `:name` markers, as strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import TokenType
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import TokenError

from infra.emulator.errors import InvalidParameter, NotImplementedHere
from infra.emulator.files import objects
from infra.emulator.jobs.task_outcome import Outcome, Stop
from infra.emulator.sql import bindings
from infra.emulator.sql.execution import Execution
from infra.emulator.store import Document
from infra.emulator.warehouses import warehouses
from infra.emulator.workspace import Caller, Workspace


@dataclass(frozen=True, slots=True)
class SqlRunner:
    """Runs SQL tasks."""

    workspace: Workspace

    def run(self, task: Document, settings: Document, principal: Caller, _folder: Path, stop: Stop) -> Outcome:
        """The task as `principal`, until a statement fails. Raises WorkspaceError."""
        text = self._text(task, settings, principal)
        warehouse_id = task["warehouse_id"]
        warehouses.use(self.workspace, principal, warehouse_id)
        given = [{"name": name, "value": value} for name, value in (task.get("parameters") or {}).items()]
        session = self.workspace.sql.open_session(principal)
        output: dict[str, Any] = {"warehouse_id": warehouse_id, "query_text": text, "sql_statements": []}
        try:
            for statement in statements(text):
                execution = self.workspace.sql.submit(session, statement, bindings.from_json(given), warehouse=warehouse_id)
                output["sql_statements"].append({"lookup_key": execution.id})
                if error := _error(execution, stop):
                    return Outcome("FAILED", "Workload failed, see run output for details", error, output=_shown(output))
                if stop.reason:
                    break
        finally:
            self.workspace.sql.close_session(session)
        return Outcome("SUCCESS", output=_shown(output))

    def _text(self, task: Document, settings: Document, principal: Caller) -> str:
        file = task.get("file")
        if not file:
            kind = next((name for name in ("query", "alert", "dashboard") if task.get(name)), "nothing")
            raise NotImplementedHere(f"A sql_task with {kind} is not supported by this workspace: it runs files only.")
        source = file.get("source") or ("GIT" if settings.get("git_source") else "WORKSPACE")
        if source != "WORKSPACE":
            raise NotImplementedHere(f"sql_task.file.source {source} is not supported by this workspace: it has no network.")
        _, content = objects.read(self.workspace, principal, objects.normalize(file["path"]))
        return content.decode(errors="replace")


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


def _shown(output: dict[str, Any]) -> dict[str, Any]:
    return {"sql_output": {"query_output": output}}
