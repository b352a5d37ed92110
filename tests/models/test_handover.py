"""What dbt is handed over besides the variables of the file."""

from __future__ import annotations

from typing import Any

import pytest

from infra.models import load_environment
from infra.models.handover import backup_variables
from tests.models.conftest import Write

FILE = """
workspace: {emulator: .lakestead/workspace}
protect: true
identities:
  service_principals: {copier: {}}
  groups: {stewards: {}}
catalogs:
  sales:
    grants: {copier: [USE_CATALOG, USE_SCHEMA, SELECT]}
    pii_level: medium
    schemas:
      raw: {retention_days: 30, pii_level: high, tables: {kept: {columns: {name: {type: string}}}}}
      silver: {sla: daily_6am}
      gold: {pii_level: none}
  other:
    grants: {copier: [USE_CATALOG, USE_SCHEMA, SELECT]}
    schemas: {raw: {}}
warehouses: {etl: {size: Small, permissions: {copier: CAN_USE}}}
governance:
  warehouse: etl
  functions: sales.raw
  notify: [data@example.com]
  tags: {pii: {values: [name, email]}}
  masks:
    names:
      template: pii
      tag: pii
      columns: [sales.raw.kept.name, sales.silver.users.name]
      except: [copier]
    addresses: {template: pii, tag: pii, values: [email], columns: [sales.silver.users.email], except: [copier]}
data_classification: {data_masking: full, retention: 1_year}
compliance: {gdpr: true}
dbt: {catalog: sales, schema: silver, vars: {lookback_days: 45}}
model_optimizations: {incremental_strategy: merge, cluster_by: [day]}
backups: {frequency: weekly, retention: 2_weeks, warehouse: etl, run_as: copier}
"""


@pytest.fixture
def handed(write: Write) -> dict[str, Any]:
    return load_environment("prod", write(prod=FILE)).dbt_vars()


def test_optimizations_leave_out_what_is_not_said(handed: dict[str, Any]) -> None:
    """A project tells "not said" from "empty" by the key."""
    assert handed["model_optimizations"] == {"incremental_strategy": "merge", "cluster_by": ["day"]}


def test_retention_is_the_schemas_or_that_of_all_data(handed: dict[str, Any]) -> None:
    """For the schemas of the domain that dbt builds in."""
    assert handed["retention_days"] == {"raw": 30, "silver": 365, "gold": 365}


def test_tables_say_what_they_hold(handed: dict[str, Any]) -> None:
    """Under the GDPR, files keep what was deleted from personal data for 30 days at most."""
    deleted = {"delta.deletedFileRetentionDuration": "interval 30 days"}

    assert handed["table_properties"] == {
        "raw": {"lakestead.pii_level": "high", "lakestead.retention_days": "30", **deleted},
        "silver": {"lakestead.pii_level": "medium", "lakestead.retention_days": "365", "lakestead.sla": "daily_6am", **deleted},
        "gold": {"lakestead.retention_days": "365"},
    }


def test_columns_of_dbts_tables_are_tagged_by_dbt(handed: dict[str, Any]) -> None:
    """With the policy's value of the tag, or the first that the tag takes; those of the environment's tables are not."""
    assert handed["column_tags"] == {"silver.users": {"name": {"pii": "name"}, "email": {"pii": "email"}}}


def test_what_the_file_says_nothing_about_is_not_handed_over(write: Write) -> None:
    """A project is not told of what nobody wants of it."""
    quiet = load_environment("dev", write(dev="workspace: {emulator: .lakestead/workspace}"))

    assert (quiet.dbt_vars(), backup_variables(quiet)) == ({"environment": "dev"}, {})


def test_backups_are_told_from_where_to_where(write: Write) -> None:
    """All protected catalogs, by their names."""
    assert backup_variables(load_environment("prod", write(prod=FILE))) == {
        "backups": {
            "catalogs": {"sales_prod": "sales_prod_backup", "other_prod": "other_prod_backup"},
            "retention_days": 14,
        }
    }
