"""Tables: the history of a stack, its outputs, the state of a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from infra.operations.history import Entry
from infra.operations.local_workspace import WorkspaceStatus
from scripts.presentation.steps import value_text

_SIGNS = {"create": "+", "update": "~", "replace": "+-", "delete": "-", "import": "="}
_GAP = "  "


def history_lines(entries: Sequence[Entry]) -> Iterator[Text]:
    """One line an update, in their order; who and why only where an update tells."""
    rows = [
        {
            "version": str(entry.version),
            "kind": entry.kind,
            "when (UTC)": entry.started.strftime("%Y-%m-%d %H:%M:%S"),
            "who": entry.who,
            "result": entry.result,
            "changes": changes_text(entry.changes),
            "took": f"{entry.seconds:.0f} s",
            "message": entry.message,
        }
        for entry in entries
    ]
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    yield from table_lines(columns, [[row[name] for name in columns] for row in rows])


def changes_text(changes: Mapping[str, int]) -> str:
    """`+47 ~1`, or `none`; what stayed the same is left out."""
    return " ".join(f"{sign}{changes[key]}" for key, sign in _SIGNS.items() if changes.get(key)) or "none"


def output_lines(outputs: Mapping[str, Any]) -> Iterator[Text]:
    """One line a value, named as `lakestead outputs ENV KEY` takes it."""
    pairs = list(_flat(outputs))
    width = max((len(key) for key, _ in pairs), default=0)
    for key, value in pairs:
        yield Text.assemble((f"{key:<{width}}{_GAP}", "dim"), value)


def status_lines(status: WorkspaceStatus) -> list[str]:
    """What a person asks of the workspace on this machine."""
    if not status.running:
        earlier = f" (it was at {status.host})" if status.host else ""
        return [f"stopped{earlier}: {status.folder}"]
    counts = status.details.get("counts", {})
    objects = ", ".join(_counted(name.replace("_", " "), number) for name, number in counts.items() if number)
    return [
        f"running at {status.host} since {status.started}, process {status.pid}",
        f"folder  {status.folder}",
        f"token   {status.folder / 'token'}",
        f"holds   {objects or 'nothing yet'}",
    ]


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Text]:
    """A heading and the rows, each column as wide as its widest cell; nothing is cut and no line ends in blanks."""
    widths = [max(len(cell) for cell in cells) for cells in zip(columns, *rows, strict=True)]
    for number, cells in enumerate([columns, *rows]):
        line = _GAP.join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
        yield Text(line, style="" if number else "bold")


def _counted(plural: str, number: int) -> str:
    return f"{number} {plural.removesuffix('s') if number == 1 else plural}"


def _flat(outputs: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key in sorted(outputs):
        value = outputs[key]
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else value_text(value)
