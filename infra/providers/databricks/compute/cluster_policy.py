"""`databricks:index/clusterPolicy:ClusterPolicy`: what clusters may be like, `/api/2.0/policies/clusters`.

A policy of one of Databricks' own names in its own family (`Personal Compute`, …) exists already: it is taken over and
changed, and set back when it is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.compute.libraries import libraries
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, integer, text, zero_block
from infra.providers.databricks.workspace import Workspace

_POLICIES: Final = "/api/2.0/policies/clusters"


def same_json(old: Value, new: Value) -> bool:
    """Whether two texts are the same JSON but for white space between its parts."""
    return bool(_compact(str(old)) == _compact(str(new)))


def _compact(text: str) -> Any:
    try:
        return json.dumps(json.loads(text), separators=(",", ":"))
    except ValueError:
        return text


class ClusterPolicy(Resource):
    """A policy; the server makes its id."""

    token = "databricks:index/clusterPolicy:ClusterPolicy"
    version = 1
    shape = Shape(
        text("definition", computed=True, alike=same_json),
        text("description"),
        libraries(zero_block("providerConfig", text("workspaceId"))),
        integer("maxClustersPerUser", absent=0),
        text("name", default=AUTO_NAME),
        text("policyFamilyDefinitionOverrides", alike=same_json),
        text("policyFamilyId"),
        text("policyId", output=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        for name in ("policyFamilyDefinitionOverrides", "policyFamilyId"):
            if inputs.get("definition") and inputs.get(name):
                yield CheckFailure("definition", f"and {name} exclude each other")
        if inputs.get("policyFamilyDefinitionOverrides") and not inputs.get("policyFamilyId"):
            yield CheckFailure("policyFamilyDefinitionOverrides", "says what to override only together with policyFamilyId")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = _named(workspace, str(inputs["name"]))
        return None if answer is None else str(answer["policy_id"])

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name, wanted = str(inputs["name"]), _body(self.shape, inputs)
        existing = _named(workspace, name) if _is_built_in(workspace, inputs) else None
        if existing is None:
            id = str(posted(workspace, f"{_POLICIES}/create", wanted, lambda: _named(workspace, name))["policy_id"])
        else:
            id = str(existing["policy_id"])
            workspace.post(f"{_POLICIES}/edit", wanted | {"policy_id": id}, repeatable=True)
        if inputs.get("definition"):
            return id, self.outputs(workspace, id, wanted | {"policy_id": id}, {})
        return id, self._read(workspace, id, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_POLICIES}/get", policy_id=id)
        return None if answer is None else self.outputs(workspace, id, answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(f"{_POLICIES}/list", "policies", "policy_id", paging="none")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, item, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        values = self.expected(olds, news)
        if news.get("policyFamilyId"):
            values.pop("definition", None)
        workspace.post(f"{_POLICIES}/edit", _body(self.shape, values) | {"policy_id": id}, repeatable=True)
        return self._read(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        if _is_built_in(workspace, outputs):
            kept = {
                name: value for name, value in outputs.items() if name not in {"definition", "policyFamilyDefinitionOverrides"}
            }
            workspace.post(f"{_POLICIES}/edit", _body(self.shape, kept) | {"policy_id": id}, repeatable=True)
        else:
            workspace.post(f"{_POLICIES}/delete", {"policy_id": id}, repeatable=True)

    def _read(self, workspace: Workspace, id: str, known: Properties) -> Properties:
        return self.outputs(workspace, id, workspace.get(f"{_POLICIES}/get", policy_id=id), known)


def _body(shape: Shape, values: Properties) -> Answer:
    return {key: value for key, value in documents.body(shape, values).items() if value not in ("", 0, [])}


def _named(workspace: Workspace, name: str) -> Answer | None:
    """The policy of this name: names are unique in a workspace."""
    listed = workspace.get(f"{_POLICIES}/list").get("policies") or ()
    return next((dict(policy) for policy in listed if policy.get("name") == name), None)


def _is_built_in(workspace: Workspace, values: Properties) -> bool:
    family = values.get("policyFamilyId")
    if not family:
        return False
    families = pages(workspace, Listing("/api/2.0/policy-families", "policy_families", "policy_family_id"))
    return any(entry.get("policy_family_id") == family and entry.get("name") == values.get("name") for entry in families)
