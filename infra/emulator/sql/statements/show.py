"""SHOW: what there is, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from infra.emulator.sql import lookup, result, rights
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.names import INFORMATION_SCHEMA, SYSTEM, complete_schema
from infra.emulator.sql.statements import grants, patterns, restore, show_create, table_information
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import BOOLEAN, INT
from infra.emulator.unity import privileges
from infra.emulator.unity.relations import FUNCTION, TABLE, Relation
from infra.emulator.unity.securables import CATALOG, SCHEMA

if TYPE_CHECKING:
    import re

    from infra.emulator.sql.session import Session


def show(session: Session, tokens: Tokens) -> result.Result:
    """`SHOW what …`."""
    tokens.expect("SHOW")
    for words, handler in _HANDLERS:
        if tokens.take(*words):
            return handler(session, tokens)
    raise Unsupported(f"SHOW {tokens.text(tokens.index)[:60]}")


def _catalogs(session: Session, tokens: Tokens) -> result.Result:
    pattern = patterns.read(tokens)
    return result.rows(["catalog"], [(name,) for name in catalogs(session) if patterns.fits(pattern, name)])


def catalogs(session: Session) -> list[str]:
    """The catalogs that the caller sees."""
    names = [
        key
        for key, _ in session.workspace.store.list(CATALOG)
        if privileges.visible(session.workspace, session.caller, CATALOG, key)
    ]
    return sorted({*names, SYSTEM})


def _schemas(session: Session, tokens: Tokens) -> result.Result:
    catalog = tokens.identifier().lower() if tokens.take_one("IN", "FROM") else session.catalog
    pattern = patterns.read(tokens)
    if catalog != SYSTEM:
        lookup.need_catalog(session.workspace, catalog)
        rights.require_visible(session.workspace, session.caller, CATALOG, catalog)
    found = [(name,) for name in schemas(session, catalog) if patterns.fits(pattern, name)]
    return result.rows(["databaseName"], found)


def schemas(session: Session, catalog: str) -> list[str]:
    """The schemas of a catalog that the caller sees, without the catalog's name."""
    if catalog == SYSTEM:
        return [INFORMATION_SCHEMA]
    return [
        key.partition(".")[2]
        for key, _ in session.workspace.store.list(SCHEMA, catalog)
        if privileges.visible(session.workspace, session.caller, SCHEMA, key)
    ]


def relations(session: Session, catalog: str, schema: str) -> Iterator[Relation]:
    """The relations of a schema that the caller sees."""
    for key, document in session.workspace.store.list(TABLE, f"{catalog}.{schema}"):
        if privileges.visible(session.workspace, session.caller, TABLE, key):
            yield cast("Relation", document)


def _schema(session: Session, tokens: Tokens) -> tuple[str, str]:
    """`{IN | FROM} schema`, or the session's; it must exist and be usable."""
    if tokens.take_one("IN", "FROM"):
        catalog, schema = complete_schema(tokens.name(), session.catalog)
    else:
        catalog, schema = session.catalog, session.schema
    lookup.use_schema(session.workspace, session.caller, catalog, schema)
    return catalog, schema


def _tables(session: Session, tokens: Tokens) -> result.Result:
    catalog, schema = _schema(session, tokens)
    pattern = patterns.read(tokens)
    found = [
        (schema, relation["name"], False)
        for relation in relations(session, catalog, schema)
        if patterns.fits(pattern, relation["name"])
    ]
    found += [("", view.name, True) for key, view in session.temporary_views.items() if patterns.fits(pattern, key)]
    return result.rows(["database", "tableName", ("isTemporary", BOOLEAN)], found)


def _views(session: Session, tokens: Tokens) -> result.Result:
    catalog, schema = _schema(session, tokens)
    pattern = patterns.read(tokens)
    found = [
        (schema, relation["name"], False, relation["table_type"] == "MATERIALIZED_VIEW")
        for relation in relations(session, catalog, schema)
        if relation["table_type"] in ("VIEW", "MATERIALIZED_VIEW") and patterns.fits(pattern, relation["name"])
    ]
    found += [("", view.name, True, False) for key, view in session.temporary_views.items() if patterns.fits(pattern, key)]
    return result.rows(["namespace", "viewName", ("isTemporary", BOOLEAN), ("isMaterialized", BOOLEAN)], found)


def _table_extended(session: Session, tokens: Tokens) -> result.Result:
    catalog, schema = _schema(session, tokens)
    tokens.take("LIKE")
    pattern = patterns.compiled(tokens.string())
    found = [
        (schema, relation["name"], False, table_information.text(session, relation))
        for relation in relations(session, catalog, schema)
        if patterns.fits(pattern, relation["name"])
    ]
    return result.rows(["database", "tableName", ("isTemporary", BOOLEAN), "information"], found)


def _columns(session: Session, tokens: Tokens) -> result.Result:
    if tokens.take("IN", "CATALOG") or tokens.take("IN", "ALL", "CATALOGS"):
        return _all_columns(session, tokens)
    tokens.take_one("IN", "FROM")
    parts = tokens.name()
    if tokens.take_one("IN", "FROM"):
        parts = (*tokens.name(), *parts)
    name = session.full_name(parts)
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require_visible(session.workspace, session.caller, TABLE, str(name))
    return result.rows(["col_name"], [(column["name"],) for column in relation["columns"]])


def _wide(session: Session, catalog: str, tokens: Tokens) -> Iterator[Relation]:
    """Relations of a whole catalog, by `SCHEMA LIKE '…' TABLE LIKE '…'`."""
    of_schema = patterns.read(tokens) if tokens.take("SCHEMA") else None
    of_table = patterns.read(tokens) if tokens.take("TABLE") else None
    for each in [catalog] if catalog else catalogs(session):
        for schema in schemas(session, each):
            if patterns.fits(of_schema, schema):
                for relation in relations(session, each, schema):
                    if patterns.fits(of_table, relation["name"]):
                        yield relation


def _all_tables(session: Session, tokens: Tokens) -> result.Result:
    """`SHOW TABLES IN CATALOG c [SCHEMA LIKE '…'] [LIKE '…']`: what the drivers' metadata calls send."""
    catalog = "" if tokens.word(-1) == "CATALOGS" else tokens.identifier().lower()
    found = list(_wide(session, catalog, tokens))
    pattern = patterns.read(tokens)
    columns = ["namespace", "tableName", "isTemporary", "information", "catalogName", "tableType", "remarks"]
    listed = [
        (
            relation["schema_name"],
            relation["name"],
            "false",
            "",
            relation["catalog_name"],
            "VIEW" if relation["table_type"] == "VIEW" else "TABLE",
            relation.get("comment", ""),
        )
        for relation in found
        if patterns.fits(pattern, relation["name"])
    ]
    return result.rows(columns, listed)


def _all_columns(session: Session, tokens: Tokens) -> result.Result:
    catalog = "" if tokens.word(-1) == "CATALOGS" else tokens.identifier().lower()
    found = list(_wide(session, catalog, tokens))
    pattern: re.Pattern[str] | None = patterns.read(tokens)
    columns = [
        "col_name", "columnType", "remarks", "namespace", "tableName", "catalogName", ("ordinalPosition", INT), "isNullable",
    ]  # fmt: skip
    listed = [
        (
            column["name"],
            column["type_text"].upper(),
            column.get("comment", ""),
            relation["schema_name"],
            relation["name"],
            relation["catalog_name"],
            column["position"],
            str(column["nullable"]).lower(),
        )
        for relation in found
        for column in relation["columns"]
        if patterns.fits(pattern, column["name"])
    ]
    return result.rows(columns, listed)  # type: ignore[arg-type]


def _properties(session: Session, tokens: Tokens) -> result.Result:
    name = session.full_name(tokens.name())
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require_visible(session.workspace, session.caller, TABLE, str(name))
    found = table_information.properties(relation)
    if tokens.at("("):
        wanted = tokens.listed(lambda: tokens.string() if tokens.at_string() else ".".join(tokens.name()))
        missing = f"Table {name} does not have property: "
        return result.rows(["key", "value"], [(key, found.get(key, f"{missing}{key}")) for key in wanted])
    return result.rows(["key", "value"], sorted(found.items()))


def _functions(session: Session, tokens: Tokens) -> result.Result:
    tokens.take_one("USER", "SYSTEM", "ALL")
    tokens.take("FUNCTIONS")
    catalog, schema = _schema(session, tokens)
    pattern = patterns.read(tokens)
    found = [
        (key,)
        for key, document in session.workspace.store.list(FUNCTION, f"{catalog}.{schema}")
        if patterns.fits(pattern, document["name"]) and privileges.visible(session.workspace, session.caller, FUNCTION, key)
    ]
    return result.rows(["function"], found)


_HANDLERS = [
    (("GRANTS",), grants.show),
    (("GRANT",), grants.show),
    (("CATALOGS",), _catalogs),
    (("SCHEMAS",), _schemas),
    (("DATABASES",), _schemas),
    (("TABLES", "IN", "ALL", "CATALOGS"), _all_tables),
    (("TABLES", "IN", "CATALOG"), _all_tables),
    (("TABLES", "DROPPED"), restore.show_dropped),
    (("TABLES",), _tables),
    (("VIEWS",), _views),
    (("TABLE", "EXTENDED"), _table_extended),
    (("TBLPROPERTIES",), _properties),
    (("COLUMNS",), _columns),
    (("CREATE", "TABLE"), show_create.show),
    (("CREATE", "VIEW"), show_create.show),
    (("USER", "FUNCTIONS"), _functions),
    (("FUNCTIONS",), _functions),
]
STATEMENTS = {"SHOW": show}
