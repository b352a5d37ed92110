"""Changes made by hand, through the official SDK: found, adopted into the file, or reverted."""

from __future__ import annotations

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import PermissionsChange, Privilege

from tests.acceptance.conftest import Project

GOLD = "streaming_local.gold"
EVERYONE = "account users"


def change_by_hand(workspace: WorkspaceClient) -> None:
    """A comment, a warehouse's size, a job that goes, grants to somebody whom the environment does not name."""
    workspace.schemas.update(GOLD, comment="changed by hand")
    warehouse = next(one for one in workspace.warehouses.list() if one.name == "etl-local")
    workspace.warehouses.edit(
        str(warehouse.id), name=warehouse.name, cluster_size="Medium", max_num_clusters=3, auto_stop_mins=10
    )
    for job in workspace.jobs.list():
        workspace.jobs.delete(int(job.job_id or 0))
    use = PermissionsChange(principal=EVERYONE, add=[Privilege.USE_CATALOG])
    workspace.grants.update("catalog", "streaming_local", changes=[use])
    read = PermissionsChange(principal=EVERYONE, add=[Privilege.USE_SCHEMA, Privilege.SELECT])
    workspace.grants.update("schema", GOLD, changes=[read])


def granted(workspace: WorkspaceClient) -> set[str]:
    assigned = workspace.grants.get("schema", GOLD).privilege_assignments or []
    return {str(each.principal) for each in assigned}


def test_drift_is_found_reverted_and_adopted(project: Project) -> None:
    """Per property what file, state and workspace say; then nothing is left of it, in either direction."""
    project.lakestead("up", "local", "--yes")
    assert project.json("drift", "local")["drifted"] is False
    workspace = project.client()
    jobs = len(list(workspace.jobs.list()))

    change_by_hand(workspace)
    told = project.json("drift", "local", "--exit-code", expect=2)
    found = {(each["kind"], each["name"]): each["fields"] for each in told["resources"]}
    assert found["changed", "streaming.gold"] == [
        {
            "path": "comment",
            "file": "Facts and dimensions, for everyone who analyses",
            "state": "Facts and dimensions, for everyone who analyses",
            "workspace": "changed by hand",
        }
    ]
    assert {field["path"] for field in found["changed", "etl"]} == {"clusterSize", "maxNumClusters"}
    assert ("missing", "streaming") in found
    assert {(each["securable"], each["who"]) for each in told["unmanaged"]} == {("streaming_local", EVERYONE), (GOLD, EVERYONE)}

    before = (project.folder / "environments" / "local.yaml").read_text()
    project.lakestead("drift", "local", "--revert", "--yes")
    assert project.json("drift", "local")["drifted"] is False
    assert str(workspace.schemas.get(GOLD).comment).startswith("Facts and dimensions")
    assert EVERYONE not in granted(workspace)
    assert len(list(workspace.jobs.list())) == jobs
    assert (project.folder / "environments" / "local.yaml").read_text() == before

    change_by_hand(workspace)
    shown = project.lakestead("drift", "local", "--adopt", "--yes")
    assert "+        comment: changed by hand" in shown
    assert project.json("drift", "local")["drifted"] is False
    project.lakestead("preview", "local", "--exit-code")
    after = (project.folder / "environments" / "local.yaml").read_text()
    assert "# there is no identity provider here" in after
    assert workspace.schemas.get(GOLD).comment == "changed by hand"
    assert EVERYONE in granted(workspace)


def test_bindings_are_part_of_it(project: Project) -> None:
    """One that was removed comes back; one that nobody here made goes, or is written down."""
    bound = 'catalogs: {streaming: {isolation: isolated, workspaces: {stand-in: {id: "1111111111111111"}}}}\n\nsecrets:'
    project.edit("environments/local.yaml", "secrets:", bound)
    project.lakestead("up", "local", "--yes")
    workspace = project.client()
    here = str(workspace.get_workspace_id())
    change_bindings(workspace, add=2222222222222222, remove=1111111111111111)

    told = project.json("drift", "local")
    assert [(each["kind"], each["name"]) for each in told["resources"]] == [("missing", "streaming/stand-in")]
    assert [(each["kind"], each["who"]) for each in told["unmanaged"]] == [("binding", "2222222222222222")]
    project.lakestead("drift", "local", "--revert", "--yes")
    assert bindings(workspace) == {here, "1111111111111111"}

    change_bindings(workspace, add=2222222222222222, remove=1111111111111111)
    shown = project.lakestead("drift", "local", "--adopt", "--yes")
    assert "2222222222222222" in shown
    assert project.json("drift", "local")["drifted"] is False
    assert bindings(workspace) == {here, "2222222222222222"}
    project.lakestead("preview", "local", "--exit-code")


def bindings(workspace: WorkspaceClient) -> set[str]:
    answer = workspace.api_client.do("GET", "/api/2.1/unity-catalog/bindings/catalog/streaming_local")
    assert isinstance(answer, dict)
    return {str(each["workspace_id"]) for each in answer["bindings"]}


def change_bindings(workspace: WorkspaceClient, add: int, remove: int) -> None:
    kind = "BINDING_TYPE_READ_WRITE"
    body = {
        "add": [{"workspace_id": add, "binding_type": kind}],
        "remove": [{"workspace_id": remove, "binding_type": kind}],
    }
    workspace.api_client.do("PATCH", "/api/2.1/unity-catalog/bindings/catalog/streaming_local", body=body)
