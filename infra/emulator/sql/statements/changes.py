"""UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from infra.emulator.sql import result, rights, writing
from infra.emulator.sql.errors import SyntaxFault
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import parse
from infra.emulator.sql.query.render import finish
from infra.emulator.sql.query.resolve import Resolver, aim
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def change(session: Session, tokens: Tokens) -> result.Result:
    """`UPDATE t SET …` or `DELETE FROM t …`."""
    operation = tokens.word()
    tree = parse.tree_of(tokens.rest(), session.parameters)
    if not isinstance(tree, exp.Update | exp.Delete) or not isinstance(tree.this, exp.Table):
        raise SyntaxFault(f"Syntax error in {operation}.")
    name = session.full_name(tuple(part.name for part in tree.this.parts))
    with session.workspace.lake.writing(str(name)):
        relation, physical = writing.target(session, name)
        rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
        sources = aim(tree.this, physical)
        resolved = Resolver(session).resolve(tree, session.frame, sources)
        if isinstance(resolved, exp.Update):
            _plain_targets(resolved)
        sql = finish(session, resolved)
        return _run(session, relation, sql, operation)


def _plain_targets(update: exp.Update) -> None:
    """`SET t.a = …` to `SET a = …`, which is all that DuckDB reads."""
    for assignment in update.expressions:
        if isinstance(assignment, exp.EQ) and isinstance(assignment.this, exp.Column):
            assignment.this.replace(exp.column(assignment.this.this))


def _run(session: Session, relation: Relation, sql: str, operation: str) -> result.Result:
    with writing.transaction(session, changed=relation) as cursor:
        row = lake.first(cursor, sql)
        count = 0 if row is None else int(row[0])
        metrics = {"numUpdatedRows" if operation == "UPDATE" else "numDeletedRows": count}
        writing.record(session, relation, operation, metrics=metrics)
    return result.counts(num_affected_rows=count)


def truncate(session: Session, tokens: Tokens) -> result.Result:
    """`TRUNCATE TABLE t`."""
    tokens.expect("TRUNCATE", "TABLE")
    name: FullName = session.full_name(tokens.name())
    tokens.end()
    with session.workspace.lake.writing(str(name)):
        relation, physical = writing.target(session, name)
        _run(session, relation, f"delete from {lake.table(physical)}", "TRUNCATE")
    return result.empty()


STATEMENTS = {"UPDATE": change, "DELETE": change, "TRUNCATE": truncate}
