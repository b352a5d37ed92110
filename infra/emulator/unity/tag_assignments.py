"""Tags of catalogs, schemas, tables, volumes and columns: below …/entity-tag-assignments, and for whoever asks what a tag is.

databricks-sdk `catalog.EntityTagAssignment`; https://docs.databricks.com/api/workspace/entitytagassignments. The tags are in
the securables' own documents, where SQL's SET TAGS puts them too.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry, tag_policies
from infra.emulator.unity.privileges import require, require_visible
from infra.emulator.unity.securables import CATALOG, SCHEMA, TABLE, VOLUME, ancestry
from infra.emulator.workspace import Caller, Workspace

COLUMNS: Final = "columns"
_TYPES: Final = {"catalogs": CATALOG, "schemas": SCHEMA, "tables": TABLE, "volumes": VOLUME, COLUMNS: TABLE}
_MOST: Final = 50


def tags_of(workspace: Workspace, securable_type: str, full_name: str) -> dict[str, str]:
    """The tags of a catalog, schema, table or volume with those that it inherits; nearer ones win."""
    tags: dict[str, str] = {}
    for kind, name in ancestry(securable_type, full_name):
        tags |= (workspace.store.get(kind, name) or {}).get("tags", {})
    return tags


class _Entity:
    """What a request names: the securable, and the column if it is one."""

    def __init__(self, kind: str, name: str) -> None:
        if kind not in _TYPES:
            raise InvalidParameter(f"entity_type must be one of {', '.join(_TYPES)}, got '{kind}'")
        self.kind, self.given, self.type = kind, name, _TYPES[kind]
        self.name, _, self.column = name.rpartition(".") if kind == COLUMNS else (name, "", "")
        self.name = self.name.lower()

    def read(self, workspace: Workspace) -> tuple[Document, Document]:
        """The securable's document, and the part of it that has the tags."""
        document = registry.fetch(workspace, self.type, self.name)
        if self.kind != COLUMNS:
            return document, document
        for column in document["columns"]:
            if column["name"].lower() == self.column.lower():
                return document, column
        raise NotFound(f"Column '{self.given}' does not exist.", code="COLUMN_DOES_NOT_EXIST")

    def assignment(self, key: str, value: str) -> Document:
        """As answers show one tag."""
        shown = {"entity_type": self.kind, "entity_name": self.given, "tag_key": key}
        return shown | ({"tag_value": value} if value else {})


def _change(workspace: Workspace, caller: Caller, entity: _Entity, key: str, value: str | None, *, new: bool) -> Document:
    """Set or remove (`value` None) a tag."""
    with workspace.store.transaction():
        document, tagged = entity.read(workspace)
        require(workspace, caller, "APPLY_TAG", entity.type, entity.name)
        tags = dict(tagged.get("tags") or {})
        if new and key in tags:
            raise AlreadyExists(f"Tag '{key}' is already assigned to {entity.kind} '{entity.given}'.")
        if not new and key not in tags:
            raise _missing(entity, key)
        if value is None:
            tags.pop(key)
        else:
            tag_policies.check(workspace, {key: value})
            tags[key] = value
        if len(tags) > _MOST:
            raise InvalidParameter(f"{entity.kind} '{entity.given}' would have more than {_MOST} tags")
        tagged["tags"] = tags
        registry.touch(workspace, caller, document)
        workspace.store.put(entity.type, entity.name, document, parent=entity.name.rpartition(".")[0])
    return entity.assignment(key, value or "")


def _missing(entity: _Entity, key: str) -> NotFound:
    return NotFound(f"Tag '{key}' is not assigned to {entity.kind} '{entity.given}'.")


def _named(request: Request) -> tuple[_Entity, str]:
    parameters = request.parameters
    return _Entity(parameters["type"], parameters["name"]), parameters.get("key", "")


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    entity = _Entity(request.required("entity_type"), request.required("entity_name"))
    value = str(request.body.get("tag_value") or "")
    return _change(workspace, caller, entity, request.required("tag_key"), value, new=True)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    entity, key = _named(request)
    if request.query.get("update_mask", "tag_value") not in ("tag_value", "*"):
        raise InvalidParameter("update_mask takes tag_value")
    return _change(workspace, caller, entity, key, str(request.body.get("tag_value") or ""), new=False)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    entity, key = _named(request)
    _change(workspace, caller, entity, key, None, new=False)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    entity, key = _named(request)
    _, tagged = entity.read(workspace)
    require_visible(workspace, caller, entity.type, entity.name)
    if key not in tagged.get("tags", {}):
        raise _missing(entity, key)
    return entity.assignment(key, tagged["tags"][key])


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    entity, _ = _named(request)
    _, tagged = entity.read(workspace)
    require_visible(workspace, caller, entity.type, entity.name)
    found = [entity.assignment(key, value) for key, value in sorted(tagged.get("tags", {}).items())]
    return {"tag_assignments": found} if found else {}


_PATH = "/api/2.1/unity-catalog/entity-tag-assignments"
_ENTITY = f"{_PATH}/{{type}}/{{name}}/tags"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _ENTITY, _list),
    Route("GET", f"{_ENTITY}/{{key}}", _get),
    Route("PATCH", f"{_ENTITY}/{{key}}", _update),
    Route("DELETE", f"{_ENTITY}/{{key}}", _delete),
]
