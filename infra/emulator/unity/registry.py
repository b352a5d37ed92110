"""Unity Catalog's securables as documents: read, stamp, own, rename, drop. The rights are checked by who calls."""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from infra.emulator.identity import directory
from infra.emulator.store import Document
from infra.emulator.unity import dropped
from infra.emulator.unity.securables import CATALOG, FUNCTION, MODEL, POLICY, SCHEMA, SECRET, TABLE, VOLUME, title
from infra.emulator.workspace import Caller, Workspace

#: What lives in a schema and goes with it, by kind of document.
CONTENTS = (TABLE, VOLUME, FUNCTION, MODEL, SECRET)
#: What is kept beside a securable, under "<type>/<full name>".
BESIDE = ("grants", "bindings", "quality_monitor")


def fetch(workspace: Workspace, securable_type: str, full_name: str) -> Document:
    """The document. Raises NotFound with the type's own code: CATALOG_DOES_NOT_EXIST."""
    document = workspace.store.get(securable_type, full_name)
    if document is None:
        raise missing(securable_type, full_name)
    return document


def missing(securable_type: str, full_name: str) -> NotFound:
    """The error of a securable that is not there."""
    return NotFound(f"{title(securable_type)} '{full_name}' does not exist.", code=f"{securable_type.upper()}_DOES_NOT_EXIST")


def check_free(workspace: Workspace, securable_type: str, full_name: str) -> None:
    """Raise AlreadyExists with the type's own code if the name is taken. Tables and views share a namespace."""
    if workspace.store.get(securable_type, full_name) is not None:
        name = full_name.rpartition(".")[2] if securable_type == SCHEMA else full_name
        raise AlreadyExists(f"{title(securable_type)} '{name}' already exists", code=f"{securable_type.upper()}_ALREADY_EXISTS")


def stamp(workspace: Workspace, caller: Caller) -> Document:
    """Who made it and when, as every new securable has it."""
    now = workspace.clock.millis()
    by = {"created_by": caller.name, "updated_by": caller.name, "owner": caller.name}
    return {"metastore_id": workspace.metastore_id, "created_at": now, "updated_at": now, **by}


def touch(workspace: Workspace, caller: Caller, document: Document) -> None:
    """Note that the caller changed it now."""
    document["updated_at"] = workspace.clock.millis()
    document["updated_by"] = caller.name


def principal(workspace: Workspace, name: str) -> str:
    """The name of an account principal as the directory writes it. Raises NotFound PRINCIPAL_DOES_NOT_EXIST."""
    canonical = directory.canonical_name(workspace, name)
    if canonical is None:
        raise NotFound(f"Could not find principal with name {name}", code="PRINCIPAL_DOES_NOT_EXIST")
    return canonical


def string_map(value: object, field: str) -> dict[str, str]:
    """A map of the request body, such as `properties`. Raises InvalidParameter for anything else."""
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise InvalidParameter(f"{field} must be a map from string to string")
    return value


def choose(document: Document, body: dict[str, Any], field: str, values: tuple[str, ...]) -> None:
    """Write a field that has a few values into the document, if the body names it. Raises InvalidParameter for another."""
    if field in body:
        if body[field] not in values:
            raise InvalidParameter(f"{field} must be one of {', '.join(values)}, got '{body[field]}'")
        document[field] = body[field]


def rename(workspace: Workspace, securable_type: str, old: str, new: str) -> None:
    """Move a catalog, schema or what is in one, with all that it contains and all grants, to a new full name."""
    store = workspace.store
    document = fetch(workspace, securable_type, old)
    for kind in _inside(securable_type):
        for key, _ in store.list(kind, old):
            rename(workspace, kind, key, f"{new}.{key.rpartition('.')[2]}")
    names = new.split(".")
    document["name"] = names[-1]
    if "full_name" in document:
        document["full_name"] = new
    for field, name in zip(("catalog_name", "schema_name"), names[:-1], strict=False):
        document[field] = name
    store.delete(securable_type, old)
    store.put(securable_type, new, document, parent=new.rpartition(".")[0])
    for kind in BESIDE:
        if (kept := store.get(kind, f"{securable_type}/{old}")) is not None:
            store.delete(kind, f"{securable_type}/{old}")
            store.put(kind, f"{securable_type}/{new}", kept)
    place = f"{securable_type}/{new}"
    for key, policy in store.list(POLICY, f"{securable_type}/{old}"):
        store.delete(POLICY, key)
        store.put(POLICY, f"{place}/{policy['name']}", policy | {"on_securable_fullname": new}, parent=place)


def drop(workspace: Workspace, securable_type: str, full_name: str, *, force: bool = False) -> None:
    """Remove a securable with its grants; what it contains only by `force`, else InvalidState says what is in the way.

    Tables with rows can come back for a while (`infra.emulator.unity.dropped`).
    """
    with workspace.store.transaction():
        if not force:
            _check_empty(workspace, securable_type, full_name)
        _drop(workspace, securable_type, full_name)
    dropped.purge(workspace)


def _drop(workspace: Workspace, securable_type: str, full_name: str) -> None:
    store = workspace.store
    for kind in _inside(securable_type):
        for key, _ in store.list(kind, full_name):
            _drop(workspace, kind, key)
    document = fetch(workspace, securable_type, full_name)
    if securable_type == TABLE and document.get("physical"):
        dropped.keep(workspace, document)
    store.delete(securable_type, full_name)
    for kind in BESIDE:
        store.delete(kind, f"{securable_type}/{full_name}")
    for key, _ in store.list(POLICY, f"{securable_type}/{full_name}"):
        store.delete(POLICY, key)


def _inside(securable_type: str) -> tuple[str, ...]:
    """The kinds of documents that may have one of this type as parent."""
    return {CATALOG: (SCHEMA,), SCHEMA: CONTENTS}.get(securable_type, ())


def _check_empty(workspace: Workspace, securable_type: str, full_name: str) -> None:
    """Words as terraform-provider-databricks issues 3659 and 2906 quote them."""
    count = workspace.store.count
    if securable_type == CATALOG and (schemas := count(SCHEMA, full_name) - 1) > 0:  # information_schema does not count
        raise InvalidState(f"Catalog '{full_name}' is not empty. The catalog has {schemas} schema(s)", code="CATALOG_NOT_EMPTY")
    if securable_type == SCHEMA:
        tables, functions, volumes = count(TABLE, full_name), count(FUNCTION, full_name), count(VOLUME, full_name)
        functions += count(MODEL, full_name)
        if tables or functions or volumes:
            raise InvalidState(
                f"Schema '{full_name}' is not empty."
                f" The schema has {tables} tables(s), {functions} functions(s), {volumes} volumes(s)",
                code="SCHEMA_NOT_EMPTY",
            )
