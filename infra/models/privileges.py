"""What Unity Catalog lets one grant, and on what.

Source of the lists: the privileges and securable objects of the Unity Catalog documentation
(https://docs.databricks.com/en/data-governance/unity-catalog/manage-privileges/privileges.html).
"""

from __future__ import annotations

from typing import Final

VOLUME_PRIVILEGES: Final = frozenset({"ALL_PRIVILEGES", "APPLY_TAG", "MANAGE", "READ_VOLUME", "WRITE_VOLUME"})

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

#: By the word that the messages use for what is granted on.
PRIVILEGES: Final = {"catalog": CATALOG_PRIVILEGES, "schema": SCHEMA_PRIVILEGES, "volume": VOLUME_PRIVILEGES}
