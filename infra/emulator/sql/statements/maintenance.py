"""OPTIMIZE, VACUUM, ANALYZE, REFRESH TABLE, CACHE. VACUUM ends time travel; the others change no result, so they check name
and rights, and are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import lookup, result, rights, writing
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses import versions

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def optimize(session: Session, tokens: Tokens) -> result.Result:
    """`OPTIMIZE t [FULL] [WHERE …] [ZORDER BY (…)]`."""
    tokens.expect("OPTIMIZE")
    name = session.full_name(tokens.name())
    rest = tokens.rest()
    with session.workspace.lake.writing(str(name)):
        relation, physical = writing.target(session, name)
        with writing.transaction(session):
            writing.record(session, relation, "OPTIMIZE", parameters={"predicate": "[]", "clause": rest})
    return result.rows(["path", "metrics"], [(f"{physical}", "{}")])


def vacuum(session: Session, tokens: Tokens) -> result.Result:
    """`VACUUM t [FULL | LITE] [RETAIN n HOURS] [DRY RUN]`: versions that were replaced longer ago than that lose their rows."""
    tokens.expect("VACUUM")
    name = session.full_name(tokens.name())
    tokens.take_one("FULL", "LITE")
    hours = tokens.number() if tokens.take("RETAIN") else None
    tokens.take_one("HOUR", "HOURS")
    dry = tokens.take("DRY", "RUN")
    tokens.end()
    with session.workspace.lake.writing(str(name)):
        relation, _ = writing.target(session, name)
        _check_retention(session, relation, hours)
        removed = versions.vacuumed(session.workspace.lake, relation, hours=hours, dry=dry)
    return result.rows(["path"], [(physical,) for physical in removed])


def _check_retention(session: Session, relation: Relation, hours: int | None) -> None:
    """A shorter retention than the table's own could take rows from running readers; it must be asked for twice."""
    least = versions.retention(relation, "deletedFileRetentionDuration", 168)
    checked = session.settings.get("spark.databricks.delta.retentiondurationcheck.enabled", "true").lower() != "false"
    if hours is not None and hours < least and checked:
        raise SqlError(
            "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
            f"Are you sure you would like to vacuum files with such a low retention period ({hours} hours, the table's is"
            f" {least:.0f})? If you have writers that are currently writing to this table, there is a risk that you may corrupt"
            " the state of your Delta table. If you are certain, set spark.databricks.delta.retentionDurationCheck.enabled"
            " = false.",
            "22003",
        )


def analyze(session: Session, tokens: Tokens) -> result.Result:
    """`ANALYZE TABLE t COMPUTE STATISTICS …`."""
    tokens.expect("ANALYZE", "TABLE")
    writing.target(session, session.full_name(tokens.name()))
    return result.empty()


def cache(session: Session, tokens: Tokens) -> result.Result:
    """`CACHE [LAZY] TABLE t`, `UNCACHE TABLE t`, `CACHE SELECT …`, `MSCK REPAIR TABLE t`: nothing to do but to check."""
    tokens.next()
    tokens.take_one("LAZY", "REPAIR")
    if tokens.take("TABLE"):
        tokens.take("IF", "EXISTS")
        name = session.full_name(tokens.name())
        lookup.get(session.workspace, session.caller, name)
        rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
    return result.empty()


STATEMENTS = {
    "OPTIMIZE": optimize,
    "VACUUM": vacuum,
    "ANALYZE": analyze,
    "CACHE": cache,
    "UNCACHE": cache,
    "MSCK": cache,
}
