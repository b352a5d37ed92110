"""The program under `stacks/`, run as the Pulumi language host runs it."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.program import Project, Registered, number

SCHEMA = Path(__file__).parents[3] / "shared" / "data" / "databricks-provider-schema.json"
PROD = {
    "LAKESTEAD_PROD_HOST": "https://dbc-1.example.com",
    "LAKESTEAD_PROD_CLIENT_ID": "0a1b",
    "LAKESTEAD_SECRET_PROD_CLIENT_SECRET": "dose-of-the-test",
    "LAKESTEAD_SECRET_DELIVERY_TOKEN": "token-of-the-test",
    "LAKESTEAD_SECRET_BILLING_PASSWORD": "password-of-the-test",
    "LAKESTEAD_ACCOUNT_ID": "11111111-2222-3333-4444-555555555555",
    "LAKESTEAD_ACCOUNT_CLIENT_ID": "1b2c",
    "LAKESTEAD_PROD_WORKSPACE_ID": "4711",
    "LAKESTEAD_SECRET_ACCOUNT_CLIENT_SECRET": "account-of-the-test",
    "LAKESTEAD_SECRET_ASSISTANT_KEY": "assistant-of-the-test",
    "LAKESTEAD_SECRET_GIT_TOKEN": "git-of-the-test",
    "LAKESTEAD_SECRET_ON_CALL_URL": "on-call-of-the-test",
    "DATABRICKS_HOST": "https://elsewhere.example.com",
    "DATABRICKS_TOKEN": "dapi-of-another",
}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    return Project.make(tmp_path_factory.mktemp("prod") / "root").run("prod", PROD)


def test_the_program_registers_a_whole_environment(local: Registered) -> None:
    """Everything that the environment file says, and nothing else."""
    assert (local.errors, local.code) == ("", 0)
    assert Counter(one["type"].rpartition(":")[2] for one in local.resources) == {
        "Stack": 1,
        "databricks": 1,
        "Identities": 1,
        "ServicePrincipal": 1,
        "Group": 1,
        "Catalog": 2,  # the component and its resource
        "Schema": 5,
        "Volume": 1,
        "Grant": 8,
        "Warehouse": 2,
        "SqlEndpoint": 2,
        "Permissions": 3,
        "SecretScope": 2,
        "Secret": 1,
        "SecretAcl": 1,
        "Release": 1,
        "Directory": 1,
        "WorkspaceFile": 3,
        "Job": 2,
    }


def test_everything_goes_through_the_explicit_provider(local: Registered, prod: Registered) -> None:
    """No resource is left to a default provider, which would read the shell."""
    for run in (local, prod):
        own = [one for one in run.resources if one["type"].startswith("databricks:")]
        assert own
        made_at = {one["provider"].split("::")[-2] for one in own if one["provider"]}
        assert made_at <= {"workspace", "account"}
        assert [one["name"] for one in own if not one["provider"]] == []


def test_every_resource_has_a_component_for_a_parent(local: Registered) -> None:
    """Children belong to the component that makes them; only components and the provider belong to the stack."""
    outside = [one for one in local.resources if one["type"].startswith("databricks:") and "lakestead:" not in one["parent"]]

    assert outside == []


def test_the_workspace_is_the_one_of_the_environment(local: Registered, prod: Registered) -> None:
    """Address and credentials come from the environment, and the credentials are secret."""
    here, there = local.inputs("databricks", "workspace"), prod.inputs("databricks", "workspace")

    assert here == {"host": "http://127.0.0.1:4711", "authType": "pat", "token": {**SECRET, "value": "dapi-of-the-test"}}
    assert there == {
        "host": "https://dbc-1.example.com",
        "authType": "oauth-m2m",
        "clientId": "0a1b",
        "clientSecret": {**SECRET, "value": "dose-of-the-test"},
        "rateLimit": "30",
    }


def test_nothing_of_the_shell_reaches_the_program(prod: Registered) -> None:
    """Another workspace's address and token in the shell are in no request."""
    text = json.dumps(prod.resources)

    assert "elsewhere" not in text
    assert "dapi-of-another" not in text


def test_prod_is_protected_and_keeps_its_data(local: Registered, prod: Registered) -> None:
    """Catalogs, schemas and volumes: protected where the environment says so, removed with their data where not."""
    for run, protected in ((local, False), (prod, True)):
        bearing = [one for one in run.resources if one["type"].split(":")[-1] in {"Catalog", "Schema", "Volume"}]
        bearing = [one for one in bearing if one["type"].startswith("databricks:")]
        assert {one["protect"] for one in bearing} == {protected}
        assert {one["inputs"].get("forceDestroy", not protected) for one in bearing} == {not protected}


def test_a_group_of_the_identity_provider_is_granted_and_not_made(prod: Registered) -> None:
    """`existing: true` names a group that somebody else keeps."""
    assert set(prod.of("Group")) == {"engineers"}
    assert prod.inputs("Grant", "streaming.gold/analysts")["principal"] == "analysts"


def test_the_stack_answers_what_others_need(local: Registered) -> None:
    """Ids by the keys of the environment file, the release, and the catalogs' names."""
    assert len(local.outputs["release"]) == 12
    assert local.outputs == {
        "release": local.outputs["release"],
        "environment": "local",
        "catalogs": {"streaming": "streaming_local"},
        "warehouses": {"etl": "etl-id", "bi": "bi-id"},
        "service_principals": {"dbt-runner": "app-dbt-runner"},
        "jobs": {"streaming": number("streaming")},
    }


def test_a_second_run_registers_the_same(project: Project, local: Registered) -> None:
    """Same names, same inputs, same secrets: what nobody changed is no change."""

    def essence(run: Registered) -> list[Any]:
        return sorted((one["type"], one["name"], json.dumps(one["inputs"], sort_keys=True)) for one in run.resources)

    assert essence(project.run("local")) == essence(local)


def test_made_up_secrets_are_readable_by_their_owner_alone(project: Project, local: Registered) -> None:
    """The file of `secrets: {source: none}` is mode 0600, and its value is secret on the wire."""
    path = project.folder / ".lakestead" / "secrets" / "local.json"
    value = json.loads(path.read_text())["DELIVERY_TOKEN"]

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert local.inputs("Secret", "streaming/delivery-token")["stringValue"] == {**SECRET, "value": value}


def test_an_edit_of_a_model_is_a_new_release(tmp_path: Path, local: Registered) -> None:
    """Every file gets the new release's name, the job points at it, and nothing else changes."""
    project = Project.make(tmp_path / "root")
    (project.folder / ".lakestead" / "secrets").mkdir()
    (project.folder / "dbt" / "models" / "a.sql").write_text("select 2 as a\n")

    edited = project.run("local")

    def named(run: Registered) -> set[tuple[str, str]]:
        return {(one["type"], one["name"]) for one in run.resources if not one["type"].endswith("WorkspaceFile")}

    assert named(edited) == named(local)
    assert set(edited.of("WorkspaceFile")).isdisjoint(local.of("WorkspaceFile"))
    directory = edited.inputs("databricks:index/job:Job", "streaming")["tasks"][0]["dbtTask"]["projectDirectory"]
    assert directory == f"/Workspace/Shared/lakestead/local/releases/{edited.outputs['release']}"
    assert edited.outputs["release"] != local.outputs["release"]


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("prod", r"environments/prod\.yaml:\d+: workspace\.host: the variable LAKESTEAD_PROD_HOST is not set"),
        ("broken", r"environments/broken\.yaml:2: warehouses\.etl\.size: 'Largest' is not a size"),
        ("lost", "is no dbt project: it has no dbt_project.yml"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_registered(tmp_path: Path, stack: str, message: str) -> None:
    """A clean message, no traceback, and not even the provider has been registered."""
    project = Project.make(tmp_path / "root")
    (project.folder / "environments" / "broken.yaml").write_text("extends: local\nwarehouses: {etl: {size: Largest}}\n")
    (project.folder / "environments" / "lost.yaml").write_text("extends: local\ndbt: {project: nowhere}\n")

    run = project.run(stack)

    assert re.search(message, run.errors)
    assert "Traceback" not in run.errors
    assert ([one["type"] for one in run.resources], run.code) == (["pulumi:pulumi:Stack"], 1)


def test_a_workspace_that_is_not_started_is_told(tmp_path: Path) -> None:
    """The message is the command that starts it."""
    project = Project.make(tmp_path / "root")
    (project.folder / ".lakestead" / "workspace" / "server.json").unlink()

    assert "start it: lakestead workspace start" in project.run("local").errors


def test_another_folder_of_environments_can_be_named(project: Project, local: Registered, tmp_path: Path) -> None:
    """LAKESTEAD_ENVIRONMENTS names it; `lakestead --environments DIR` sets that."""
    (tmp_path / "mine.yaml").write_text(
        "workspace: {emulator: .lakestead/workspace}\nidentities: {groups: {all: {}}}\n"
        "warehouses: {only: {size: Small, permissions: {all: CAN_USE}}}\n"
    )

    run = project.run("mine", {"LAKESTEAD_ENVIRONMENTS": str(tmp_path)})

    assert (run.errors, run.outputs["warehouses"]) == ("", {"only": "only-id"})


def test_every_input_is_one_of_the_official_provider(local: Registered, prod: Registered) -> None:
    """Names as in the provider's own schema, and all that it requires."""
    if not SCHEMA.exists():
        pytest.skip(f"needs {SCHEMA.name}, the official provider's schema, beside the repository")
    schema = {one["token"]: one for one in json.loads(SCHEMA.read_text())["resources"].values()}
    for one in (*local.resources, *prod.resources):
        if one["type"].startswith("databricks:"):
            described = schema[one["type"]]
            assert set(one["inputs"]) <= set(described["inputs"])
            assert set(described["required"]) <= set(one["inputs"])
