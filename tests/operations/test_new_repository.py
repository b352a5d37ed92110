"""A team's own repository, as `lakestead init` writes it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from infra.models import environment_names, load_environment
from infra.models.schema import environment_schema
from infra.operations.errors import RepositoryExists, RepositoryName
from infra.operations.new_repository import plan, write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "Our Data"
    write(plan(folder, name=None, domain="sales", version="1.2.3"))
    return folder


def test_its_environments_are_right(repository: Path) -> None:
    """Each loads without a variable set, runs dbt in its domain, and production is protected."""
    folder = repository / "environments"
    environments = {name: load_environment(name, folder) for name in environment_names(folder)}

    assert sorted(environments) == ["dev", "local", "prod"]
    assert [name for name, one in environments.items() if one.protect] == ["prod"]
    assert {one.catalog_name("sales") for one in environments.values()} == {"sales_dev", "sales_local", "sales_prod"}
    assert json.loads((folder / "schema.json").read_text()) == environment_schema()


def test_every_word_is_filled_in(repository: Path) -> None:
    """The name is the folder's in small letters; it depends on the version that wrote it."""
    texts = {path: path.read_text() for path in repository.rglob("*") if path.is_file()}

    assert yaml.safe_load((repository / "Pulumi.yaml").read_text())["name"] == "our-data"
    assert "name: our_data" in (repository / "dbt" / "dbt_project.yml").read_text()
    assert 'dependencies = ["lakestead[aws,dbt,emulator]==1.2.3"]' in (repository / "pyproject.toml").read_text()
    assert (repository / "dbt" / "models" / "sales" / "gold" / "orders_by_day.sql").is_file()
    assert [str(path) for path, text in texts.items() if "DOMAIN" in text or "DBT_NAME" in text or "# NAME" in text] == []


def test_workflows_and_ignored_files_have_their_dots(repository: Path) -> None:
    """State and secrets of a machine stay out of git."""
    assert ".lakestead/" in (repository / ".gitignore").read_text().splitlines()
    workflows = {path.name: yaml.safe_load(path.read_text()) for path in (repository / ".github" / "workflows").iterdir()}
    assert set(workflows) == {"pull-request.yml", "deploy.yml"}
    assert "lakestead up prod --yes" in str(workflows["deploy.yml"])


def test_nothing_is_written_over(repository: Path) -> None:
    """Not even the files beside the one that is there; those of others are left alone."""
    shutil.rmtree(repository / "dbt")
    (repository / "README.md").write_text("ours")

    with pytest.raises(RepositoryExists, match="already"):
        plan(repository, name=None, domain="sales", version="1.2.3")

    assert (repository / "README.md").read_text() == "ours"
    assert not (repository / "dbt").exists()


def test_a_folder_with_other_files_is_filled_up(tmp_path: Path) -> None:
    """A repository that was made elsewhere, with a licence in it, is a good place."""
    (tmp_path / "LICENSE").write_text("ours")

    write(plan(tmp_path, name="data", domain="sales", version="1.2.3"))

    assert (tmp_path / "LICENSE").read_text() == "ours"
    assert (tmp_path / "Pulumi.yaml").is_file()


@pytest.mark.parametrize(("name", "domain"), [("Data!", "sales"), ("9lives", "sales"), ("data", "my-sales")])
def test_names_that_nothing_could_be_called_are_refused(tmp_path: Path, name: str, domain: str) -> None:
    """Before anything is written."""
    with pytest.raises(RepositoryName):
        plan(tmp_path, name=name, domain=domain, version="1.2.3")
    assert list(tmp_path.iterdir()) == []


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("LAKESTEAD_", "PULUMI_", "DATABRICKS_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**quiet, "PYTHONPATH": str(ROOT), "PULUMI_CONFIG_PASSPHRASE": "of the test"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_tells_what_it_writes(tmp_path: Path) -> None:
    """A dry run writes nothing; what was written validates in its own folder."""
    dry = command(tmp_path, "scripts.lakestead", "init", "data", "--dry-run", "--json")
    assert list(tmp_path.iterdir()) == []
    done = command(tmp_path, "scripts.lakestead", "init", "data", "--json")
    valid = command(tmp_path / "data", "scripts.lakestead", "validate")
    again = command(tmp_path, "scripts.lakestead", "init", "data")

    assert (dry.returncode, done.returncode) == (0, 0), dry.stderr + done.stderr
    told, wrote = json.loads(dry.stdout), json.loads(done.stdout)
    assert (told["written"], wrote["written"], told["files"]) == (False, True, wrote["files"])
    assert {str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*") if path.is_file()} == set(
        wrote["files"]
    )
    assert (valid.returncode, valid.stdout) == (0, "dev: valid\nlocal: valid\nprod: valid\n")
    assert again.returncode == 1
    assert "Nothing is ever written over" in again.stderr


def test_its_program_registers_an_environment(repository: Path) -> None:
    """Two lines of its own, the rest from the package; no call is made for a preview."""
    workspace = repository / ".lakestead" / "workspace"
    workspace.mkdir(parents=True)
    (workspace / "server.json").write_text('{"host": "http://127.0.0.1:4711"}')
    (workspace / "token").write_text("dapi-of-the-test\n")

    done = command(ROOT, "infra.engine", "preview", "--cwd", str(repository), "--stack", "local", "--json")

    assert done.returncode == 0, done.stderr
    steps = {step["urn"].rpartition("$")[2].rpartition("/")[2]: step["op"] for step in json.loads(done.stdout)["steps"]}
    assert steps["catalog:Catalog::sales"] == "create"
    assert steps["job:Job::sales"] == "create"
