"""INSERT in all its forms: INTO, BY NAME, OVERWRITE, REPLACE WHERE, REPLACE USING, REPLACE ON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.emulator.sql import result, writing
from infra.emulator.sql.errors import SqlError, column_not_found
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.query.render import finish
from infra.emulator.sql.query.resolve import Resolver
from infra.emulator.sql.statements import evolution, incoming
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types.duck import quote
from infra.emulator.unity.relations import Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


@dataclass(slots=True)
class _Insert:
    """An INSERT as written."""

    name: tuple[str, ...]
    alias: str = ""
    evolve: bool = False
    by_name: bool = False
    overwrite: bool = False
    columns: list[str] = field(default_factory=list)
    partition: dict[str, str] = field(default_factory=dict)  # column to expression
    where: str = ""
    using: list[str] = field(default_factory=list)
    on: str = ""
    query: str = ""
    query_alias: str = ""


def insert(session: Session, tokens: Tokens) -> result.Result:
    """Run an INSERT; the rows that it removes and those that it adds are one commit."""
    written = _read(tokens)
    name = session.full_name(written.name)
    with session.workspace.lake.writing(str(name)):
        relation, _ = writing.target(session, name)
        source = incoming.stage(session, run.translate_text(session, written.query))
        try:
            with writing.transaction(session, changed=relation):
                if written.evolve:
                    evolution.add_missing(session, relation, source.columns)
                columns = _target_columns(relation, written, source)
                removal = _removal(session, relation, written, source, columns)
                if removal:
                    session.cursor.execute(removal)
                count = incoming.append(session, relation, source, columns, written.partition)
                mode = "Overwrite" if removal else "Append"
                metrics = {"numFiles": 1, "numOutputRows": count}
                writing.record(session, relation, "WRITE", parameters={"mode": mode}, metrics=metrics)
        finally:
            source.drop(session)
        if written.evolve:
            evolution.save(session, relation)
    return result.counts(num_affected_rows=count, num_inserted_rows=count)


def _read(tokens: Tokens) -> _Insert:
    tokens.expect("INSERT")
    evolve = tokens.take("WITH", "SCHEMA", "EVOLUTION")
    overwrite = tokens.take("OVERWRITE")
    if not overwrite:
        tokens.take("INTO")
    tokens.take("TABLE")
    written = _Insert(tokens.name(), evolve=evolve, overwrite=overwrite)
    if tokens.take("PARTITION"):
        written.partition = dict(tokens.listed(lambda: _partition(tokens)))
        tokens.take("IF", "NOT", "EXISTS")
    if tokens.at("AS") or (
        not tokens.at_one("(", "BY", "REPLACE", "SELECT", "VALUES", "WITH", "TABLE", "FROM") and tokens.word()
    ):
        tokens.take("AS")
        written.alias = tokens.identifier()
    if tokens.take("BY", "NAME"):
        written.by_name = True
    elif tokens.at("(") and tokens.word(1) not in ("SELECT", "WITH", "VALUES", "FROM", "TABLE", "("):
        written.columns = tokens.listed(tokens.identifier)
    if tokens.take("REPLACE"):
        _read_replace(tokens, written)
    elif tokens.take("TABLE"):
        written.query = f"select * from {tokens.rest()}"
    else:
        written.query = tokens.rest()
    return written


def _partition(tokens: Tokens) -> tuple[str, str]:
    name = tokens.identifier()
    return name, tokens.until(",", ")") if tokens.take("=") else ""


def _read_replace(tokens: Tokens, written: _Insert) -> None:
    if tokens.take("WHERE"):
        written.where = tokens.until("SELECT", "VALUES", "WITH", "TABLE", "FROM")
    elif tokens.take("USING"):
        written.using = tokens.listed(tokens.identifier)
    else:
        tokens.expect("ON")
        written.on = tokens.inside() if tokens.at("(") else tokens.until("SELECT", "VALUES", "WITH", "TABLE", "FROM", "(")
    if tokens.take("TABLE"):
        written.query = f"select * from {tokens.rest()}"
    elif tokens.at("("):
        written.query = tokens.inside()
        if tokens.take("AS") or not tokens.done:
            written.query_alias = tokens.identifier()
        tokens.end()
    else:
        written.query = tokens.rest()


def _removal(session: Session, relation: Relation, written: _Insert, source: incoming.Source, columns: list[str]) -> str:
    """The DuckDB DELETE that goes before, empty if nothing is removed. The source's columns go to `columns`."""
    target = lake.table(str(relation["physical"]))
    if written.where:
        condition = run.translate(session, parse.expression(written.where, session.parameters))
        incoming.need_all(session, source, relation, condition, written.where)
        return f"delete from {target} where {condition}"
    if written.using:
        keys = written.using
    elif written.on:
        alias = quote(written.alias or relation["name"])
        return f"delete from {target} as {alias} where exists ({_matching(session, written, source)})"
    elif (written.overwrite and any(not value for value in written.partition.values())) or _dynamic(session, relation, written):
        keys = relation["partition_columns"]
    elif written.overwrite and written.partition:
        return f"delete from {target} where " + " and ".join(
            f"{quote(column)} is not distinct from {run.translate(session, parse.expression(value))}"
            for column, value in written.partition.items()
        )
    else:
        return f"delete from {target}" if written.overwrite else ""
    from_source = {column.lower(): name for column, (name, _) in zip(columns, source.columns, strict=True)}
    for key in keys:
        if key.lower() not in from_source:
            raise column_not_found(key, columns)
    matched = " and ".join(f"_t.{quote(key)} is not distinct from _s.{quote(from_source[key.lower()])}" for key in keys)
    return f"delete from {target} as _t where exists (select 1 from {source.table} as _s where {matched})"


def _dynamic(session: Session, relation: Relation, written: _Insert) -> bool:
    mode = session.settings.get("spark.sql.sources.partitionoverwritemode", "static").lower()
    return written.overwrite and mode == "dynamic" and bool(relation["partition_columns"]) and not written.partition


def _matching(session: Session, written: _Insert, source: incoming.Source) -> str:
    """`select 1 from source where condition`, whose names are the two aliases, so nothing in it is looked up."""
    condition = parse.expression(written.on, session.parameters)
    Resolver(session).resolve(condition, session.frame)
    alias = quote(written.query_alias or "_source")
    return f"select 1 from {source.table} as {alias} where {finish(session, condition)}"


def _target_columns(relation: Relation, written: _Insert, source: incoming.Source) -> list[str]:
    """The table's columns that the source's columns go to, in the source's order. Raises SqlError if they do not fit."""
    known = {column["name"].lower(): column["name"] for column in relation["columns"]}
    given = [name for name, _ in source.columns]
    if written.by_name:
        for name in given:
            if name.lower() not in known:
                raise column_not_found(name, list(known.values()))
        return [known[name.lower()] for name in given]
    if written.columns:
        wanted = written.columns
        for name in wanted:
            if name.lower() not in known:
                raise column_not_found(name, list(known.values()))
    else:
        fixed = {name.lower() for name, value in written.partition.items() if value}
        wanted = [
            column["name"]
            for column in relation["columns"]
            if column["name"].lower() not in fixed and "generated" not in column
        ]
        if len(given) < len(wanted):
            wanted = [name for name in wanted if not _filled(relation, name)]
    if len(given) != len(wanted):
        few = "NOT_ENOUGH_DATA_COLUMNS" if len(given) < len(wanted) else "TOO_MANY_DATA_COLUMNS"
        raise SqlError(
            f"INSERT_COLUMN_ARITY_MISMATCH.{few}",
            f"Cannot write to {relation['name']}, the reason is {few.lower().replace('_', ' ')}:\n"
            f"Table columns: {', '.join(wanted)}.\nData columns: {', '.join(given)}.",
            "21S01",
        )
    return [known[name.lower()] for name in wanted]


def _filled(relation: Relation, name: str) -> bool:
    """Whether the column gets its value without being given one."""
    return any(column["name"] == name and ("identity" in column or "default" in column) for column in relation["columns"])


STATEMENTS = {"INSERT": insert}
