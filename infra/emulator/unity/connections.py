"""Connections to other systems: operations, and their endpoints below /api/2.1/unity-catalog/connections.

Fields as databricks-sdk `catalog.ConnectionInfo`, `CreateConnection`, `UpdateConnection`;
https://docs.databricks.com/api/workspace/connections. Nothing is connected to: queries of a foreign catalog are refused by SQL.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import quotas, registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import CONNECTION, METASTORE, check_name
from infra.emulator.workspace import Caller, Workspace

#: Types of databricks-sdk `catalog.ConnectionType`, and the options without which there is none of the type.
_HOST: Final = ("host", "port")
TYPES: Final[dict[str, tuple[str, ...]]] = {
    "BIGQUERY": ("GoogleServiceAccountKeyJson",),
    "DATABRICKS": ("host", "httpPath"),
    "GA4_RAW_DATA": (),
    "GLUE": (),
    "HIVE_METASTORE": (),
    "HTTP": ("host",),
    "MYSQL": _HOST,
    "ORACLE": _HOST,
    "POSTGRESQL": _HOST,
    "POWER_BI": (),
    "REDSHIFT": _HOST,
    "SALESFORCE": (),
    "SALESFORCE_DATA_CLOUD": (),
    "SERVICENOW": (),
    "SNOWFLAKE": ("host",),
    "SQLDW": _HOST,
    "SQLSERVER": _HOST,
    "TERADATA": _HOST,
    "WORKDAY_RAAS": (),
}
#: Options that are taken and never answered.
_SECRET: Final = frozenset(
    {
        "user",
        "password",
        "personalAccessToken",
        "access_token",
        "client_secret",
        "pem_private_key",
        "OAuthPvtKey",
        "GoogleServiceAccountKeyJson",
        "bearer_token",
    }
)


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a connection. Needs CREATE CONNECTION on the metastore."""
    name = check_name(str(body.get("name") or ""), CONNECTION)
    require(workspace, caller, "CREATE_CONNECTION", METASTORE, workspace.metastore_id)
    kind = str(body.get("connection_type") or "").upper()
    if kind not in TYPES:
        raise InvalidParameter(f"connection_type must be one of {', '.join(TYPES)}, got '{kind}'")
    options = _options(kind, body.get("options"))
    document: Document = {
        **registry.stamp(workspace, caller),
        "connection_id": workspace.new_uuid(),
        "name": name,
        "full_name": name,
        "connection_type": kind,
        "credential_type": _credential_type(options),
        "securable_type": "CONNECTION",
        "read_only": True if body.get("read_only") is None else bool(body["read_only"]),
        "provisioning_info": {"state": "ACTIVE"},
        **_shown(kind, options),
        **({"comment": body["comment"]} if body.get("comment") else {}),
        **{field: body[field] for field in ("environment_settings",) if body.get(field)},
    }
    if body.get("properties"):
        document["properties"] = registry.string_map(body["properties"], "properties")
    with workspace.store.transaction():
        registry.check_free(workspace, CONNECTION, name)
        quotas.check_room(workspace, CONNECTION, name)
        workspace.store.put(CONNECTION, name, document)
    return document


def update(workspace: Workspace, caller: Caller, name: str, body: dict[str, Any]) -> Document:
    """Change options (all of them), owner, environment or name."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, CONNECTION, name)
        require_manage(workspace, caller, CONNECTION, name)
        if body.get("options"):
            options = _options(document["connection_type"], body["options"])
            document["credential_type"] = _credential_type(options)
            document.update(_shown(document["connection_type"], options))
        if "environment_settings" in body:
            document["environment_settings"] = body["environment_settings"]
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(CONNECTION, name, document)
        if body.get("new_name"):
            new = check_name(body["new_name"], CONNECTION)
            if new != name:
                registry.check_free(workspace, CONNECTION, new)
                registry.rename(workspace, CONNECTION, name, new)
                document = registry.fetch(workspace, CONNECTION, new)
    return document


def drop(workspace: Workspace, caller: Caller, name: str) -> None:
    """Delete a connection."""
    registry.fetch(workspace, CONNECTION, name)
    require_manage(workspace, caller, CONNECTION, name)
    registry.drop(workspace, CONNECTION, name)


def _options(kind: str, given: object) -> dict[str, str]:
    options = registry.string_map(given or {}, "options")
    missing = [option for option in TYPES[kind] if not options.get(option) and options.get("builtin") != "true"]
    if missing:
        raise InvalidParameter(f"A {kind} connection needs the option(s) {', '.join(missing)}")
    return options


def _credential_type(options: dict[str, str]) -> str:
    if "bearer_token" in options:
        return "BEARER_TOKEN"
    if "client_secret" in options:
        return "OAUTH_M2M"
    if "pem_private_key" in options:
        return "PEM_PRIVATE_KEY"
    return "USERNAME_PASSWORD" if "password" in options else "UNKNOWN_CREDENTIAL_TYPE"


def _shown(kind: str, options: dict[str, str]) -> Document:
    """Options without secrets, and the address that they make up."""
    shown = {name: value for name, value in options.items() if name not in _SECRET}
    address = ":".join(options[part] for part in _HOST if options.get(part))
    return {"options": shown, **({"url": f"jdbc:{kind.lower()}://{address}/"} if address else {})}


def _name(request: Request) -> str:
    return request.parameters["name"].lower()


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = registry.fetch(workspace, CONNECTION, _name(request))
    require_visible(workspace, caller, CONNECTION, document["name"])
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, CONNECTION, document["name"]) else None

    return page(workspace, request, CONNECTION, None, field="connections", show=show)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, _name(request), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, _name(request))


_PATH = "/api/2.1/unity-catalog/connections"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
]
