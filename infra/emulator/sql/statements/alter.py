"""ALTER TABLE, VIEW, MATERIALIZED VIEW and STREAMING TABLE: each action is a function, found by its first words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from infra.emulator.sql import catalogue, lookup, result, rights
from infra.emulator.sql.errors import SqlError, Unsupported, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.statements import alter_columns, alter_namespaces, constraints, table_definition, tags, views
from infra.emulator.sql.statements.table_definition import Definition
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import registry
from infra.emulator.unity.relations import TABLE, Relation
from infra.emulator.unity.securables import SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

Action: TypeAlias = "Callable[[Session, Relation, Tokens], None]"


def alter(session: Session, tokens: Tokens) -> result.Result:
    """`ALTER kind name action`."""
    tokens.expect("ALTER")
    kind = tokens.take_one("TABLE", "VIEW", "MATERIALIZED", "STREAMING", "SCHEMA", "DATABASE", "CATALOG")
    if not kind:
        raise Unsupported(f"ALTER {tokens.word()}")
    if kind in ("SCHEMA", "DATABASE", "CATALOG"):
        return alter_namespaces.alter(session, tokens, kind)
    if kind in ("MATERIALIZED", "STREAMING"):
        tokens.take_one("VIEW", "TABLE")
    tokens.take("IF", "EXISTS")
    parts = tokens.name()
    name = session.full_name(parts)
    with session.workspace.lake.writing(str(name), *_new_name(session, tokens, name)):
        relation = catalogue.changeable(session, parts)
        if kind == "VIEW" and relation["table_type"] not in (*lookup.VIEWS, *lookup.DERIVED):
            raise SqlError(
                "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", f"ALTER VIEW expects a view but {name.quoted} is a table.", "42809"
            )
        _action(tokens)(session, relation, tokens)
        tokens.end()
    return result.empty()


def _new_name(session: Session, tokens: Tokens, old: FullName) -> list[str]:
    """The name that a rename is going to take, read ahead."""
    if not tokens.at("RENAME", "TO"):
        return []
    start = tokens.index
    tokens.expect("RENAME", "TO")
    parts = tokens.name()
    tokens.index = start
    return [str(_renamed(session, parts, old))]


def _renamed(session: Session, parts: tuple[str, ...], old: FullName) -> FullName:
    return session.full_name(parts if len(parts) > 1 else (old.catalog, old.schema, *parts))


def _action(tokens: Tokens) -> Action:
    for words, action in _ACTIONS:
        if tokens.take(*words):
            return action
    raise Unsupported(f"ALTER TABLE … {tokens.text(tokens.index)[:60]}")


def _rename(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`RENAME TO name`: within its catalog, into another schema too."""
    parts = tokens.name()
    old = lookup.name_of(relation)
    new = _renamed(session, parts, old)
    if new.catalog != old.catalog:
        raise Unsupported("a rename into another catalog")
    lookup.need_schema(session.workspace, new.catalog, new.schema)
    if new.schema != old.schema:
        rights.require(session.workspace, session.caller, "CREATE_TABLE", SCHEMA, new.parent)
    with session.workspace.store.transaction():
        if lookup.find(session.workspace, new) is not None:
            raise already_exists(*new)
        registry.rename(session.workspace, TABLE, str(old), str(new))


def _set_properties(session: Session, relation: Relation, tokens: Tokens) -> None:
    relation["properties"] |= tokens.pairs()
    catalogue.update(session, relation)


def _unset_properties(session: Session, relation: Relation, tokens: Tokens) -> None:
    tolerant = tokens.take("IF", "EXISTS")
    for key in tokens.listed(lambda: tokens.string() if tokens.at_string() else ".".join(tokens.name())):
        if relation["properties"].pop(key, None) is None and not tolerant:
            raise SqlError("UNSET_NONEXISTENT_PROPERTIES", f"Attempted to unset the nonexistent property {key}.", "42K0J")
    catalogue.update(session, relation)


def _owner(session: Session, relation: Relation, tokens: Tokens) -> None:
    relation["owner"] = registry.principal(session.workspace, tokens.string() if tokens.at_string() else tokens.identifier())
    catalogue.update(session, relation)


def _cluster(session: Session, relation: Relation, tokens: Tokens) -> None:
    columns, automatic = table_definition.clustering(tokens)
    relation.pop("clustering_columns", None)
    relation.pop("cluster_by_auto", None)
    if columns is not None:
        for column in columns:
            catalogue.find_column(relation, column.partition(".")[0])
        relation["clustering_columns"] = columns
    if automatic:
        relation["cluster_by_auto"] = True
    catalogue.update(session, relation)


def _set_filter(session: Session, relation: Relation, tokens: Tokens) -> None:
    chosen = table_definition.row_filter(tokens)
    for column in chosen["input_column_names"]:
        catalogue.find_column(relation, column)
    name = ".".join(session.full_name(tuple(chosen["function_name"].split("."))))
    relation["row_filter"] = {"function_name": name, "input_column_names": chosen["input_column_names"]}
    catalogue.update(session, relation)


def _drop_filter(session: Session, relation: Relation, _tokens: Tokens) -> None:
    relation.pop("row_filter", None)
    catalogue.update(session, relation)


def _schedule(session: Session, relation: Relation, tokens: Tokens) -> None:
    relation["schedule"] = table_definition.schedule(tokens)
    catalogue.update(session, relation)


def _drop_schedule(session: Session, relation: Relation, _tokens: Tokens) -> None:
    relation.pop("schedule", None)
    catalogue.update(session, relation)


def _query(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`AS query` of a view: what else the view has stays."""
    if relation["table_type"] != "VIEW":
        raise Unsupported("ALTER … AS of a materialized view or streaming table")
    definition = Definition(comment=relation.get("comment"), properties=relation["properties"])
    views.write(session, lookup.name_of(relation), definition, tokens.rest(), relation)


#: The first words of an action, longer ones before shorter ones.
_ACTIONS: list[tuple[tuple[str, ...], Action]] = [
    (("RENAME", "TO"), _rename),
    (("RENAME", "COLUMN"), alter_columns.rename),
    (("ADD", "COLUMNS"), alter_columns.add),
    (("ADD", "COLUMN"), alter_columns.add),
    (("ADD", "SCHEDULE"), lambda session, relation, tokens: _reread(session, relation, tokens, "SCHEDULE")),
    (("ADD", "TRIGGER"), lambda session, relation, tokens: _reread(session, relation, tokens, "TRIGGER")),
    (("ADD",), constraints.add),
    (("DROP", "COLUMNS"), alter_columns.drop),
    (("DROP", "COLUMN"), alter_columns.drop),
    (("DROP", "ROW", "FILTER"), _drop_filter),
    (("DROP", "SCHEDULE"), _drop_schedule),
    (("DROP",), constraints.drop),
    (("ALTER", "SCHEDULE"), lambda session, relation, tokens: _reread(session, relation, tokens, "SCHEDULE")),
    (("ALTER", "TRIGGER"), lambda session, relation, tokens: _reread(session, relation, tokens, "TRIGGER")),
    (("ALTER", "COLUMN"), alter_columns.alter),
    (("ALTER",), alter_columns.alter),
    (("CHANGE", "COLUMN"), alter_columns.alter),
    (("CHANGE",), alter_columns.alter),
    (("SET", "TBLPROPERTIES"), _set_properties),
    (("UNSET", "TBLPROPERTIES"), _unset_properties),
    (("SET", "TAGS"), tags.set_relation),
    (("UNSET", "TAGS"), tags.unset_relation),
    (("SET", "ROW", "FILTER"), _set_filter),
    (("SET", "OWNER", "TO"), _owner),
    (("OWNER", "TO"), _owner),
    (("CLUSTER", "BY"), _cluster),
    (("AS",), _query),
]


def _reread(session: Session, relation: Relation, tokens: Tokens, word: str) -> None:
    """A schedule, whose first word was already taken."""
    tokens.index -= 1
    if not tokens.at(word):
        raise tokens.fault()
    _schedule(session, relation, tokens)


STATEMENTS = {"ALTER": alter}
