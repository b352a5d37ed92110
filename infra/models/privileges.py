"""What Unity Catalog lets one grant, and on what.

Source of the lists: the privileges and securable objects of the Unity Catalog documentation
(https://docs.databricks.com/en/data-governance/unity-catalog/manage-privileges/privileges.html).
"""

from __future__ import annotations

from typing import Final

_ALL: Final = frozenset({"ALL_PRIVILEGES", "MANAGE"})
_STORAGE: Final = _ALL | {"CREATE_EXTERNAL_TABLE", "READ_FILES", "WRITE_FILES"}

VOLUME_PRIVILEGES: Final = _ALL | {"APPLY_TAG", "READ_VOLUME", "WRITE_VOLUME"}

SCHEMA_PRIVILEGES: Final = VOLUME_PRIVILEGES | {
    "CREATE_FUNCTION",
    "CREATE_MATERIALIZED_VIEW",
    "CREATE_MODEL",
    "CREATE_MODEL_VERSION",
    "CREATE_TABLE",
    "CREATE_VOLUME",
    "EXECUTE",
    "EXTERNAL_USE_SCHEMA",
    "MODIFY",
    "REFRESH",
    "SELECT",
    "USE_SCHEMA",
}

CATALOG_PRIVILEGES: Final = SCHEMA_PRIVILEGES | {"BROWSE", "CREATE_SCHEMA", "USE_CATALOG"}

METASTORE_PRIVILEGES: Final = frozenset(
    {
        "CREATE_CATALOG",
        "CREATE_CLEAN_ROOM",
        "CREATE_CONNECTION",
        "CREATE_EXTERNAL_LOCATION",
        "CREATE_PROVIDER",
        "CREATE_RECIPIENT",
        "CREATE_SERVICE_CREDENTIAL",
        "CREATE_SHARE",
        "CREATE_STORAGE_CREDENTIAL",
        "MANAGE_ALLOWLIST",
        "SET_SHARE_PERMISSION",
        "USE_CONNECTION",
        "USE_MARKETPLACE_ASSETS",
        "USE_PROVIDER",
        "USE_RECIPIENT",
        "USE_SHARE",
    }
)

#: By the word that the messages use for what is granted on.
PRIVILEGES: Final = {
    "metastore": METASTORE_PRIVILEGES,
    "catalog": CATALOG_PRIVILEGES,
    "schema": SCHEMA_PRIVILEGES,
    "table": _ALL | {"APPLY_TAG", "MODIFY", "REFRESH", "SELECT"},
    "volume": VOLUME_PRIVILEGES,
    "function": _ALL | {"EXECUTE"},
    "model": _ALL | {"APPLY_TAG", "CREATE_MODEL_VERSION", "EXECUTE"},
    "external location": _STORAGE
    | {"BROWSE", "CREATE_EXTERNAL_VOLUME", "CREATE_FOREIGN_SECURABLE", "CREATE_MANAGED_STORAGE", "EXTERNAL_USE_LOCATION"},
    "storage credential": _STORAGE | {"CREATE_EXTERNAL_LOCATION"},
    "connection": _ALL | {"CREATE_FOREIGN_CATALOG", "USE_CONNECTION"},
}

#: What a role may hold.
ALL_KNOWN: Final = frozenset().union(*PRIVILEGES.values())
