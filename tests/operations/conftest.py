"""A project with one environment on this machine and one elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.operations.settings import Settings

_REST = """\
warehouses:
  etl: {size: 2X-Small, permissions: {runner: CAN_USE}}
  bi: {size: 2X-Small, permissions: {runner: CAN_USE}}
catalogs:
  shop: {schemas: {bronze: {}}}
identities: {service_principals: {runner: {}}}
dbt:
  catalog: shop
  schema: bronze
  threads: 3
  vars: {currency: EUR}
jobs:
  nightly: {warehouse: bi, run_as: runner, tasks: {all: {run: [dbt build]}}}
"""
LOCAL = "workspace: {emulator: .lakestead/workspace}\n" + _REST
PROD = (
    "workspace: {host: '${env:SHOP_HOST}', auth: oauth-m2m, client_id: an-application, client_secret: '${secret:SHOP}'}\n"
    + _REST
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The project: `local` and `prod`, and a dbt project."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.yaml").write_text(LOCAL)
    (tmp_path / "environments" / "prod.yaml").write_text(PROD)
    (tmp_path / "dbt").mkdir()
    (tmp_path / "dbt" / "dbt_project.yml").write_text("name: shop\nprofile: shop_profile\n")
    return Settings(tmp_path, "shop", f"file://{tmp_path / 'state'}", tmp_path / "environments")


def write_stack(settings: Settings, name: str, outputs: dict[str, object] | None = None) -> None:
    """A state with nothing but a stack in it."""
    stacks = settings.state / ".pulumi" / "stacks" / settings.project
    stacks.mkdir(parents=True, exist_ok=True)
    (settings.state / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    urn = f"urn:pulumi:{name}::shop::pulumi:pulumi:Stack::shop-{name}"
    resource = {"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": outputs or {}}
    checkpoint = {"stack": f"organization/shop/{name}", "latest": {"resources": [resource]}}
    (stacks / f"{name}.json").write_text(json.dumps({"version": 3, "checkpoint": checkpoint}))
