"""Copies of protected catalogs."""

from __future__ import annotations

import json
import shlex

from tests.stacks.program import Registered


def test_each_protected_catalog_has_a_catalog_for_its_copies(governed: Registered) -> None:
    """In the place that the file names, with the same schemas, protected; what shows another database is not copied."""
    copies = [one for one in governed.resources if one["type"].startswith("databricks:") and "Backups" in one["parent"]]
    catalogs = [one for one in copies if one["type"].endswith(":Catalog")]
    schemas = [one for one in copies if one["type"].endswith(":Schema")]

    assert [one["inputs"] for one in catalogs] == [
        {
            "name": "sales_governed_backup",
            "comment": "Copies of sales_governed: hourly, for 30_days",
            "isolationMode": "ISOLATED",
            "storageRoot": "s3://acme-backup-west/sales_governed_backup",
            "forceDestroy": False,
        }
    ]
    assert {one["inputs"]["name"] for one in schemas} == {"raw", "profiles", "rules", "gold"}
    assert {one["protect"] for one in (*catalogs, *schemas)} == {True}


def test_a_job_copies_as_often_as_the_file_says(governed: Registered) -> None:
    """As the principal that may write the copies, by the dbt project's operation, which is told what to copy."""
    job = governed.inputs("databricks:index/job:Job", "backup")
    task = job["tasks"][0]["dbtTask"]
    command = shlex.split(task["commands"][0])

    assert job["schedule"]["quartzCronExpression"] == "0 30 * * * ?"
    assert job["runAs"] == {"servicePrincipalName": "app-copier"}
    assert command[:3] == ["dbt", "run-operation", "back_up"]
    assert json.loads(command[4])["backups"] == {
        "catalogs": {"sales_governed": "sales_governed_backup"},
        "retention_days": 30,
    }
    assert governed.inputs("Grant", "sales/copier")["catalog"] in {"sales_governed", "sales_governed_backup"}
