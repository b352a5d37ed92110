"""What people read of a history, of outputs and of a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.engine.values import UNKNOWN
from infra.operations.history import Entry
from infra.operations.local_workspace import WorkspaceStatus
from scripts.presentation.tables import history_lines, output_lines, status_lines


def entry(version: int, **fields: Any) -> Entry:
    given: dict[str, Any] = {
        "version": version,
        "kind": "update",
        "started": datetime(2026, 11, 21, 4, 54, 18, tzinfo=UTC),
        "who": "",
        "message": "",
        "result": "succeeded",
        "changes": {"create": 89},
        "seconds": 3.0,
        "record": {},
    }
    return Entry(**given | fields)


def test_a_history_is_one_line_an_update() -> None:
    entries = [entry(2, result="failed", changes={"same": 88, "update": 1, "delete": 2}, message="retry"), entry(1)]

    assert [line.plain for line in history_lines(entries)] == [
        "version  kind    when (UTC)           result     changes  took  message",
        "2        update  2026-11-21 04:54:18  failed     ~1 -2    3 s   retry",
        "1        update  2026-11-21 04:54:18  succeeded  +89      3 s",
    ]


def test_who_did_it_is_told_where_it_is_known() -> None:
    assert next(iter(history_lines([entry(1, who="ci")]))).plain.split() == [
        *("version", "kind", "when", "(UTC)", "who", "result", "changes", "took"),
    ]


def test_outputs_are_named_as_the_command_takes_them() -> None:
    outputs = {"warehouses": {"etl": "7a0e", "bi": UNKNOWN}, "release": "a1", "none": {}, "protected": True}

    assert [line.plain for line in output_lines(outputs)] == [
        "none            {}",
        "protected       true",
        "release         a1",
        "warehouses.bi   (known after the update)",
        "warehouses.etl  7a0e",
    ]


def test_a_running_workspace_tells_what_it_holds() -> None:
    folder = Path("/data/workspace")
    details = {"counts": {"catalogs": 1, "tables": 0, "service_principals": 2}}
    running = WorkspaceStatus(folder, running=True, host="http://127.0.0.1:80", pid=7, started="now", details=details)

    assert status_lines(running) == [
        "running at http://127.0.0.1:80 since now, process 7",
        "folder  /data/workspace",
        "token   /data/workspace/token",
        "holds   1 catalog, 2 service principals",
    ]


def test_a_stopped_workspace_tells_where_it_was() -> None:
    stopped = WorkspaceStatus(Path("/data/workspace"), running=False, host="http://127.0.0.1:80")

    assert status_lines(stopped) == ["stopped (it was at http://127.0.0.1:80): /data/workspace"]
