"""The whole chain on real parts: file, program, engine, provider, workspace, dbt job, tables that can be queried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databricks import sql
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.iam import Patch, PatchOp, PatchSchema
from databricks.sdk.service.sql import StatementState

from tests.acceptance.conftest import Project

pytestmark = pytest.mark.xdist_group("acceptance")

EXPECTED_ROWS = json.loads((Path(__file__).parents[1] / "dbt" / "expectations.json").read_text())


@contextmanager
def connection(project: Project, warehouse: str, token: str) -> Iterator[Any]:
    """The official SQL connector, over Thrift."""
    path = f"/sql/1.0/warehouses/{warehouse}"
    with sql.connect(
        server_hostname=project.host, http_path=path, access_token=token, _connection_uri=f"{project.host}{path}"
    ) as connected:
        yield connected


def token_of(project: Project, application_id: str) -> str:
    """A token for a service principal, made by the admin on its behalf."""
    made = project.client().token_management.create_obo_token(application_id, comment="test")
    assert made.token_value
    return made.token_value


def an_analyst(project: Project) -> str:
    """A token of a new service principal in the analysts' group."""
    client = project.client()
    analyst = client.service_principals.create(display_name="a-test-analyst")
    (group,) = client.groups.list(filter='displayName eq "analysts"')
    assert group.id
    assert analyst.application_id
    client.groups.patch(
        group.id,
        operations=[Patch(op=PatchOp.ADD, value={"members": [{"value": analyst.id}]})],
        schemas=[PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP],
    )
    return token_of(project, analyst.application_id)


def run_statement(client: WorkspaceClient, warehouse: str, statement: str) -> Any:
    return client.statement_execution.execute_statement(statement=statement, warehouse_id=warehouse, wait_timeout="50s")


def test_both_sql_clients_see_the_same_tables(provisioned: Project) -> None:
    """Thrift and the Statement Execution API answer alike, and gold holds what the rules of silver let through."""
    warehouse = provisioned.json("outputs", "local")["warehouses"]["bi"]
    question = "select show_id, title, quality_tier from streaming_local.gold.dim_shows order by show_id"
    with connection(provisioned, warehouse, provisioned.admin_token) as connected, connected.cursor() as cursor:
        cursor.execute(question)
        by_thrift = [[str(value) for value in row] for row in cursor.fetchall()]
    answer = run_statement(provisioned.client(), warehouse, question)
    assert answer.result.data_array == by_thrift
    assert len(by_thrift) > 10


def test_each_model_has_the_rows_its_rules_leave(provisioned: Project) -> None:
    """Row counts equal those that plain Python finds in the seeds."""
    warehouse = provisioned.json("outputs", "local")["warehouses"]["etl"]
    counts = {}
    for relation in EXPECTED_ROWS:
        answer = run_statement(provisioned.client(), warehouse, f"select count(*) from streaming_local.{relation}")
        assert answer.status.state == StatementState.SUCCEEDED, answer.status.error
        counts[relation] = int(answer.result.data_array[0][0])
    assert counts == EXPECTED_ROWS


def test_analysts_read_gold_and_are_refused_bronze(provisioned: Project) -> None:
    """The grants of the environment hold on SQL, by both clients."""
    token = an_analyst(provisioned)
    warehouse = provisioned.json("outputs", "local")["warehouses"]["bi"]
    client = provisioned.client(token)
    gold = run_statement(client, warehouse, "select count(*) from streaming_local.gold.fct_watches")
    assert gold.status.state == StatementState.SUCCEEDED, gold.status.error
    bronze = run_statement(client, warehouse, "select * from streaming_local.bronze.bronze_users")
    assert bronze.status.state == StatementState.FAILED
    assert "PERMISSION_DENIED" in f"{bronze.status.error.error_code} {bronze.status.error.message}"
    with connection(provisioned, warehouse, token) as connected, connected.cursor() as cursor:
        cursor.execute("select count(*) from streaming_local.gold.fct_watches")
        assert cursor.fetchone()[0] > 0
        with pytest.raises(sql.exc.ServerOperationError, match=r"PERMISSION|permission|privilege"):
            cursor.execute("select * from streaming_local.bronze.bronze_users")


def test_the_dbt_principal_cannot_create_a_catalog(provisioned: Project) -> None:
    """It may write into its schemas and no more."""
    application = provisioned.json("outputs", "local")["service_principals"]["dbt-runner"]
    client = provisioned.client(token_of(provisioned, application))
    assert client.current_user.me().user_name == application
    with pytest.raises(PermissionDenied):
        client.catalogs.create(name="of_my_own")
    assert "of_my_own" not in {catalog.name for catalog in provisioned.client().catalogs.list()}


def test_a_second_preview_finds_nothing_to_do(provisioned: Project) -> None:
    """`preview --exit-code` ends with 0, and its digest holds `same` only."""
    digest = provisioned.json("preview", "local", "--exit-code")
    assert set(digest["changeSummary"]) == {"same"}


def test_an_edited_comment_is_one_update_and_one_patch(project: Project) -> None:
    """One schema's comment in `local.yaml`: one update in the preview, one writing call in the update."""
    project.lakestead("up", "local", "--yes")
    local = project.folder / "environments" / "local.yaml"
    local.write_text(f"{local.read_text()}\ncatalogs: {{streaming: {{schemas: {{bronze: {{comment: As loaded}}}}}}}}\n")
    digest = project.json("preview", "local", "--exit-code", expect=2)
    assert digest["changeSummary"]["update"] == 1
    assert set(digest["changeSummary"]) == {"same", "update"}
    before = writes(project)
    project.lakestead("up", "local", "--yes")
    assert made_since(project, before) == {"PATCH /api/2.1/unity-catalog/schemas/{full_name}": 1}
    assert project.client().schemas.get("streaming_local.bronze").comment == "As loaded"


def test_an_edited_model_is_a_new_release_and_one_job_update(project: Project) -> None:
    """Nothing but the release's files and the job that points at it."""
    project.lakestead("up", "local", "--yes")
    old = project.json("outputs", "local")["release"]
    model = next((project.folder / "dbt" / "models").rglob("dim_shows.sql"))
    model.write_text(f"{model.read_text()}-- edited\n")
    digest = project.json("preview", "local", "--exit-code", expect=2)
    touched = {(step["op"], step["urn"].split("::")[2].split("$")[-1]) for step in digest["steps"] if step["op"] != "same"}
    assert ("update", "databricks:index/job:Job") in touched
    assert {type_ for _, type_ in touched if type_.startswith("databricks:")} <= {
        "databricks:index/job:Job",
        "databricks:index/workspaceFile:WorkspaceFile",
        "databricks:index/directory:Directory",
    }
    shown = project.lakestead("preview", "local")
    assert "1 file changed" in shown
    project.lakestead("up", "local", "--yes")
    assert project.json("outputs", "local")["release"] != old
    project.lakestead("preview", "local", "--exit-code")


def inventory(client: WorkspaceClient) -> dict[str, list[str]]:
    """Everything that an environment could have left behind."""
    return {
        "catalogs": sorted(str(catalog.name) for catalog in client.catalogs.list()),
        "warehouses": sorted(str(warehouse.name) for warehouse in client.warehouses.list()),
        "service principals": sorted(str(principal.display_name) for principal in client.service_principals.list()),
        "groups": sorted(str(group.display_name) for group in client.groups.list()),
        "scopes": sorted(str(scope.name) for scope in client.secrets.list_scopes()),
        "jobs": sorted(str(job.job_id) for job in client.jobs.list()),
        "folders": sorted(str(item.path) for item in client.workspace.list("/Shared")),
        "files": sorted(str(item.path) for item in client.workspace.list("/", recursive=True)),
    }


def test_destroy_leaves_the_workspace_as_it_was(project: Project) -> None:
    """Compared by API: nothing of the environment remains, tables and release files included."""
    before = inventory(project.client())
    project.lakestead("up", "local", "--yes")
    assert inventory(project.client()) != before
    project.lakestead("destroy", "local", "--yes")
    assert inventory(project.client()) == before
    kinds = [entry["kind"] for entry in project.json("history", "local")]
    assert kinds == ["destroy", "update"]


def test_a_wrong_file_is_refused_before_any_call(project: Project) -> None:
    """One clear error with file and line, exit 1, and the workspace was not asked anything."""
    local = project.folder / "environments" / "local.yaml"
    local.write_text(f"{local.read_text()}\nwarehouses: {{etl: {{size: Largest}}}}\n")
    line = local.read_text().splitlines().index("warehouses: {etl: {size: Largest}}") + 1
    before = calls(project)
    for command in ("validate", "preview", "up", "destroy"):
        said = project.lakestead(command, "local", *(["--yes"] if command in {"up", "destroy"} else []), expect=1)
        assert f"environments/local.yaml:{line}: warehouses.etl.size:" in said
        assert "Traceback" not in said
    assert calls(project) == before


def test_a_killed_workspace_comes_back_as_it_was(project: Project) -> None:
    """`kill -9` after an update: same objects, and the next preview finds nothing to do."""
    import os
    import signal

    project.lakestead("up", "local", "--yes")
    before = inventory(project.client())
    os.kill(json.loads((project.workspace / "server.json").read_text())["pid"], signal.SIGKILL)
    project.lakestead("workspace", "start")
    assert inventory(project.client()) == before
    project.lakestead("preview", "local", "--exit-code")


def counters(project: Project) -> dict[str, dict[str, int]]:
    answer = project.client().api_client.do("GET", "/api/lakestead/control/counters")
    assert isinstance(answer, dict)
    return answer


def calls(project: Project) -> dict[str, int]:
    """How often each method and path of the API was called so far, as the workspace counted."""
    return counters(project)["calls"]


def writes(project: Project) -> dict[str, int]:
    """The same, of calls that change something."""
    return counters(project)["writes"]


def made_since(project: Project, before: dict[str, int]) -> dict[str, int]:
    return {call: count - before.get(call, 0) for call, count in writes(project).items() if count != before.get(call, 0)}
