"""Both engines on one state folder, with the Pulumi CLI that is on PATH; the CLI starts our provider plugin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.emulator.conftest import serve

ROOT = Path(__file__).parents[3]
PROGRAM = """\
import os
import pulumi
import pulumi_databricks as databricks

provider = databricks.Provider("ws", host=os.environ["TEST_HOST"], token=os.environ["TEST_TOKEN"], auth_type="pat")
options = pulumi.ResourceOptions(provider=provider)
catalog = databricks.Catalog("main", name="main", comment=os.environ["TEST_COMMENT"], opts=options)
schema = databricks.Schema("bronze", catalog_name=catalog.name, name="bronze", opts=options)
pulumi.export("schema", schema.id)
"""
Engine = Callable[..., str]

pytestmark = pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI (`pulumi`) on PATH")


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """The embedded engine and the CLI on one project: call them with a verb and a comment."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    with serve(tmp_path / "workspace") as live:
        variables = {
            "PATH": f"{ROOT}/scripts/pulumi-plugins{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "LAKESTEAD_PYTHON": sys.executable,
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "TEST_HOST": live.host,
            "TEST_TOKEN": live.token,
        }

        def run(command: list[str], comment: str) -> str:
            done = subprocess.run(
                command, cwd=folder, env=variables | {"TEST_COMMENT": comment}, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        def embedded(verb: str, comment: str) -> str:
            options = [] if verb == "preview" else ["--yes"]
            return run([sys.executable, "-m", "infra.engine", verb, "--stack", "dev", *options], comment)

        def cli(verb: str, comment: str) -> str:
            options = [] if verb == "preview" else ["--yes", "--skip-preview"]
            return run(["pulumi", verb, "--stack", "dev", "--non-interactive", *options], comment)

        yield embedded, cli


def test_either_engine_carries_on_the_others_stack(engines: tuple[Engine, Engine]) -> None:
    """After each update by one engine, the other finds nothing to do; at the end the CLI removes what both have made."""
    embedded, cli = engines

    for number, (one, other) in enumerate([(embedded, cli), (cli, embedded), (embedded, cli)]):
        one("up", f"comment {number}")
        assert "4 unchanged" in other("preview", f"comment {number}")
    cli("destroy", "")
