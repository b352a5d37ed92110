"""A dbt task really runs dbt: the adapter, over Thrift, on the workspace's own warehouse, as the run-as principal."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import time
from urllib.request import urlopen

import pytest
from databricks.sdk.service import catalog, compute, iam, jobs
from databricks.sdk.service.workspace import ImportFormat

from infra.emulator import auth
from infra.emulator.jobs.dbt_tasks import clean_up
from tests.emulator.conftest import LiveWorkspace

PROJECT = {
    "dbt_project.yml": "name: tiny\nprofile: tiny\nversion: '1.0'\nseeds: {tiny: {+schema: raw}}\n",
    "macros/schemas.sql": "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}",
    "seeds/shows.csv": "id,title\n1,Alpha\n2,Beta\n",
    "models/bronze.sql": "select * from {{ ref('shows') }}",
    "models/silver.sql": "{{ config(materialized='table') }} select id, upper(title) as title from {{ ref('bronze') }}",
    "models/gold.sql": "{{ config(materialized='table') }} select count(*) as shows from {{ ref('silver') }}",
    "models/models.yml": "models: [{name: silver, columns: [{name: id, data_tests: [unique, not_null]}]}]",
    "models/broken.sql": "select * from nowhere",
    "macros/spin.sql": "{% macro spin() %}{{ log('spinning', info=true) }}{% for a in range(99999) %}"
    "{% for b in range(99999) %}{% endfor %}{% endfor %}{% endmacro %}",
    "macros/leak.sql": "{% macro leak() %}{{ log('token: ' ~ env_var('DBT_ACCESS_TOKEN'), info=true) }}{% endmacro %}",
}


@pytest.fixture(scope="module")
def principal(workspace: LiveWorkspace) -> str:
    """A service principal with what dbt needs: the catalog, the warehouse, the project's files. Its application id."""
    admin = workspace.client()
    application_id = admin.service_principals.create(display_name="dbt-runner").application_id or ""
    admin.catalogs.create("streaming")
    for name in ("raw", "marts"):
        admin.schemas.create(name, "streaming")
    rights = [catalog.Privilege.USE_CATALOG, catalog.Privilege.USE_SCHEMA, catalog.Privilege.SELECT]
    rights += [catalog.Privilege.CREATE_TABLE, catalog.Privilege.MODIFY]
    change = catalog.PermissionsChange(principal=application_id, add=rights)
    admin.grants.update(catalog.SecurableType.CATALOG.value, "streaming", changes=[change])
    for path, content in PROJECT.items():
        target = f"/Shared/tiny/{path}"
        admin.workspace.mkdirs(target.rpartition("/")[0])
        admin.workspace.upload(target, io.BytesIO(content.encode()), format=ImportFormat.RAW)
    return application_id


@pytest.fixture(scope="module")
def warehouse(workspace: LiveWorkspace, principal: str) -> str:
    """A SQL warehouse that the principal may use."""
    admin = workspace.client()
    made = admin.warehouses.create(name="etl", cluster_size="2X-Small", max_num_clusters=1).result()
    entry = iam.AccessControlRequest(service_principal_name=principal, permission_level=iam.PermissionLevel.CAN_USE)
    admin.permissions.update("warehouses", made.id or "", access_control_list=[entry])
    return made.id or ""


def task(key: str, warehouse_id: str, *commands: str, after: str = "") -> jobs.Task:
    """A dbt task on the project."""
    return jobs.Task(
        task_key=key,
        depends_on=[jobs.TaskDependency(after)] if after else None,
        environment_key="dbt",
        dbt_task=jobs.DbtTask(
            commands=list(commands),
            project_directory="/Workspace/Shared/tiny",
            catalog="streaming",
            schema="marts",
            warehouse_id=warehouse_id,
        ),
    )


def start(live: LiveWorkspace, principal: str, *tasks: jobs.Task) -> int:
    """A run of a job made of these tasks; its id."""
    environments = [jobs.JobEnvironment("dbt", compute.Environment(environment_version="2"))]
    run_as = jobs.JobRunAs(service_principal_name=principal)
    job = live.client().jobs.create(name="streaming", tasks=list(tasks), environments=environments, run_as=run_as)
    return int(live.client().jobs.run_now(job.job_id or 0).run_id)


def run(live: LiveWorkspace, principal: str, *tasks: jobs.Task) -> tuple[jobs.Run, dict[str, jobs.RunOutput]]:
    """The run of a job made of these tasks once it has ended, and each task's output."""
    admin, run_id = live.client(), start(live, principal, *tasks)
    assert live.inside.runs.wait(run_id, 60)
    ended = admin.jobs.get_run(run_id)
    return ended, {each.task_key: admin.jobs.get_run_output(each.run_id or 0) for each in ended.tasks or []}


def test_dbt_builds_tables_as_the_run_as_principal(workspace: LiveWorkspace, principal: str, warehouse: str) -> None:
    ended, outputs = run(
        workspace,
        principal,
        task("seed", warehouse, "dbt deps", "dbt seed"),
        task("models", warehouse, "dbt run-operation leak", "dbt run --exclude broken", after="seed"),
        task("test", warehouse, "dbt test", after="models"),
    )
    logs = {key: output.logs or "" for key, output in outputs.items()}
    assert ended.state is not None
    assert ended.state.result_state == jobs.RunResultState.SUCCESS, logs
    assert "Done. PASS=3 WARN=0 ERROR=0" in logs["models"]
    assert "Done. PASS=2 WARN=0 ERROR=0" in logs["test"]
    # Parsed once: the second task takes up what the first one left.
    assert ["Unable to do partial parsing" in logs[key] for key in ("seed", "models", "test")] == [True, False, False]
    # The token reaches dbt and nothing else.
    assert f"token: {'*' * 36}" in logs["models"]
    admin = workspace.client()
    answer = admin.statement_execution.execute_statement("select shows from streaming.marts.gold", warehouse)
    assert answer.result is not None
    assert answer.result.data_array == [["2"]]
    assert principal == admin.tables.get("streaming.marts.gold").owner
    files = artifacts(outputs["models"])
    assert {"target/manifest.json", "target/run_results.json", "logs/dbt.log"} <= set(files)
    assert [each["status"] for each in json.loads(files["target/run_results.json"])["results"]] == ["success"] * 3
    assert no_token_in(workspace)


def artifacts(output: jobs.RunOutput) -> dict[str, bytes]:
    """The files of a dbt task's archive, downloaded by its link, without a token."""
    assert output.dbt_output is not None
    with urlopen(output.dbt_output.artifacts_link or "") as answer:
        archive = answer.read()
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return {member.name: file.read() for member in tar if (file := tar.extractfile(member))}


def no_token_in(live: LiveWorkspace) -> bool:
    """Whether none of the files that runs leave behind has anything like a token in it, packed archives included."""
    for path in [*(live.folder / "runs").rglob("*"), *(live.folder / "parsed").rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            assert not re.search(rb"dapi[0-9a-f]{32}", content), path
    return True


def test_a_dbt_command_that_fails_fails_the_task_and_the_rest_is_not_run(
    workspace: LiveWorkspace, principal: str, warehouse: str
) -> None:
    ended, outputs = run(workspace, principal, task("broken", warehouse, "dbt run --select broken", "dbt test"))
    broken, logs = outputs["broken"], outputs["broken"].logs or ""
    assert ended.state is not None
    assert ended.state.result_state == jobs.RunResultState.FAILED
    assert broken.error == "'dbt run --select broken' failed with exit code 1. See the logs for details."
    assert "TABLE_OR_VIEW_NOT_FOUND" in logs
    assert "+ dbt test" not in logs


def test_a_principal_who_may_not_use_the_warehouse_cannot_run_dbt_on_it(workspace: LiveWorkspace, warehouse: str) -> None:
    stranger = workspace.client().service_principals.create(display_name="stranger").application_id or ""
    ended, outputs = run(workspace, stranger, task("models", warehouse, "dbt run"))
    assert ended.state is not None
    assert ended.state.result_state == jobs.RunResultState.FAILED
    assert f"{stranger} does not have CAN_USE on 'etl' ({warehouse})" in (outputs["models"].logs or "")


def test_a_cancelled_task_ends_its_dbt_and_its_log_was_there_while_it_ran(
    workspace: LiveWorkspace, principal: str, warehouse: str
) -> None:
    admin = workspace.client()
    run_id = start(workspace, principal, task("spin", warehouse, "dbt run-operation spin", "dbt test"))
    spinning = (admin.jobs.get_run(run_id).tasks or [])[0].run_id or 0
    deadline = time.monotonic() + 60
    while "spinning" not in (admin.jobs.get_run_output(spinning).logs or ""):
        assert time.monotonic() < deadline, "the log did not come"
        time.sleep(0.05)
    admin.jobs.cancel_run(run_id)
    assert workspace.inside.runs.wait(run_id, 20)
    output = admin.jobs.get_run_output(spinning)
    assert output.metadata is not None
    assert output.metadata.state is not None
    assert output.metadata.state.result_state == jobs.RunResultState.CANCELED
    assert "+ dbt test" not in (output.logs or "")


def test_what_a_killed_server_left_of_a_task_is_gone_after_the_next_start(workspace: LiveWorkspace) -> None:
    me = workspace.client().current_user.me().id or ""
    auth.issue_token(workspace.inside, me, comment="of a dbt task under way")
    scratch = workspace.folder / "runs/1/2/project/dbt_project.yml"
    scratch.parent.mkdir(parents=True)
    scratch.touch()
    before = workspace.inside.store.count("token", me)
    clean_up(workspace.inside)
    assert (workspace.inside.store.count("token", me), scratch.parent.exists()) == (before - 1, False)
