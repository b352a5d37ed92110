"""What is said of data, made by the embedded engine in a workspace: nothing is left to change, and little changes after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from databricks.sdk.errors import NotFound

from tests.acceptance.conftest import Project

pytestmark = pytest.mark.xdist_group("acceptance")

ENVIRONMENT = Path(__file__).parents[1] / "components" / "environments" / "governed.yaml"

#: The same in this workspace: its own metastore, its own secrets.
HERE = """
extends: governed
metastore: {{id: {metastore}}}
secrets: {{source: none}}
governance:
  tags: {{pci: {{existing: false}}}}
data_classification: {{data_masking: {masking}}}
"""


@pytest.fixture
def governed(project: Project) -> Project:
    """A project with the environment `here`, whose groups of the identity provider are there already."""
    client = project.client()
    for name in ("stewards", "analysts"):
        client.groups.create(display_name=name)
    shutil.copy(ENVIRONMENT, project.folder / "environments")
    _write(project, "partial")
    return project


def test_all_that_is_said_of_data_is_made_and_stays(governed: Project) -> None:
    """A second preview finds nothing to do. Another word on masking makes other functions, and policies that call them."""
    client = governed.client()

    governed.lakestead("up", "here", "--yes")

    governed.lakestead("preview", "here", "--exit-code")
    function = "sales_here.rules.mask_pii_{}_string"
    assert client.functions.get(function.format("partial")).routine_definition
    assert {policy.name for policy in client.policies.list_policies("catalog", "sales_here")} == {
        "births",
        "cards",
        "contacts",
        "teams",
    }
    tags = client.entity_tag_assignments.list("columns", "sales_here.raw.orders.email")
    assert [(tag.tag_key, tag.tag_value) for tag in tags] == [("pii", "email")]
    assert client.catalogs.get("sales_here_backup").storage_root == "s3://acme-backup-west/sales_here_backup"

    _write(governed, "full")
    governed.lakestead("up", "here", "--yes")

    policies = {policy.name: policy for policy in client.policies.list_policies("catalog", "sales_here")}
    mask = policies["contacts"].column_mask
    assert mask is not None
    assert mask.function_name == function.format("full")
    with pytest.raises(NotFound):
        client.functions.get(function.format("partial"))


def _write(project: Project, masking: str) -> None:
    metastore = project.client().metastores.current().metastore_id
    text = HERE.format(metastore=metastore, masking=masking)
    (project.folder / "environments" / "here.yaml").write_text(text, encoding="utf-8")
