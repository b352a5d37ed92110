"""`databricks:index/budgetPolicy:BudgetPolicy`: the tags that serverless usage is put down to.

`/api/2.1/accounts/<id>/budget-policies`. A create has an id of its own, so it can be sent again if its answer is lost.
"""

from __future__ import annotations

import uuid

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, path
from infra.providers.databricks.shapes import Shape, blocks, integers, text
from infra.providers.databricks.workspace import Workspace


class BudgetPolicy(Resource):
    """A policy; the server makes its id, unless the program names an existing one. Names are unique."""

    token = "databricks:index/budgetPolicy:BudgetPolicy"
    shape = Shape(
        integers("bindingWorkspaceIds"),
        blocks("customTags", text("key", required=True), text("value")),
        text("policyId", computed=True, derived=True, replaces=True),
        text("policyName"),
        framework=True,
    )

    def official_id(self, id: str, outputs: Properties) -> str:
        return str(outputs["policyId"])

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        listed = pages(workspace, Listing(_policies(workspace), "policies", "policy_id"))
        named = (policy for policy in listed if policy.get("policy_name") == inputs.get("policyName"))
        return next((str(policy["policy_id"]) for policy in named), None)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = {"policy": documents.body(self.shape, inputs), "request_id": str(uuid.uuid4())}
        answer = workspace.post(_policies(workspace), body, repeatable=True)
        id = str(answer["policy_id"])
        return id, self.outputs(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_policies(workspace), id))
        return None if answer is None else self.outputs(workspace, id, answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_policies(workspace), "policies", "policy_id")

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        answer = workspace.patch(path(_policies(workspace), id), documents.body(self.shape, news) | {"policy_id": id})
        return self.outputs(workspace, id, answer, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_policies(workspace), id))


def _policies(workspace: Workspace) -> str:
    return f"{workspace.account('2.1')}/budget-policies"
