"""`databricks:index/sqlTable:SqlTable`: tables and views, made and changed by SQL statements on a warehouse.

Read through `/api/2.1/unity-catalog/tables`, which knows nothing of the program's own properties, options and cluster keys:
these stay as given, and `effectiveProperties` shows what the table really has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties, Value, contains_unknown
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Absent, Incomplete
from infra.providers.databricks.resource import Resource, found, joined, made_since, path
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Shape,
    flag,
    mapping,
    text,
    texts,
    unsupported,
    zero_blocks,
)
from infra.providers.databricks.unity import table_statements
from infra.providers.databricks.unity.spelling import any_case, slashed
from infra.providers.databricks.workspace import Workspace

_TABLES: Final = "/api/2.1/unity-catalog/tables"
_STATEMENTS: Final = "/api/2.0/sql/statements"
_EXPLICIT: Final = "delta.identity.allowExplicitInsert"


def _same_type(old: Value, new: Value) -> bool:
    return table_statements.normal_type(old) == table_statements.normal_type(new)


def _same_text(old: Value, new: Value) -> bool:
    return str(old).split() == str(new).split()


class SqlTable(Resource):
    """A table or view. Its id is `catalog.schema.name`; renaming is an update in place."""

    token = "databricks:index/sqlTable:SqlTable"
    shape = Shape(
        text("catalogName", required=True, replaces=True, alike=any_case),
        unsupported("clusterId", "text", computed=True),
        texts("clusterKeys", local=True),
        zero_blocks(
            "columns",
            text("comment"),
            text("identity", choices=("always", "default")),
            text("name", required=True),
            flag("nullable", default=True),
            text("type", api="type_text", computed=True, alike=_same_type),
            text("typeJson", computed=True, derived=True),
            wire="column",
            api="columns",
            computed=True,
        ),
        text("comment"),
        text("dataSourceFormat", computed=True, replaces=True, alike=any_case),
        mapping("effectiveProperties", output=True, api="properties"),
        text("name", default=AUTO_NAME, alike=any_case),
        mapping("options", local=True, replaces=True),
        text("owner", computed=True),
        texts("partitions", computed=True, replaces=True, absent=[]),
        mapping("properties", local=True),
        PROVIDER_CONFIG,
        text("schemaName", required=True, replaces=True, alike=any_case),
        text("storageCredentialName", local=True, replaces=True),
        text("storageLocation", computed=True, alike=slashed),
        text("tableId", output=True),
        text("tableType", required=True, replaces=True, choices=("MANAGED", "EXTERNAL", "VIEW")),
        text("viewDefinition", alike=_same_text),
        text("warehouseId", local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        if not inputs.get("warehouseId"):
            yield CheckFailure("warehouseId", "names the warehouse that runs the statements: clusters are not supported here")
        if inputs.get("partitions") and inputs.get("clusterKeys"):
            yield CheckFailure("partitions", "and clusterKeys exclude one another")

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "catalogName", "schemaName", "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_TABLES, id)), since) else None

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        """A view's comment cannot be changed; a property that the table has otherwise than the program says has drifted.

        Raises ProviderError for a change of columns that cannot be made.
        """
        columns = news.get("columns")
        if isinstance(columns, list) and not contains_unknown(columns):
            table_statements.check_columns(olds.get("columns") or [], columns)
        for at, kind, forces in super().differences(olds, news):
            yield at, kind, forces or (at == "comment" and table_statements.is_view(news))
        held, wanted = olds.get("effectiveProperties") or {}, news.get("properties")
        if isinstance(wanted, dict):
            for key, value in wanted.items():
                if held.get(key) != value:
                    yield f"effectiveProperties.{key}", "update" if key in held else "add", False

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        _run(workspace, inputs, table_statements.create(inputs))
        try:
            if inputs.get("owner"):
                workspace.patch(path(_TABLES, id), {"owner": inputs["owner"]})
            return id, self._stored(workspace, id, workspace.get(path(_TABLES, id)), inputs)
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, {}, inputs), error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_TABLES, id))
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        for statement in table_statements.changes(olds, news):
            _run(workspace, news, statement)
        id = self.identity(news)
        if news.get("owner") not in (None, "", olds.get("owner")):
            workspace.patch(path(_TABLES, id), {"owner": news["owner"]})
        return self._stored(workspace, id, workspace.get(path(_TABLES, id)), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        if found(workspace, path(_TABLES, id)) is None:
            raise Absent(f"{id} does not exist")
        _run(workspace, outputs, table_statements.drop(outputs))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        columns = [{**column, "identity": _identity(column)} for column in answer.get("columns") or ()]
        indexed = sorted((column["partition_index"], column["name"]) for column in columns if "partition_index" in column)
        told = {**answer, "partitions": [name for _, name in indexed]}
        return self.outputs(workspace, id, told | ({"columns": columns} if columns else {}), known)


def _identity(column: Answer) -> str:
    """Out of Spark's own description of a column, which alone tells."""
    try:
        metadata = json.loads(column.get("type_json") or "{}").get("metadata") or {}
    except ValueError:
        return ""
    if "delta.identity.start" not in metadata or _EXPLICIT not in metadata:
        return ""
    return "default" if metadata[_EXPLICIT] else "always"


def _run(workspace: Workspace, values: Properties, statement: str) -> None:
    """Run a statement to its end. Raises ProviderError with what the warehouse says."""
    body = {
        "statement": statement,
        "warehouse_id": values["warehouseId"],
        "wait_timeout": "50s",
        "on_wait_timeout": "CANCEL",
    }
    status: dict[str, Any] = workspace.post(_STATEMENTS, body).get("status") or {}
    if status.get("state") != "SUCCEEDED":
        why = (status.get("error") or {}).get("message") or f"it ended as {status.get('state')}"
        raise ProviderError(f"{statement.splitlines()[0]}: {why}")
