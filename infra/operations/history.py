"""The updates of a stack, newest first, as its backend keeps them. The workspace is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.models import load_environment
from infra.operations.engines.choice import engine_of
from infra.operations.settings import Settings

#: Where an entry's environment may say who was at work, the most telling first.
_AUTHORS = ("git.author", "git.committer", "lakestead.user")


@dataclass(frozen=True, slots=True)
class Entry:
    """One update. `version` counts from 1; `record` is the entry in the shape of `pulumi stack history --json`."""

    version: int
    kind: str
    started: datetime
    who: str
    message: str
    result: str
    changes: Mapping[str, int]
    seconds: float
    record: Mapping[str, Any]


def history(settings: Settings, name: str, variables: Mapping[str, str]) -> list[Entry]:
    """All updates of the environment's stack; none if there was never one. Raises `ModelError` for an unknown name."""
    environment = load_environment(name, settings.environments)
    return [_entry(record) for record in engine_of(settings, environment, variables, lambda: None).history()]


def _entry(record: Mapping[str, Any]) -> Entry:
    started, ended = datetime.fromisoformat(record["startTime"]), datetime.fromisoformat(record["endTime"])
    environment = record.get("environment", {})
    return Entry(
        version=record["version"],
        kind=record["kind"],
        started=started,
        who=next((environment[key] for key in _AUTHORS if environment.get(key)), ""),
        message=record.get("message", ""),
        result=record["result"],
        changes=record.get("resourceChanges", {}),
        seconds=(ended - started).total_seconds(),
        record=record,
    )
