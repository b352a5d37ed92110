"""Libraries of clusters: what is to be installed. Nothing is; a running cluster says INSTALLED.

databricks-sdk `compute.LibrariesAPI`, classes `ClusterLibraryStatuses`, `LibraryFullStatus`;
https://docs.databricks.com/api/workspace/libraries. What is uninstalled from a running cluster goes with its restart, as
there; its status says so until then.
"""

from __future__ import annotations

from infra.emulator.compute import clusters
from infra.emulator.errors import InvalidParameter
from infra.emulator.identity import access_levels
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "cluster_libraries"
_SORTS = ("cran", "egg", "jar", "maven", "pypi", "requirements", "whl")


def _kept(workspace: Workspace, cluster: Document) -> list[Document]:
    """Each library with the start of the cluster at which it was uninstalled, if it was."""
    entry = workspace.store.get(_KIND, cluster["cluster_id"])
    listed: list[Document] = entry["libraries"] if entry else []
    return [each for each in listed if each["leaves_after"] in (None, cluster["started_at"])]


def _change(workspace: Workspace, caller: Caller, request: Request) -> None:
    install = request.path.endswith("/install")
    with workspace.store.transaction():
        cluster = clusters.fetch(workspace, request.required("cluster_id"))
        access_levels.require(workspace, caller, access_levels.MANAGE, clusters.TYPE, cluster["cluster_id"])
        asked = request.body.get("libraries") or []
        for library in asked:
            if len([sort for sort in _SORTS if library.get(sort)]) != 1:
                raise InvalidParameter(f"A library is exactly one of {', '.join(_SORTS)}.")
        kept = [each for each in _kept(workspace, cluster) if each["library"] not in asked]
        running = clusters.state(workspace, cluster) == "RUNNING"
        leaves = None if install else cluster["started_at"]
        changed = [{"library": library, "leaves_after": leaves} for library in asked] if install or running else []
        workspace.store.put(_KIND, cluster["cluster_id"], {"libraries": kept + changed})


def _status(workspace: Workspace, caller: Caller, request: Request) -> Document:
    cluster = clusters.fetch(workspace, request.required("cluster_id"))
    access_levels.require(workspace, caller, "CAN_ATTACH_TO", clusters.TYPE, cluster["cluster_id"])
    usual = "INSTALLED" if clusters.state(workspace, cluster) == "RUNNING" else "PENDING"
    statuses = [
        {
            "library": each["library"],
            "status": usual if each["leaves_after"] is None else "UNINSTALL_ON_RESTART",
            "is_library_for_all_clusters": False,
        }
        for each in _kept(workspace, cluster)
    ]
    return {"cluster_id": cluster["cluster_id"], **({"library_statuses": statuses} if statuses else {})}


routes = [
    Route("POST", "/api/2.0/libraries/install", _change),
    Route("POST", "/api/2.0/libraries/uninstall", _change),
    Route("GET", "/api/2.0/libraries/cluster-status", _status),
]
