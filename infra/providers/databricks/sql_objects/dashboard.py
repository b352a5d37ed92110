"""`databricks:index/dashboard:Dashboard`: dashboards, `/api/2.0/lakeview/dashboards`; a draft is published at once.

The content is `serializedDashboard`, or the file named by `filePath`. `md5` in the state is the content's, as the program had
it; the workspace writes it in its own way, so contents are compared by it. A draft that somebody changed has another `etag`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import UNKNOWN, Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Absent, Incomplete
from infra.providers.databricks.files.contents import md5
from infra.providers.databricks.files.tree import WORKSPACE, make_folder, same_path
from infra.providers.databricks.resource import Resource, at_most_one, found, path, posted
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace

_DASHBOARDS: Final = "/api/2.0/lakeview/dashboards"
_CONTENT: Final = frozenset({"etag", "filePath", "serializedDashboard"})
#: What the workspace tells, and wants to hear again in an update.
_TOLD: Final = ("createTime", "dashboardId", "lifecycleState", "path", "updateTime")


def _same_text(old: Value, new: Value) -> bool:
    """The workspace ends a content with a new line."""
    return str(old).strip() == str(new).strip()


class Dashboard(Resource):
    """A dashboard. Its id is the workspace's."""

    token = "databricks:index/dashboard:Dashboard"
    shape = Shape(
        text("createTime", computed=True, derived=True),
        flag("dashboardChangeDetected", local=True, absent=False),
        text("dashboardId", computed=True, derived=True),
        text("datasetCatalog", local=True),
        text("datasetSchema", local=True),
        text("displayName", required=True),
        flag("embedCredentials", default=True, local=True),
        text("etag", derived=True),
        text("filePath", local=True),
        text("lifecycleState", computed=True, derived=True),
        text("md5", computed=True, derived=True, local=True),
        text("parentPath", required=True, replaces=True, alike=same_path),
        text("path", computed=True, derived=True),
        PROVIDER_CONFIG,
        text("serializedDashboard", alike=_same_text),
        text("updateTime", computed=True, derived=True),
        text("warehouseId", required=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from at_most_one(inputs, ("serializedDashboard", "filePath"), "a dashboard")
        file = inputs.get("filePath")
        if isinstance(file, str) and not Path(file).is_file():
            yield CheckFailure("filePath", f"there is no file {file!r} below {Path.cwd()}")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        changes = super().differences(olds, news)
        if UNKNOWN in (news.get("filePath"), news.get("serializedDashboard")):
            yield from (change for change in changes if change[0] != "etag")
            return
        content = _content(news)
        same = olds.get("md5") == md5(content) or _same_text(olds.get("serializedDashboard"), content.decode(errors="replace"))
        unchanged = same and not olds.get("dashboardChangeDetected")
        yield from (change for change in changes if not (unchanged and change[0] in _CONTENT))

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By its place in the workspace's tree."""
        return _placed(workspace, inputs)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        content = _content(inputs)
        wanted = documents.compact(documents.body(self.shape, inputs) | {"serialized_dashboard": content.decode()})
        try:
            answer = self._drafted(workspace, inputs, wanted)
        except Absent:
            make_folder(workspace, str(inputs["parentPath"]))
            answer = self._drafted(workspace, inputs, wanted)
        id = str(answer["dashboard_id"])
        outputs = self._stored(workspace, id, answer, inputs | {"md5": md5(content)})
        try:
            _publish(workspace, id, inputs)
        except ProviderError as error:
            raise Incomplete(id, outputs | {"dashboardChangeDetected": True}, error) from error
        return id, outputs

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_DASHBOARDS, id))
        if answer is None or answer.get("lifecycle_state") == "TRASHED":
            return None
        base = self.locals(known) | {"parentPath": known.get("parentPath")}
        if known.get("etag") is None:  # an import: what is there is taken for what the program has
            base["md5"] = md5(str(answer.get("serialized_dashboard") or "").encode())
            base["embedCredentials"] = (found(workspace, _published(id)) or {}).get("embed_credentials", True)
        base["dashboardChangeDetected"] = known.get("etag") not in (None, answer.get("etag"))
        return self._stored(workspace, id, answer, base)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        content = _content(news)
        told = {name: olds.get(name) for name in _TOLD}
        wanted = documents.compact(documents.body(self.shape, news | told) | {"serialized_dashboard": content.decode()})
        answer = workspace.patch(path(_DASHBOARDS, id) + _dataset(news), wanted)
        _publish(workspace, id, news)
        return self._stored(workspace, id, answer, news | {"md5": md5(content)})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        answer = found(workspace, path(_DASHBOARDS, id))
        if answer is not None and answer.get("lifecycle_state") != "TRASHED":
            workspace.delete(path(_DASHBOARDS, id))

    def _drafted(self, workspace: Workspace, inputs: Properties, wanted: Answer) -> Answer:
        def look() -> Answer | None:
            id = _placed(workspace, inputs)
            return None if id is None else workspace.get(path(_DASHBOARDS, id))

        return posted(workspace, _DASHBOARDS + _dataset(inputs), wanted, look)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        folder = known.get("parentPath")
        if folder is not None and same_path(folder, answer.get("parent_path")):
            answer = answer | {"parent_path": folder}
        return self.outputs(workspace, id, answer, {"dashboardChangeDetected": False} | known)


def _content(inputs: Properties) -> bytes:
    file = inputs.get("filePath")
    if not file:
        return str(inputs.get("serializedDashboard") or "").encode()
    try:
        return Path(str(file)).read_bytes()
    except OSError as error:
        raise ProviderError(f"{file} cannot be read: {error.strerror}") from error


def _dataset(inputs: Properties) -> str:
    """The query that says where the datasets' tables are looked for."""
    given = (("dataset_catalog", inputs.get("datasetCatalog")), ("dataset_schema", inputs.get("datasetSchema")))
    query = "&".join(f"{name}={value}" for name, value in given if value)
    return f"?{query}" if query else ""


def _placed(workspace: Workspace, inputs: Properties) -> str | None:
    place = f"{str(inputs['parentPath']).rstrip('/')}/{inputs['displayName']}.lvdash.json"
    answer = found(workspace, f"{WORKSPACE}/get-status", path=place)
    return None if answer is None else str(answer.get("resource_id"))


def _published(id: str) -> str:
    return f"{path(_DASHBOARDS, id)}/published"


def _publish(workspace: Workspace, id: str, inputs: Properties) -> None:
    body = {"embed_credentials": bool(inputs.get("embedCredentials")), "warehouse_id": inputs["warehouseId"]}
    workspace.post(_published(id), body, repeatable=True)
