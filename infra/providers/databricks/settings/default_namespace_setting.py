"""`databricks:index/defaultNamespaceSetting:DefaultNamespaceSetting`: the catalog that queries mean when they name none.

A change has to bring the etag of what it changes. The first one knows none: the workspace's refusal tells it, and the change
is sent once more with it; likewise if somebody else changed the setting meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent, Conflict, Refused
from infra.providers.databricks.resource import Resource, found
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, block, text
from infra.providers.databricks.workspace import Workspace

_SETTING: Final = "/api/2.0/settings/types/default_namespace_ws/names/default"
_ID: Final = "global"


class DefaultNamespaceSetting(Resource):
    """The workspace's default namespace. Its id is `global`."""

    token = "databricks:index/defaultNamespaceSetting:DefaultNamespaceSetting"
    shape = Shape(
        text("etag", computed=True, derived=True),
        block("namespace", text("value"), required=True),
        PROVIDER_CONFIG,
        text("settingName", computed=True, derived=True),
    )

    def identity(self, inputs: Properties) -> str:
        return _ID

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        return None if found(workspace, _SETTING) is None else _ID

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        return _ID, self.update(workspace, _ID, {}, inputs, limits)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        query = {"etag": known["etag"]} if known.get("etag") else {}
        answer = found(workspace, _SETTING, **query)
        return None if answer is None else self.outputs(workspace, _ID, answer, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        def send(etag: str) -> Answer:
            setting = {"namespace": news["namespace"], "setting_name": "default"} | ({"etag": etag} if etag else {})
            return workspace.patch(_SETTING, {"allow_missing": True, "field_mask": "namespace.value", "setting": setting})

        answer = _fresh(send, str(olds.get("etag") or ""), (Absent, Conflict))
        return self.outputs(workspace, _ID, answer, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        _fresh(lambda etag: workspace.delete(_SETTING, etag=etag), str(outputs.get("etag") or ""), (Conflict,))


def _fresh(send: Callable[[str], Answer], etag: str, stale: tuple[type[Refused], ...]) -> Answer:
    """Send with an etag; if it is refused as stale, once more with the one that the refusal tells."""
    try:
        return send(etag)
    except stale as error:
        present = error.told.get("etag")
        if not present:
            raise
        return send(present)
