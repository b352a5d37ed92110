"""Finding drift: the state against the workspace, the file against the state, and who else has something on our securables.

The engine does the first two, as a preview of a refresh and a preview; nothing is written. Grants and bindings that no resource
stands for are asked for one securable at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from infra.engine import urn as urns
from infra.operations import preview as previews
from infra.operations import refresh as refreshes
from infra.operations.changes import is_release_file, path_steps, value_at
from infra.operations.deployment import Listener, Options
from infra.operations.drift.findings import Drift, FieldDrift, ResourceDrift, Unmanaged
from infra.operations.drift.places import place
from infra.operations.errors import OperationError
from infra.operations.target import Target
from infra.operations.workspace_api import client
from infra.providers.databricks.client import Client

Step = Mapping[str, Any]

#: What carries grants: the API's word for it, and the output that is its full name.
_GRANTABLE: Final = {
    "Catalog": ("catalog", "id"),
    "Schema": ("schema", "id"),
    "Volume": ("volume", "id"),
    "ExternalLocation": ("external_location", "id"),
    "StorageCredential": ("storage_credential", "id"),
    "Connection": ("connection", "name"),
    "RegisteredModel": ("function", "id"),
}
#: Where a `Grant`'s input has another word for what it grants on.
_IN_GRANTS: Final = {
    "externalLocation": "external_location",
    "storageCredential": "storage_credential",
    "foreignConnection": "connection",
}
_BINDABLE: Final = ("catalog", "external_location", "storage_credential")
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the state holds, as the preview of a refresh tells it: one step for each resource."""

    steps: tuple[Step, ...]

    def of_kind(self, *kinds: str) -> Iterator[Step]:
        """The steps of resources of these types."""
        wanted = {f"databricks:index/{kind[0].lower()}{kind[1:]}:{kind}" for kind in kinds}
        return (step for step in self.steps if urns.type_of(step["urn"]) in wanted)


def detect(target: Target, options: Options, listener: Listener) -> tuple[Drift, Deployed]:
    """Look at everything. Raises `OperationError` if something cannot be read: half a picture is none."""
    refreshed = refreshes.preview_refresh(target, options, listener)
    if not refreshed.succeeded:
        raise OperationError(f"the workspace of {target.name} cannot be read", why=refreshed.error or "")
    wanted = previews.preview(target, options, listener)
    if not wanted.succeeded:
        raise OperationError(f"{target.name} cannot be previewed", why=wanted.error or "")
    deployed = Deployed(tuple(refreshed.digest.get("steps", ())))
    pending = {step["urn"]: step for step in wanted.digest.get("steps", ()) if step["op"] not in ("same", "refresh")}
    resources = tuple(found for step in deployed.steps if (found := _compared(step, pending)) is not None)
    return Drift(resources, tuple(unmanaged(deployed, client(target.connection))), _shown(pending)), deployed


def _shown(pending: Mapping[str, Step]) -> int:
    return sum(1 for urn in pending if not is_release_file(urn))


def _compared(step: Step, pending: Mapping[str, Step]) -> ResourceDrift | None:
    if step["op"] not in ("update", "delete") or is_release_file(step["urn"]):
        return None
    urn = str(step["urn"])
    old, new = step["oldState"], step.get("newState") or {}
    inputs, found = old.get("inputs", {}), new.get("inputs", {})
    kept = {"urn": urn, "type": old["type"], "name": urns.name_of(urn), "inputs": inputs, "found": found}
    if step["op"] == "delete":
        return ResourceDrift(kind="missing", **kept)
    wanted = pending.get(urn, {}).get("newState", {}).get("inputs", inputs if urn not in pending else {})
    fields = tuple(
        FieldDrift(path, value_at(wanted, steps), _held(old, steps), _held(new, steps))
        for path in sorted(step.get("detailedDiff") or {})
        for steps in [path_steps(path)]
    )
    return ResourceDrift(kind="changed", fields=fields, **kept) if fields else None


def _held(state: Mapping[str, Any], steps: Sequence[str | int]) -> Any:
    """What a state has at a path: as an output, or else as an input."""
    held = value_at(state.get("outputs", {}), steps)
    return value_at(state.get("inputs", {}), steps) if held is None else held


def unmanaged(deployed: Deployed, workspace: Client) -> Iterator[Unmanaged]:
    """Grants and bindings on the environment's securables that none of its resources stands for, in a stable order."""
    ours = _principals(deployed)
    bound = _workspaces(deployed)
    securables = [
        (securable_type, str(step["oldState"].get(key) or step["oldState"]["outputs"][key]), step)
        for kind, (securable_type, key) in _GRANTABLE.items()
        for step in deployed.of_kind(kind)
        if step["op"] != "delete"
    ]
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="drift") as pool:
        answers = pool.map(lambda each: (each, _grants(workspace, *each[:2]), _bindings(workspace, *each)), securables)
        for (securable_type, name, step), grants, bindings in answers:
            at = place(step["urn"]) or ()
            for principal, privileges in sorted(grants.items()):
                if principal not in ours.get((securable_type, name), ()):
                    yield Unmanaged("grant", securable_type, name, principal, tuple(sorted(privileges)), at)
            for workspace_id, access in sorted(bindings.items()):
                if workspace_id not in bound.get((securable_type, name), ()):
                    yield Unmanaged("binding", securable_type, name, workspace_id, (access,), at)


def _principals(deployed: Deployed) -> dict[tuple[str, str], set[str]]:
    """Whom the environment's `Grant`s name, by securable."""
    found: dict[tuple[str, str], set[str]] = {}
    for step in deployed.of_kind("Grant"):
        inputs = step["oldState"]["inputs"]
        for key, value in inputs.items():
            if key not in ("principal", "privileges") and isinstance(value, str):
                found.setdefault((_IN_GRANTS.get(key, key), value), set()).add(inputs["principal"])
    return found


def _workspaces(deployed: Deployed) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for step in deployed.of_kind("WorkspaceBinding", "CatalogWorkspaceBinding"):
        inputs = step["oldState"]["inputs"]
        name = str(inputs.get("securableName") or inputs.get("catalogName"))
        securable = (str(inputs.get("securableType") or "catalog").lower(), name)
        found.setdefault(securable, set()).add(str(inputs["workspaceId"]))
    return found


def _grants(workspace: Client, securable_type: str, name: str) -> dict[str, list[str]]:
    answer = workspace.call("GET", f"/api/2.1/unity-catalog/permissions/{securable_type}/{quote(name, safe='')}") or {}
    return {each["principal"]: each["privileges"] for each in answer.get("privilege_assignments", ())}


def _bindings(workspace: Client, securable_type: str, name: str, step: Step) -> dict[str, str]:
    """The workspaces that an isolated securable is bound to, but for the one that it was made from."""
    outputs = step["oldState"]["outputs"]
    if securable_type not in _BINDABLE or not str(outputs.get("isolationMode", "")).endswith("ISOLATED"):
        return {}
    answer = workspace.call("GET", f"/api/2.1/unity-catalog/bindings/{securable_type}/{quote(name, safe='')}") or {}
    own = (outputs.get("providerConfig") or {}).get("workspaceId", "")
    bound = {str(each["workspace_id"]): str(each["binding_type"]) for each in answer.get("bindings", ())}
    return {workspace_id: access for workspace_id, access in bound.items() if workspace_id != own}
