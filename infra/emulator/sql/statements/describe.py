"""DESCRIBE: relations, columns, queries, schemas, catalogs, functions, history, detail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result, rights
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.query import run
from infra.emulator.sql.query.frame import TemporaryView
from infra.emulator.sql.statements import describe_json, table_information
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import BIGINT, INT, STRING, TIMESTAMP, DataType
from infra.emulator.unity import registry
from infra.emulator.unity.relations import FUNCTION, TABLE, Relation
from infra.emulator.unity.securables import CATALOG, SCHEMA
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_COLUMNS = ["col_name", "data_type", "comment"]
_STRINGS = DataType("map", key=STRING, value=STRING)


def describe(session: Session, tokens: Tokens) -> result.Result:
    """`DESCRIBE what`."""
    tokens.next()
    if tokens.take("HISTORY"):
        return _history(session, tokens)
    if tokens.take("DETAIL"):
        return _detail(session, tokens)
    if tokens.at_one("SCHEMA", "DATABASE", "CATALOG") and tokens.word(1) != "":
        return _namespace(session, tokens)
    if tokens.take("FUNCTION"):
        return _function(session, tokens)
    if tokens.take("QUERY") or tokens.at_one("SELECT", "WITH", "VALUES", "FROM", "("):
        columns = run.describe(session, run.translate_text(session, tokens.rest()))
        return result.rows(_COLUMNS, [(name, kind.text(), None) for name, kind in columns])
    tokens.take("TABLE")
    extended = bool(tokens.take_one("EXTENDED", "FORMATTED"))
    relation = _relation(session, tokens.name())
    if tokens.take("AS", "JSON"):
        return result.rows(["json_metadata"], [(json.dumps(describe_json.body(session, relation)),)])
    if not tokens.done:
        return _column(relation, tokens.name()[-1])
    return result.rows(_COLUMNS, _rows(session, relation, extended=extended))


def _relation(session: Session, parts: tuple[str, ...]) -> Relation:
    if len(parts) == 1 and (view := session.temporary_views.get(parts[0].lower())) is not None:
        return _of_temporary(session, view)
    name = session.full_name(parts)
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require_visible(session.workspace, session.caller, TABLE, str(name))
    return relation


def _of_temporary(session: Session, view: TemporaryView) -> Relation:
    columns = catalogue.columns_of(run.describe(session, run.translate_text(session, f"select * from `{view.name}`")))
    return catalogue.new(
        session,
        session.full_name((view.name,)),
        "VIEW",
        columns,
        physical=None,
        comment=view.comment,
        view_definition=view.definition,
        view_catalog=view.catalog,
        view_schema=view.schema,
    )


def _rows(session: Session, relation: Relation, *, extended: bool) -> list[tuple[str, str, str | None]]:
    rows: list[tuple[str, str, str | None]] = [
        (column["name"], column["type_text"], column.get("comment")) for column in relation["columns"]
    ]
    shown = {row[0].lower(): row for row in rows}
    if relation["partition_columns"]:
        rows += [("# Partition Information", "", ""), ("# col_name", "data_type", "comment")]
        rows += [shown[name.lower()] for name in relation["partition_columns"]]
    if relation.get("clustering_columns"):
        rows += [("# Clustering Information", "", ""), ("# col_name", "data_type", "comment")]
        rows += [shown[name.lower()] for name in relation["clustering_columns"] if name.lower() in shown]
    if not extended:
        return rows
    rows += [("", "", ""), ("# Detailed Table Information", "", "")]
    rows += [(key, value, "") for key, value in table_information.items(session, relation)]
    if relation["table_type"] in lookup.DERIVED:
        rows += [("", "", ""), ("# Refresh Information", "", "")]
        rows += [("Refresh Schedule", relation.get("schedule", "MANUAL").removeprefix("SCHEDULE "), "")]
    if relation["constraints"]:
        rows += [("", "", ""), ("# Constraints", "", "")]
        rows += [(each["name"], describe_json.constraint_text(each), "") for each in relation["constraints"]]
    return rows


def _column(relation: Relation, name: str) -> result.Result:
    column = catalogue.find_column(relation, name)
    rows = [("col_name", column["name"]), ("data_type", column["type_text"]), ("comment", column.get("comment") or "NULL")]
    return result.rows(["info_name", "info_value"], rows)


def _history(session: Session, tokens: Tokens) -> result.Result:
    """`DESCRIBE HISTORY t [LIMIT n]`."""
    relation = _relation(session, tokens.name())
    limit = tokens.number() if tokens.take("LIMIT") else None
    tokens.end()
    columns: list[tuple[str, DataType] | str] = [
        ("version", BIGINT),
        ("timestamp", TIMESTAMP),
        "userId",
        "userName",
        "operation",
        ("operationParameters", _STRINGS),
        ("operationMetrics", _STRINGS),
        "engineInfo",
    ]
    commits = session.workspace.lake.history(relation["table_id"])[:limit]
    rows = [
        (
            commit.version,
            lake.moment(commit.at),
            None,
            commit.user,
            commit.operation,
            list(commit.parameters.items()),
            list(commit.metrics.items()),
            "Databricks-Runtime/local",
        )
        for commit in commits
    ]
    return result.rows(columns, rows)


def _detail(session: Session, tokens: Tokens) -> result.Result:
    """`DESCRIBE DETAIL t`."""
    relation = _relation(session, tokens.name())
    tokens.end()
    size = 0 if relation["physical"] is None else session.workspace.lake.bytes(relation["physical"])
    strings = DataType("array", element=STRING)
    columns: list[tuple[str, DataType] | str] = [
        "format", "id", "name", "description", "location", ("createdAt", TIMESTAMP), ("lastModified", TIMESTAMP),
        ("partitionColumns", strings), ("clusteringColumns", strings), ("numFiles", BIGINT), ("sizeInBytes", BIGINT),
        ("properties", _STRINGS), ("minReaderVersion", INT), ("minWriterVersion", INT),
    ]  # fmt: skip
    row = (
        "delta",
        relation["table_id"],
        str(lookup.name_of(relation)),
        relation.get("comment"),
        table_information.location(relation),
        datetime.fromtimestamp(relation["created_at"] / 1000, UTC),
        datetime.fromtimestamp(relation["updated_at"] / 1000, UTC),
        relation["partition_columns"],
        relation.get("clustering_columns", []),
        1 if size else 0,
        size,
        list(relation["properties"].items()),
        1,
        2,
    )
    return result.rows(columns, [row])


def _namespace(session: Session, tokens: Tokens) -> result.Result:
    """`DESCRIBE {SCHEMA | CATALOG} [EXTENDED] name`."""
    kind = tokens.next().text.upper()
    extended = tokens.take("EXTENDED")
    if kind == "CATALOG":
        name = tokens.identifier().lower()
        lookup.need_catalog(session.workspace, name)
        securable, items = CATALOG, [("Catalog Name", name)]
    else:
        catalog, schema = complete_schema(tokens.name(), session.catalog)
        lookup.need_schema(session.workspace, catalog, schema)
        name = f"{catalog}.{schema}"
        securable, items = SCHEMA, [("Catalog Name", catalog), ("Namespace Name", schema)]
    tokens.end()
    rights.require_visible(session.workspace, session.caller, securable, name)
    document = registry.fetch(session.workspace, securable, name)
    items += [("Comment", document.get("comment") or ""), ("Location", document.get("storage_location") or "")]
    items.append(("Owner", document["owner"]))
    if extended:
        pairs = ", ".join(f"({key},{value})" for key, value in sorted((document.get("properties") or {}).items()))
        items.append(("Properties", f"({pairs})" if pairs else ""))
    return result.rows(
        [
            "database_description_item" if securable == SCHEMA else "info_name",
            "database_description_value" if securable == SCHEMA else "info_value",
        ],
        items,
    )


def _function(session: Session, tokens: Tokens) -> result.Result:
    tokens.take("EXTENDED")
    name = session.full_name(tokens.name())
    document = registry.fetch(session.workspace, FUNCTION, str(name))
    rights.require_visible(session.workspace, session.caller, FUNCTION, str(name))
    lines = [f"Function: {name}", "Type: SCALAR", f"Returns: {document['full_data_type']}", f"Owner: {document['owner']}"]
    lines.append(f"Body: {document['routine_definition']}")
    return result.rows(["function_desc"], [(line,) for line in lines])


STATEMENTS = {"DESCRIBE": describe, "DESC": describe}
