"""External locations: operations, and their endpoints below /api/2.1/unity-catalog/external-locations.

Fields as databricks-sdk `catalog.ExternalLocationInfo`, `CreateExternalLocation`, `UpdateExternalLocation`;
https://docs.databricks.com/api/workspace/externallocations. There is no cloud behind: whether the credential opens the path is
not tried.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter, InvalidState
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import bindings, paths, quotas, registry
from infra.emulator.unity.credentials import ISOLATION
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import EXTERNAL_LOCATION, METASTORE, STORAGE_CREDENTIAL, check_name
from infra.emulator.workspace import Caller, Workspace

_CHANGEABLE = ("comment", "read_only", "fallback", "enable_file_events", "encryption_details")


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make an external location. Needs CREATE EXTERNAL LOCATION on the metastore and on the storage credential."""
    name = check_name(str(body.get("name") or ""), EXTERNAL_LOCATION)
    require(workspace, caller, "CREATE_EXTERNAL_LOCATION", METASTORE, workspace.metastore_id)
    credential = _credential(workspace, caller, body.get("credential_name"))
    url = paths.check_url(str(body.get("url") or ""))
    document: Document = {
        **registry.stamp(workspace, caller),
        "id": workspace.new_uuid(),
        "name": name,
        "full_name": name,
        "url": url,
        **credential,
        "securable_type": "EXTERNAL_LOCATION",
        "securable_kind": "EXTERNAL_LOCATION_STANDARD",
        "isolation_mode": ISOLATION[0],
        "read_only": bool(body.get("read_only")),
        "fallback": bool(body.get("fallback")),
        "enable_file_events": bool(body.get("enable_file_events")),
        "browse_only": False,
        **{field: body[field] for field in ("comment", "encryption_details") if body.get(field)},
        **_queue(workspace, body, {}),
    }
    with workspace.store.transaction():
        registry.check_free(workspace, EXTERNAL_LOCATION, name)
        quotas.check_room(workspace, EXTERNAL_LOCATION, name)
        paths.check_apart(workspace, url)
        workspace.store.put(EXTERNAL_LOCATION, name, document)
    return document


def update(workspace: Workspace, caller: Caller, name: str, body: dict[str, Any]) -> Document:
    """Change what the body names; the url of one that is in use only by `force`."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, EXTERNAL_LOCATION, name)
        require_manage(workspace, caller, EXTERNAL_LOCATION, name)
        if body.get("url") and body["url"].rstrip("/") != document["url"].rstrip("/"):
            url = paths.check_url(body["url"])
            paths.check_apart(workspace, url, but=name)
            if not body.get("force") and any(paths.dependents(workspace, document["url"]).values()):
                raise InvalidState(
                    "External Location has dependent catalogs, schemas, managed or external tables/volumes; use force option to"
                    " update url anyway"
                )
            document["url"] = url
        if "credential_name" in body and body["credential_name"].lower() != document["credential_name"]:
            document.update(_credential(workspace, caller, body["credential_name"]))
        document.update({field: body[field] for field in _CHANGEABLE if field in body})
        document.update(_queue(workspace, body, document))
        registry.choose(document, body, "isolation_mode", ISOLATION)
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(EXTERNAL_LOCATION, name, document)
        if body.get("isolation_mode") == ISOLATION[1]:
            bindings.bind_here(workspace, EXTERNAL_LOCATION, name)
        if body.get("new_name"):
            new = check_name(body["new_name"], EXTERNAL_LOCATION)
            if new != name:
                registry.check_free(workspace, EXTERNAL_LOCATION, new)
                registry.rename(workspace, EXTERNAL_LOCATION, name, new)
                document = registry.fetch(workspace, EXTERNAL_LOCATION, new)
    return document


def drop(workspace: Workspace, caller: Caller, name: str, *, force: bool) -> None:
    """Delete an external location; one that something lies in only by `force`."""
    document = registry.fetch(workspace, EXTERNAL_LOCATION, name)
    require_manage(workspace, caller, EXTERNAL_LOCATION, name)
    inside = paths.dependents(workspace, document["url"])
    if any(inside.values()) and not force:
        counted = ", ".join(f"{count} dependent {kind}" for kind, count in inside.items())
        raise InvalidState(
            f"Cannot delete external location (name = {name}) because the location has {counted}. You may use force option to"
            " delete it but the managed storage data under this location cannot be purged by Unity Catalog anymore."
        )
    registry.drop(workspace, EXTERNAL_LOCATION, name)


def _credential(workspace: Workspace, caller: Caller, name: object) -> Document:
    if not isinstance(name, str) or not name:
        raise InvalidParameter("Missing required field: credential_name")
    credential = registry.fetch(workspace, STORAGE_CREDENTIAL, name.lower())
    require(workspace, caller, "CREATE_EXTERNAL_LOCATION", STORAGE_CREDENTIAL, name.lower())
    return {"credential_name": credential["name"], "credential_id": credential["id"]}


def _queue(workspace: Workspace, body: dict[str, Any], document: Document) -> Document:
    """The queue of file events; a managed one gets its resource from the workspace."""
    queue = body.get("file_event_queue")
    if not queue:
        return {}
    if len(queue) != 1:
        raise InvalidParameter("file_event_queue takes exactly one kind of queue")
    (kind, said), former = next(iter(queue.items())), document.get("file_event_queue") or {}
    resource = former.get(kind, {}).get("managed_resource_id") or workspace.new_uuid()
    return {"file_event_queue": {kind: {**said, "managed_resource_id": resource}}}


def _name(request: Request) -> str:
    return request.parameters["name"].lower()


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = registry.fetch(workspace, EXTERNAL_LOCATION, _name(request))
    require_visible(workspace, caller, EXTERNAL_LOCATION, document["name"])
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, EXTERNAL_LOCATION, document["name"]) else None

    return page(workspace, request, EXTERNAL_LOCATION, None, field="external_locations", show=show)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, _name(request), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, _name(request), force=request.flag("force"))


_PATH = "/api/2.1/unity-catalog/external-locations"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
]
