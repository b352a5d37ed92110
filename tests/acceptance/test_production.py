"""All of `environments/prod.yaml` on a workspace of this machine: made, found unchanged, removed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from tests.acceptance.conftest import Project, copy_project

ACCOUNT = "11111111-2222-3333-4444-555555555555"
#: Whom the environment takes for granted: the identity provider would have made them.
EXISTING = ("stewards", "auditors", "analysts")
#: Secrets that the environment file names, with made-up values.
SECRETS = {name: f"made-up-{name.lower()}" for name in ("BILLING_PASSWORD", "ASSISTANT_KEY", "DELIVERY_TOKEN", "GIT_TOKEN")}
#: Everything that an environment could leave behind: a word, its list, where the items are, what tells one from another.
LISTS = [
    ("catalogs", "/api/2.1/unity-catalog/catalogs", "catalogs", "name"),
    ("external locations", "/api/2.1/unity-catalog/external-locations", "external_locations", "name"),
    ("storage credentials", "/api/2.1/unity-catalog/storage-credentials", "storage_credentials", "name"),
    ("connections", "/api/2.1/unity-catalog/connections", "connections", "name"),
    ("shares", "/api/2.1/unity-catalog/shares", "shares", "name"),
    ("recipients", "/api/2.1/unity-catalog/recipients", "recipients", "name"),
    ("governed tags", "/api/2.1/tag-policies", "tag_policies", "tag_key"),
    ("warehouses", "/api/2.0/sql/warehouses", "warehouses", "id"),
    ("jobs", "/api/2.2/jobs/list", "jobs", "job_id"),
    ("pipelines", "/api/2.0/pipelines", "statuses", "pipeline_id"),
    ("cluster policies", "/api/2.0/policies/clusters/list", "policies", "policy_id"),
    ("instance pools", "/api/2.0/instance-pools/list", "instance_pools", "instance_pool_id"),
    ("queries", "/api/2.0/sql/queries", "results", "id"),
    ("alerts", "/api/2.0/alerts", "alerts", "id"),
    ("dashboards", "/api/2.0/lakeview/dashboards", "dashboards", "dashboard_id"),
    ("serving endpoints", "/api/2.0/serving-endpoints", "endpoints", "name"),
    ("vector search endpoints", "/api/2.0/vector-search/endpoints", "endpoints", "name"),
    ("notification destinations", "/api/2.0/notification-destinations", "results", "id"),
    ("IP access lists", "/api/2.0/ip-access-lists", "ip_access_lists", "list_id"),
    ("git folders", "/api/2.0/repos", "repos", "id"),
    ("secret scopes", "/api/2.0/secrets/scopes/list", "scopes", "name"),
    ("service principals", "/api/2.0/preview/scim/v2/ServicePrincipals", "Resources", "id"),
    ("users", "/api/2.0/preview/scim/v2/Users", "Resources", "id"),
    ("groups", "/api/2.0/preview/scim/v2/Groups", "Resources", "id"),
    ("budgets", f"/api/2.1/accounts/{ACCOUNT}/budgets", "budgets", "budget_configuration_id"),
    ("budget policies", f"/api/2.1/accounts/{ACCOUNT}/budget-policies", "policies", "policy_id"),
]


def inventory(workspace: WorkspaceClient) -> dict[str, list[str]]:
    """By API: what there is of each kind, and the workspace's tree."""
    found = {word: sorted(str(item[key]) for item in _items(workspace, path, field)) for word, path, field, key in LISTS}
    return found | {"objects": sorted(str(item.path) for item in workspace.workspace.list("/", recursive=True))}


def _items(workspace: WorkspaceClient, path: str, field: str) -> list[dict[str, Any]]:
    answer = workspace.api_client.do("GET", path)
    assert isinstance(answer, dict)
    return list(answer.get(field) or ())


def prepare(project: Project) -> Project:
    """A deployer with an OAuth secret, the groups of the identity provider, and the file with this workspace's numbers."""
    workspace = project.client()
    deployer = workspace.service_principals.create(display_name="deployer-of-production", active=True)
    made = {name: str(workspace.groups.create(display_name=name).id) for name in EXISTING}
    admins = next(iter(workspace.groups.list(filter='displayName eq "admins"')))
    for group in (str(admins.id), made["stewards"]):
        operation = {"op": "add", "path": "members", "value": [{"value": deployer.id}]}
        workspace.api_client.do("PATCH", f"/api/2.0/preview/scim/v2/Groups/{group}", body={"Operations": [operation]})
    workspace.users.create(user_name="on-duty@example.com")
    secret = workspace.api_client.do("POST", f"/api/2.0/accounts/servicePrincipals/{deployer.id}/credentials/secrets")
    assert isinstance(secret, dict)
    project.edit("environments/prod.yaml", "https://accounts.cloud.databricks.com", project.host)
    project.edit(
        "environments/prod.yaml", "3f0c6a52-7d1e-4c8b-9a27-5b1d0e6f4c11", str(workspace.metastores.summary().metastore_id)
    )
    project.edit("environments/prod.yaml", "max_rate: 30", "max_rate: 1000")
    return replace(project, variables=variables(project, str(deployer.application_id), secret["secret"]))


def variables(project: Project, application: str, secret: str) -> Mapping[str, str]:
    secrets = {
        **SECRETS,
        "PROD_CLIENT_SECRET": secret,
        "ACCOUNT_CLIENT_SECRET": secret,
        "ON_CALL_URL": "https://hooks.example.com/x",
    }
    return {
        "LAKESTEAD_PROD_HOST": project.host,
        "LAKESTEAD_PROD_CLIENT_ID": application,
        "LAKESTEAD_PROD_WORKSPACE_ID": str(project.client().get_workspace_id()),
        "LAKESTEAD_ACCOUNT_ID": ACCOUNT,
        "LAKESTEAD_ACCOUNT_CLIENT_ID": application,
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the test",
        **{f"LAKESTEAD_SECRET_{name}": value for name, value in secrets.items()},
    }


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A workspace as a deployer of production finds it, and production's file for it."""
    project = copy_project(tmp_path_factory.mktemp("production"))
    project.lakestead("workspace", "start")
    try:
        yield prepare(project)
    finally:
        project.lakestead("workspace", "stop")


def writes(project: Project) -> Any:
    counted = project.client().api_client.do("GET", "/api/lakestead/control/counters")
    assert isinstance(counted, dict)
    return counted["writes"]


def kinds(project: Project) -> Counter[str]:
    """How many resources of each of the platform's types the state holds."""
    state = json.loads((project.folder / ".lakestead/state/.pulumi/stacks/lakestead/prod.json").read_text())
    found = (resource["type"] for resource in state["checkpoint"]["latest"]["resources"])
    return Counter(type.rsplit(":", 1)[1] for type in found if type.startswith("databricks:"))


def test_production_is_made_found_unchanged_and_removed(production: Project) -> None:
    """Every kind that the file speaks of; no writing call the second time; nothing left behind."""
    workspace = production.client()
    before = inventory(workspace)
    production.lakestead("up", "prod", "--yes")
    made = kinds(production)
    assert len(made) >= 45, sorted(made)
    assert [word for word, found in inventory(workspace).items() if len(found) <= len(before[word])] == ["users"]

    workspace.api_client.do("DELETE", "/api/lakestead/control/counters")
    production.lakestead("up", "prod", "--yes")
    production.lakestead("preview", "prod", "--exit-code")
    assert writes(production) == {}
    refreshed = production.json("refresh", "prod", "--preview-only")
    assert {step["op"] for step in refreshed["steps"]} == {"refresh"}
    assert production.json("drift", "prod")["resources"] == []

    refused = production.lakestead("destroy", "prod", "--yes", expect=1)
    assert "protected" in refused
    production.lakestead("state", "unprotect", "prod", "--all", "--yes")
    production.lakestead("destroy", "prod", "--yes")
    assert inventory(workspace) == before
