"""dbt's principal has exactly the grants that its job needs: each that is taken away is missed by name."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import PermissionsChange, Privilege

from tests.acceptance.conftest import Project, copy_project

CATALOG = "streaming_local"
#: Every privilege of dbt's principal. A run that misses one ends where it is missed, some only after twenty seconds: the suite
#: takes three of them, `LAKESTEAD_GRANTS=all` all.
NEEDED = [
    ("catalog", CATALOG, Privilege.USE_CATALOG),
    *(
        ("schema", f"{CATALOG}.{schema}", privilege)
        for schema in ("raw", "bronze", "silver", "snapshots", "gold")
        for privilege in (Privilege.USE_SCHEMA, Privilege.CREATE_TABLE)
    ),
]
SAMPLE = [NEEDED[1], NEEDED[2], NEEDED[4]]
TRIED = NEEDED if os.environ.get("LAKESTEAD_GRANTS") == "all" else SAMPLE


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose `local` is up; nothing has run yet."""
    project = copy_project(tmp_path_factory.mktemp("grants"))
    project.lakestead("workspace", "start")
    try:
        project.lakestead("up", "local", "--yes")
        yield project
    finally:
        project.lakestead("workspace", "stop")


def runner(workspace: WorkspaceClient) -> str:
    return next(
        str(one.application_id) for one in workspace.service_principals.list() if one.display_name == "dbt-runner-local"
    )


def test_the_list_is_all_that_the_environment_grants(deployed: Project) -> None:
    """To dbt's principal: no privilege is left untried."""
    workspace = deployed.client()
    who = runner(workspace)
    securables = [("catalog", CATALOG), *(("schema", str(one.full_name)) for one in workspace.schemas.list(CATALOG))]
    granted = {
        (kind, name, privilege)
        for kind, name in securables
        for each in workspace.grants.get(kind, name).privilege_assignments or []
        if each.principal == who
        for privilege in each.privileges or []
    }
    assert granted == set(NEEDED)


@pytest.mark.parametrize(("kind", "name", "privilege"), TRIED, ids=lambda value: getattr(value, "value", value))
def test_a_grant_that_is_taken_away_is_missed_by_name(deployed: Project, kind: str, name: str, privilege: Privilege) -> None:
    """The job of the environment fails, and says which privilege is missing where."""
    workspace = deployed.client()
    who = runner(workspace)
    workspace.grants.update(kind, name, changes=[PermissionsChange(principal=who, remove=[privilege])])
    try:
        told = deployed.lakestead("run", "local", "streaming", expect=1)
    finally:
        workspace.grants.update(kind, name, changes=[PermissionsChange(principal=who, add=[privilege])])
    assert privilege.value.replace("_", " ") in told
    assert "PERMISSION_DENIED" in told
