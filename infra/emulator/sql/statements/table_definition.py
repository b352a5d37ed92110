"""What stands between `CREATE TABLE name` and `AS query`: columns, constraints, clauses. Reading only; nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types import parse as types
from infra.emulator.sql.types.wire import column, type_json
from infra.emulator.unity.relations import Column, Constraint

_ENDS = (",", ")", "NOT", "COMMENT", "DEFAULT", "GENERATED", "MASK", "CONSTRAINT", "PRIMARY", "REFERENCES", "CHECK", "COLLATE")


@dataclass(slots=True)
class Definition:
    """Columns without a type are those of a view, or of a table whose query gives the types."""

    columns: list[Column] = field(default_factory=list)
    untyped: list[tuple[str, str | None]] = field(default_factory=list)  # name, comment
    constraints: list[Constraint] = field(default_factory=list)
    provider: str = "DELTA"
    comment: str | None = None
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    partitioned_by: list[str] = field(default_factory=list)
    clustered_by: list[str] | None = None
    cluster_auto: bool = False
    row_filter: dict[str, Any] | None = None
    schedule: str | None = None


def read(tokens: Tokens, table: str) -> Definition:
    """The definition that comes next, up to AS or the end. `table` is what unnamed constraints are named after."""
    definition = Definition()
    if tokens.at("("):
        tokens.listed(lambda: _element(tokens, definition, table))
    while not tokens.done and not tokens.at("AS") and not tokens.at_one("SELECT", "WITH", "(", "VALUES", "FROM", "TABLE"):
        _clause(tokens, definition)
    return definition


def _element(tokens: Tokens, definition: Definition, table: str) -> None:
    if tokens.at_one("CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK") and tokens.word(1) != "COMMENT":
        definition.constraints.append(constraint(tokens, table))
        return
    if tokens.take("EXPECT"):
        raise Unsupported("expectations (CONSTRAINT … EXPECT)")
    name = tokens.identifier()
    if tokens.at_one(",", ")"):
        definition.untyped.append((name, None))
        return
    if tokens.take("COMMENT"):
        definition.untyped.append((name, tokens.string()))
        return
    definition.columns.append(column_definition(tokens, name, len(definition.columns), definition.constraints, table))


def column_definition(tokens: Tokens, name: str, position: int, constraints: list[Constraint], table: str) -> Column:
    """A column's type and what follows it; keys in line are added to `constraints`."""
    kind: DataType = types.read(tokens)
    described = column(name, kind, position)
    while not tokens.done and not tokens.at_one(",", ")", "FIRST", "AFTER"):
        _column_option(tokens, described, constraints, table)
    described["type_json"] = type_json(described)
    return described


def _column_option(tokens: Tokens, described: Column, constraints: list[Constraint], table: str) -> None:
    if tokens.take("NOT", "NULL"):
        described["nullable"] = False
    elif tokens.take("NULL"):
        described["nullable"] = True
    elif tokens.take("COMMENT"):
        described["comment"] = tokens.string()
    elif tokens.take("DEFAULT"):
        described["default"] = tokens.until(*_ENDS)
    elif tokens.take("GENERATED"):
        _generated(tokens, described)
    elif tokens.take("MASK"):
        described["mask"] = {"function_name": ".".join(tokens.name()), "using_column_names": using_columns(tokens)}
    elif tokens.take("COLLATE"):
        raise Unsupported(f"the collation {tokens.identifier()}")
    elif tokens.at_one("CONSTRAINT", "PRIMARY", "REFERENCES", "FOREIGN", "CHECK"):
        constraints.append(constraint(tokens, table, described["name"]))
    else:
        raise tokens.fault("in a column's definition")


def _generated(tokens: Tokens, described: Column) -> None:
    """`ALWAYS AS (expression)`, `{ALWAYS | BY DEFAULT} AS IDENTITY [(START WITH n INCREMENT BY n)]`."""
    always = bool(tokens.take("ALWAYS"))
    if not always:
        tokens.expect("BY", "DEFAULT")
    tokens.expect("AS")
    if not tokens.take("IDENTITY"):
        described["generated"] = tokens.inside()
        return
    start, step = 1, 1
    if tokens.take("("):
        while not tokens.take(")"):
            if tokens.take("START"):
                tokens.take("WITH")
                start = int(tokens.value())
            else:
                tokens.expect("INCREMENT")
                tokens.take("BY")
                step = int(tokens.value())
            tokens.take(",")
    described["identity"] = {"start": start, "step": step, "always": always}


def using_columns(tokens: Tokens) -> list[str]:
    """`USING COLUMNS (a, b)`, which may be absent."""
    return tokens.listed(tokens.identifier) if tokens.take("USING", "COLUMNS") else []


def constraint(tokens: Tokens, table: str, column_name: str | None = None) -> Constraint:
    """`[CONSTRAINT name] PRIMARY KEY (…) | FOREIGN KEY (…) REFERENCES t (…) | CHECK (…)`; in line without the columns."""
    name = tokens.identifier() if tokens.take("CONSTRAINT") else ""
    read: Constraint
    if tokens.take("PRIMARY", "KEY"):
        columns = [column_name] if column_name else tokens.listed(lambda: _key_column(tokens))
        read = {"name": name or f"{table}_pk", "type": "PRIMARY KEY", "columns": columns}
    elif tokens.take("CHECK"):
        read = {"name": name or f"{table}_check", "type": "CHECK", "expression": tokens.inside()}
    else:
        if column_name and not tokens.at("FOREIGN"):
            columns = [column_name]
        else:
            tokens.expect("FOREIGN", "KEY")
            columns = [column_name] if column_name else tokens.listed(tokens.identifier)
        tokens.expect("REFERENCES")
        parent = ".".join(tokens.name())
        read = {"name": name or f"{table}_fk", "type": "FOREIGN KEY", "columns": columns, "parent_table": parent}
        if tokens.at("("):
            read["parent_columns"] = tokens.listed(tokens.identifier)
    while tokens.at_one("NOT", "RELY", "NORELY", "DEFERRABLE", "INITIALLY", "ENFORCED", "MATCH", "ON", "DISABLE"):
        if tokens.at("NOT", "NULL"):
            break
        _constraint_option(tokens, read)
    return read


def _key_column(tokens: Tokens) -> str:
    name = tokens.identifier()
    tokens.take("TIMESERIES")
    return name


def _constraint_option(tokens: Tokens, read: Constraint) -> None:
    """Options that say what keys are anyway: not enforced."""
    if tokens.take("RELY"):
        read["rely"] = True
    elif tokens.take("ENFORCED"):
        if read["type"] != "CHECK":
            raise Unsupported(f"an enforced {read['type']}", "Keys are informational, as on Databricks.")
    elif tokens.take("ON"):
        tokens.take_one("UPDATE", "DELETE")
        tokens.expect("NO", "ACTION")
    elif not (
        tokens.take("NOT", "ENFORCED")
        or tokens.take("NORELY")
        or tokens.take("NOT", "DEFERRABLE")
        or tokens.take("DEFERRABLE")
        or tokens.take("INITIALLY", "DEFERRED")
        or tokens.take("MATCH", "FULL")
        or tokens.take("DISABLE", "NOVALIDATE")
    ):
        raise tokens.fault("in a constraint")


def _clause(tokens: Tokens, definition: Definition) -> None:
    if tokens.take("USING"):
        definition.provider = tokens.identifier().upper()
        if definition.provider not in ("DELTA", "ICEBERG"):
            raise Unsupported(f"tables of the format {definition.provider}", "Use DELTA.")
    elif tokens.take("COMMENT"):
        definition.comment = tokens.string()
    elif tokens.take("TBLPROPERTIES"):
        definition.properties |= tokens.pairs()
    elif tokens.take("LOCATION"):
        definition.location = tokens.string()
    elif tokens.take("PARTITIONED", "BY"):
        definition.partitioned_by = tokens.listed(lambda: _partition_column(tokens, definition))
    elif tokens.take("CLUSTER", "BY"):
        definition.clustered_by, definition.cluster_auto = clustering(tokens)
    elif tokens.take("WITH", "ROW", "FILTER") or tokens.take("ROW", "FILTER"):
        definition.row_filter = row_filter(tokens)
    elif tokens.at_one("SCHEDULE", "TRIGGER"):
        definition.schedule = schedule(tokens)
    elif tokens.at("CLUSTERED"):
        raise Unsupported("CLUSTERED BY … INTO BUCKETS", "Use CLUSTER BY.")
    elif tokens.at("OPTIONS"):
        raise Unsupported("OPTIONS of a table")
    else:
        raise tokens.fault("in the definition of a table")


def _partition_column(tokens: Tokens, definition: Definition) -> str:
    name = tokens.identifier()
    if not tokens.at_one(",", ")"):  # Hive's form: the column is defined here
        definition.columns.append(column_definition(tokens, name, len(definition.columns), definition.constraints, ""))
    return name


def clustering(tokens: Tokens) -> tuple[list[str] | None, bool]:
    """`(a, b)`, `AUTO` or `NONE`: the columns, and whether they are chosen automatically."""
    if tokens.take("AUTO"):
        return [], True
    if tokens.take("NONE"):
        return None, False
    return tokens.listed(lambda: ".".join(tokens.name())), False


def row_filter(tokens: Tokens) -> dict[str, Any]:
    """`function ON (columns)`."""
    function = ".".join(tokens.name())
    tokens.expect("ON")
    return {"function_name": function, "input_column_names": tokens.listed(tokens.identifier)}


def schedule(tokens: Tokens) -> str:
    """`SCHEDULE [REFRESH] CRON '…' [AT TIME ZONE '…'] | EVERY …`, `TRIGGER ON UPDATE …`: kept as text, not acted on."""
    start = tokens.index
    if tokens.take("TRIGGER"):
        tokens.expect("ON", "UPDATE")
        if tokens.take("AT", "MOST", "EVERY"):
            tokens.expect("INTERVAL")
            tokens.value()
            tokens.identifier()
        return tokens.text(start, tokens.index)
    tokens.expect("SCHEDULE")
    tokens.take("REFRESH")
    if tokens.take("CRON"):
        tokens.string()
        if tokens.take("AT", "TIME", "ZONE"):
            tokens.string()
    else:
        tokens.expect("EVERY")
        tokens.value()
        tokens.identifier()
    return tokens.text(start, tokens.index)
