"""Where a resource stands in the environment file, and which of its properties are said there. Pure.

The components name a resource after the keys that it comes from (`<catalog>.<schema>.<volume>`, `<securable>/<principal>`), so
its type and logical name tell the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.engine import urn as urns

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A property as the file says it: under `key` of the resource's place, by a value that `to_file` makes of the API's.

    `principal`: the value is a principal's name, which the file says by its key.
    """

    key: Path
    to_file: Callable[[Any], Any] = lambda value: value
    principal: bool = False


def short(type: str) -> str:
    """`databricks:index/schema:Schema` to `Schema`."""
    return type.rsplit(":", 1)[1]


def place(urn: str) -> Path | None:
    """The path in the file of what a resource comes from; None for what no single key says."""
    kind, name = short(urns.type_of(urn)), urns.name_of(urn)
    component = _component(urn)
    if kind == "Grant":
        securable, _, who = name.rpartition("/")
        base = _securable(component, securable)
        return None if base is None else (*base, "grants", who)
    if kind == "WorkspaceBinding":
        securable, _, key = name.rpartition("/")
        base = _securable(component, securable)
        return None if base is None else (*base, "workspaces", key)
    if kind == "Permissions":
        base = _OF_COMPONENT.get(component)
        return None if base is None else (*base, name, "permissions")
    if kind in ("Catalog", "Schema", "Volume"):
        return _namespace(name)
    base = _OF_KIND.get(kind)
    return None if base is None else (*base, name)


#: What a resource of these types is a key of.
_OF_KIND: Final[Mapping[str, Path]] = {
    "SqlEndpoint": ("warehouses",),
    "Job": ("jobs",),
    "Pipeline": ("pipelines",),
    "ServicePrincipal": ("identities", "service_principals"),
    "User": ("identities", "users"),
    "Group": ("identities", "groups"),
    "StorageCredential": ("storage", "credentials"),
    "ExternalLocation": ("storage", "locations"),
    "Connection": ("connections",),
    "SecretScope": ("secrets", "scopes"),
    "Query": ("queries",),
    "Alert": ("alerts",),
    "AlertV2": ("alerts",),
    "Dashboard": ("dashboards",),
    "Notebook": ("notebooks",),
}
#: What the resources inside these components belong to.
_OF_COMPONENT: Final[Mapping[str, Path]] = {
    "Warehouse": ("warehouses",),
    "Job": ("jobs",),
    "Pipeline": ("pipelines",),
}
_LEVELS: Final = ("catalogs", "schemas", "volumes")


def _component(urn: str) -> str:
    """The innermost component around a resource: `Catalog` of `lakestead:catalog:Catalog$databricks:…`."""
    chain = urn.split("::")[2].split("$")
    return chain[-2].rsplit(":", 1)[1] if len(chain) > 1 else ""


def _namespace(name: str) -> Path:
    """`a.b.c` to catalogs.a.schemas.b.volumes.c."""
    return tuple(step for level, key in zip(_LEVELS, name.split("."), strict=False) for step in (level, key))


def _securable(component: str, name: str) -> Path | None:
    if component == "Catalog":
        return _namespace(name)
    return {"Storage": ("storage", "locations", name)}.get(component)


def said(kind: str, path: str) -> tuple[str, Said] | None:
    """The property of a type (`SqlEndpoint`) that holds a path (`tags.customTags[0].value`), and how the file says it; None if
    it does not."""
    root = path.partition("[")[0].partition(".")[0]
    known = _SAID.get(kind, {}).get(root)
    return None if known is None else (root, known)


def _mapped(value: Any) -> Any:
    return {str(key): text for key, text in value.items()} if isinstance(value, Mapping) else value


def _custom_tags(value: Any) -> Any:
    listed = value.get("customTags") if isinstance(value, Mapping) else None
    return {tag["key"]: tag["value"] for tag in listed or []} or None


_COMMON: Final = {"comment": Said(("comment",)), "owner": Said(("owner",), principal=True)}
_SAID: Final[Mapping[str, Mapping[str, Said]]] = {
    "Catalog": {**_COMMON, "properties": Said(("properties",), _mapped), "isolationMode": Said(("isolation",), str.lower)},
    "Schema": {**_COMMON, "properties": Said(("properties",), _mapped)},
    "Volume": _COMMON,
    "ExternalLocation": _COMMON,
    "StorageCredential": _COMMON,
    "Connection": _COMMON,
    "SqlEndpoint": {
        "name": Said(("name",)),
        "clusterSize": Said(("size",)),
        "autoStopMins": Said(("auto_stop",)),
        "minNumClusters": Said(("min_clusters",)),
        "maxNumClusters": Said(("max_clusters",)),
        "channel": Said(("channel",), lambda value: str(value["name"]).replace("CHANNEL_NAME_", "CHANNEL_")),
        "enableServerlessCompute": Said(("serverless",)),
        "spotInstancePolicy": Said(("spot_policy",)),
        "tags": Said(("tags",), _custom_tags),
    },
    "Job": {
        "name": Said(("name",)),
        "description": Said(("description",)),
        "timeoutSeconds": Said(("timeout",), lambda seconds: int(seconds) // 60),
    },
    "ServicePrincipal": {"displayName": Said(("name",))},
    "Group": {"displayName": Said(("name",))},
    "User": {"displayName": Said(("name",))},
}
