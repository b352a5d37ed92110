"""The real dbt-databricks adapter, unpatched, over Thrift: every materialization and strategy, built twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from databricks import sql

from tests.emulator.conftest import LiveWorkspace, serve

PROJECT = Path(__file__).parent / "dbt_project"
#: Several commands in one process, as most of the time goes into importing dbt; a command of two texts writes a file.
INVOKE = """
import json, sys
from dbt.cli.main import dbtRunner
out = []
for command in json.loads(sys.argv[1]):
    if command[0].startswith("/"):
        open(command[0], "w").write(command[1])
        continue
    result = dbtRunner().invoke(["--no-use-colors", "--log-level", "error", *command])
    nodes = getattr(result.result, "results", None) or []
    out.append({each.node.unique_id: [str(each.status), each.message or ""] for each in nodes if hasattr(each, "node")})
    if result.exception:
        sys.exit(f"{command}: {result.exception}")
print("RESULTS " + json.dumps(out))
"""

pytestmark = pytest.mark.xdist_group("dbt")


@dataclass(frozen=True)
class Built:
    """The project's workspace after two builds, and what dbt said of each node in them."""

    live: LiveWorkspace
    path: str
    runs: list[dict[str, list[str]]]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the official SQL connector gets for a query."""
        with (
            sql.connect(
                server_hostname=self.live.host, http_path=self.path, access_token=self.live.token,
                _connection_uri=self.live.host + self.path, catalog="dev",
            ) as connection,
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Built, then built again after a row was added, one changed and one deleted; then docs and freshness."""
    folder = tmp_path_factory.mktemp("dbt")
    project = folder / "project"
    shutil.copytree(PROJECT, project)
    with serve(folder / "workspace") as live:
        client = live.client()
        client.groups.create(display_name="analysts")
        client.catalogs.create(name="dev")
        path = f"/sql/1.0/warehouses/{client.warehouses.create_and_wait(name='w', cluster_size='2X-Small').id}"
        _write_profile(project, live, path)
        later = ["--vars", json.dumps({"later": True})]
        commands = [["build"], _changed_senders(project), ["build", *later]]
        commands += [["docs", "generate", *later], ["source", "freshness", *later]]
        yield Built(live, path, _dbt(project, commands))


def _changed_senders(project: Path) -> list[str]:
    """The seed without one sender, with another one and with one changed."""
    path = project / "seeds" / "raw_senders.csv"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("13,")]
    added = "14,new one,n@example.com,oslo,2024-06-01 00:00:00"
    return [str(path), "\n".join([*kept, added]).replace("bergen,2024-01-02", "oslo,2024-06-02") + "\n"]


def _write_profile(project: Path, live: LiveWorkspace, path: str) -> None:
    profile = {
        "type": "databricks", "catalog": "dev", "schema": "plant", "host": live.host, "http_path": path, "token": live.token,
        "threads": 4, "connection_parameters": {"_connection_uri": live.host + path, "_retry_stop_after_attempts_count": 2},
    }  # fmt: skip
    content = {"everything": {"target": "t", "outputs": {"t": profile}}}
    (project / "profiles.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


def _dbt(project: Path, commands: list[list[str]]) -> list[dict[str, list[str]]]:
    """What dbt says of each node, command by command."""
    given = ["--project-dir", str(project), "--profiles-dir", str(project)]
    run = [
        sys.executable,
        "-c",
        INVOKE,
        json.dumps([command if command[0].startswith("/") else [*command, *given] for command in commands]),
    ]
    done = subprocess.run(run, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    results: list[dict[str, list[str]]] = json.loads(done.stdout.rpartition("RESULTS ")[2])
    return results


def test_every_node_passes_in_both_builds(built: Built) -> None:
    """Seeds, models, snapshots, data tests, unit test; the one warning is wanted."""
    for run in built.runs[:2]:
        bad = {name: said for name, said in run.items() if said[0] not in ("success", "pass") and "relationships" not in name}
        assert (bad, len(run)) == ({}, 27)


ROWS = [
    ("select count(*), max(parcel_id), count(fragile) from plant_marts.parcels_merged", [(7, 7, 3)]),
    ("select count(*), max(both.id), max(size(words)) from plant_marts.parcels_appended", [(7, 7, 2)]),
    ("select count(*), sum(weight) from plant_marts.parcels_replaced", None),
    ("select count(*) from plant_marts.parcels_partitioned", [(7,)]),
    ("select count(*), min(parcel_id) from plant_marts.parcels_recent", [(7, 1)]),
    ("select count(*), min(parcel_id) from plant_marts.parcels_yearly", [(6, 1)]),
    ("select count(*), count(dbt_valid_to) from plant_marts.senders_checked", [(6, 2)]),
    ("select count(*), count_if(dbt_is_deleted = 'True') from plant_marts.senders_timed", [(7, 1)]),
    ("select count(*) from plant_views.heavy", [(2,)]),
    ("select count(*) from plant_views.states", [(3,)]),
    ("select count(*) from plant_views.arrivals", [(6,)]),
    ("select sender_name, parcels from plant_marts.senders where sender_id = 10", [("Mara O'neil", 2)]),
]


@pytest.mark.parametrize(("query", "expected"), ROWS, ids=[given[0].rpartition(" from ")[2] for given in ROWS])
def test_the_second_build_left_these_rows(built: Built, query: str, expected: list[tuple[Any, ...]] | None) -> None:
    """Each strategy treats the new, the changed and the deleted row in its own way."""
    found = built.rows(query)
    assert found == expected if expected is not None else found[0][0] == 7


def test_docs_grants_tags_and_keys_are_in_the_metadata(built: Built) -> None:
    """What dbt wrote beside the rows."""
    assert built.rows("select comment from dev.information_schema.tables where table_name = 'parcels_merged'") == [
        ("Parcels, merged",)
    ]
    assert built.rows("select tag_name, tag_value from dev.information_schema.table_tags") == [("layer", "marts")]
    assert built.rows("select column_name, tag_name from dev.information_schema.column_tags") == [("states", "pii")]
    assert built.rows("select constraint_name from dev.information_schema.table_constraints") == [("senders_pk",)]
    assert ("analysts", "SELECT") in [row[:2] for row in built.rows("show grants on plant_marts.senders")]
    assert ("some_weight", "weight >= 0") in [
        row[2:] for row in built.rows("select * from dev.information_schema.check_constraints")
    ]


def test_no_statement_of_dbt_failed_or_was_slow(built: Built) -> None:
    """Half of them end within 40 ms, even while the machine is busy."""
    log = (built.live.folder / "logs" / "statements.jsonl").read_text().splitlines()
    statements = [json.loads(line) for line in log]
    assert [each["error"] for each in statements if each["error"]] == []
    assert sorted(each["ms"] for each in statements)[len(statements) // 2] < 40
