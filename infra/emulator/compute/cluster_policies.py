"""Cluster policies and the families that they can be made from: kept and checked; clusters made under one are checked by it.

databricks-sdk `compute.ClusterPoliciesAPI`, `PolicyFamiliesAPI`, class `Policy`;
https://docs.databricks.com/api/workspace/clusterpolicies, https://docs.databricks.com/admin/clusters/policy-definition. Of a
definition only `fixed` and `forbidden` rules and `defaultValue`s have an effect on clusters here.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied
from infra.emulator.identity import access_levels
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "cluster_policy", "cluster-policies"
_FIELDS = (
    "name",
    "definition",
    "description",
    "libraries",
    "max_clusters_per_user",
    "policy_family_id",
    "policy_family_definition_overrides",
)
_UNITY: dict[str, Any] = {"data_security_mode": {"type": "fixed", "value": "SINGLE_USER", "hidden": True}}
#: Databricks' own families: id, name, what they fix.
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "personal-vm": ("Personal Compute", {**_UNITY, "num_workers": {"type": "fixed", "value": 0, "hidden": True}}),
    "power-user": ("Power User Compute", dict(_UNITY)),
    "shared-compute": ("Shared Compute", {"data_security_mode": {"type": "fixed", "value": "USER_ISOLATION", "hidden": True}}),
    "job-cluster": ("Job Compute", {"cluster_type": {"type": "fixed", "value": "job"}}),
}


def fetch(workspace: Workspace, policy_id: str) -> Document:
    """The policy's document."""
    document = workspace.store.get(KIND, policy_id)
    if document is None:
        raise NotFound(f"Can't find a cluster policy with id: {policy_id}.")
    return document


def rules(policy: Document) -> dict[str, dict[str, Any]]:
    """A policy's rules by the attribute that each is about; a family's with what overrides them."""
    if not policy.get("policy_family_id"):
        parsed: dict[str, dict[str, Any]] = json.loads(policy["definition"])
        return parsed
    overrides = json.loads(policy.get("policy_family_definition_overrides") or "{}")
    return {**FAMILIES[policy["policy_family_id"]][1], **overrides}


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may change cluster policies.")


def _rules(text: Any, field: str) -> str:
    try:
        parsed = json.loads(str(text))
    except ValueError as error:
        raise InvalidParameter(f"{field} is no JSON: {error}") from error
    if not isinstance(parsed, dict) or any(not isinstance(rule, dict) for rule in parsed.values()):
        raise InvalidParameter(f"{field} must be a JSON object of rules by attribute.")
    for attribute, rule in parsed.items():
        if "type" not in rule:
            raise InvalidParameter(f"{field}: the rule of {attribute} has no type.")
    return str(text)


def _checked(workspace: Workspace, body: dict[str, Any], own: str = "") -> Document:
    """The fields of a create or edit."""
    document = {field: body[field] for field in _FIELDS if body.get(field) not in (None, "")}
    if not document.get("name"):
        raise InvalidParameter("A cluster policy needs a name.")
    if any(kept["name"] == document["name"] and key != own for key, kept in workspace.store.list(KIND)):
        raise AlreadyExists(f"A cluster policy named {document['name']} already exists.")
    family = document.get("policy_family_id")
    if family is None:
        if "definition" not in document:
            raise InvalidParameter("A cluster policy needs a definition, or a policy_family_id.")
        _rules(document["definition"], "definition")
    else:
        if family not in FAMILIES:
            raise InvalidParameter(f"There is no policy family {family}.")
        if "definition" in document:
            raise InvalidParameter("A policy of a family takes policy_family_definition_overrides, not a definition.")
        _rules(document.get("policy_family_definition_overrides") or "{}", "policy_family_definition_overrides")
    return document


def _rendered(policy: Document) -> Document:
    return {**policy, "definition": policy.get("definition") or json.dumps(rules(policy))}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `ClusterPoliciesAPI.create`."""
    _require_admin(caller)
    with workspace.store.transaction():
        policy_id = secrets.token_hex(8).upper()
        made = {"created_at_timestamp": workspace.clock.millis(), "creator_user_name": caller.name, "is_default": False}
        workspace.store.put(KIND, policy_id, {"policy_id": policy_id, **_checked(workspace, request.body), **made})
    return {"policy_id": policy_id}


def _edit(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `ClusterPoliciesAPI.edit`: replaces everything."""
    _require_admin(caller)
    with workspace.store.transaction():
        before = fetch(workspace, request.required("policy_id"))
        kept = {field: value for field, value in before.items() if field not in _FIELDS}
        document = {**kept, **_checked(workspace, request.body, before["policy_id"])}
        workspace.store.put(KIND, before["policy_id"], document)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `ClusterPoliciesAPI.delete`. Clusters made under it go on."""
    _require_admin(caller)
    with workspace.store.transaction():
        policy_id = str(fetch(workspace, request.required("policy_id"))["policy_id"])
        workspace.store.delete(KIND, policy_id)
        access_levels.forget(workspace, TYPE, policy_id)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `ClusterPoliciesAPI.get`."""
    policy = fetch(workspace, request.required("policy_id"))
    access_levels.require(workspace, caller, "CAN_USE", TYPE, policy["policy_id"])
    return _rendered(policy)


def _list(workspace: Workspace, caller: Caller, _request: Request) -> Document:
    """databricks-sdk `ClusterPoliciesAPI.list`: those that the caller may use."""
    may = [policy for key, policy in workspace.store.list(KIND) if access_levels.has(workspace, caller, "CAN_USE", TYPE, key)]
    return {"policies": [_rendered(policy) for policy in may], "total_count": len(may)}


def _family(family: str) -> Document:
    name, definition = FAMILIES[family]
    return {"policy_family_id": family, "name": name, "description": name, "definition": json.dumps(definition)}


def _families(_workspace: Workspace, _caller: Caller, _request: Request) -> Document:
    """databricks-sdk `PolicyFamiliesAPI.list`."""
    return {"policy_families": [_family(family) for family in FAMILIES]}


def _get_family(_workspace: Workspace, _caller: Caller, request: Request) -> Document:
    """databricks-sdk `PolicyFamiliesAPI.get`."""
    if request.parameters["id"] not in FAMILIES:
        raise NotFound(f"There is no policy family {request.parameters['id']}.")
    return _family(request.parameters["id"])


_PATH = "/api/2.0/policies/clusters"
routes = [
    Route("POST", f"{_PATH}/create", _create),
    Route("POST", f"{_PATH}/edit", _edit),
    Route("POST", f"{_PATH}/delete", _delete),
    Route("GET", f"{_PATH}/get", _get),
    Route("GET", f"{_PATH}/list", _list),
    Route("GET", "/api/2.0/policy-families", _families),
    Route("GET", "/api/2.0/policy-families/{id}", _get_family),
]
