"""SHOW CREATE TABLE: a statement that would make the relation again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import lookup, result, rights
from infra.emulator.sql.errors import quoted
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import TABLE, Column, Constraint, Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def show(session: Session, tokens: Tokens) -> result.Result:
    """`SHOW CREATE TABLE name`."""
    name = session.full_name(tokens.name())
    tokens.end()
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require_visible(session.workspace, session.caller, TABLE, str(name))
    return result.rows(["createtab_stmt"], [(statement(relation),)])


def statement(relation: Relation) -> str:
    """The CREATE statement of a relation's document."""
    name = ".".join(lookup.name_of(relation))
    kind = relation["table_type"]
    if kind == "VIEW":
        columns = ",\n  ".join(_name_and_comment(column) for column in relation["columns"])
        return f"CREATE VIEW {name} (\n  {columns})\n{''.join(_clauses(relation))}AS {relation['view_definition']}\n"
    elements = [_column(column) for column in relation["columns"]]
    elements += [_constraint(each) for each in relation["constraints"] if each["type"] != "CHECK"]
    head = {"MATERIALIZED_VIEW": "MATERIALIZED VIEW", "STREAMING_TABLE": "STREAMING TABLE"}.get(kind, "TABLE")
    text = f"CREATE {head} {name} (\n  " + ",\n  ".join(elements) + ")\n"
    if head == "TABLE":
        text += f"USING {relation.get('data_source_format', 'DELTA').lower()}\n"
    text += "".join(_clauses(relation))
    return text + (f"AS {relation['view_definition']}\n" if relation.get("view_definition") else "")


def _string(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _name_and_comment(column: Column) -> str:
    comment = column.get("comment")
    return _bare(column["name"]) + (f" COMMENT {_string(comment)}" if comment else "")


def _bare(name: str) -> str:
    return name if name.replace("_", "a").isalnum() else quoted(name)


def _column(column: Column) -> str:
    parts = [_bare(column["name"]), column["type_text"].upper()]
    if not column["nullable"]:
        parts.append("NOT NULL")
    if "default" in column:
        parts.append(f"DEFAULT {column['default']}")
    if "generated" in column:
        parts.append(f"GENERATED ALWAYS AS ({column['generated']})")
    if identity := column.get("identity"):
        kind = "ALWAYS" if identity["always"] else "BY DEFAULT"
        parts.append(f"GENERATED {kind} AS IDENTITY (START WITH {identity['start']} INCREMENT BY {identity['step']})")
    if column.get("comment"):
        parts.append(f"COMMENT {_string(column['comment'])}")
    return " ".join(parts)


def _constraint(constraint: Constraint) -> str:
    columns = ", ".join(quoted(name) for name in constraint["columns"])
    text = f"CONSTRAINT {quoted(constraint['name'])} {constraint['type']} ({columns})"
    if constraint["type"] == "FOREIGN KEY":
        parent = quoted(*constraint["parent_table"].split("."))
        text += f" REFERENCES {parent} ({', '.join(quoted(name) for name in constraint.get('parent_columns', []))})"
    return text


def _clauses(relation: Relation) -> list[str]:
    clauses = []
    if relation["partition_columns"]:
        clauses.append(f"PARTITIONED BY ({', '.join(relation['partition_columns'])})\n")
    if relation.get("cluster_by_auto"):
        clauses.append("CLUSTER BY AUTO\n")
    elif relation.get("clustering_columns"):
        clauses.append(f"CLUSTER BY ({','.join(relation['clustering_columns'])})\n")
    if relation.get("comment"):
        clauses.append(f"COMMENT {_string(relation['comment'])}\n")
    if relation.get("storage_location"):
        clauses.append(f"LOCATION {_string(relation['storage_location'])}\n")
    if relation["properties"]:
        pairs = ",\n  ".join(f"{_string(key)} = {_string(value)}" for key, value in sorted(relation["properties"].items()))
        clauses.append(f"TBLPROPERTIES (\n  {pairs})\n")
    return clauses
