"""Unity Catalog's securable types: their parents, their privileges, what their names may be. Pure vocabulary.

A securable's document has the kind of its type (`catalog`, `schema`, `table`…), its lower-cased full name as key and its
parent's full name as parent. Privileges: https://docs.databricks.com/data-governance/unity-catalog/manage-privileges/privileges
(privilege model 1.0), named as in databricks-sdk `catalog.Privilege`.
"""

from __future__ import annotations

from infra.emulator.errors import InvalidParameter

METASTORE, CATALOG, SCHEMA = "metastore", "catalog", "schema"
TABLE, VOLUME, FUNCTION, MODEL = "table", "volume", "function", "model"
EXTERNAL_LOCATION, STORAGE_CREDENTIAL, CREDENTIAL, CONNECTION = (
    "external_location",
    "storage_credential",
    "credential",
    "connection",
)
POLICY, SECRET = "policy", "uc_secret"

ALL, MANAGE, BROWSE = "ALL_PRIVILEGES", "MANAGE", "BROWSE"
USE_CATALOG, USE_SCHEMA = "USE_CATALOG", "USE_SCHEMA"
INFORMATION_SCHEMA = "information_schema"

#: The types that live in a schema.
LEAVES = frozenset({TABLE, VOLUME, FUNCTION, MODEL, SECRET})
_DATA = frozenset({"SELECT", "MODIFY", "EXECUTE", "READ_VOLUME", "WRITE_VOLUME", "REFRESH", "READ_SECRET", "WRITE_SECRET"})
_COMMON = frozenset({ALL, MANAGE, "APPLY_TAG"})
_IN_SCHEMA = (
    _DATA
    | _COMMON
    | {
        USE_SCHEMA,
        "CREATE_TABLE",
        "CREATE_FUNCTION",
        "CREATE_MODEL",
        "CREATE_MATERIALIZED_VIEW",
        "CREATE_SECRET",
        "CREATE_VOLUME",
        "EXTERNAL_USE_SCHEMA",
    }
)
_STORAGE = frozenset({ALL, MANAGE, "READ_FILES", "WRITE_FILES", "CREATE_EXTERNAL_TABLE"})

PRIVILEGES: dict[str, frozenset[str]] = {
    METASTORE: frozenset(
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
    ),
    CATALOG: _IN_SCHEMA | {USE_CATALOG, "CREATE_SCHEMA", BROWSE},
    SCHEMA: _IN_SCHEMA | {BROWSE},
    TABLE: _COMMON | {"SELECT", "MODIFY", "REFRESH"},
    VOLUME: _COMMON | {"READ_VOLUME", "WRITE_VOLUME"},
    FUNCTION: _COMMON | {"EXECUTE", "CREATE_MODEL_VERSION"},
    MODEL: _COMMON | {"EXECUTE", "CREATE_MODEL_VERSION"},
    SECRET: frozenset({ALL, MANAGE, "READ_SECRET", "WRITE_SECRET"}),
    EXTERNAL_LOCATION: _STORAGE
    | {BROWSE, "CREATE_EXTERNAL_VOLUME", "CREATE_FOREIGN_SECURABLE", "CREATE_MANAGED_STORAGE", "EXTERNAL_USE_LOCATION"},
    STORAGE_CREDENTIAL: _STORAGE | {"CREATE_EXTERNAL_LOCATION"},
    CREDENTIAL: frozenset({ALL, MANAGE, "ACCESS", "CREATE_CONNECTION"}),
    CONNECTION: frozenset({ALL, MANAGE, "CREATE_FOREIGN_CATALOG", "USE_CONNECTION"}),
}

#: What ALL PRIVILEGES does not stand for.
NOT_IN_ALL = frozenset({ALL, MANAGE, BROWSE, "EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION"})


def title(securable_type: str) -> str:
    """As error messages name the type: `External Location`."""
    return "Secret" if securable_type == SECRET else securable_type.replace("_", " ").title()


def parent_name(full_name: str) -> str:
    """`a.b` of `a.b.c`; empty for a name of one part."""
    return full_name.rpartition(".")[0]


def ancestry(securable_type: str, full_name: str) -> list[tuple[str, str]]:
    """The securable and what contains it, outermost first, the metastore left out: [(type, full name), …]."""
    if securable_type in LEAVES:
        catalog, schema, _ = split(full_name, 3, securable_type)
        return [(CATALOG, catalog), (SCHEMA, f"{catalog}.{schema}"), (securable_type, full_name)]
    if securable_type == SCHEMA:
        catalog, _ = split(full_name, 2, securable_type)
        return [(CATALOG, catalog), (SCHEMA, full_name)]
    return [(securable_type, full_name)]


def split(full_name: str, parts: int, securable_type: str) -> list[str]:
    """The parts of a full name. Raises InvalidParameter if there are not that many."""
    names = full_name.split(".")
    if len(names) != parts or not all(names):
        raise InvalidParameter(f"'{full_name}' is not a valid name of a {title(securable_type)}: expected {parts} parts")
    return names


_MAX_NAME = 255


def check_name(name: str, securable_type: str) -> str:
    """The name lower-cased, as Unity Catalog keeps it. Raises InvalidParameter for one that it refuses.

    https://docs.databricks.com/sql/language-manual/sql-ref-names: up to 255 characters; no period, space, slash, control
    character.
    """
    if not name:
        raise InvalidParameter(f"{title(securable_type)} name must not be empty")
    if len(name) > _MAX_NAME:
        raise InvalidParameter(f"{title(securable_type)} name is longer than {_MAX_NAME} characters")
    if any(character in "./ \x7f" or character < " " for character in name):
        raise InvalidParameter(
            f"'{name}' is not a valid name: it must not contain periods, spaces, forward slashes or control characters."
        )
    return name.lower()


def check_privilege(privilege: str, securable_type: str) -> str:
    """The privilege as the API writes it, from that or from SQL's `USE CATALOG`. Raises InvalidParameter."""
    normal = privilege.strip().upper().replace(" ", "_")
    if normal not in PRIVILEGES[securable_type]:
        known = ", ".join(sorted(PRIVILEGES[securable_type]))
        raise InvalidParameter(
            f"Privilege {normal.replace('_', ' ')} is not applicable to this entity [{securable_type.upper()}]."
            f" Applicable are {known}."
        )
    return normal
