"""`databricks:index/workspaceConf:WorkspaceConf`: switches of the workspace, `/api/2.0/workspace-conf`.

What the program no longer names is set back to "false", or to nothing where it was no switch: the API knows no defaults.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.errors import Refused
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, mapping
from infra.providers.databricks.workspace import Workspace

_CONF: Final = "/api/2.0/workspace-conf"
_ID: Final = "_"
#: How the workspace refuses to set a key back that cannot be.
_UNSETTABLE: Final = frozenset({"BAD_REQUEST", "INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST"})


class WorkspaceConf(Resource):
    """Some switches of the workspace; others are left alone. Its id is `_`."""

    token = "databricks:index/workspaceConf:WorkspaceConf"
    shape = Shape(mapping("customConfig"), PROVIDER_CONFIG)

    def identity(self, inputs: Properties) -> str:
        return _ID

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        return _ID, self.update(workspace, _ID, {}, inputs, limits)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        keys = sorted(known.get("customConfig") or {})
        answer = workspace.get(_CONF, keys=",".join(keys)) if keys else {}
        kept = {key: "" if answer.get(key) is None else str(answer[key]) for key in keys}
        return self.outputs(workspace, _ID, {"custom_config": kept} if keys else {}, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted, before = news.get("customConfig") or {}, olds.get("customConfig") or {}
        removed = before.keys() - wanted.keys()
        if wanted or removed:
            workspace.patch(_CONF, wanted | _unset(before, removed))
        return self.outputs(workspace, _ID, {"custom_config": news.get("customConfig")}, {})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        """Key by key, so that one which cannot be set back does not keep the others."""
        before = outputs.get("customConfig") or {}
        for key in sorted(before):
            try:
                workspace.patch(_CONF, _unset(before, [key]))
            except Refused as error:
                if error.code not in _UNSETTABLE:
                    raise


def _unset(before: Properties, keys: Iterable[str]) -> dict[str, str]:
    return {key: "false" if str(before[key]).lower() in {"true", "false", "1", "0", "t", "f"} else "" for key in sorted(keys)}
