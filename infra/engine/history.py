"""A stack's history in the layout of Pulumi's file backend: one entry and one copy of the state per update."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.engine.errors import CorruptStateError
from infra.engine.store import Store

UpdateKind = Literal["update", "destroy", "refresh", "import", "resource-import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One update. Times are seconds since 1970; `config` is as in the stack's file, secure values encrypted."""

    kind: UpdateKind
    started: int
    ended: int
    succeeded: bool
    changes: Mapping[str, int]
    config: Mapping[str, Any]
    environment: Mapping[str, str]
    message: str = ""

    def document(self) -> dict[str, Any]:
        """The entry as the file holds it (`backend.UpdateInfo` of Pulumi)."""
        document = {
            "kind": self.kind,
            "startTime": self.started,
            "message": self.message,
            "environment": dict(self.environment),
            "config": dict(self.config),
            "version": 0,
            "result": "succeeded" if self.succeeded else "failed",
            "endTime": self.ended,
        }
        return document | ({"resourceChanges": dict(sorted(self.changes.items()))} if self.changes else {})


def append(store: Store, stem: str, update: Mapping[str, Any], checkpoint: str) -> None:
    """Add an entry's document and the state after it. `stem` is `<folder>/<stack>-<nanoseconds>`: names make the order."""
    store.write(f"{stem}.checkpoint.json", checkpoint)
    store.write(f"{stem}.history.json", json.dumps(update, indent=4) + "\n")


def entries(store: Store, folder: str, stack: str) -> list[dict[str, Any]]:
    """The history in the shape of `pulumi stack history --json`, newest first.

    One key more than the CLI's: `version`, which a file backend leaves at 0, counts from 1 here.
    """
    listed = []
    for number, name in enumerate(names(store, folder, stack), start=1):
        try:
            document = json.loads(store.read(f"{folder}/{name}") or "")
        except ValueError:
            place = store.place(f"{folder}/{name}")
            raise CorruptStateError(f"{place} is not a history entry: truncated or damaged; move it away to go on") from None
        listed.append(_listed(document, number))
    return listed[::-1]


def names(store: Store, folder: str, stack: str) -> list[str]:
    """The names of the entries' files, oldest first."""
    pattern = re.compile(rf"{re.escape(stack)}-(\d+)\.history\.json")
    found = [(int(match.group(1)), name) for name in store.names(folder) if (match := pattern.fullmatch(name))]
    return [name for _, name in sorted(found)]


def _listed(document: Mapping[str, Any], number: int) -> dict[str, Any]:
    listed = {
        "version": number,
        "kind": document["kind"],
        "startTime": _milliseconds(document["startTime"]),
        "message": document.get("message", ""),
        "environment": document.get("environment") or {},
        "config": {key: _listed_value(value) for key, value in (document.get("config") or {}).items()},
        "result": document["result"],
        "endTime": _milliseconds(document["endTime"]),
    }
    if document.get("resourceChanges"):
        listed["resourceChanges"] = document["resourceChanges"]
    return listed


def _listed_value(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and "secure" in value:
        return {"secret": True}
    text = value if isinstance(value, str) else json.dumps(value)
    return {"value": text, "secret": False}


def _milliseconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
