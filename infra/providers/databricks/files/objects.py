"""What access lists can be put on: for each property of `Permissions`, the object's type in the API and its levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from infra.providers.databricks.resource import found
from infra.providers.databricks.workspace import Workspace

_FILE: Final = ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE")
_SQL: Final = ("CAN_READ", "CAN_VIEW", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of object.

    `request` is its type in paths, `object_type` in answers. `add_caller`: who deploys is added as manager. `by_path`: the
    property holds a workspace path. `admins`: the admins' level can be set. `keeps_admins`: the id of the one object whose
    list has to name the admins. `creator` looks up who is owner again when the list is removed: None for an object that is
    gone. `value`: what the property must be, where one property means several kinds.
    """

    name: str
    object_type: str
    request: str
    levels: tuple[str, ...]
    managing: tuple[str, ...] = ("CAN_MANAGE",)
    add_caller: bool = False
    by_path: bool = False
    admins: bool = False
    keeps_admins: str = ""
    value: str = ""
    creator: Callable[[Workspace, str], str | None] | None = None

    @property
    def reads_as_view(self) -> bool:
        """Whether CAN_VIEW is an old word for CAN_READ: it is sent as that, and stays in the state as the program has it."""
        return {"CAN_READ", "CAN_VIEW"} <= set(self.levels)


def _creator(address: str, key: str) -> Callable[[Workspace, str], str | None]:
    def look(workspace: Workspace, id: str) -> str | None:
        answer = found(workspace, address.format(id=id))
        return None if answer is None else str(answer.get(key, ""))

    return look


def _managed(name: str, request: str, *levels: str, object_type: str = "") -> Kind:
    return Kind(name=name, object_type=object_type or request, request=request, levels=(*levels, "CAN_MANAGE"), add_caller=True)


def _file(name: str, object_type: str, request: str) -> Kind:
    root = "0" if object_type == "directory" else ""
    by_path = name.endswith("Path")
    return Kind(name=name, object_type=object_type, request=request, levels=_FILE, by_path=by_path, keeps_admins=root)


_OWNED: Final = ("CAN_MANAGE", "IS_OWNER")

OBJECTS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            name="sqlEndpointId",
            object_type="warehouses",
            request="sql/warehouses",
            levels=("CAN_USE", "CAN_VIEW", "CAN_MONITOR", "CAN_MANAGE", "IS_OWNER"),
            managing=_OWNED,
            add_caller=True,
            creator=_creator("/api/2.0/sql/warehouses/{id}", "creator_name"),
        ),
        Kind(
            name="jobId",
            object_type="job",
            request="jobs",
            levels=("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"),
            managing=_OWNED,
            creator=_creator("/api/2.2/jobs/get?job_id={id}", "creator_user_name"),
        ),
        Kind(
            name="pipelineId",
            object_type="pipelines",
            request="pipelines",
            levels=("CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"),
            managing=_OWNED,
        ),
        Kind(
            name="clusterPolicyId",
            object_type="cluster-policy",
            request="cluster-policies",
            levels=("CAN_USE",),
            managing=("CAN_USE",),
        ),
        _managed("instancePoolId", "instance-pools", "CAN_ATTACH_TO", object_type="instance-pool"),
        _managed("clusterId", "clusters", "CAN_ATTACH_TO", "CAN_RESTART", object_type="cluster"),
        _file("notebookId", "notebook", "notebooks"),
        _file("notebookPath", "notebook", "notebooks"),
        _file("directoryId", "directory", "directories"),
        _file("directoryPath", "directory", "directories"),
        _file("workspaceFileId", "file", "files"),
        _file("workspaceFilePath", "file", "files"),
        _file("repoId", "repo", "repos"),
        _file("repoPath", "repo", "repos"),
        Kind(
            name="authorization",
            object_type="tokens",
            request="authorization",
            levels=("CAN_USE", "CAN_MANAGE"),
            managing=("CAN_USE", "CAN_MANAGE"),
            keeps_admins="tokens",
            value="tokens",
        ),
        _managed("sqlAlertId", "sql/alerts", *_SQL[:-1], object_type="alert"),
        _managed("sqlDashboardId", "dbsql-dashboards", *_SQL[:-1], object_type="dashboard"),
        _managed("sqlQueryId", "sql/queries", *_SQL[:-1], object_type="query"),
        _file("dashboardId", "dashboard", "dashboards"),
        Kind(
            name="experimentId",
            object_type="mlflowExperiment",
            request="experiments",
            levels=("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
        ),
        Kind(
            name="registeredModelId",
            object_type="registered-model",
            request="registered-models",
            levels=(
                "CAN_READ",
                "CAN_EDIT",
                "CAN_MANAGE_STAGING_VERSIONS",
                "CAN_MANAGE_PRODUCTION_VERSIONS",
                "CAN_MANAGE",
            ),
            add_caller=True,
            keeps_admins="root",
        ),
        _managed("servingEndpointId", "serving-endpoints", "CAN_VIEW", "CAN_QUERY", object_type="serving-endpoint"),
        _managed("vectorSearchEndpointId", "vector-search-endpoints", "CAN_USE"),
        _managed("appName", "apps", "CAN_USE"),
        _managed("databaseInstanceName", "database-instances", "CAN_USE"),
        _managed("databaseProjectName", "database-projects", "CAN_USE"),
        _managed("alertV2Id", "alertsv2", "CAN_READ", "CAN_RUN", "CAN_EDIT", object_type="alertv2"),
        _managed("knowledgeAssistantId", "knowledge-assistants", "CAN_QUERY"),
        _managed("supervisorAgentId", "supervisor-agents", "CAN_QUERY"),
    )
}
#: The other thing that `authorization` can be put on.
_PASSWORDS: Final = Kind(
    name="authorization",
    object_type="passwords",
    request="authorization",
    levels=("CAN_USE",),
    managing=("CAN_USE",),
    admins=True,
    value="passwords",
)
_BY_REQUEST: Final = {kind.request: kind for kind in reversed(list(OBJECTS.values()))}
#: Types that older states call otherwise.
_FORMER: Final = {"warehouses": "sql/warehouses", "sql/dashboards": "dbsql-dashboards"}


def kind_named(name: str, value: str) -> Kind:
    """The kind of object that a property with this value means."""
    return _PASSWORDS if (name, value) == ("authorization", _PASSWORDS.value) else OBJECTS[name]


def kind_of(id: str) -> Kind:
    """The kind of object of an access list's id, `/<type>/<object id>`."""
    request = id.strip("/").rsplit("/", 1)[0]
    if id == "/authorization/passwords":
        return _PASSWORDS
    kind = _BY_REQUEST.get(_FORMER.get(request, request))
    if kind is None:
        raise ValueError(f"{id!r} is no access list: write /<type>/<object id>, such as /jobs/12")
    return kind
