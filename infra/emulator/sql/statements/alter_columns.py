"""Columns added, dropped, renamed, retyped; their comments, constraints, tags, masks and defaults.

The rows change first, then the document. A process killed in between leaves rows that the next start describes anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, writing
from infra.emulator.sql.errors import SqlError, Unsupported
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.statements import comments, table_definition, tags
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import parse as types
from infra.emulator.sql.types.duck import quote, to_duckdb
from infra.emulator.sql.types.wire import column as describe
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import Column, Constraint, Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def _change_rows(session: Session, relation: Relation, operation: str, actions: Sequence[str]) -> None:
    """Run `ALTER TABLE` actions on the physical table, as one commit."""
    if relation["physical"] is None:
        raise SqlError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", f"{lookup.name_of(relation).quoted} is a view.", "42809")
    with writing.transaction(session, changed=relation) as cursor:
        for action in actions:
            cursor.execute(f"alter table {lake.table(str(relation['physical']))} {action}")
        session.workspace.lake.commit(cursor, relation["table_id"], relation["physical"], operation, session.caller.name)


def add(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`ADD COLUMN[S] [(] name type [options] [FIRST | AFTER name], … [)]`, after these words."""
    added: list[tuple[Column, str]] = []
    found: list[Constraint] = []

    def one() -> None:
        tokens.take("IF", "NOT", "EXISTS")
        name = tokens.identifier()
        column = table_definition.column_definition(tokens, name, 0, found, relation["name"])
        place = "" if tokens.take("FIRST") else tokens.identifier() if tokens.take("AFTER") else None
        added.append((column, "\0" if place is None else place))

    if tokens.at("("):
        tokens.listed(one)
    else:
        one()
        while tokens.take(","):
            one()
    columns = relation["columns"]
    known = {column["name"].lower() for column in columns}
    for column, place in added:
        if column["name"].lower() in known:
            raise SqlError("FIELD_ALREADY_EXISTS", f"Cannot add column, because `{column['name']}` already exists.", "42710")
        if not column["nullable"]:
            raise SqlError("DELTA_ADD_COLUMN_NOT_NULL", f"The new column {column['name']} must be nullable.", "42000")
        at = len(columns) if place == "\0" else 0 if not place else _index(relation, place) + 1
        columns.insert(at, column)
    ordered = added[-1][1] != "\0"
    _change_rows(session, relation, "ADD COLUMNS", [f"add column {_defined(column)}" for column, _ in added])
    catalogue.renumber(columns)
    if ordered or any(place != "\0" for _, place in added):
        _reorder(session, relation)
    catalogue.update(session, relation)


def _index(relation: Relation, name: str) -> int:
    return relation["columns"].index(catalogue.find_column(relation, name))


def _defined(column: Column) -> str:
    return f"{quote(column['name'])} {to_duckdb(data_type(column))}"


def _reorder(session: Session, relation: Relation) -> None:
    """Give the rows a new physical table with the document's order of columns; the caller saves the document."""
    old, before = str(relation["physical"]), lookup.find(session.workspace, lookup.name_of(relation))
    names = ", ".join(quote(column["name"]) for column in relation["columns"])
    with writing.transaction(session, replaced=before) as cursor:
        relation["physical"] = writing.create_physical(session, relation["columns"])
        cursor.execute(f"insert into {lake.table(str(relation['physical']))} select {names} from {lake.table(old)}")
        session.workspace.lake.commit(
            cursor, relation["table_id"], str(relation["physical"]), "CHANGE COLUMN", session.caller.name
        )
    session.workspace.lake.discard(old)


def drop(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`DROP COLUMN[S] [IF EXISTS] name` or `(name, …)`, after these words."""
    tolerant = tokens.take("IF", "EXISTS")
    names = tokens.listed(tokens.identifier) if tokens.at("(") else [tokens.identifier()]
    while tokens.take(","):
        names.append(tokens.identifier())
    known = {column["name"].lower() for column in relation["columns"]}
    if tolerant:
        names = [name for name in names if name.lower() in known]
    dropped = [catalogue.find_column(relation, name) for name in names]
    if not dropped:
        return
    _change_rows(session, relation, "DROP COLUMNS", [f"drop column {quote(column['name'])}" for column in dropped])
    relation["columns"] = [column for column in relation["columns"] if column not in dropped]
    catalogue.renumber(relation["columns"])
    catalogue.update(session, relation)


def rename(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`RENAME COLUMN a TO b`, after the first two words."""
    old = catalogue.find_column(relation, tokens.identifier())
    tokens.expect("TO")
    name = tokens.identifier()
    _change_rows(session, relation, "RENAME COLUMN", [f"rename column {quote(old['name'])} to {quote(name)}"])
    _follow(relation, old["name"], name)
    old["name"] = name
    catalogue.renew(old)
    catalogue.update(session, relation)


def _follow(relation: Relation, old: str, new: str) -> None:
    """Let keys, partitions and clusters name a renamed column."""
    lists = [relation["partition_columns"], relation.get("clustering_columns") or []]
    lists += [constraint["columns"] for constraint in relation["constraints"] if "columns" in constraint]
    for names in lists:
        names[:] = [new if name.lower() == old.lower() else name for name in names]


def alter(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`[ALTER | CHANGE] [COLUMN] name action`, after these words."""
    name = tokens.name()
    if len(name) > 1:
        raise Unsupported("changes of a field inside a column")
    column = catalogue.find_column(relation, name[0])
    if tokens.take("SET", "TAGS"):
        tags.set_column(session, relation, column, tokens)
    elif tokens.take("UNSET", "TAGS"):
        tags.unset_column(session, relation, column, tokens)
    elif tokens.take("COMMENT"):
        comments.set_column(session, relation, column["name"], tokens.string())
    elif tokens.take("SET", "NOT", "NULL"):
        _set_nullable(session, relation, column, nullable=False)
    elif tokens.take("DROP", "NOT", "NULL"):
        _set_nullable(session, relation, column, nullable=True)
    elif tokens.take("TYPE") or tokens.take("SET", "DATA", "TYPE"):
        _retype(session, relation, column, tokens)
    elif tokens.at_one("SET", "DROP") and tokens.word(1) in ("MASK", "DEFAULT"):
        _mask_or_default(session, relation, column, tokens)
    elif tokens.at_one("FIRST", "AFTER"):
        _move(session, relation, column, tokens)
    else:
        _change(session, relation, column, tokens)


def _set_nullable(session: Session, relation: Relation, column: Column, *, nullable: bool) -> None:
    if column["nullable"] == nullable:
        return
    action = f"alter column {quote(column['name'])} {'drop' if nullable else 'set'} not null"
    _change_rows(session, relation, "CHANGE COLUMN", [action])
    column["nullable"] = nullable
    catalogue.renew(column)
    catalogue.update(session, relation)


def _retype(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    kind = types.read(tokens)
    if not _widens(data_type(column).name, kind.name):
        raise SqlError(
            "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP",
            f"ALTER TABLE CHANGE COLUMN is not supported for changing column {column['name']} from {column['type_text']}"
            f" to {kind.text()}.",
            "0AKDC",
        )
    _change_rows(session, relation, "CHANGE COLUMN", [f"alter column {quote(column['name'])} type {to_duckdb(kind)}"])
    retyped = describe(column["name"], kind, column["position"], nullable=column["nullable"], comment=column.get("comment"))
    column.update(retyped)
    catalogue.update(session, relation)


_WIDER = {
    "tinyint": {"smallint", "int", "bigint", "decimal", "double"},
    "smallint": {"int", "bigint", "decimal", "double"},
    "int": {"bigint", "decimal", "double"},
    "bigint": {"decimal"},
    "float": {"double"},
    "decimal": {"decimal"},
    "date": {"timestamp_ntz"},
    "char": {"varchar", "string"},
    "varchar": {"varchar", "string"},
    "void": set(),
}


def _widens(old: str, new: str) -> bool:
    """Whether Delta's type widening takes a column from one type to the other."""
    return old in (new, "void") or new in _WIDER.get(old, set())


def _mask_or_default(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    if tokens.take("SET", "MASK"):
        function = ".".join(session.full_name(tokens.name()))
        column["mask"] = {"function_name": function, "using_column_names": table_definition.using_columns(tokens)}
    elif tokens.take("DROP", "MASK"):
        column.pop("mask", None)
    elif tokens.take("SET", "DEFAULT"):
        column["default"] = tokens.rest()
        run.translate(session, parse.expression(column["default"]))
    else:
        tokens.expect("DROP", "DEFAULT")
        column.pop("default", None)
    catalogue.update(session, relation)


def _move(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    relation["columns"].remove(column)
    if tokens.take("FIRST"):
        at = 0
    else:
        tokens.expect("AFTER")
        at = _index(relation, tokens.identifier()) + 1
    relation["columns"].insert(at, column)
    catalogue.renumber(relation["columns"])
    _reorder(session, relation)
    catalogue.update(session, relation)


def _change(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    """Hive's form, `CHANGE COLUMN name name type [COMMENT …]`: here the type must stay."""
    if tokens.word() and not tokens.at_one("SET", "DROP", "TYPE"):
        if tokens.word(1) and tokens.identifier().lower() != column["name"].lower():
            raise Unsupported("CHANGE COLUMN with a new name", "Use RENAME COLUMN.")
        if types.read(tokens) != data_type(column):
            raise Unsupported("CHANGE COLUMN with a new type", "Use ALTER COLUMN … TYPE.")
        if tokens.take("COMMENT"):
            comments.set_column(session, relation, column["name"], tokens.string())
        return
    raise Unsupported(f"ALTER COLUMN … {tokens.text(tokens.index)[:60]}")
