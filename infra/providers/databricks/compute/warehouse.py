"""`databricks:index/sqlEndpoint:SqlEndpoint`: SQL warehouses, `/api/2.0/sql/warehouses`.

A create answers before the warehouse runs, often with its id alone; so it is read until it runs (`noWait`: read once).
"""

from __future__ import annotations

from typing import ClassVar, Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent, Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, path, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, block, blocks, flag, integer, mapping, text
from infra.providers.databricks.workspace import Workspace

_WAREHOUSES: Final = "/api/2.0/sql/warehouses"
_SIZES: Final = ("2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large", "5X-Large")
_ENDED: Final = frozenset({"DELETED", "DELETING", "STOPPED"})


class SqlEndpoint(Resource):
    """A SQL warehouse."""

    token = "databricks:index/sqlEndpoint:SqlEndpoint"
    timeouts: ClassVar = {"create": 1800}
    shape = Shape(
        integer("autoStopMins", default=120),
        block(
            "channel",
            text("dbsqlVersion", absent=""),
            text("name", default="CHANNEL_NAME_CURRENT", usual="CHANNEL_NAME_CURRENT", absent=""),
            computed=True,
        ),
        text("clusterSize", required=True, choices=_SIZES),
        text("creatorName", output=True),
        text("dataSourceId", computed=True, local=True),
        flag("enablePhoton", default=True),
        flag("enableServerlessCompute", computed=True),
        blocks(
            "healths",
            text("details", absent=""),
            block("failureReason", text("code", absent=""), mapping("parameters", absent={}), text("type", absent="")),
            text("message", absent=""),
            text("status", absent=""),
            text("summary", absent=""),
            wire="health",
            output=True,
        ),
        text("instanceProfileArn"),
        text("jdbcUrl", output=True, absent=""),
        integer("maxNumClusters", default=1),
        integer("minNumClusters", computed=True, absent=1),
        text("name", default=AUTO_NAME),
        flag("noWait", local=True, absent=False),
        integer("numActiveSessions", output=True, absent=0),
        integer("numClusters", output=True, absent=0),
        block(
            "odbcParams",
            text("hostname", absent=""),
            text("path", absent=""),
            integer("port", absent=0),
            text("protocol", absent=""),
            output=True,
            attribute=True,
        ),
        PROVIDER_CONFIG,
        text("spotInstancePolicy", default="COST_OPTIMIZED"),
        text("sqlEndpointId", wire="id", computed=True, derived=True),
        text("state", output=True),
        block("tags", blocks("customTags", text("key", required=True), text("value", required=True), absent=[]), computed=True),
        text("warehouseType", computed=True, choices=("PRO", "CLASSIC", "TYPE_UNSPECIFIED")),
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = _named(workspace, str(inputs["name"]))
        return None if answer is None else str(answer["id"])

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = documents.body(self.shape, inputs)
        id = str(posted(workspace, _WAREHOUSES, wanted, lambda: _named(workspace, str(inputs["name"])))["id"])
        try:
            answer = workspace.get(path(_WAREHOUSES, id))
            if not inputs.get("noWait"):
                answer = _running(workspace, id, answer, limits.create or self.timeouts["create"])
            return id, self._stored(workspace, id, answer, inputs)
        except ProviderError as error:
            raise Incomplete(id, self.outputs(workspace, id, {"id": id}, inputs), error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_WAREHOUSES, id))
        if answer is None or answer.get("state") in {"DELETED", "DELETING"}:
            return None
        return self._stored(workspace, id, answer, self.locals(known))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_WAREHOUSES, "warehouses", "id", paging="none")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, id, item, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = _compact(documents.body(self.shape, self.expected(olds, news)))
        wanted.pop("id", None)
        workspace.post(path(_WAREHOUSES, id) + "/edit", wanted, repeatable=True)
        answer = workspace.get(path(_WAREHOUSES, id))
        return self._stored(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_WAREHOUSES, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        source = known.get("dataSourceId") or _data_source(workspace, id)
        return self.outputs(workspace, id, {"id": id} | answer, known | {"dataSourceId": source})


def _compact(document: Answer) -> Answer:
    """A document without empty strings and lists, which the state holds where nothing was set."""
    compact = {key: _compact(value) if isinstance(value, dict) else value for key, value in document.items()}
    return {key: value for key, value in compact.items() if value not in ("", [], {})}


def _named(workspace: Workspace, name: str) -> Answer | None:
    """The warehouse of this name: names are unique in a workspace."""
    listed = workspace.get(_WAREHOUSES).get("warehouses", [])
    return next((dict(warehouse) for warehouse in listed if warehouse.get("name") == name), None)


def _running(workspace: Workspace, id: str, answer: Answer, limit: float) -> Answer:
    waited, pause = 0.0, 0.2
    while answer.get("state") != "RUNNING":
        if answer.get("state") in _ENDED:
            raise ProviderError(f"the new warehouse {id} is {answer['state']} instead of RUNNING: {_why(answer)}")
        if waited >= limit:
            raise ProviderError(f"the new warehouse {id} is still {answer.get('state')} after {limit:.0f} s: {_why(answer)}")
        workspace.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 10.0)
        answer = workspace.get(path(_WAREHOUSES, id))
    return answer


def _why(answer: Answer) -> str:
    health = answer.get("health") or {}
    return str(health.get("summary") or health.get("message") or "the workspace gives no reason")


def _data_source(workspace: Workspace, id: str) -> str | None:
    """The id that the legacy queries API knows the warehouse by; none where that API is gone."""
    try:
        sources = workspace.get("/api/2.0/preview/sql/data_sources").get("items", [])
    except Absent:
        return None
    return next((str(source["id"]) for source in sources if source.get("warehouse_id") == id), None)
