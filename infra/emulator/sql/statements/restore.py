"""RESTORE and UNDROP: tables as they were, and tables that were."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result, rights, time_travel, writing
from infra.emulator.sql.errors import SqlError, Unsupported, already_exists, table_not_found
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import TIMESTAMP, DataType
from infra.emulator.unity import dropped
from infra.emulator.unity.relations import DROPPED, Relation
from infra.emulator.unity.securables import SCHEMA
from infra.emulator.warehouses import lake
from infra.emulator.warehouses.versions import Version

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def restore(session: Session, tokens: Tokens) -> result.Result:
    """`RESTORE [TABLE] t [TO] {VERSION AS OF n | TIMESTAMP AS OF expression}`: a new version with an old one's rows, columns,
    properties and checks."""
    tokens.expect("RESTORE")
    tokens.take("TABLE")
    name = session.full_name(tokens.name())
    tokens.take("TO")
    past = time_travel.read(tokens)
    if past is None:
        raise tokens.fault("expecting VERSION AS OF or TIMESTAMP AS OF")
    with session.workspace.lake.writing(str(name)):
        relation, _ = writing.target(session, name)
        version = _found(session, relation, past)
        return _restored(session, relation, version)


def _found(session: Session, relation: Relation, past: time_travel.Clause) -> Version:
    try:
        return time_travel.find(session, relation, past)
    except SqlError as error:
        if error.error_class == "DELTA_VERSION_NOT_FOUND":
            text = (
                str(error).partition("] ")[2].rpartition(" SQLSTATE")[0].replace("Cannot time travel Delta", "Cannot restore")
            )
            raise SqlError("DELTA_CANNOT_RESTORE_TABLE_VERSION", text, "22003") from error
        raise


def _restored(session: Session, relation: Relation, version: Version) -> result.Result:
    before = copy.deepcopy(relation)
    lakehouse, old = session.workspace.lake, str(relation["physical"])
    _describe_as(relation, version)
    with writing.transaction(session, replaced=before) as cursor:
        relation["physical"] = writing.create_physical(session, relation["columns"])
        cursor.execute(f"insert into {lake.table(str(relation['physical']))} select * from {lake.table(version.physical)}")
        parameters = {"version": str(version.number), "timestamp": "null"}
        metrics = {"numRestoredFiles": 1, "numRemovedFiles": 1}
        writing.record(session, relation, "RESTORE", parameters=parameters, metrics=metrics)
    catalogue.update(session, relation)
    size, removed = lakehouse.bytes(str(relation["physical"])), lakehouse.bytes(old)
    lakehouse.discard(old)
    return result.counts(
        table_size_after_restore=size,
        num_of_files_after_restore=1,
        num_removed_files=1,
        num_restored_files=1,
        removed_files_size=removed,
        restored_files_size=size,
    )


def _describe_as(relation: Relation, version: Version) -> None:
    """Give a document what belonged to a version; masks and tags are the catalog's, and stay with columns that stay."""
    now = {column["name"].lower(): column for column in relation["columns"]}
    described = copy.deepcopy(dict(version.described))
    checks = described.pop("checks")
    for column in described["columns"]:
        for own in ("mask", "tags"):
            column.pop(own, None)
            if own in now.get(column["name"].lower(), {}):
                column[own] = now[column["name"].lower()][own]
    relation["constraints"] = [each for each in relation["constraints"] if each["type"] != "CHECK"] + checks
    relation.update(described)  # type: ignore[typeddict-item]


def undrop(session: Session, tokens: Tokens) -> result.Result:
    """`UNDROP TABLE {t | WITH ID 'uuid'}`: by name the one that was dropped last."""
    tokens.expect("UNDROP")
    if not tokens.take("TABLE") and not tokens.take("MATERIALIZED", "VIEW"):
        raise Unsupported(f"UNDROP {tokens.word()}", "Only tables and materialized views come back.")
    found = _with_id(session, tokens) if tokens.take("WITH", "ID") else _named(session, tokens)
    tokens.end()
    name = lookup.name_of(found)
    with session.workspace.lake.writing(str(name)):
        lookup.need_schema(session.workspace, name.catalog, name.schema)
        if found["owner"] not in session.caller.principals:
            rights.require_manage(session.workspace, session.caller, SCHEMA, name.parent)
        rights.require(session.workspace, session.caller, "CREATE_TABLE", SCHEMA, name.parent)
        if lookup.find(session.workspace, name) is not None:
            raise already_exists(*name)
        dropped.restore(session.workspace, found)
    return result.empty()


def _named(session: Session, tokens: Tokens) -> Relation:
    name = session.full_name(tokens.name())
    for relation, _ in dropped.listed(session.workspace, name.parent):
        if relation["name"].lower() == name.name.lower():
            return relation
    raise table_not_found(*name)


def _with_id(session: Session, tokens: Tokens) -> Relation:
    table_id = tokens.string()
    kept = session.workspace.store.get(DROPPED, table_id)
    if kept is not None:
        schema = f"{kept['relation']['catalog_name']}.{kept['relation']['schema_name']}"
        for relation, _ in dropped.listed(session.workspace, schema):
            if relation["table_id"] == table_id:
                return relation
    raise SqlError("TABLE_OR_VIEW_NOT_FOUND", f"There is no dropped table with the id {table_id} that can come back.", "42P01")


def show_dropped(session: Session, tokens: Tokens) -> result.Result:
    """`SHOW TABLES DROPPED [{IN | FROM} schema] [LIMIT n]`, after these words."""
    parts = tokens.name() if tokens.take_one("IN", "FROM") else (session.schema,)
    catalog, schema = complete_schema(parts, session.catalog)
    limit = tokens.number() if tokens.take("LIMIT") else None
    tokens.end()
    lookup.use_schema(session.workspace, session.caller, catalog, schema)
    times: list[tuple[str, DataType] | str] = [(name, TIMESTAMP) for name in ("deletedAt", "createdAt", "updatedAt")]
    columns = ["catalogName", "schemaName", "tableName", "tableId", "tableType", *times, "createdBy", "owner", "comment"]
    rows = [
        (
            *(catalog, schema, relation["name"], relation["table_id"], relation["table_type"]),
            *(lake.moment(at) for at in (dropped_at, relation["created_at"], relation["updated_at"])),
            *(relation["created_by"], relation["owner"], relation.get("comment")),
        )
        for relation, dropped_at in dropped.listed(session.workspace, f"{catalog}.{schema}")
    ]
    return result.rows(columns, rows[:limit])


STATEMENTS = {"RESTORE": restore, "UNDROP": undrop}
