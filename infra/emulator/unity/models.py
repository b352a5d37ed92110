"""Registered models, their versions and aliases, below /api/2.1/unity-catalog/models.

Fields as databricks-sdk `catalog.RegisteredModelInfo`, `RegisteredModelAlias`, `ModelVersionInfo`;
https://docs.databricks.com/api/workspace/registeredmodels. Versions are made through MLflow, which is not here: those that
there are can be read and aliased.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import metastores, quotas, registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import FUNCTION, MODEL, SCHEMA, check_name, split
from infra.emulator.workspace import Caller, Workspace

#: Key "<model id>/<number>", parent the model's id.
VERSION: Final = "model_version"


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a model. Needs CREATE MODEL on the schema. Models and functions share a namespace."""
    name = check_name(str(body.get("name") or ""), MODEL)
    schema = ".".join(str(body.get(field) or "").lower() for field in ("catalog_name", "schema_name"))
    parent = registry.fetch(workspace, SCHEMA, schema)
    require(workspace, caller, "CREATE_MODEL", SCHEMA, schema)
    model_id = workspace.new_uuid()
    document: Document = {
        **registry.stamp(workspace, caller),
        "name": name,
        "catalog_name": parent["catalog_name"],
        "schema_name": parent["name"],
        "full_name": f"{schema}.{name}",
        "id": model_id,
        "securable_type": "FUNCTION",
        "securable_kind": "FUNCTION_REGISTERED_MODEL",
        "browse_only": False,
        "storage_location": body.get("storage_location") or f"{metastores.storage_root(workspace)}/models/{model_id}",
        **({"comment": body["comment"]} if body.get("comment") else {}),
    }
    with workspace.store.transaction():
        registry.check_free(workspace, FUNCTION, document["full_name"])
        registry.check_free(workspace, MODEL, document["full_name"])
        quotas.check_room(workspace, MODEL, document["full_name"])
        workspace.store.put(MODEL, document["full_name"], document, parent=schema)
    return document


def update(workspace: Workspace, caller: Caller, full_name: str, body: dict[str, Any]) -> Document:
    """Change comment, owner, name."""
    schema = full_name.rpartition(".")[0]
    with workspace.store.transaction():
        document = registry.fetch(workspace, MODEL, full_name)
        require_manage(workspace, caller, MODEL, full_name)
        if "comment" in body:
            document["comment"] = body["comment"]
        if body.get("owner"):
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(MODEL, full_name, document, parent=schema)
        if body.get("new_name"):
            new = f"{schema}.{check_name(body['new_name'], MODEL)}"
            if new != full_name:
                registry.check_free(workspace, MODEL, new)
                registry.rename(workspace, MODEL, full_name, new)
                document = registry.fetch(workspace, MODEL, new)
    return document


def drop(workspace: Workspace, caller: Caller, full_name: str) -> None:
    """Delete a model."""
    registry.fetch(workspace, MODEL, full_name)
    require_manage(workspace, caller, MODEL, full_name)
    registry.drop(workspace, MODEL, full_name)


def _name(request: Request) -> str:
    full_name = request.parameters["full_name"].lower()
    split(full_name, 3, MODEL)
    return full_name


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """With its aliases only if `include_aliases` asks for them."""
    document = registry.fetch(workspace, MODEL, _name(request))
    require_visible(workspace, caller, MODEL, document["full_name"])
    return document if request.flag("include_aliases") else _without_aliases(document)


def _without_aliases(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "aliases"}


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """Those of a schema, or all."""
    names = [request.query.get(field, "") for field in ("catalog_name", "schema_name")]
    schema = ".".join(names).lower() if all(names) else None
    if schema is not None:
        registry.fetch(workspace, SCHEMA, schema)
        require_visible(workspace, caller, SCHEMA, schema)

    def show(document: Document) -> Document | None:
        return _without_aliases(document) if visible(workspace, caller, MODEL, document["full_name"]) else None

    return page(workspace, request, MODEL, schema, field="registered_models", show=show)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _without_aliases(update(workspace, caller, _name(request), request.body))


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, _name(request))


def _version(workspace: Workspace, model: Document, number: str) -> Document:
    document = workspace.store.get(VERSION, f"{model['id']}/{number}")
    if document is None:
        name = model["full_name"]
        raise NotFound(f"Model version '{number}' of '{name}' does not exist.", code="MODEL_VERSION_DOES_NOT_EXIST")
    return document


def _set_alias(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name, alias = _name(request), request.parameters["alias"]
    number = request.required("version_num")
    with workspace.store.transaction():
        document = registry.fetch(workspace, MODEL, full_name)
        require_manage(workspace, caller, MODEL, full_name)
        _version(workspace, document, number)
        entry = {"alias_name": alias, "version_num": int(number)}
        document["aliases"] = [each for each in document.get("aliases", []) if each["alias_name"] != alias] + [entry]
        workspace.store.put(MODEL, full_name, document, parent=full_name.rpartition(".")[0])
    return entry


def _delete_alias(workspace: Workspace, caller: Caller, request: Request) -> None:
    full_name, alias = _name(request), request.parameters["alias"]
    with workspace.store.transaction():
        document = registry.fetch(workspace, MODEL, full_name)
        require_manage(workspace, caller, MODEL, full_name)
        kept = [each for each in document.get("aliases", []) if each["alias_name"] != alias]
        if len(kept) == len(document.get("aliases", [])):
            raise NotFound(f"Alias '{alias}' of '{full_name}' does not exist.")
        document["aliases"] = kept
        workspace.store.put(MODEL, full_name, document, parent=full_name.rpartition(".")[0])


def _by_alias(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name, alias = _name(request), request.parameters["alias"]
    document = registry.fetch(workspace, MODEL, full_name)
    require_visible(workspace, caller, MODEL, full_name)
    for each in document.get("aliases", []):
        if each["alias_name"] == alias:
            return _version(workspace, document, str(each["version_num"]))
    raise NotFound(f"Alias '{alias}' of '{full_name}' does not exist.")


def _list_versions(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    full_name = _name(request)
    document = registry.fetch(workspace, MODEL, full_name)
    require_visible(workspace, caller, MODEL, full_name)
    return page(workspace, request, VERSION, document["id"], field="model_versions", show=lambda document: document)


def _get_version(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name = _name(request)
    document = registry.fetch(workspace, MODEL, full_name)
    require_visible(workspace, caller, MODEL, full_name)
    return _version(workspace, document, request.parameters["version"])


_PATH = "/api/2.1/unity-catalog/models"
_MODEL = f"{_PATH}/{{full_name}}"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", _MODEL, _get),
    Route("PATCH", _MODEL, _update),
    Route("DELETE", _MODEL, _delete),
    Route("PUT", f"{_MODEL}/aliases/{{alias}}", _set_alias),
    Route("DELETE", f"{_MODEL}/aliases/{{alias}}", _delete_alias),
    Route("GET", f"{_MODEL}/aliases/{{alias}}", _by_alias),
    Route("GET", f"{_MODEL}/versions", _list_versions),
    Route("GET", f"{_MODEL}/versions/{{version}}", _get_version),
]
