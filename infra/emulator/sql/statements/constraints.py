"""Keys and CHECK constraints: completed, added, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, writing
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.statements import table_definition
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import Column, Constraint, Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def finish_key(session: Session, constraint: Constraint, columns: list[Column]) -> Constraint:
    """Check that a key's columns exist and complete the parent of a foreign key. Raises SqlError."""
    known = {column["name"].lower(): column for column in columns}
    for name in constraint.get("columns", []):
        if name.lower() not in known:
            raise SqlError(
                "COLUMN_NOT_DEFINED_IN_TABLE", f"Column `{name}` of the {constraint['type']} does not exist.", "42703"
            )
        if constraint["type"] == "PRIMARY KEY" and known[name.lower()]["nullable"]:
            raise SqlError(
                "DELTA_PRIMARY_KEY_COLUMN_NULLABLE",
                f"Cannot create the primary key `{constraint['name']}` because its child column(s) `{name}` is nullable."
                " Please change the column nullability and retry.",
                "42000",
            )
    if constraint["type"] != "FOREIGN KEY":
        return constraint
    parent = session.full_name(tuple(constraint["parent_table"].split(".")))
    relation = lookup.get(session.workspace, session.caller, parent)
    constraint["parent_table"] = str(parent)
    if "parent_columns" not in constraint:
        keys = [each for each in relation["constraints"] if each["type"] == "PRIMARY KEY"]
        if not keys:
            raise SqlError(
                "UC_FOREIGN_KEY_PARENT_WITHOUT_KEY", f"The parent table {parent.quoted} has no primary key.", "42830"
            )
        constraint["parent_columns"] = keys[0]["columns"]
    return constraint


def add(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`ADD CONSTRAINT …`, after ADD: the rows that are there must fulfil a CHECK."""
    constraint = table_definition.constraint(tokens, relation["name"])
    if any(each["name"].lower() == constraint["name"].lower() for each in relation["constraints"]):
        raise SqlError(
            "DELTA_CONSTRAINT_ALREADY_EXISTS",
            f"Constraint '{constraint['name']}' already exists. Please delete the old constraint first.",
            "42710",
        )
    if constraint["type"] == "PRIMARY KEY" and any(each["type"] == "PRIMARY KEY" for each in relation["constraints"]):
        raise SqlError("UC_PRIMARY_KEY_ALREADY_EXISTS", f"Table {relation['name']} has a primary key already.", "42000")
    if constraint["type"] == "CHECK":
        _check_rows(session, relation, constraint)
    relation["constraints"].append(finish_key(session, constraint, relation["columns"]))
    catalogue.update(session, relation)


def _check_rows(session: Session, relation: Relation, constraint: Constraint) -> None:
    physical, expression = relation["physical"], constraint["expression"]
    if physical is None:
        raise SqlError("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "A view cannot have a CHECK constraint.", "42809")
    found = lake.first(session.cursor, f"select count(*) from {writing.violating(session, physical, expression)}")
    if found and found[0]:
        raise SqlError(
            "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
            f"{found[0]} rows in {lookup.name_of(relation)} violate the new CHECK constraint ({expression}).",
            "23512",
        )


def drop(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`DROP CONSTRAINT [IF EXISTS] name [CASCADE]`, `DROP PRIMARY KEY …`, `DROP FOREIGN KEY …`, after DROP."""
    kept = relation["constraints"]
    if tokens.take("PRIMARY", "KEY"):
        tolerant, dropped = tokens.take("IF", "EXISTS"), [each for each in kept if each["type"] == "PRIMARY KEY"]
    elif tokens.take("FOREIGN", "KEY"):
        tolerant = tokens.take("IF", "EXISTS")
        wanted = [name.lower() for name in tokens.listed(tokens.identifier)]
        dropped = [each for each in kept if [name.lower() for name in each.get("columns", [])] == wanted]
    else:
        tokens.expect("CONSTRAINT")
        tolerant = tokens.take("IF", "EXISTS")
        name = tokens.identifier()
        dropped = [each for each in kept if each["name"].lower() == name.lower()]
    tokens.take_one("CASCADE", "RESTRICT")
    if not dropped and not tolerant:
        raise SqlError(
            "DELTA_CONSTRAINT_DOES_NOT_EXIST",
            f"Cannot drop nonexistent constraint from table {lookup.name_of(relation)}. To avoid throwing an error, provide"
            " the parameter IF EXISTS.",
            "42704",
        )
    relation["constraints"] = [each for each in kept if each not in dropped]
    catalogue.update(session, relation)
