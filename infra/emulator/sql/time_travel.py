"""Earlier versions of tables: `VERSION AS OF`, `TIMESTAMP AS OF`, `@v3`, and what is said of those that are not there.

https://docs.databricks.com/en/delta/history.html; error classes as on
https://docs.databricks.com/en/error-messages/error-classes.html.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from infra.emulator.sql import lookup
from infra.emulator.sql.errors import SqlError, SyntaxFault
from infra.emulator.sql.query import parse
from infra.emulator.sql.query.render import finish
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import Relation
from infra.emulator.warehouses import lake, versions
from infra.emulator.warehouses.versions import Version

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

Clause = exp.Version

_SUFFIX = re.compile(r"v(\d+)|(\d{17})")


def asked(node: exp.Table) -> exp.Version | None:
    """What a table's name in a query says about its version; `t@v3` and `t@20260131000000000` are taken off it."""
    clause = node.args.get("version")
    if isinstance(clause, exp.Version):
        return clause
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias) and isinstance(alias.this, exp.Parameter):
        found = _SUFFIX.fullmatch(alias.this.this.name)
        if found is None:
            raise SyntaxFault(f"Syntax error at or near '@{alias.this.this.name}'.")
        node.set("alias", None)
        if found[1]:
            return exp.Version(this="VERSION", kind="AS OF", expression=exp.Literal.number(found[1]))
        at = datetime.strptime(found[2] + "000+0000", "%Y%m%d%H%M%S%f%z").isoformat(sep=" ")
        return exp.Version(this="TIMESTAMP", kind="AS OF", expression=exp.Literal.string(at))
    return None


def read(tokens: Tokens) -> exp.Version | None:
    """`VERSION AS OF n` or `TIMESTAMP AS OF expression`, if it comes next; the expression ends with the statement, or before
    `TBLPROPERTIES` or `LOCATION`."""
    tokens.take("FOR")
    word = tokens.take_one("VERSION", "SYSTEM_VERSION", "TIMESTAMP", "SYSTEM_TIME")
    if not word:
        return None
    tokens.expect("AS", "OF")
    kind = "VERSION" if "VERSION" in word else "TIMESTAMP"
    text = tokens.until("TBLPROPERTIES", "LOCATION")
    return exp.Version(this=kind, kind="AS OF", expression=parse.expression(text, tokens.parameters))


def find(session: Session, relation: Relation, clause: exp.Version) -> Version:
    """The version that a clause means. Raises SqlError for those that never were, are not yet, or are gone."""
    name = lookup.name_of(relation)
    if relation["physical"] is None or relation["table_type"] in lookup.DERIVED:
        raise SqlError("UNSUPPORTED_FEATURE.TIME_TRAVEL", f"Time travel on the relation: {name.quoted}.", "0A000")
    number = _number(clause) if clause.name.upper() == "VERSION" else _at(session, relation, clause.expression)
    try:
        return versions.at(session.workspace.lake, relation, number)
    except versions.NoVersion as error:
        raise SqlError(
            "DELTA_VERSION_NOT_FOUND",
            f"Cannot time travel Delta table to version {number}. Available versions: [{error.earliest}, {error.latest}].",
            "22003",
        ) from error
    except versions.VersionGone as error:
        hours = versions.retention(relation, "deletedFileRetentionDuration", 168)
        raise SqlError(
            "DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION",
            f"Cannot time travel beyond delta.deletedFileRetentionDuration ({hours:.0f} HOURS) set on the table: the files of"
            f" version {number} of {name.quoted} were removed by VACUUM.",
            "0AKDC",
        ) from error


def _number(clause: exp.Version) -> int:
    try:
        return int(clause.expression.name)
    except ValueError as error:
        raise SqlError(
            "DELTA_VERSION_INVALID", f"The provided version ({clause.expression.sql()}) is not a valid version.", "42815"
        ) from error


def _at(session: Session, relation: Relation, expression: exp.Expr) -> int:
    """The version that was the latest at a time. Delta knows none before the first commit, nor any after the last."""
    try:
        row = lake.first(session.cursor, f"select epoch_ms(cast(({finish(session, expression)}) as timestamptz))")
    except duckdb.Error as error:
        raise _not_a_time(expression) from error
    if row is None or row[0] is None:
        raise _not_a_time(expression)
    at = int(row[0])
    commits = session.workspace.lake.history(relation["table_id"])
    found = next((commit for commit in commits if commit.at <= at), None)
    if found is None:
        raise SqlError(
            "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
            f"The provided timestamp ({_text(at)}) is before the earliest version available to this table"
            f" ({_text(commits[-1].at)}). Please use a timestamp after {_text(commits[-1].at)}.",
            "42816",
        )
    if at > commits[0].at:
        raise SqlError(
            "DELTA_TIMESTAMP_GREATER_THAN_COMMIT",
            f"The provided timestamp ({_text(at)}) is after the latest version available to this table"
            f" ({_text(commits[0].at)}). Please use a timestamp before or at {_text(commits[0].at)}.",
            "42816",
        )
    return found.version


def _not_a_time(expression: exp.Expr) -> SqlError:
    text = expression.sql(dialect="databricks")
    return SqlError(
        "DELTA_TIMESTAMP_INVALID", f"The provided timestamp ({text}) cannot be converted to a valid timestamp.", "42816"
    )


def _text(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
