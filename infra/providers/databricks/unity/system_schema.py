"""`databricks:index/systemSchema:SystemSchema`: a schema of system tables, switched on for the metastore.

`/api/2.1/unity-catalog/metastores/{id}/systemschemas`. What Databricks alone switches on or off stays as it is, and
`autoEnabled` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.errors import Refused
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace

_UC: Final = "/api/2.1/unity-catalog"
_TRACKED: Final = frozenset({"ENABLE_COMPLETED", "ENABLE_INITIALIZED", "UNAVAILABLE"})


class SystemSchema(Resource):
    """A system schema. Its id is `<metastore>|<schema>`; another schema is an update."""

    token = "databricks:index/systemSchema:SystemSchema"
    shape = Shape(
        flag("autoEnabled", output=True, local=True),
        text("fullName", output=True),
        text("metastoreId", output=True),
        PROVIDER_CONFIG,
        text("schema", required=True),
        text("state", output=True),
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = f"{_metastore(workspace)}|{inputs['schema']}"
        return id if self.read(workspace, id, {}) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        return self._switched(workspace, str(inputs["schema"]))

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        metastore, _, name = id.partition("|")
        for schema in _schemas(workspace, metastore):
            if schema["schema"] == name and schema.get("state") in _TRACKED:
                answer = schema | {"full_name": f"system.{name}", "metastore_id": metastore}
                return self.outputs(workspace, id, answer, self.locals(known))
        return None

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        _, outputs = self._switched(workspace, str(news["schema"]))
        self.delete(workspace, id, olds)
        return outputs

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        if outputs.get("autoEnabled"):
            return
        metastore, _, name = id.partition("|")
        try:
            workspace.delete(path(_at(metastore), name))
        except Refused as error:
            if "can only be disabled by Databricks" not in str(error):
                raise

    def _switched(self, workspace: Workspace, name: str) -> tuple[str, Properties]:
        metastore = _metastore(workspace)
        known: Properties = {}
        try:
            workspace.put(path(_at(metastore), name), {})
        except Refused as error:  # one code for all refusals: the words alone tell which it is
            known["autoEnabled"] = "can only be enabled by Databricks" in str(error)
            if not known["autoEnabled"] and "already exists" not in str(error):
                raise
        id = f"{metastore}|{name}"
        outputs = self.read(workspace, id, known)
        answer = {"schema": name, "full_name": f"system.{name}", "metastore_id": metastore}
        return id, outputs or self.outputs(workspace, id, answer, known)


def _metastore(workspace: Workspace) -> str:
    return str(workspace.get(f"{_UC}/metastore_summary")["metastore_id"])


def _at(metastore: str) -> str:
    return f"{path(f'{_UC}/metastores', metastore)}/systemschemas"


def _schemas(workspace: Workspace, metastore: str) -> Iterator[dict[str, object]]:
    return pages(workspace, Listing(_at(metastore), "schemas", "schema"))
