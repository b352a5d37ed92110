"""Data sources: what a program may ask without managing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from infra.engine.ports import ProviderError
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.compute.warehouse import SqlEndpoint
from infra.providers.databricks.identity.scim import SCIM, held
from infra.providers.databricks.resource import path
from infra.providers.databricks.workspace import Workspace


def current_user(workspace: Workspace, arguments: Properties) -> Properties:
    """Who is calling."""
    me = workspace.me
    name = str(me.get("userName", ""))
    application = "@" not in name
    return {
        "id": str(me.get("id", "")),
        "userName": name,
        "externalId": str(me.get("externalId", "")),
        "aclPrincipalId": f"{'servicePrincipals' if application else 'users'}/{name}",
        "home": f"/Users/{name}",
        "repos": f"/Repos/{name}",
        "alphanumeric": re.sub(r"[^a-z0-9]", "_", name.split("@", 1)[0].lower()),
        "workspaceUrl": workspace.host,
        "providerConfig": workspace.config,
    }


def group(workspace: Workspace, arguments: Properties) -> Properties:
    """A group by its name."""
    name = str(arguments.get("displayName", ""))
    found = _only(workspace, "Groups", "displayName", name)
    members = [str(member.get("value")) for member in found.get("members") or ()]
    return {
        "id": str(found["id"]),
        "displayName": name,
        "externalId": str(found.get("externalId", "")),
        "aclPrincipalId": f"groups/{name}",
        "members": sorted(members),
        "recursive": bool(arguments.get("recursive", True)),
        **held(found),
    }


def service_principal(workspace: Workspace, arguments: Properties) -> Properties:
    """A service principal by its application id or its display name."""
    by = next((name for name in ("applicationId", "displayName") if arguments.get(name)), "displayName")
    found = _only(workspace, "ServicePrincipals", by, str(arguments.get(by, "")))
    application = str(found.get("applicationId", ""))
    return {
        "id": str(found["id"]),
        "spId": str(found["id"]),
        "applicationId": application,
        "displayName": str(found.get("displayName", "")),
        "externalId": str(found.get("externalId", "")),
        "active": bool(found.get("active", True)),
        "aclPrincipalId": f"servicePrincipals/{application}",
        "home": f"/Users/{application}",
        "repos": f"/Repos/{application}",
    }


def sql_warehouse(workspace: Workspace, arguments: Properties) -> Properties:
    """A SQL warehouse by its id or its name."""
    id, name = arguments.get("id"), arguments.get("name")
    if not id:
        listed = workspace.get("/api/2.0/sql/warehouses").get("warehouses", [])
        id = next((warehouse["id"] for warehouse in listed if warehouse.get("name") == name), None)
        if id is None:
            raise ProviderError(f"there is no SQL warehouse named {name!r} that the caller may see")
    answer = workspace.get(path("/api/2.0/sql/warehouses", str(id)))
    values = documents.properties(SqlEndpoint.shape, answer)
    return {key: value for key, value in values.items() if value is not None and key != "sqlEndpointId"} | {"id": str(id)}


def _only(workspace: Workspace, collection: str, attribute: str, value: str) -> Properties:
    quoted = value.replace('"', '\\"')
    found = workspace.get(f"{SCIM}/{collection}", filter=f'{attribute} eq "{quoted}"').get("Resources") or []
    if len(found) != 1:
        raise ProviderError(f"{len(found)} of the workspace's {collection} have the {attribute} {value!r}: one is needed")
    return dict(found[0])


Invoke = Callable[[Workspace, Properties], Properties]

INVOKES: Final[Mapping[str, Invoke]] = {
    "databricks:index/getCurrentUser:getCurrentUser": current_user,
    "databricks:index/getGroup:getGroup": group,
    "databricks:index/getServicePrincipal:getServicePrincipal": service_principal,
    "databricks:index/getSqlWarehouse:getSqlWarehouse": sql_warehouse,
}
