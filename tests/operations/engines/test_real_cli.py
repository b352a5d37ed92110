"""Both engines on one state folder, with the Pulumi CLI that is on PATH; the CLI starts our provider plugin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.engine.events import Event, StepEnded
from infra.operations.engines.port import Chosen, Listener, Options
from infra.operations.engines.pulumi import PulumiEngine
from infra.operations.settings import Settings
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
def shop(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A project's folder, and the environment of its commands."""
    folder = tmp_path / "shop"
    folder.mkdir()
    found_first = (f"{ROOT}/scripts/pulumi-plugins", str(Path(sys.executable).parent), os.environ["PATH"])
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    with serve(tmp_path / "workspace") as live:
        yield (
            folder,
            {
                "PATH": os.pathsep.join(found_first),
                "HOME": str(tmp_path),
                "PYTHONPATH": str(ROOT),
                "LAKESTEAD_PYTHON": sys.executable,
                "PULUMI_HOME": str(tmp_path / "home"),
                "PULUMI_BACKEND_URL": f"file://{folder}",
                "PULUMI_CONFIG_PASSPHRASE": "x",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "TEST_HOST": live.host,
                "TEST_TOKEN": live.token,
            },
        )


@pytest.fixture
def engines(shop: tuple[Path, dict[str, str]]) -> tuple[Engine, Engine]:
    """The embedded engine and the CLI on one project: call them with a verb and a comment."""
    folder, variables = shop

    def run(command: list[str], comment: str) -> str:
        done = subprocess.run(
            command, cwd=folder, env=variables | {"TEST_COMMENT": comment}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def embedded(verb: str, comment: str) -> str:
        options = [] if verb == "preview" else ["--skip-preview"]
        return run([sys.executable, "-m", "infra.engine", verb, "--stack", "dev", *options], comment)

    def cli(verb: str, comment: str) -> str:
        options = [] if verb == "preview" else ["--yes", "--skip-preview"]
        return run(["pulumi", verb, "--stack", "dev", "--non-interactive", *options], comment)

    return embedded, cli


def test_either_engine_carries_on_the_others_stack(engines: tuple[Engine, Engine]) -> None:
    """After each update by one engine, the other finds nothing to do; at the end the CLI removes what both have made."""
    embedded, cli = engines

    for number, (one, other) in enumerate([(embedded, cli), (cli, embedded), (embedded, cli)]):
        one("up", f"comment {number}")
        assert "4 unchanged" in other("preview", f"comment {number}")
    cli("destroy", "")


def test_the_driven_cli_tells_what_the_embedded_engine_tells(shop: tuple[Path, dict[str, str]]) -> None:
    """The same steps, counts, outputs, events and history for the same program; its debug messages stay with it."""
    folder, variables = shop
    settings = Settings(
        root=folder, project="shop", backend=f"file://{folder}/state", environments=folder / "environments", engine="pulumi"
    )
    engine = PulumiEngine(settings, "dev", variables | {"TEST_COMMENT": "one"})
    heard: list[Event] = []
    lines: list[str] = []
    nobody: Listener = lambda event: None  # noqa: E731

    assert engine.run("preview", Options(), nobody).digest["changeSummary"] == {"create": 4}
    made = engine.run("up", Options(message="why", stream=lines.append), heard.append)
    assert (made.succeeded, made.changes, made.outputs) == (True, {"create": 4}, {"schema": "main.bronze"})
    assert {event.name for event in heard if isinstance(event, StepEnded)} == {"shop-dev", "ws", "main", "bronze"}
    kinds = [set(json.loads(line)) - {"sequence", "timestamp"} for line in lines]
    assert kinds[-2:] == [{"summaryEvent"}, {"cancelEvent"}]
    assert "debug" not in "".join(lines)

    looked = engine.run("refresh", Options(), nobody)
    assert (looked.succeeded, looked.changes) == (True, {"same": 4})
    target = Chosen(targets=("**::bronze",))
    assert engine.run("preview", Options(chosen=target), nobody).changes["same"] > 0
    assert engine.outputs(show_secrets=False) == {"schema": "main.bronze"}
    assert [(entry["kind"], entry["message"]) for entry in engine.history()] == [("refresh", ""), ("update", "why")]
    assert engine.run("preview-destroy", Options(), nobody).changes == {"delete": 4}
    assert engine.run("destroy", Options(), nobody).changes == {"delete": 4}
    assert engine.cancel() == ["the Pulumi CLI"]
