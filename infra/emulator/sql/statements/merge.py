"""MERGE INTO."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import exp

from infra.emulator.sql import result, rights, writing
from infra.emulator.sql.errors import SqlError, SyntaxFault
from infra.emulator.sql.functions import rewrite
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.query.render import render
from infra.emulator.sql.query.resolve import Resolver, aim
from infra.emulator.sql.statements import evolution
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import quote
from infra.emulator.unity.relations import Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def merge(session: Session, tokens: Tokens) -> result.Result:
    """`MERGE [WITH SCHEMA EVOLUTION] INTO target USING source ON … WHEN …`."""
    tokens.expect("MERGE")
    evolve = tokens.take("WITH", "SCHEMA", "EVOLUTION")
    tree = parse.tree_of(f"MERGE {tokens.rest()}", session.parameters)
    if not isinstance(tree, exp.Merge) or not isinstance(tree.this, exp.Table):
        raise SyntaxFault("Syntax error in MERGE.")
    name = session.full_name(tuple(part.name for part in tree.this.parts))
    with session.workspace.lake.writing(str(name)):
        relation, physical = writing.target(session, name)
        rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
        sources = aim(tree.this, physical)
        Resolver(session).resolve(tree, session.frame, sources)
        rewritten = rewrite(session, tree)
        columns = _source_columns(session, rewritten)
        with writing.transaction(session, changed=relation):
            if evolve:
                evolution.add_missing(session, relation, columns)
            counted = _merge(session, rewritten, relation, [column for column, _ in columns], physical)
            metrics = {f"numTargetRows{word}": counted[action] for action, word in _WORDS.items()}
            writing.record(session, relation, "MERGE", metrics=metrics)
        if evolve:
            evolution.save(session, relation)
    return result.counts(
        num_affected_rows=sum(counted.values()),
        num_updated_rows=counted["UPDATE"],
        num_deleted_rows=counted["DELETE"],
        num_inserted_rows=counted["INSERT"],
    )


_WORDS = {"INSERT": "Inserted", "UPDATE": "Updated", "DELETE": "Deleted"}


def _source_columns(session: Session, tree: exp.Expr) -> tuple[tuple[str, DataType], ...]:
    source = tree.args["using"]
    return run.describe(session, f"select * from {render(source)}")


def _merge(session: Session, tree: exp.Expr, relation: Relation, source: list[str], physical: str) -> Counter[str]:
    using = tree.args["using"].alias_or_name
    clauses = tree.args["whens"].expressions
    for clause in clauses:
        _spell_out(clause, relation, source, using)
    if any(clause.args.get("matched") and not clause.args.get("source") for clause in clauses):
        _refuse_double_matches(session, tree, physical)
    actions = session.cursor.execute(f"{render(tree)} returning merge_action").fetchall()
    return Counter(action for (action,) in actions)


def _refuse_double_matches(session: Session, tree: exp.Expr, physical: str) -> None:
    """Delta refuses a MERGE in which two source rows match one target row; DuckDB would take one of them."""
    target, using = quote(tree.this.alias_or_name), render(tree.args["using"])
    conditions = [
        render(clause.args["condition"]) if clause.args.get("condition") else "true"
        for clause in tree.args["whens"].expressions
        if clause.args.get("matched") and not clause.args.get("source")
    ]
    found = lake.first(
        session.cursor,
        f"select 1 from {lake.table(physical)} as {target} join {using} on {render(tree.args['on'])}"
        f" where {' or '.join(f'({condition})' for condition in conditions)}"
        f" group by {target}.rowid having count(*) > 1 limit 1",
    )
    if found:
        raise SqlError(
            "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
            "Cannot perform Merge as multiple source rows matched and attempted to modify the same target row in the Delta"
            " table in possibly conflicting ways.",
            "21506",
        )


def _spell_out(clause: exp.Expr, relation: Relation, source: list[str], using: str) -> None:
    """`UPDATE SET *` and `INSERT *` to the columns that source and target share, and plain names where DuckDB wants them."""
    then = clause.args["then"]
    shared = [column["name"] for column in relation["columns"] if column["name"].lower() in {name.lower() for name in source}]
    if isinstance(then, exp.Update):
        if _is_star(then.args.get("expressions")):
            _need_all(relation, shared)
            then.set("expressions", [exp.EQ(this=_plain(name), expression=_of(name, using)) for name in shared])
        for assignment in then.expressions:
            if isinstance(assignment.this, exp.Column):
                assignment.this.replace(exp.column(assignment.this.this))
    elif isinstance(then, exp.Insert):
        if isinstance(then.this, exp.Star):
            _need_all(relation, shared)
            then.set("this", exp.Tuple(expressions=[_plain(name) for name in shared]))
            then.set("expression", exp.Tuple(expressions=[_of(name, using) for name in shared]))
        elif isinstance(then.this, exp.Tuple):
            then.set("this", exp.Tuple(expressions=[_plain(each.name) for each in then.this.expressions]))
        if isinstance(then.expression, exp.Tuple):
            for column in then.expression.find_all(exp.Column):
                if not column.table:
                    column.set("table", exp.to_identifier(using, quoted=True))


def _need_all(relation: Relation, shared: list[str]) -> None:
    """`*` stands for all columns of the target: each must be in the source."""
    for column in relation["columns"]:
        if column["name"] not in shared and "generated" not in column and "identity" not in column and "default" not in column:
            raise SqlError(
                "DELTA_MERGE_UNRESOLVED_EXPRESSION",
                f"Cannot resolve {column['name']} in UPDATE or INSERT clause: the source has no such column.",
                "42601",
            )


def _is_star(value: object) -> bool:
    return isinstance(value, exp.Star) or (isinstance(value, list) and any(isinstance(each, exp.Star) for each in value))


def _plain(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))


def _of(name: str, table: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(table, quoted=True))


STATEMENTS = {"MERGE": merge}
