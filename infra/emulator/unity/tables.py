"""Unity Catalog tables, views and functions over REST: read, own, drop. Their documents are written by SQL.

Rendering of `infra.emulator.unity.relations` as databricks-sdk `catalog.TableInfo`, `FunctionInfo`;
https://docs.databricks.com/api/workspace/tables. Creation by REST is refused: rows come from SQL statements alone.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import Any

from infra.emulator.errors import NotImplementedHere
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import metastores, registry
from infra.emulator.unity.privileges import require_manage, require_visible, visible
from infra.emulator.unity.securables import CATALOG, FUNCTION, SCHEMA, TABLE, split
from infra.emulator.workspace import Caller, Workspace

_LONGEST_PAGE = 50
_COLUMN_FIELDS = (
    "name",
    "type_text",
    "type_name",
    "type_json",
    "position",
    "nullable",
    "comment",
    "type_precision",
    "type_scale",
    "partition_index",
    "mask",
)
_FIELDS = (
    "name",
    "catalog_name",
    "schema_name",
    "table_type",
    "data_source_format",
    "owner",
    "comment",
    "properties",
    "row_filter",
    "view_definition",
    "table_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
)


def render(workspace: Workspace, document: Document) -> Document:
    """A relation's document as the API's TableInfo."""
    full_name = full_name_of(document)
    body: Document = {name: document[name] for name in _FIELDS if document.get(name) is not None}
    body["full_name"] = full_name
    body["metastore_id"] = workspace.metastore_id
    body["columns"] = [
        {name: column[name] for name in _COLUMN_FIELDS if name in column} for column in document.get("columns", [])
    ]
    if "data_source_format" in body:
        default = f"{metastores.storage_root(workspace)}/tables/{document['table_id']}"
        body["storage_location"] = document.get("storage_location") or default
    if constraints := [_constraint(each) for each in document.get("constraints", []) if each["type"] != "CHECK"]:
        body["table_constraints"] = constraints
    return body


def full_name_of(document: Document) -> str:
    """The lower-cased full name, which is the document's key."""
    return f"{document['catalog_name']}.{document['schema_name']}.{document['name']}".lower()


def _constraint(constraint: Document) -> Document:
    if constraint["type"] == "PRIMARY KEY":
        return {"primary_key_constraint": {"name": constraint["name"], "child_columns": constraint.get("columns", [])}}
    return {
        "foreign_key_constraint": {
            "name": constraint["name"],
            "child_columns": constraint.get("columns", []),
            "parent_table": constraint.get("parent_table", ""),
            "parent_columns": constraint.get("parent_columns", []),
        }
    }


def change_owner(workspace: Workspace, caller: Caller, securable_type: str, full_name: str, owner: str) -> Document:
    """Hand a table, view or function to another principal."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, securable_type, full_name)
        require_manage(workspace, caller, securable_type, full_name)
        document["owner"] = registry.principal(workspace, owner)
        registry.touch(workspace, caller, document)
        workspace.store.put(securable_type, full_name, document, parent=full_name.rpartition(".")[0])
    return document


def drop(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """Delete a table, view or function, with its rows."""
    registry.fetch(workspace, securable_type, full_name)
    require_manage(workspace, caller, securable_type, full_name)
    registry.drop(workspace, securable_type, full_name)


def _named(request: Request, securable_type: str) -> str:
    full_name = request.parameters["full_name"].lower()
    split(full_name, 3, securable_type)
    return full_name


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name = _named(request, TABLE)
    document = registry.fetch(workspace, TABLE, full_name)
    require_visible(workspace, caller, TABLE, full_name)
    return render(workspace, document)


def _exists(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    full_name = _named(request, TABLE)
    registry.fetch(workspace, SCHEMA, full_name.rpartition(".")[0])
    found = workspace.store.get(TABLE, full_name) is not None
    return {"table_exists": found and visible(workspace, caller, TABLE, full_name)}


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    schema = _schema(workspace, caller, request)
    left_out = {name for name in ("columns", "properties") if request.flag(f"omit_{name}")}

    def show(document: Document) -> Document | None:
        if not visible(workspace, caller, TABLE, full_name_of(document)):
            return None
        return {name: value for name, value in render(workspace, document).items() if name not in left_out}

    return page(workspace, request, TABLE, schema, field="tables", show=show, longest=_LONGEST_PAGE)


def _schema(workspace: Workspace, caller: Caller, request: Request) -> str:
    schema = f"{request.required('catalog_name')}.{request.required('schema_name')}".lower()
    registry.fetch(workspace, SCHEMA, schema)
    require_visible(workspace, caller, SCHEMA, schema)
    return schema


def _summaries(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """databricks-sdk `TablesAPI.list_summaries`: names and types in a whole catalog; patterns are SQL's LIKE."""
    catalog = request.required("catalog_name").lower()
    registry.fetch(workspace, CATALOG, catalog)
    schemas, tables = (_like(request.query.get(f"{part}_name_pattern", "")) for part in ("schema", "table"))
    found = [
        {"full_name": key, "table_type": document["table_type"]}
        for schema, _ in workspace.store.list(SCHEMA, catalog)
        if schemas.match(schema.partition(".")[2])
        for key, document in workspace.store.list(TABLE, schema)
        if tables.match(document["name"]) and visible(workspace, caller, TABLE, key)
    ]
    return {"tables": found} if found else {}


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("%", "*").replace("_", "?") or "*"), re.IGNORECASE)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = change_owner(workspace, caller, TABLE, _named(request, TABLE), request.required("owner"))
    return render(workspace, document)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, TABLE, _named(request, TABLE))


def _create(_workspace: Workspace, _caller: Caller, _request: Request) -> None:
    raise NotImplementedHere("This workspace makes tables by SQL only: send CREATE TABLE to a SQL warehouse.")


def _render_function(workspace: Workspace, document: Document) -> Document:
    return {**document, "full_name": full_name_of(document), "metastore_id": workspace.metastore_id}


def _get_function(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name = _named(request, FUNCTION)
    document = registry.fetch(workspace, FUNCTION, full_name)
    require_visible(workspace, caller, FUNCTION, full_name)
    return _render_function(workspace, document)


def _list_functions(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    schema = _schema(workspace, caller, request)

    def show(document: Document) -> Document | None:
        if not visible(workspace, caller, FUNCTION, full_name_of(document)):
            return None
        return _render_function(workspace, document)

    return page(workspace, request, FUNCTION, schema, field="functions", show=show)


def _update_function(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = change_owner(workspace, caller, FUNCTION, _named(request, FUNCTION), request.required("owner"))
    return _render_function(workspace, document)


def _delete_function(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, FUNCTION, _named(request, FUNCTION))


_TABLES = "/api/2.1/unity-catalog/tables"
_FUNCTIONS = "/api/2.1/unity-catalog/functions"
routes = [
    Route("POST", _TABLES, _create),
    Route("GET", _TABLES, _list),
    Route("GET", f"{_TABLES}/{{full_name}}", _get),
    Route("GET", f"{_TABLES}/{{full_name}}/exists", _exists),
    Route("PATCH", f"{_TABLES}/{{full_name}}", _update),
    Route("DELETE", f"{_TABLES}/{{full_name}}", _delete),
    Route("GET", "/api/2.1/unity-catalog/table-summaries", _summaries),
    Route("GET", _FUNCTIONS, _list_functions),
    Route("GET", f"{_FUNCTIONS}/{{full_name}}", _get_function),
    Route("PATCH", f"{_FUNCTIONS}/{{full_name}}", _update_function),
    Route("DELETE", f"{_FUNCTIONS}/{{full_name}}", _delete_function),
]
