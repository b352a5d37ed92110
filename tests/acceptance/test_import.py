"""A workspace that was filled by hand, through the official SDK, is brought under management."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import iam, sql
from databricks.sdk.service.catalog import AwsIamRoleRequest, PermissionsChange, Privilege, VolumeType

from tests.acceptance.conftest import ROOT, Project

_FILE = """\
# The sales team's workspace.
workspace: {emulator: .lakestead/workspace}
"""


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Project]:
    """A project whose environment says no more than where its workspace is."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "sales.yaml").write_text(_FILE)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    project = Project(tmp_path)
    project.lakestead("workspace", "start")
    try:
        fill(project.client())
        yield project
    finally:
        project.lakestead("workspace", "stop")


def fill(workspace: WorkspaceClient) -> None:
    """A catalog with schemas, a volume and grants to people, groups and programs; storage; a warehouse."""
    workspace.groups.create(display_name="Data Analysts")
    workspace.users.create(user_name="pat@example.com")
    loader = str(workspace.service_principals.create(display_name="loader").application_id)
    role = AwsIamRoleRequest(role_arn="arn:aws:iam::123456789012:role/sales")
    workspace.storage_credentials.create("sales-role", aws_iam_role=role, comment="made up")
    workspace.external_locations.create("sales-files", "s3://acme-sales/files", "sales-role")
    workspace.catalogs.create("sales", comment="All sales", properties={"domain": "sales"})
    workspace.schemas.create("raw", "sales", comment="As delivered")
    workspace.schemas.create("gold", "sales")
    workspace.schemas.update("sales.gold", owner="Data Analysts")
    workspace.volumes.create("sales", "raw", "landing", VolumeType.MANAGED, comment="Files")
    for who in ("Data Analysts", "pat@example.com", loader):
        grant(workspace, "catalog", "sales", who, Privilege.USE_CATALOG)
    grant(workspace, "schema", "sales.raw", loader, Privilege.USE_SCHEMA, Privilege.SELECT, Privilege.MODIFY)
    grant(workspace, "schema", "sales.raw", "pat@example.com", Privilege.USE_SCHEMA)
    grant(workspace, "volume", "sales.raw.landing", loader, Privilege.READ_VOLUME)
    made = workspace.warehouses.create(name="Main WH", cluster_size="Small", max_num_clusters=2, auto_stop_mins=20).result()
    use = iam.AccessControlRequest(group_name="Data Analysts", permission_level=iam.PermissionLevel.CAN_USE)
    workspace.permissions.update("warehouses", str(made.id), access_control_list=[use])
    workspace.warehouses.edit(str(made.id), name="Main WH", cluster_size="Small", tags=tags(team="sales"), auto_stop_mins=20)


def tags(**pairs: str) -> sql.EndpointTags:
    return sql.EndpointTags(custom_tags=[sql.EndpointTagPair(key=key, value=value) for key, value in pairs.items()])


def grant(workspace: WorkspaceClient, kind: str, name: str, who: str, *privileges: Privilege) -> None:
    workspace.grants.update(kind, name, changes=[PermissionsChange(principal=who, add=list(privileges))])


def test_a_filled_workspace_is_brought_in_and_unchanged(filled: Project) -> None:
    """The file says what is there, the next preview shows no change, and nothing was written to the workspace."""
    control = filled.client().api_client
    control.do("DELETE", "/api/lakestead/control/counters")
    dry = filled.json("import", "sales", "--dry-run")
    assert (filled.folder / "environments" / "sales.yaml").read_text() == _FILE
    filled.lakestead("import", "sales", "--yes")
    counted = control.do("GET", "/api/lakestead/control/counters")
    assert isinstance(counted, dict)
    assert counted["writes"] == {}

    text = (filled.folder / "environments" / "sales.yaml").read_text()
    assert text.startswith("# The sales team's workspace.\n")
    assert "protect: true" in text
    assert "owner: data-analysts" in text
    assert "+    name: Main WH" in dry["diff"]
    filled.lakestead("preview", "sales", "--exit-code")
    assert filled.json("drift", "sales")["drifted"] is False
    assert filled.json("import", "sales", "--yes")["changes"].keys() == {"same"}


def test_one_catalog_can_be_brought_in_alone(filled: Project) -> None:
    """And what differs is not taken over silently: an environment that already asks for more is refused."""
    shown = filled.lakestead("import", "sales", "--catalog", "sales", "--dry-run")
    assert "+warehouses:" not in shown
    filled.edit("environments/sales.yaml", "workspace:", "identities: {groups: {nobody: {}}}\nworkspace:")
    told = filled.lakestead("import", "sales", "--catalog", "sales", "--yes", expect=1)
    assert "Group nobody is not in the workspace, and an import makes nothing" in told
