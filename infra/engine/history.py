"""A stack's history in the layout of Pulumi's file backend: one entry and one copy of the state per update."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from infra.engine import files
from infra.engine.errors import CorruptStateError

UpdateKind = Literal["update", "destroy", "refresh", "import"]


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
        return {
            "kind": self.kind,
            "startTime": self.started,
            "message": self.message,
            "environment": dict(self.environment),
            "config": dict(self.config),
            "version": 0,
            "result": "succeeded" if self.succeeded else "failed",
            "endTime": self.ended,
            "resourceChanges": dict(sorted(self.changes.items())),
        }


def append(folder: Path, stack: str, entry: Entry, checkpoint: str, now: int) -> None:
    """Add an entry and the state after it. `now` in nanoseconds makes the files' names, and so the order."""
    stem = f"{stack}-{now}"
    files.write(folder / f"{stem}.checkpoint.json", checkpoint)
    files.write(folder / f"{stem}.history.json", json.dumps(entry.document(), indent=4) + "\n")


def entries(folder: Path, stack: str) -> list[dict[str, Any]]:
    """The history in the shape of `pulumi stack history --json`, newest first.

    One key more than the CLI's: `version`, which a file backend leaves at 0, counts from 1 here.
    """
    listed = []
    for number, path in enumerate(paths(folder, stack), start=1):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise CorruptStateError(f"{path} is not a history entry: truncated or damaged; move it away to go on") from None
        listed.append(_listed(document, number))
    return listed[::-1]


def paths(folder: Path, stack: str) -> list[Path]:
    """The files of the entries, oldest first."""
    name = re.compile(rf"{re.escape(stack)}-(\d+)\.history\.json")
    found = []
    for path in folder.glob("*.history.json") if folder.is_dir() else ():
        match = name.fullmatch(path.name)
        if match:
            found.append((int(match.group(1)), path))
    return [path for _, path in sorted(found)]


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
