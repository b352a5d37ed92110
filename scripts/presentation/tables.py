"""Tables: the history of a stack, its outputs, the state of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from infra.operations.history import Entry
from infra.operations.local_workspace import WorkspaceStatus
from scripts.presentation.steps import value_text

_COLUMNS = ("version", "kind", "when", "who", "result", "changes", "took", "message")
_SIGNS = {"create": "+", "update": "~", "replace": "+-", "delete": "-", "import": "="}


def history_table(entries: Sequence[Entry]) -> Table:
    """Newest first, as they come."""
    table = plain_table(*_COLUMNS)
    for entry in entries:
        table.add_row(
            str(entry.version),
            entry.kind,
            entry.started.strftime("%Y-%m-%d %H:%M:%S"),
            entry.who,
            Text(entry.result, style="green" if entry.result == "succeeded" else "red"),
            changes_text(entry.changes),
            f"{entry.seconds:.0f} s",
            entry.message,
        )
    return table


def changes_text(changes: Mapping[str, int]) -> str:
    """`+47 ~1`, or `none`; what stayed the same is left out."""
    return " ".join(f"{sign}{changes[key]}" for key, sign in _SIGNS.items() if changes.get(key)) or "none"


def outputs_table(outputs: Mapping[str, Any]) -> Table:
    """One line an output."""
    table = plain_table("output", "value")
    for key in sorted(outputs):
        table.add_row(key, outputs[key] if isinstance(outputs[key], str) else value_text(outputs[key]))
    return table


def status_lines(status: WorkspaceStatus) -> list[str]:
    """What a person asks of the workspace on this machine."""
    if not status.running:
        earlier = f" (it was at {status.host})" if status.host else ""
        return [f"stopped{earlier}: {status.folder}"]
    counts = status.details.get("counts", {})
    objects = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number)
    return [
        f"running at {status.host} since {status.started}, process {status.pid}",
        f"folder  {status.folder}",
        f"token   {status.folder / 'token'}",
        f"holds   {objects or 'nothing yet'}",
    ]


def plain_table(*columns: str) -> Table:
    """A table without a frame, for terminals and pipes alike."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ignore")
    return table
