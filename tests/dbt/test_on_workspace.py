"""The project, built by the real dbt on a live workspace: rows, contents, production's tables, history of users."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from databricks import sql

from tests.dbt.conftest import PROJECT
from tests.dbt.rules import expected_rows, kept_users, kept_watches, read_seeds, row_hash
from tests.dbt.seed_data import Row
from tests.emulator.conftest import LiveWorkspace, serve

# Several commands in one process: most of the time goes into importing dbt.
INVOKE = """
import json, sys
from dbt.cli.main import dbtRunner
for command in json.loads(sys.argv[1]):
    result = dbtRunner().invoke(["--no-use-colors", *command])
    if not result.success:
        sys.exit(f"{command}: {result.exception}")
"""
CATALOG = "streaming_test"
PRODUCTION = {"environment": "prod", "model_optimizations": {"incremental_strategy": "merge", "cluster_by": ["user_id"]}}
BRONZE, SILVER, GOLD = (["run", "--select", f"tag:{layer}"] for layer in ("bronze", "silver", "gold"))

pytestmark = pytest.mark.xdist_group("dbt")


@dataclass(frozen=True)
class Warehouse:
    """A copy of the project, and the warehouse that it is built on."""

    live: LiveWorkspace
    path: str
    project: Path

    def dbt(self, *commands: list[str], **variables: object) -> str:
        """Runs dbt commands in one process; their output. Any failure fails the test with it."""
        profile = {
            "type": "databricks",
            "catalog": CATALOG,
            "schema": "default",
            "host": self.live.host,
            "http_path": self.path,
            "token": self.live.token,
            "threads": 4,
            "connection_parameters": {"_connection_uri": self.live.host + self.path, "_retry_stop_after_attempts_count": 2},
        }
        content = {"lakestead": {"target": "local", "outputs": {"local": profile}}}
        (self.project / "profiles.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        given = ["--project-dir", str(self.project), "--profiles-dir", str(self.project), "--vars", json.dumps(variables)]
        full = json.dumps([[*command, *given] for command in commands])
        run = [sys.executable, "-c", INVOKE, full]
        done = subprocess.run(run, cwd=self.project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return done.stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the official SQL connector gets for a query."""
        with (
            sql.connect(
                server_hostname=self.live.host,
                http_path=self.path,
                access_token=self.live.token,
                _connection_uri=self.live.host + self.path,
                catalog=CATALOG,
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The project on a fresh workspace whose analysts' group exists, after the commands of the job."""
    folder = tmp_path_factory.mktemp("streaming")
    shutil.copytree(PROJECT, folder / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    with serve(folder / "workspace") as live:
        client = live.client()
        client.groups.create(display_name="analysts")
        client.catalogs.create(name=CATALOG)
        made = client.warehouses.create_and_wait(name="etl", cluster_size="2X-Small")
        built = Warehouse(live, f"/sql/1.0/warehouses/{made.id}", folder / "dbt")
        built.dbt(["seed"], BRONZE, SILVER, ["snapshot"], GOLD, ["test", "--select", "test_type:unit test_type:singular"])
        yield built


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Row]]:
    return read_seeds()


def counted(warehouse: Warehouse) -> dict[str, int]:
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in expected_rows())
    return {name: int(count) for name, count in warehouse.rows(counts)}


def test_each_table_has_the_rows_that_the_rules_leave(warehouse: Warehouse) -> None:
    """SQL on the warehouse and plain Python on the files agree for every seed, model and snapshot."""
    assert counted(warehouse) == expected_rows()


def test_bronze_hashes_what_was_delivered(warehouse: Warehouse, raw: dict[str, list[Row]]) -> None:
    """Each delivered line has the hash that Python computes from the file, copies included."""
    found = warehouse.rows("select _row_hash from bronze.bronze_watches")
    assert sorted(value for (value,) in found) == sorted(row_hash(row) for row in raw["watches"])


def test_silver_users_are_clean(warehouse: Warehouse, raw: dict[str, list[Row]]) -> None:
    """Names, addresses, countries and plans read as they should, user by user."""
    expected = {
        (
            key,
            " ".join(row["name"].split()).title(),
            row["email"].strip().lower(),
            row["country"].strip().upper() or None,
            row["plan"].strip().lower(),
        )
        for key, row in kept_users(raw["users"]).items()
    }
    assert set(warehouse.rows("select user_id, user_name, email, country, plan from silver.silver_users")) == expected


def test_facts_know_their_status(warehouse: Warehouse, raw: dict[str, list[Row]]) -> None:
    """Each watch of the facts has the status and the share of its furthest line."""
    users = kept_users(raw["users"])
    shows = {int(row["show_id"]): row for row in raw["shows"] if row["show_id"] and row["title"].strip()}
    expected = {
        (key, row["status"].strip().lower(), row["completion_pct"])
        for key, row in kept_watches(raw["watches"], users, shows).items()
    }
    found = warehouse.rows("select watch_id, status, cast(completion_pct as string) from gold.fct_watches")
    assert set(found) == expected


def test_production_repeats_it_with_tables_of_the_same_rows(warehouse: Warehouse) -> None:
    """Run again as production: the views become tables, the facts of watches merge, no row is added or lost."""
    warehouse.dbt(["seed"], BRONZE, SILVER, ["snapshot"], GOLD, GOLD, **PRODUCTION)
    kinds = warehouse.rows(
        "select distinct table_type from information_schema.tables where table_schema in ('bronze', 'silver', 'gold')"
    )
    assert kinds == [("MANAGED",)]
    assert counted(warehouse) == expected_rows()


def test_the_snapshot_keeps_what_a_user_was(warehouse: Warehouse) -> None:
    """A user who moved has two versions, one who left has a closed one, the others are untouched."""
    seed = warehouse.project / "seeds" / "streaming" / "raw_users.csv"
    lines = seed.read_text(encoding="utf-8").splitlines(keepends=True)
    moved = "6,Goran Gupta,goran.gupta.6@example.com,FR,premium,2024-05-09,2025-09-07 08:00:00\n"
    changed = [moved if line.startswith("6,") else line for line in lines if not line.startswith("7,")]
    seed.write_text("".join(changed), encoding="utf-8")
    users = [["seed", "--select", "raw_users"], ["run", "--select", "bronze_users silver_users"]]
    warehouse.dbt(*users, ["snapshot"], **PRODUCTION)
    versions = warehouse.rows(
        "select user_id, country, dbt_valid_to is null from snapshots.snap_users"
        " where user_id in (6, 7) order by user_id, dbt_valid_from"
    )
    assert versions == [(6, "BR", False), (6, "FR", True), (7, "FR", False)]
    assert warehouse.rows("select count(*) from snapshots.snap_users") == [(expected_rows()["snapshots.snap_users"] + 1,)]


def test_what_is_older_than_it_may_be_kept_is_deleted(warehouse: Warehouse) -> None:
    """Rows from before the schema's days are gone after a run; the schemas that say nothing keep theirs."""
    warehouse.dbt(["run", "--select", "silver_watches fct_watches"], **PRODUCTION)
    facts = warehouse.rows("select count(*) from gold.fct_watches")
    oldest, total = warehouse.rows("select min(watched_on), count(*) from silver.silver_watches")[0]
    kept_from = oldest + timedelta(days=30)
    days = (datetime.now(UTC).date() - kept_from).days
    expected = warehouse.rows(f"select count(*) from silver.silver_watches where watched_on >= date'{kept_from}'")

    warehouse.dbt(["run", "--select", "silver_watches"], **PRODUCTION, retention_days={"silver": days})

    assert warehouse.rows("select count(*) from silver.silver_watches") == expected
    assert 0 < expected[0][0] < total
    assert warehouse.rows("select count(*) from gold.fct_watches") == facts


def test_columns_are_tagged_for_the_masks_that_find_them(warehouse: Warehouse) -> None:
    """And tables bear their schema's properties; both hold after the next run too, which makes the table anew."""
    said = {
        "column_tags": {"silver.silver_users": {"email": {"pii": "email"}, "user_name": {"pii": "name"}}},
        "table_properties": {"silver": {"lakestead.retention_days": "730"}},
    }

    for _ in range(2):
        warehouse.dbt(["run", "--select", "silver_users"], **PRODUCTION, **said)
        tags = warehouse.rows("select column_name, tag_name, tag_value from information_schema.column_tags order by 1")
        assert tags == [("email", "pii", "email"), ("user_name", "pii", "name")]
        assert ("lakestead.retention_days", "730") in warehouse.rows("show tblproperties silver.silver_users")


def test_a_backup_holds_every_table(warehouse: Warehouse) -> None:
    """Each stored table is copied into the schema of its name, and a second backup brings the copy up to date."""
    schemas = ("raw", "bronze", "silver", "gold", "snapshots")
    warehouse.rows(f"create catalog {CATALOG}_backup")
    for schema in schemas:
        warehouse.rows(f"create schema {CATALOG}_backup.{schema}")
    backups = {"catalogs": {CATALOG: f"{CATALOG}_backup"}, "retention_days": 30}

    warehouse.dbt(["run-operation", "back_up"], backups=backups)
    warehouse.rows("delete from gold.fct_watches where watch_id = (select min(watch_id) from gold.fct_watches)")
    warehouse.dbt(["run-operation", "back_up"], backups=backups)

    query = "select table_schema, table_name from {}.information_schema.tables where table_type = 'MANAGED' order by 1, 2"
    assert warehouse.rows(query.format(f"{CATALOG}_backup")) == warehouse.rows(query.format(CATALOG))
    counts = [warehouse.rows(f"select count(*) from {name}.gold.fct_watches") for name in (CATALOG, f"{CATALOG}_backup")]
    assert counts[0] == counts[1]
    properties = dict(warehouse.rows(f"show tblproperties {CATALOG}_backup.gold.fct_watches"))
    assert properties["delta.deletedFileRetentionDuration"] == "interval 30 days"
