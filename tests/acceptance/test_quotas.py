"""An update that Unity Catalog has no room for is refused before anything is touched."""

from __future__ import annotations

from databricks.sdk import WorkspaceClient

from tests.acceptance.conftest import Project


def limit(workspace: WorkspaceClient, parent_type: str, counted: str, number: int) -> None:
    body = {"parent_securable_type": parent_type, "quota_name": f"{counted}-quota", "limit": number}
    workspace.api_client.do("PUT", "/api/lakestead/control/quotas", body=body)


def test_what_does_not_fit_is_refused_by_number(project: Project) -> None:
    """What is there already is not counted twice; enough room is enough."""
    project.lakestead("up", "local", "--yes")
    workspace = project.client()
    here = len(list(workspace.schemas.list("streaming_local")))
    limit(workspace, "catalog", "schema", here)
    project.lakestead("up", "local", "--yes")

    project.edit("environments/local.yaml", "secrets:", "catalogs: {streaming: {schemas: {more: {}}}}\n\nsecrets:")
    workspace.api_client.do("DELETE", "/api/lakestead/control/counters")
    told = project.lakestead("up", "local", "--yes", expect=1)
    assert f"catalog streaming_local: 1 more schemas would make {here + 1}, and the limit is {here}" in told
    counted = workspace.api_client.do("GET", "/api/lakestead/control/counters")
    assert isinstance(counted, dict)
    assert counted["writes"] == {}

    limit(workspace, "catalog", "schema", here + 1)
    project.lakestead("up", "local", "--yes")
    assert len(list(workspace.schemas.list("streaming_local"))) == here + 1
