"""What dbt itself makes of the project: its manifest, parsed once for each way of running it. Nothing is connected to."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt"

PROFILE = """
lakestead:
  target: local
  outputs:
    local:
      type: databricks
      catalog: streaming_local
      schema: default
      host: 127.0.0.1
      http_path: /sql/1.0/warehouses/none
      token: none
"""

# One process parses all of them: most of the time goes into importing dbt.
PARSE = """
import json, sys
from dbt.cli.main import dbtRunner
project, folder, runs = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
for name, variables in runs.items():
    result = dbtRunner().invoke(["--quiet", "parse", "--no-partial-parse", "--project-dir", project, "--profiles-dir", folder,
        "--target-path", f"{folder}/{name}", "--log-path", f"{folder}/logs", "--vars", json.dumps(variables)])
    if not result.success:
        sys.exit(f"{name}: {result.exception}")
"""

RUNS: dict[str, dict[str, Any]] = {
    "local": {},
    "prod": {
        "environment": "prod",
        "analysts_group": "readers",
        "model_optimizations": {"partition_by": "watched_month", "zorder_by": ["watched_on"]},
    },
    "merging": {
        "environment": "prod",
        "analysts_group": "",
        "model_optimizations": {
            "incremental_strategy": "merge",
            "partition_by": "watched_month",
            "cluster_by": ["customer_id", "user_id"],
            "zorder_by": ["watched_on"],
        },
        "table_properties": {"silver": {"lakestead.pii_level": "high"}, "gold": {}},
    },
}


@dataclass(frozen=True)
class Manifest:
    """The parts of dbt's manifest that the tests read, by short name."""

    nodes: dict[str, dict[str, Any]]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Nodes of one resource type: model, seed, snapshot, test, unit_test."""
        return {node["name"]: node for node in self.nodes.values() if node["resource_type"] == kind}

    def tests_of(self, column: str, node: str) -> set[str]:
        """Names of the generic tests that sit on a column."""
        return {
            test["test_metadata"]["name"]
            for test in self.of("test").values()
            if test.get("column_name") == column and test.get("attached_node", "") == node
        }


@pytest.fixture(scope="session")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Manifest]:
    """One manifest for each entry of RUNS."""
    folder = tmp_path_factory.mktemp("dbt")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    command = [sys.executable, "-c", PARSE, str(PROJECT), str(folder), json.dumps(RUNS)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = {name: json.loads((folder / name / "manifest.json").read_text(encoding="utf-8")) for name in RUNS}
    return {name: Manifest({**raw["nodes"], **raw["unit_tests"]}) for name, raw in loaded.items()}
