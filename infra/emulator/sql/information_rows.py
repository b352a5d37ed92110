"""The rows of each view of information_schema.

Columns as https://docs.databricks.com/sql/language-manual/sql-ref-information-schema lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from infra.emulator.sql.statements import table_information
from infra.emulator.sql.types import BIGINT, INT, STRING, TIMESTAMP, DataType
from infra.emulator.unity import privileges
from infra.emulator.unity.relations import FUNCTION, TABLE, Column, Relation
from infra.emulator.unity.securables import CATALOG, SCHEMA
from infra.emulator.workspace import Caller, Workspace


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: one catalog or all, one schema or all, by whom."""

    workspace: Workspace
    reader: Caller
    catalog: str | None
    schema: str | None

    def catalogs(self) -> Iterator[dict[str, Any]]:
        """The catalogs that the reader sees."""
        for key, document in self.workspace.store.list(CATALOG):
            if self.catalog in (None, key) and privileges.visible(self.workspace, self.reader, CATALOG, key):
                yield document

    def schemata(self) -> Iterator[dict[str, Any]]:
        """The schemas that the reader sees."""
        for catalog in self.catalogs():
            for key, document in self.workspace.store.list(SCHEMA, catalog["name"]):
                if self.schema in (None, document["name"]) and privileges.visible(self.workspace, self.reader, SCHEMA, key):
                    yield document

    def relations(self) -> Iterator[Relation]:
        """The tables and views that the reader sees."""
        for schema in self.schemata():
            for key, document in self.workspace.store.list(TABLE, f"{schema['catalog_name']}.{schema['name']}"):
                if privileges.visible(self.workspace, self.reader, TABLE, key):
                    yield cast("Relation", document)

    def columns(self) -> Iterator[tuple[Relation, Column]]:
        """Their columns."""
        for relation in self.relations():
            for column in relation["columns"]:
                yield relation, column

    def functions(self) -> Iterator[dict[str, Any]]:
        """The functions that the reader sees."""
        for schema in self.schemata():
            for key, document in self.workspace.store.list(FUNCTION, f"{schema['catalog_name']}.{schema['name']}"):
                if privileges.visible(self.workspace, self.reader, FUNCTION, key):
                    yield document


@dataclass(frozen=True, slots=True)
class View:
    """A view's columns, and its rows for a scope."""

    columns: tuple[tuple[str, DataType], ...]
    rows: Callable[[Scope], Iterator[tuple[object, ...]]]


def _columns(names: str) -> tuple[tuple[str, DataType], ...]:
    """`name` is a string, `name:int`, `name:bigint`, `name:timestamp` what it says."""
    kinds = {"int": INT, "bigint": BIGINT, "timestamp": TIMESTAMP, "": STRING}
    return tuple((name.partition(":")[0], kinds[name.partition(":")[2]]) for name in names.split())


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _stamps(document: Any) -> tuple[object, ...]:
    return (
        _time(document.get("created_at")),
        document.get("created_by"),
        _time(document.get("updated_at")),
        document.get("updated_by"),
    )


def _place(relation: Relation) -> tuple[str, str, str]:
    return relation["catalog_name"], relation["schema_name"], relation["name"]


def _catalogs(scope: Scope) -> Iterator[tuple[object, ...]]:
    for document in scope.catalogs():
        yield document["name"], document["owner"], document.get("comment"), *_stamps(document)


def _schemata(scope: Scope) -> Iterator[tuple[object, ...]]:
    for document in scope.schemata():
        yield document["catalog_name"], document["name"], document["owner"], document.get("comment"), *_stamps(document)


def _tables(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        kept = relation["physical"] is not None
        yield (
            *_place(relation),
            relation["table_type"],
            "YES" if kept else "NO",
            "PRESERVE",
            relation["owner"],
            relation.get("comment"),
            *_stamps(relation),
            relation.get("data_source_format") if kept else "UNKNOWN_DATA_SOURCE_FORMAT",
            table_information.location(relation) if kept else None,
            relation.get("storage_location"),
        )


def _views(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        if relation["table_type"] in ("VIEW", "MATERIALIZED_VIEW"):
            materialized = "YES" if relation["table_type"] == "MATERIALIZED_VIEW" else "NO"
            yield *_place(relation), relation.get("view_definition"), "NONE", "NO", "NO", "", materialized


def _table_columns(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation, column in scope.columns():
        identity = column.get("identity")
        yield (
            *_place(relation),
            column["name"],
            column["position"],
            column.get("default"),
            "YES" if column["nullable"] else "NO",
            column["type_text"],
            column["type_name"].replace("BYTE", "TINYINT").replace("SHORT", "SMALLINT").replace("LONG", "BIGINT"),
            column.get("type_precision"),
            column.get("type_scale"),
            "NO" if identity is None else "YES",
            None if identity is None else "ALWAYS" if identity["always"] else "BY DEFAULT",
            "YES" if "generated" in column else "NO",
            column.get("partition_index"),
            column.get("comment"),
        )


def _catalog_tags(scope: Scope) -> Iterator[tuple[object, ...]]:
    for document in scope.catalogs():
        for key, value in document.get("tags", {}).items():
            yield document["name"], key, value


def _schema_tags(scope: Scope) -> Iterator[tuple[object, ...]]:
    for document in scope.schemata():
        for key, value in document.get("tags", {}).items():
            yield document["catalog_name"], document["name"], key, value


def _table_tags(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        for key, value in relation["tags"].items():
            yield *_place(relation), key, value


def _column_tags(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation, column in scope.columns():
        for key, value in column.get("tags", {}).items():
            yield *_place(relation), column["name"], key, value


def _table_constraints(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        for constraint in relation["constraints"]:
            if constraint["type"] != "CHECK":
                catalog, schema, name = _place(relation)
                place = (catalog, schema, constraint["name"], catalog, schema, name)
                yield *place, constraint["type"], "YES", "NO", "NO", None, _time(relation["created_at"])


def _check_constraints(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        for constraint in relation["constraints"]:
            if constraint["type"] == "CHECK":
                yield *_place(relation)[:2], constraint["name"], constraint["expression"]


def _key_column_usage(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        catalog, schema, name = _place(relation)
        for constraint in relation["constraints"]:
            foreign = constraint["type"] == "FOREIGN KEY"
            for position, column in enumerate(constraint.get("columns", []), 1):
                place = (catalog, schema, constraint["name"], catalog, schema, name)
                yield *place, column, position, position if foreign else None


def _referential_constraints(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        for constraint in relation["constraints"]:
            if constraint["type"] == "FOREIGN KEY":
                parent = scope.workspace.store.get(TABLE, constraint["parent_table"])
                keys = [each["name"] for each in (parent or {}).get("constraints", []) if each["type"] == "PRIMARY KEY"]
                catalog, schema, _ = constraint["parent_table"].split(".")
                key = (catalog, schema, keys[0] if keys else None)
                yield *_place(relation)[:2], constraint["name"], *key, "FULL", "NO ACTION", "NO ACTION"


def _column_masks(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation, column in scope.columns():
        if "mask" in column:
            mask = column["mask"]
            catalog, schema, name = mask["function_name"].split(".")
            using = ",".join(mask["using_column_names"])
            yield *_place(relation), column["name"], catalog, schema, mask["function_name"], name, using


def _row_filters(scope: Scope) -> Iterator[tuple[object, ...]]:
    for relation in scope.relations():
        if "row_filter" in relation:
            chosen = relation["row_filter"]
            catalog, schema, _ = chosen["function_name"].split(".")
            yield *_place(relation), catalog, schema, chosen["function_name"], ",".join(chosen["input_column_names"])


def _routines(scope: Scope) -> Iterator[tuple[object, ...]]:
    for document in scope.functions():
        place = (document["catalog_name"], document["schema_name"], document["name"])
        yield (
            *place,
            *place,
            document["owner"],
            "FUNCTION",
            document.get("data_type"),
            document.get("full_data_type"),
            "SQL",
            document.get("routine_definition"),
            "SQL",
            document.get("comment"),
            *_stamps(document),
        )


def _privileges(kind: str) -> Callable[[Scope], Iterator[tuple[object, ...]]]:
    def rows(scope: Scope) -> Iterator[tuple[object, ...]]:
        listed = {CATALOG: scope.catalogs, SCHEMA: scope.schemata, TABLE: scope.relations}[kind]
        for document in cast("Iterator[dict[str, Any]]", listed()):
            place = [document[key] for key in ("catalog_name", "schema_name") if key in document] + [document["name"]]
            owned = privileges.manages(scope.workspace, scope.reader, kind, ".".join(place))
            for principal, held in privileges.grants_of(scope.workspace, kind, ".".join(place)).items():
                if owned or principal in scope.reader.principals:
                    for privilege in held:
                        yield document["owner"], principal, *place, privilege.replace("_", " "), "NO", "NONE"

    return rows


_STAMPS = "created:timestamp created_by last_altered:timestamp last_altered_by"
_TABLE = "table_catalog table_schema table_name"
_CONSTRAINT = "constraint_catalog constraint_schema constraint_name"
_GRANT = "privilege_type is_grantable inherited_from"
VIEWS: dict[str, View] = {
    "catalogs": View(_columns(f"catalog_name catalog_owner comment {_STAMPS}"), _catalogs),
    "schemata": View(_columns(f"catalog_name schema_name schema_owner comment {_STAMPS}"), _schemata),
    "tables": View(
        _columns(
            f"{_TABLE} table_type is_insertable_into commit_action table_owner comment {_STAMPS} data_source_format"
            " storage_path storage_sub_directory"
        ),
        _tables,
    ),
    "views": View(
        _columns(f"{_TABLE} view_definition check_option is_updatable is_insertable_into sql_path is_materialized"), _views
    ),
    "columns": View(
        _columns(
            f"{_TABLE} column_name ordinal_position:int column_default is_nullable full_data_type data_type"
            " numeric_precision:int numeric_scale:int is_identity identity_generation is_generated partition_index:int comment"
        ),
        _table_columns,
    ),
    "catalog_tags": View(_columns("catalog_name tag_name tag_value"), _catalog_tags),
    "schema_tags": View(_columns("catalog_name schema_name tag_name tag_value"), _schema_tags),
    "table_tags": View(_columns("catalog_name schema_name table_name tag_name tag_value"), _table_tags),
    "column_tags": View(_columns("catalog_name schema_name table_name column_name tag_name tag_value"), _column_tags),
    "table_constraints": View(
        _columns(f"{_CONSTRAINT} {_TABLE} constraint_type is_deferrable initially_deferred enforced comment created:timestamp"),
        _table_constraints,
    ),
    "check_constraints": View(_columns(f"{_CONSTRAINT} check_clause"), _check_constraints),
    "key_column_usage": View(
        _columns(f"{_CONSTRAINT} {_TABLE} column_name ordinal_position:int position_in_unique_constraint:int"),
        _key_column_usage,
    ),
    "referential_constraints": View(
        _columns(
            f"{_CONSTRAINT} unique_constraint_catalog unique_constraint_schema unique_constraint_name match_option"
            " update_rule delete_rule"
        ),
        _referential_constraints,
    ),
    "column_masks": View(
        _columns(f"{_TABLE} column_name mask_catalog mask_schema mask_name mask_col_usage using_columns"), _column_masks
    ),
    "row_filters": View(_columns(f"{_TABLE} filter_catalog filter_schema filter_name target_columns"), _row_filters),
    "routines": View(
        _columns(
            "specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_owner"
            f" routine_type data_type full_data_type routine_body routine_definition external_language comment {_STAMPS}"
        ),
        _routines,
    ),
    "catalog_privileges": View(_columns(f"grantor grantee catalog_name {_GRANT}"), _privileges(CATALOG)),
    "schema_privileges": View(_columns(f"grantor grantee catalog_name schema_name {_GRANT}"), _privileges(SCHEMA)),
    "table_privileges": View(_columns(f"grantor grantee {_TABLE} {_GRANT}"), _privileges(TABLE)),
}
