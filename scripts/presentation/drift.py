"""Drift as lines: each resource that differs, each property with what file, state and workspace say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from infra.operations.drift.edits import Unsaid
from infra.operations.drift.findings import Drift, FieldDrift, ResourceDrift, Unmanaged
from infra.operations.drift.places import place, short
from scripts.presentation.steps import value_text


def drift_lines(drift: Drift) -> Iterator[Text]:
    """Everything that was found, then how much it is."""
    for found in drift.resources:
        yield from _resource(found)
    for other in drift.unmanaged:
        yield _unmanaged(other)
    yield Text()
    if drift:
        changed = sum(1 for found in drift.resources if found.kind == "changed")
        parts = [f"{changed} changed", f"{len(drift.resources) - changed} gone", f"{len(drift.unmanaged)} not from here"]
        yield Text(f"Drift: {', '.join(part for part in parts if not part.startswith('0'))}.", style="bold")
    else:
        yield Text("No drift: the workspace is as it was deployed.", style="bold")
    if drift.pending:
        yield Text(f"The file itself asks for {drift.pending} changes besides, which `lakestead preview` shows.", style="dim")


def _resource(found: ResourceDrift) -> Iterator[Text]:
    sign, style = ("~", "yellow") if found.kind == "changed" else ("-", "red")
    where = ".".join(place(found.urn) or ())
    told = "" if found.kind == "changed" else "  is gone from the workspace"
    yield Text.assemble((f" {sign}  {short(found.type):<22} {found.name:<36}", style), (where, "dim"), told)
    for field in found.fields:
        yield _field(field)


def _field(field: FieldDrift) -> Text:
    said = [("file", field.file), ("deployed", field.state), ("workspace", field.workspace)]
    if field.file == field.state:
        said = said[1:]
        said[0] = ("deployed", field.state)
    values = "  ".join(f"{name} {value_text(value)}" for name, value in said)
    return Text(f"      {field.path}: {values}")


def _unmanaged(found: Unmanaged) -> Text:
    what = f"{found.who}  {', '.join(found.what)}" if found.kind == "grant" else f"workspace {found.who}  {found.what[0]}"
    name = f"{found.securable_type} {found.securable}"
    return Text.assemble((f" +  {found.kind:<22} {name:<36}", "green"), what, ("  nobody here gave it", "dim"))


def unsaid_lines(unsaid: Sequence[Unsaid]) -> Iterator[Text]:
    """What an adoption has to leave out."""
    for left in unsaid:
        yield Text(f"not adopted: {left.what}: {left.why}", style="yellow")
