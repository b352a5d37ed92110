"""`databricks:index/vectorSearchEndpoint:VectorSearchEndpoint`: `/api/2.0/vector-search/endpoints`, until online."""

from __future__ import annotations

from typing import ClassVar, Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.ai.waiting import awaited
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, integer, text, zero_block, zero_blocks
from infra.providers.databricks.workspace import Workspace

_ENDPOINTS: Final = "/api/2.0/vector-search/endpoints"


class VectorSearchEndpoint(Resource):
    """A vector search endpoint. Its id is its name."""

    token = "databricks:index/vectorSearchEndpoint:VectorSearchEndpoint"
    timeouts: ClassVar = {"create": 4500}
    shape = Shape(
        text("budgetPolicyId", computed=True, absent=""),
        integer("creationTimestamp", output=True, absent=0),
        text("creator", output=True, absent=""),
        text("effectiveBudgetPolicyId", output=True, absent=""),
        text("endpointId", output=True, absent="", api="id"),
        zero_blocks("endpointStatuses", text("message"), text("state"), output=True, wire="endpoint_status"),
        text("endpointType", required=True, replaces=True),
        integer("lastUpdatedTimestamp", output=True, absent=0),
        text("lastUpdatedUser", output=True, absent=""),
        text("name", replaces=True, default=AUTO_NAME),
        integer("numIndexes", output=True, absent=0),
        PROVIDER_CONFIG,
        zero_block("scalingInfo", integer("requestedTargetQps"), text("state")),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        answer = found(workspace, path(_ENDPOINTS, id))
        return id if made_since(answer and {"created_at": answer.get("creation_timestamp")}, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["name"])
        body = documents.compact(documents.body(self.shape, inputs))
        answer = posted(workspace, _ENDPOINTS, body, lambda: found(workspace, path(_ENDPOINTS, id)))
        try:
            answer = awaited(
                workspace,
                f"the vector search endpoint {id}",
                lambda: workspace.get(path(_ENDPOINTS, id)),
                lambda seen: str((seen.get("endpoint_status") or {}).get("state")),
                done={"ONLINE"},
                failed={"OFFLINE", "DELETED"},
                limit=limits.create or self.timeouts["create"],
            )
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_ENDPOINTS, id))
        return None if answer is None else self._stored(workspace, id, answer, {"scalingInfo": known.get("scalingInfo")})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_ENDPOINTS, "endpoints", "name")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, id, item, {"scalingInfo": known.get("scalingInfo")})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        policy = news.get("budgetPolicyId")
        if policy is not None and policy != olds.get("budgetPolicyId"):
            workspace.patch(f"{path(_ENDPOINTS, id)}/budget-policy", {"budget_policy_id": policy})
        return self._stored(workspace, id, workspace.get(path(_ENDPOINTS, id)), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_ENDPOINTS, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        policy = answer.get("effective_budget_policy_id") or ""
        return self.outputs(workspace, id, answer | {"budget_policy_id": policy}, documents.lasting(self.shape, known))
