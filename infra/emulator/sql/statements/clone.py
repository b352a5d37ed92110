"""CREATE TABLE … CLONE and … LIKE: tables after the picture of others."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from infra.emulator.sql import catalogue, lookup, result, rights, time_travel, writing
from infra.emulator.sql.errors import SqlError, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import guards
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import paths
from infra.emulator.unity.relations import TABLE, Relation, TableType
from infra.emulator.warehouses import lake, versions
from infra.emulator.warehouses.versions import Version

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_COPIED = ("comment", "properties", "partition_columns", "clustering_columns", "cluster_by_auto", "data_source_format")


def clone(session: Session, tokens: Tokens, name: FullName, *, replace: bool, tolerant: bool) -> result.Result:
    """`[SHALLOW | DEEP] CLONE source [VERSION | TIMESTAMP AS OF …] [TBLPROPERTIES (…)] [LOCATION …]`.

    The rows are copied in both cases, so that neither table sees what is written to the other. A deep clone onto an earlier
    clone of the same version copies nothing.
    """
    shallow = tokens.take("SHALLOW")
    tokens.take("DEEP")
    tokens.expect("CLONE")
    source_name = session.full_name(tokens.name())
    past = time_travel.read(tokens)
    properties = tokens.pairs() if tokens.take("TBLPROPERTIES") else {}
    location = tokens.string() if tokens.take("LOCATION") else None
    tokens.end()
    with session.workspace.lake.writing(str(name)):
        former = lookup.find(session.workspace, name)
        if former is not None and tolerant:
            return result.empty()
        if former is not None:
            if not replace:
                raise already_exists(*name)
            catalogue.changeable(session, tuple(name))
        source = _source(session, source_name)
        version = (
            time_travel.find(session, source, past) if past is not None else versions.latest(session.workspace.lake, source)
        )
        return _copy(session, name, source, version, former, shallow=shallow, properties=properties, location=location)


def _source(session: Session, name: FullName) -> Relation:
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
    if relation["physical"] is None:
        raise SqlError("DELTA_CLONE_UNSUPPORTED_SOURCE", f"Unsupported clone source '{name}', whose format is View.", "0AKDC")
    guards.refuse(session, relation, "CLONE")
    return relation


def _copy(
    session: Session,
    name: FullName,
    source: Relation,
    version: Version,
    former: Relation | None,
    *,
    shallow: bool,
    properties: dict[str, str],
    location: str | None,
) -> result.Result:
    base = "EXTERNAL" if location else "MANAGED"
    table_type: TableType = ("EXTERNAL_SHALLOW_CLONE" if location else "MANAGED_SHALLOW_CLONE") if shallow else base  # type: ignore[assignment]
    relation = _pictured(session, name, source, version.described, table_type)
    relation["properties"] = relation["properties"] | properties
    if location:
        paths.require_external(session.workspace, session.caller, location, TABLE, but=str(name))
        relation["storage_location"] = location
    if former is not None:
        catalogue.succeed(relation, former)
    lakehouse = session.workspace.lake
    parameters = {
        "source": str(lookup.name_of(source)),
        "sourceId": source["table_id"],
        "sourceVersion": str(version.number),
        "isShallow": str(shallow).lower(),
    }
    if former is not None and _is_up_to_date(lakehouse, former, parameters):
        relation["physical"] = former["physical"]
        with writing.transaction(session):
            writing.record(session, relation, "CLONE", parameters=parameters, metrics={"numCopiedFiles": 0})
        catalogue.put(session, relation)
        return _counted(lakehouse, relation, copied=0, removed=0, removed_size=0)
    with writing.transaction(session, replaced=former) as cursor:
        relation["physical"] = writing.create_physical(session, relation["columns"])
        cursor.execute(f"insert into {lake.table(str(relation['physical']))} select * from {lake.table(version.physical)}")
        writing.record(session, relation, "CLONE", parameters=parameters, metrics={"numCopiedFiles": 0 if shallow else 1})
    catalogue.put(session, relation)
    removed = 0
    if former is not None and former["physical"] is not None:
        removed = lakehouse.bytes(former["physical"])
        lakehouse.discard(former["physical"])
    return _counted(lakehouse, relation, copied=0 if shallow else 1, removed=int(former is not None), removed_size=removed)


def _is_up_to_date(lakehouse: lake.Lake, former: Relation, parameters: dict[str, str]) -> bool:
    """Whether a table's latest version is a clone of the same version: then nothing is copied again."""
    commits = lakehouse.history(former["table_id"])
    return bool(commits) and commits[0].operation == "CLONE" and commits[0].parameters == parameters


def _counted(lakehouse: lake.Lake, relation: Relation, *, copied: int, removed: int, removed_size: int) -> result.Result:
    size = lakehouse.bytes(str(relation["physical"]))
    return result.counts(
        source_table_size=size,
        source_num_of_files=1,
        num_removed_files=removed,
        num_copied_files=copied,
        removed_files_size=removed_size,
        copied_files_size=size * copied,
    )


def _pictured(
    session: Session, name: FullName, source: Relation, described: Mapping[str, Any], table_type: TableType
) -> Relation:
    copied = {key: copy.deepcopy(described.get(key, source.get(key))) for key in _COPIED}
    columns = copy.deepcopy(described["columns"])
    for column in columns:
        for own in ("mask", "tags"):
            column.pop(own, None)
    return catalogue.new(
        session, name, table_type, columns, physical=None, constraints=copy.deepcopy(described["checks"]), **copied
    )


def like(session: Session, tokens: Tokens, name: FullName, *, tolerant: bool) -> result.Result:
    """`LIKE source [USING DELTA] [TBLPROPERTIES (…)]`: the columns without the rows."""
    tokens.expect("LIKE")
    source_name = session.full_name(tokens.name())
    if tokens.take("USING"):
        tokens.expect("DELTA")
    properties = tokens.pairs() if tokens.take("TBLPROPERTIES") else {}
    tokens.end()
    with session.workspace.lake.writing(str(name)):
        if lookup.find(session.workspace, name) is not None:
            if tolerant:
                return result.empty()
            raise already_exists(*name)
        source = lookup.get(session.workspace, session.caller, source_name)
        relation = _pictured(session, name, source, versions.describe(source), "MANAGED")
        relation["properties"], relation["constraints"] = properties, []
        with writing.transaction(session):
            relation["physical"] = writing.create_physical(session, relation["columns"])
            writing.record(session, relation, "CREATE TABLE")
        catalogue.put(session, relation)
    return result.empty()
