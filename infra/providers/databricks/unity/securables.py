"""What privileges can be granted on in Unity Catalog, and the calls on `/api/2.1/unity-catalog/permissions`.

`Grant` and `Grants` name their securable by one of these properties; the id holds the property's Terraform name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.shapes import Field, snake, text
from infra.providers.databricks.workspace import Workspace

#: Property, and the securable type in the API.
SECURABLES: Final[Mapping[str, str]] = {
    "catalog": "catalog",
    "credential": "credential",
    "externalLocation": "external_location",
    "foreignConnection": "connection",
    "function": "function",
    "mcpService": "mcp_service",
    "metastore": "metastore",
    "model": "function",
    "modelProviderService": "model_provider_service",
    "modelService": "model_service",
    "pipeline": "pipeline",
    "recipient": "recipient",
    "schema": "schema",
    "share": "share",
    "storageCredential": "storage_credential",
    "table": "table",
    "volume": "volume",
}
_BY_WIRE: Final = {snake(name): name for name in SECURABLES}

Privileges = dict[str, set[str]]


def fields() -> tuple[Field, ...]:
    """The properties that name a securable."""
    return tuple(text(name, replaces=True) for name in SECURABLES)


def securable(inputs: Properties) -> tuple[str, str]:
    """The property that names the securable, and its full name; empty while not known."""
    for name in SECURABLES:
        if inputs.get(name) not in (None, "", UNKNOWN):
            return name, str(inputs[name])
    return "", ""


def identity(inputs: Properties) -> str:
    """`schema/main.bronze`."""
    name, full_name = securable(inputs)
    return f"{snake(name)}/{full_name}" if name else ""


def from_identity(id: str) -> tuple[str, str]:
    """The property and the full name in an id."""
    kind, _, full_name = id.partition("/")
    if kind not in _BY_WIRE:
        raise ValueError(f"{id!r} names no securable: write <securable>/<full name>, such as schema/main.bronze")
    return _BY_WIRE[kind], full_name


def current(workspace: Workspace, name: str, full_name: str) -> Privileges:
    """Who holds what on a securable itself, what is inherited left out."""
    return _privileges(workspace.get(_path(name, full_name)))


def change(workspace: Workspace, name: str, full_name: str, changes: Iterable[Answer]) -> Privileges:
    """Add and remove privileges; answers who holds what afterwards."""
    listed = list(changes)
    named = [str(change["principal"]) for change in listed]
    answer = workspace.known(named, lambda: workspace.patch(_path(name, full_name), {"changes": listed}))
    if "privilege_assignments" not in answer and any("add" in change for change in listed):
        return current(workspace, name, full_name)
    return _privileges(answer)


def difference(principal: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Answer:
    """One principal's change."""
    parts = {"add": sorted(add), "remove": sorted(remove)}
    return {"principal": principal} | {verb: privileges for verb, privileges in parts.items() if privileges}


def normal(privileges: Iterable[str]) -> set[str]:
    """Privileges as Unity Catalog keeps them: `use schema` is `USE_SCHEMA`."""
    return {privilege.upper().replace(" ", "_") for privilege in privileges}


def _privileges(answer: Answer) -> Privileges:
    return {entry["principal"]: set(entry.get("privileges", [])) for entry in answer.get("privilege_assignments", [])}


def _path(name: str, full_name: str) -> str:
    if name == "share":
        return f"/api/2.1/unity-catalog/shares/{quote(full_name, safe='')}/permissions"
    return f"/api/2.1/unity-catalog/permissions/{SECURABLES[name]}/{quote(full_name, safe='')}"
