"""When a job starts, and from which Git repository it takes its code. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.shapes import (
    Field,
    block,
    integer,
    text,
    texts,
    unsupported,
    zero_block,
    zero_blocks,
)


def when() -> tuple[Field, ...]:
    """A job starts by a schedule, without a pause, by one trigger, or by the first of several."""
    pause = text("pauseStatus", default="UNPAUSED", choices=("PAUSED", "UNPAUSED"))
    schedule = (text("quartzCronExpression", required=True), text("timezoneId", required=True))
    return (
        zero_block("continuous", pause, text("taskRetryMode")),
        zero_block("schedule", pause, *schedule, _sql_condition()),
        zero_block("trigger", pause, *_events(), unsupported("continuous"), unsupported("schedule")),
        zero_blocks(
            "triggers",
            block("continuous", text("taskRetryMode")),
            text("pauseStatus"),
            block("schedule", *schedule),
            *_events(),
            absent=[],
        ),
    )


def _sql_condition() -> Field:
    return block("sqlCondition", text("sqlQueryId", required=True), text("triggerMode"), text("warehouseId", required=True))


def _events() -> tuple[Field, ...]:
    waits = (integer("minTimeBetweenTriggersSeconds"), integer("waitAfterLastChangeSeconds"))
    return (
        block("fileArrival", *waits, text("url", required=True)),
        block("model", texts("aliases"), text("condition", required=True), *waits, text("securableName")),
        block("periodic", integer("interval", required=True), text("unit", required=True)),
        _sql_condition(),
        block("tableUpdate", text("condition"), *waits, texts("tableNames", required=True)),
    )


def git_source() -> Field:
    """A repository, and what of it is checked out."""
    return zero_block(
        "gitSource",
        text("branch", api="git_branch"),
        text("commit", api="git_commit"),
        block("gitSnapshot", text("usedCommit")),
        block(
            "jobSource",
            text("dirtyState"),
            text("importFromGitBranch", required=True),
            text("jobConfigPath", required=True),
        ),
        text("provider", api="git_provider"),
        block("sparseCheckout", texts("patterns")),
        text("tag", api="git_tag"),
        text("url", required=True, api="git_url"),
    )
