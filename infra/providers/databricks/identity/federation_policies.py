"""What federation policies of accounts and of service principals have in common: `/api/2.0/accounts/<id>/…/federationPolicies`.

Their id in the state is the word `id` (the official provider has none for them); what names a policy are its properties.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, found, path, posted
from infra.providers.databricks.shapes import Field, Shape, block, integer, text, texts
from infra.providers.databricks.workspace import Workspace

#: The id of every policy in the state.
ONLY_ID: Final = "id"
_CHANGEABLE: Final = "description,oidc_policy"


def policy_shape(*, principal: Field) -> Shape:
    """A policy's properties; `principal` is the one that says whose it is."""
    return Shape(
        text("createTime", output=True),
        text("description"),
        text("name", output=True),
        block(
            "oidcPolicy",
            texts("audiences"),
            text("issuer"),
            text("jwksJson"),
            text("jwksUri"),
            text("subject"),
            text("subjectClaim"),
        ),
        text("policyId", computed=True, replaces=True),
        principal,
        text("uid", output=True),
        text("updateTime", output=True),
        framework=True,
    )


def principal_field() -> Field:
    """The service principal of a policy: its number, not its application id."""
    return integer("servicePrincipalId", computed=True, replaces=True)


class FederationPolicy(Resource):
    """A policy of either kind."""

    @abstractmethod
    def collection(self, workspace: Workspace, values: Properties) -> str:
        """Where policies of this kind are."""

    @abstractmethod
    def imported(self, id: str) -> Properties:
        """The properties that name a policy, out of an import's id."""

    def official_id(self, id: str, outputs: Properties) -> str:
        return ONLY_ID

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By the policy's id; one whose id the server made, by what it trusts."""
        if not inputs.get("policyId"):
            listed = workspace.get(self.collection(workspace, inputs)).get("policies") or ()
            wanted = documents.body(self.shape, inputs).get("oidc_policy")
            return ONLY_ID if any(policy.get("oidc_policy") == wanted for policy in listed) else None
        return ONLY_ID if found(workspace, self._at(workspace, inputs)) is not None else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        query: dict[str, Any] = {"policy_id": inputs["policyId"]} if inputs.get("policyId") else {}
        at = self.collection(workspace, inputs)
        answer = posted(workspace, at, documents.body(self.shape, inputs), lambda: self._look(workspace, inputs), **query)
        return ONLY_ID, self.outputs(workspace, ONLY_ID, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        values = known if known.get("policyId") else self.imported(id)
        answer = found(workspace, self._at(workspace, values))
        return None if answer is None else self.outputs(workspace, ONLY_ID, answer, values)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        values = self.expected(olds, news)
        body = documents.body(self.shape, values)
        answer = workspace.patch(self._at(workspace, values), body, update_mask=_CHANGEABLE)
        return self.outputs(workspace, ONLY_ID, answer, documents.without_nulls(values))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(self._at(workspace, outputs))

    def _at(self, workspace: Workspace, values: Properties) -> str:
        return path(self.collection(workspace, values), str(values["policyId"]))

    def _look(self, workspace: Workspace, inputs: Properties) -> Answer | None:
        return found(workspace, self._at(workspace, inputs)) if inputs.get("policyId") else None
