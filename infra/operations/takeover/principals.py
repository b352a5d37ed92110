"""Whom a workspace's grants and access lists name, as the environment file says it. Pure but for the directory's listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.operations.introductions import introduction, spoken
from infra.operations.keys import Keys
from infra.providers.databricks.client import Client

_PAGE: Final = 100


class Directory:
    """Keys for principals. Everybody is taken as existing: an import makes nobody."""

    def __init__(self, environment: str, display_names: Mapping[str, str]) -> None:
        """`display_names` of service principals, by application id."""
        self._display_names = display_names
        self._keys = Keys(environment, separator="-")
        self._known: dict[str, dict[str, dict[str, Any]]] = {"service_principals": {}, "users": {}, "groups": {}}

    def key(self, name: str) -> str:
        """The key of whoever the workspace knows by this name, which is remembered."""
        key = self._keys.key(self._display_names.get(name) or spoken(name))
        kind, said = introduction(key, name)
        self._known[kind][key] = said
        return key

    def identities(self) -> dict[str, Any]:
        """Everybody who was asked for, for the file."""
        return {kind: dict(sorted(found.items())) for kind, found in self._known.items() if found}


def display_names(workspace: Client) -> dict[str, str]:
    """The service principals of a workspace: application id to display name."""
    found: dict[str, str] = {}
    while True:
        query = {"startIndex": len(found) + 1, "count": _PAGE, "attributes": "applicationId,displayName"}
        answer = workspace.call("GET", "/api/2.0/preview/scim/v2/ServicePrincipals", query=query)
        listed = answer.get("Resources") or []
        found |= {str(each["applicationId"]): str(each.get("displayName") or each["applicationId"]) for each in listed}
        if len(listed) < _PAGE:
            return found
