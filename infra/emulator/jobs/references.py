"""Where documents name principals: grants, access lists, owners. Databricks keeps ids there and shows names; here a rename
goes through all of them, which is rare and slow.
"""

from __future__ import annotations

from infra.emulator.identity.directory import Kind
from infra.emulator.unity.securables import (
    CATALOG,
    CONNECTION,
    EXTERNAL_LOCATION,
    FUNCTION,
    METASTORE,
    SCHEMA,
    STORAGE_CREDENTIAL,
    TABLE,
    VOLUME,
)
from infra.emulator.workspace import Workspace

_OWNED = (METASTORE, CATALOG, SCHEMA, TABLE, VOLUME, FUNCTION, "model", EXTERNAL_LOCATION, STORAGE_CREDENTIAL, CONNECTION)


def rename(workspace: Workspace, kind: Kind, old: str, new: str) -> None:
    """Write the new name wherever the old one stands."""
    store = workspace.store
    with store.transaction():
        for key, grants in store.list("grants"):
            if old in grants:
                store.put("grants", key, {new if name == old else name: held for name, held in grants.items()})
        for key, scope in store.list("secret_scope"):
            if old in scope["acls"]:
                scope["acls"] = {new if name == old else name: level for name, level in scope["acls"].items()}
                store.put("secret_scope", key, scope)
        for key, listed in store.list("acl"):
            mine = [entry for entry in listed["entries"] if (entry["kind"], entry["name"]) == (kind, old)]
            for entry in mine:
                entry["name"] = new
            if mine:
                store.put("acl", key, listed)
        for securable_type in _OWNED:
            for key, document in store.list(securable_type):
                if document.get("owner") == old:
                    store.put(securable_type, key, {**document, "owner": new}, parent=key.rpartition(".")[0])
