"""Who may use, run and manage the workspace's objects: warehouses, jobs, folders… and what is in folders.

https://docs.databricks.com/security/auth/access-control. Unity Catalog's grants are another matter
(`infra.emulator.unity.privileges`); the endpoints are in `infra.emulator.identity.permissions`. Levels are ordered: a higher
one holds all lower ones. Admins may do all.

Another family's type is made known by a line in `TYPES`; at a create it calls `set_owner`, at a delete `forget`.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.emulator.errors import PermissionDenied
from infra.emulator.identity.directory import Kind
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

OWNER, MANAGE = "IS_OWNER", "CAN_MANAGE"
#: The object id of the folder that holds all others.
ROOT = "0"


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of object that has permissions: the `kind` of its documents, its levels from low to high.

    `name` is the answer's object_type, `root` the prefix of its object ids. `alone`: there is one such object, always, and
    admins are on its list by themselves instead of by inheritance.
    """

    kind: str
    name: str
    root: str
    levels: tuple[str, ...]
    alone: bool = False


_SQL = ("CAN_VIEW", "CAN_READ", "CAN_RUN", "CAN_EDIT", MANAGE)
_TREE = ("CAN_READ", "CAN_RUN", "CAN_EDIT", MANAGE)
_WAREHOUSE = ObjectType("warehouse", "warehouses", "/sql/warehouses/", ("CAN_VIEW", "CAN_MONITOR", "CAN_USE", MANAGE, OWNER))
TYPES: dict[str, ObjectType] = {
    "warehouses": _WAREHOUSE,
    "sql/warehouses": _WAREHOUSE,
    "jobs": ObjectType("job", "job", "/jobs/", ("CAN_VIEW", "CAN_MANAGE_RUN", MANAGE, OWNER)),
    "directories": ObjectType("object_id", "directory", "/directories/", _TREE),
    "notebooks": ObjectType("object_id", "notebook", "/notebooks/", _TREE),
    "files": ObjectType("object_id", "file", "/files/", _TREE),
    "authorization/tokens": ObjectType("", "tokens", "/authorization/", ("CAN_USE", MANAGE), alone=True),
    "authorization/passwords": ObjectType("", "passwords", "/authorization/", ("CAN_USE",), alone=True),
    "clusters": ObjectType("cluster", "cluster", "/clusters/", ("CAN_ATTACH_TO", "CAN_RESTART", MANAGE)),
    "cluster-policies": ObjectType("cluster_policy", "cluster-policy", "/cluster-policies/", ("CAN_USE",)),
    "instance-pools": ObjectType("instance_pool", "instance-pool", "/instance-pools/", ("CAN_ATTACH_TO", MANAGE)),
    "pipelines": ObjectType("pipeline", "pipelines", "/pipelines/", ("CAN_VIEW", "CAN_RUN", MANAGE, OWNER)),
    "repos": ObjectType("object_id", "repo", "/repos/", _TREE),
    "sql/queries": ObjectType("query", "query", "/sql/queries/", _SQL),
    "sql/alerts": ObjectType("alert", "alert", "/sql/alerts/", _SQL),
    "alertsv2": ObjectType("alert_v2", "alertv2", "/alertsv2/", _TREE),
    "dashboards": ObjectType("dashboard", "dashboard", "/dashboards/", _TREE),
    "experiments": ObjectType("experiment", "mlflowExperiment", "/experiments/", ("CAN_READ", "CAN_EDIT", MANAGE)),
    "serving-endpoints": ObjectType(
        "serving_endpoint_id", "serving-endpoint", "/serving-endpoints/", ("CAN_VIEW", "CAN_QUERY", MANAGE)
    ),
    "vector-search-endpoints": ObjectType(
        "vector_search_endpoint_id", "vector-search-endpoints", "/vector-search-endpoints/", ("CAN_USE", MANAGE)
    ),
}


def level(workspace: Workspace, caller: Caller, type_name: str, object_id: str) -> str | None:
    """The highest level that the caller has, directly, by a group, by a folder above, or as admin; None for none."""
    object_type = TYPES[type_name]
    if caller.is_admin:
        return object_type.levels[-1]
    held = [entry["level"] for entry in _lineage_entries(workspace, type_name, object_id) if entry["name"] in caller.principals]
    return max(held, key=object_type.levels.index, default=None)


def has(workspace: Workspace, caller: Caller, wanted: str, type_name: str, object_id: str) -> bool:
    """Whether the caller has this level or a higher one."""
    held = level(workspace, caller, type_name, object_id)
    levels = TYPES[type_name].levels
    if wanted not in levels:  # a policy knows no managers: that is for admins
        return caller.is_admin
    return held is not None and levels.index(held) >= levels.index(wanted)


def require(workspace: Workspace, caller: Caller, wanted: str, type_name: str, object_id: str) -> None:
    """Raise PermissionDenied unless `has`."""
    if not has(workspace, caller, wanted, type_name, object_id):
        name = TYPES[type_name].name.removesuffix("s")
        raise PermissionDenied(
            f"{caller.name} does not have {wanted} permissions on {name} {object_id}."
            " Please contact the owner or an administrator for access."
        )


def set_owner(workspace: Workspace, caller: Caller, type_name: str, object_id: str) -> None:
    """The caller made the object."""
    kind: Kind = "service_principal" if caller.is_service_principal else "user"
    grant(workspace, (kind, caller.name), OWNER if OWNER in TYPES[type_name].levels else MANAGE, type_name, object_id)


def grant(workspace: Workspace, principal: tuple[Kind, str], given: str, type_name: str, object_id: str) -> None:
    """Give a level without asking who does it."""
    kind, name = principal
    kept = [entry for entry in entries(workspace, type_name, object_id) if (entry["kind"], entry["name"]) != principal]
    put(workspace, type_name, object_id, [*kept, {"kind": kind, "name": name, "level": given}])


def forget(workspace: Workspace, type_name: str, object_id: str) -> None:
    """The object is gone."""
    workspace.store.delete("acl", key(type_name, object_id))


def owner_of(workspace: Workspace, type_name: str, object_id: str) -> str | None:
    """The owner's name, None for types and objects that have none."""
    owners = [entry["name"] for entry in entries(workspace, type_name, object_id) if entry["level"] == OWNER]
    return owners[0] if owners else None


def key(type_name: str, object_id: str) -> str:
    """The object's id as the API writes it: `/jobs/12`."""
    return f"{TYPES[type_name].root}{object_id}"


def entries(workspace: Workspace, type_name: str, object_id: str) -> list[Document]:
    """What was given on this very object: {kind, name, level}."""
    kept = workspace.store.get("acl", key(type_name, object_id))
    return [] if kept is None else list(kept["entries"])


def put(workspace: Workspace, type_name: str, object_id: str, given: list[Document]) -> None:
    """Replace what was given on this very object."""
    workspace.store.put("acl", key(type_name, object_id), {"entries": given})


def lineage(workspace: Workspace, type_name: str, object_id: str) -> list[tuple[str, str]]:
    """The object and the folders around it, as (type, id)."""
    found = [(type_name, object_id)]
    if TYPES[type_name].kind == "object_id":
        pointer = workspace.store.get("object_id", object_id)
        path = pointer["path"] if pointer else ""
        while path not in ("", "/"):
            path = path.rpartition("/")[0] or "/"
            folder = workspace.store.get("object", path)
            if folder is not None:
                found.append(("directories", str(folder["object_id"])))
        if path or object_id != ROOT:
            found.append(("directories", ROOT))
    return found


def _lineage_entries(workspace: Workspace, type_name: str, object_id: str) -> list[Document]:
    return [entry for each in lineage(workspace, type_name, object_id) for entry in entries(workspace, *each)]
