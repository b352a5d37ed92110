"""Governed tags: which values a tag may have, below /api/2.1/tag-policies. Whoever sets a tag asks `check` here.

databricks-sdk `tags.TagPolicy`, `TagPoliciesAPI`; https://docs.databricks.com/api/workspace/tagpolicies. They are the
account's: metastore admins make them here. Who may assign one is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity.privileges import require_manage
from infra.emulator.unity.securables import METASTORE
from infra.emulator.workspace import Caller, Workspace

_KIND: Final = "tag_policy"
_CHANGEABLE: Final = ("description", "values")
_LONGEST_KEY: Final = 127


def check(workspace: Workspace, tags: Mapping[str, str]) -> None:
    """Raise InvalidParameter for a value that the policy of its key does not have. Keys without a policy take any value."""
    for key, value in tags.items():
        policy = workspace.store.get(_KIND, key)
        allowed = [each["name"] for each in (policy or {}).get("values", [])]
        if policy is not None and allowed and value not in allowed:
            raise InvalidParameter(f"Tag value {value} is not an allowed value for tag policy key {key}")


def _fetch(workspace: Workspace, key: str) -> Document:
    document = workspace.store.get(_KIND, key)
    if document is None:
        raise NotFound(f"Tag policy with key '{key}' does not exist.")
    return document


def _values(body: dict[str, Any]) -> Document:
    values = body.get("values") or []
    names = [each.get("name") if isinstance(each, dict) else None for each in values]
    if not all(isinstance(name, str) and name for name in names):
        raise InvalidParameter("values must be a list of objects, each with a name")
    if len(set(names)) != len(names):
        raise InvalidParameter("values must not name one twice")
    return {"values": [{"name": name} for name in names]} if names else {}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_manage(workspace, caller, METASTORE, workspace.metastore_id)
    key = request.required("tag_key")
    if len(key) > _LONGEST_KEY or any(character in ".,-=/: " for character in key):
        raise InvalidParameter(f"'{key}' is not a valid tag key: it must not contain . , - = / : or spaces")
    now = workspace.clock.timestamp()
    document: Document = {"id": workspace.new_uuid(), "tag_key": key, "create_time": now, "update_time": now}
    document |= {"description": request.body["description"]} if request.body.get("description") else {}
    document |= _values(request.body)
    with workspace.store.transaction():
        if workspace.store.get(_KIND, key) is not None:
            raise AlreadyExists(f"Tag policy with key '{key}' already exists.")
        workspace.store.put(_KIND, key, document)
    return document


def _get(workspace: Workspace, _caller: Caller, request: Request) -> Document:
    return _fetch(workspace, request.parameters["key"])


def _list(workspace: Workspace, _caller: Caller, request: Request) -> dict[str, Any]:
    return page(workspace, request, _KIND, None, field="tag_policies", show=lambda document: document, limit_name="page_size")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_manage(workspace, caller, METASTORE, workspace.metastore_id)
    mask = request.query.get("update_mask", "*").split(",")
    with workspace.store.transaction():
        document = _fetch(workspace, request.parameters["key"])
        for field in _CHANGEABLE if mask == ["*"] else mask:
            if field not in _CHANGEABLE:
                raise InvalidParameter(f"update_mask takes {', '.join(_CHANGEABLE)}, got '{field}'")
            document.pop(field, None)
            document |= _values(request.body) if field == "values" else {}
            if field == "description" and request.body.get("description"):
                document["description"] = request.body["description"]
        document["update_time"] = workspace.clock.timestamp()
        workspace.store.put(_KIND, document["tag_key"], document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_manage(workspace, caller, METASTORE, workspace.metastore_id)
    _fetch(workspace, request.parameters["key"])
    workspace.store.delete(_KIND, request.parameters["key"])


_PATH = "/api/2.1/tag-policies"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{key}}", _get),
    Route("PATCH", f"{_PATH}/{{key}}", _update),
    Route("DELETE", f"{_PATH}/{{key}}", _delete),
]
