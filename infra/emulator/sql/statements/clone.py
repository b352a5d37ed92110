"""CREATE TABLE … CLONE and … LIKE: tables after the picture of others."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result, rights, writing
from infra.emulator.sql.errors import SqlError, Unsupported, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import TABLE, Relation, TableType
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_COPIED = ("comment", "properties", "partition_columns", "clustering_columns", "cluster_by_auto", "data_source_format")


def clone(session: Session, tokens: Tokens, name: FullName, *, replace: bool, tolerant: bool) -> result.Result:
    """`[SHALLOW | DEEP] CLONE source [TBLPROPERTIES (…)] [LOCATION …]`: the rows are copied in both cases."""
    shallow = tokens.take("SHALLOW")
    tokens.take("DEEP")
    tokens.expect("CLONE")
    source_name = session.full_name(tokens.name())
    if tokens.at_one("VERSION", "TIMESTAMP"):
        raise Unsupported("time travel (VERSION AS OF, TIMESTAMP AS OF)")
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
        return _copy(
            session, name, _source(session, source_name), former, shallow=shallow, properties=properties, location=location
        )


def _source(session: Session, name: FullName) -> Relation:
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
    if relation["physical"] is None:
        raise SqlError("DELTA_CLONE_UNSUPPORTED_SOURCE", f"Unsupported clone source '{name}', whose format is View.", "0AKDC")
    return relation


def _copy(
    session: Session,
    name: FullName,
    source: Relation,
    former: Relation | None,
    *,
    shallow: bool,
    properties: dict[str, str],
    location: str | None,
) -> result.Result:
    base = "EXTERNAL" if location else "MANAGED"
    table_type: TableType = ("EXTERNAL_SHALLOW_CLONE" if location else "MANAGED_SHALLOW_CLONE") if shallow else base  # type: ignore[assignment]
    relation = _pictured(session, name, source, table_type)
    relation["properties"] = relation["properties"] | properties
    if location:
        relation["storage_location"] = location
    if former is not None:
        catalogue.succeed(relation, former)
    lakehouse = session.workspace.lake
    with writing.transaction(session) as cursor:
        relation["physical"] = writing.create_physical(session, relation["columns"])
        cursor.execute(
            f"insert into {lake.table(str(relation['physical']))} select * from {lake.table(str(source['physical']))}"
        )
        rows = lake.first(cursor, f"select count(*) from {lake.table(str(relation['physical']))}")
        parameters = {"source": str(lookup.name_of(source)), "isShallow": str(shallow).lower()}
        writing.record(session, relation, "CLONE", parameters=parameters, metrics={"sourceNumOfFiles": 1})
    catalogue.put(session, relation)
    if former is not None and former["physical"] is not None:
        lakehouse.discard(former["physical"])
    size = lakehouse.bytes(str(relation["physical"])) if rows and rows[0] else 0
    return result.counts(
        source_table_size=size,
        source_num_of_files=1,
        num_removed_files=0,
        num_copied_files=0 if shallow else 1,
        removed_files_size=0,
        copied_files_size=0 if shallow else size,
    )


def _pictured(session: Session, name: FullName, source: Relation, table_type: TableType) -> Relation:
    copied = {key: copy.deepcopy(source.get(key)) for key in _COPIED}
    columns = copy.deepcopy(source["columns"])
    for column in columns:
        for own in ("mask", "tags"):
            column.pop(own, None)  # type: ignore[misc]
    constraints = [copy.deepcopy(each) for each in source["constraints"] if each["type"] == "CHECK"]
    return catalogue.new(session, name, table_type, columns, physical=None, constraints=constraints, **copied)


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
        relation = _pictured(session, name, lookup.get(session.workspace, session.caller, source_name), "MANAGED")
        relation["properties"], relation["constraints"] = properties, []
        with writing.transaction(session):
            relation["physical"] = writing.create_physical(session, relation["columns"])
            writing.record(session, relation, "CREATE TABLE")
        catalogue.put(session, relation)
    return result.empty()
