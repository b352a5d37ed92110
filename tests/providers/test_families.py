"""What single families do beyond one call: the order of calls, and what is kept when one of them fails."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.ports import Created, PartialFailure, ProviderError, Timeouts
from infra.engine.values import Secret
from infra.providers.databricks.errors import Absent, Conflict, Refused, Unconfirmed
from tests.providers.scripted import Script, provider_on, subject

ME = {"id": "1", "userName": "me@example.com"}
WHO = "GET /api/2.0/preview/scim/v2/Me"
UC = "/api/2.1/unity-catalog"


def create(script: Script, kind: str, inputs: dict[str, Any], timeouts: Timeouts | None = None) -> Created:
    provider = provider_on(script)
    checked = provider.check(subject(kind), None, inputs)
    assert checked.failures == ()
    return provider.create(subject(kind, timeouts=timeouts), checked.inputs, preview=False)


def test_a_schema_is_one_call() -> None:
    """The answer is the whole object: it is not read back."""
    script = Script({f"POST {UC}/schemas": {"catalog_name": "main", "name": "b", "owner": "me", "schema_id": "7"}})
    assert create(script, "Schema", {"catalogName": "main", "name": "b"}).outputs["schemaId"] == "7"
    assert [f"POST {UC}/schemas"] == script.asked


def test_a_create_without_an_answer_is_looked_for_before_it_is_sent_again() -> None:
    """Found: it is that one. Not found: once more."""
    landed = Script(
        {
            f"POST {UC}/schemas": Unconfirmed("no answer"),
            f"GET {UC}/schemas/main.b": {"catalog_name": "main", "name": "b", "schema_id": "7"},
        }
    )
    assert create(landed, "Schema", {"catalogName": "main", "name": "b"}).outputs["schemaId"] == "7"
    assert [f"POST {UC}/schemas", f"GET {UC}/schemas/main.b"] == landed.asked
    lost = Script({f"POST {UC}/schemas": [Unconfirmed("no answer"), {"catalog_name": "main", "name": "b", "schema_id": "8"}]})
    assert create(lost, "Schema", {"catalogName": "main", "name": "b"}).outputs["schemaId"] == "8"
    assert [f"POST {UC}/schemas", f"GET {UC}/schemas/main.b", f"POST {UC}/schemas"] == lost.asked


def test_a_job_without_an_answer_is_not_sent_again() -> None:
    """Names of jobs are not unique: nobody can tell which one it would be."""
    script = Script({"POST /api/2.2/jobs/create": Unconfirmed("no answer")})
    with pytest.raises(ProviderError, match="the next run looks whether 'j' was made"):
        create(script, "Job", {"name": "j"})
    assert script.asked == ["POST /api/2.2/jobs/create"]


def test_a_service_principal_without_an_answer_is_not_sent_again() -> None:
    """Unless the program has chosen its application id, which nobody else has."""
    at = "/api/2.0/preview/scim/v2/ServicePrincipals"
    script = Script({f"POST {at}": Unconfirmed("no answer")})
    with pytest.raises(ProviderError, match=r"no answer\. Display names are not unique, .* looks whether 'runner' was made"):
        create(script, "ServicePrincipal", {"displayName": "runner"})
    assert [f"POST {at}"] == script.asked
    own = {"id": "7", "displayName": "runner", "applicationId": "a-1"}
    script = Script({f"POST {at}": Unconfirmed("no answer"), f"GET {at}": {"Resources": [own]}})
    assert create(script, "ServicePrincipal", {"displayName": "runner", "applicationId": "a-1"}).id == "7"
    assert [f"POST {at}", f"GET {at}"] == script.asked


def test_a_catalog_whose_owner_cannot_be_set_is_kept() -> None:
    """The next update goes on from there instead of creating it twice."""
    script = Script(
        {
            f"POST {UC}/catalogs": {"name": "c", "owner": "me"},
            f"DELETE {UC}/schemas/c.default": {},
            f"PATCH {UC}/catalogs/c": Refused("Could not find principal with name nobody", "PRINCIPAL_DOES_NOT_EXIST"),
        }
    )
    with pytest.raises(PartialFailure) as raised:
        create(script, "Catalog", {"name": "c", "owner": "nobody"})
    assert (raised.value.created.id, raised.value.created.outputs["owner"]) == ("c", "me")
    assert raised.value.reasons == ("Could not find principal with name nobody",)


@pytest.mark.parametrize(("kind", "id", "at"), [("Catalog", "c", f"{UC}/catalogs/c"), ("Schema", "c.s", f"{UC}/schemas/c.s")])
def test_force_destroy_takes_the_contents_along(kind: str, id: str, at: str) -> None:
    """Without it the server refuses what is not empty."""
    script = Script({f"DELETE {at}": {}})
    provider_on(script).delete(subject(kind), id, {}, {"id": id, "forceDestroy": True})
    provider_on(script).delete(subject(kind), id, {}, {"id": id, "forceDestroy": False})
    assert [(f"DELETE {at}", {"force": True}), (f"DELETE {at}", None)] == script.sent


def test_what_is_gone_is_deleted_and_reads_as_none() -> None:
    """A 404 is what a delete asks for."""
    provider = provider_on(Script({}))
    provider.delete(subject("Schema"), "c.s", {}, {"id": "c.s"})
    assert provider.read(subject("Schema"), "c.s", {}, {"id": "c.s"}) is None


def test_a_job_that_is_gone_is_an_invalid_parameter() -> None:
    """Which is how the API says so."""
    gone = Refused("Job 12 does not exist.", "INVALID_PARAMETER_VALUE")
    provider = provider_on(Script({"GET /api/2.2/jobs/get": gone, "POST /api/2.2/jobs/delete": gone}))
    assert provider.read(subject("Job"), "12", {}, {"id": "12"}) is None
    provider.delete(subject("Job"), "12", {}, {"id": "12"})


def test_a_comment_that_is_left_out_is_emptied() -> None:
    """Leaving it out of the request would keep it."""
    script = Script({f"PATCH {UC}/schemas/main.b": {"name": "b", "catalog_name": "main"}})
    olds = {"id": "main.b", "comment": "x", "properties": {"a": "b"}, "name": "b", "catalogName": "main"}
    news = {"__defaults": [], "name": "b", "catalogName": "main"}
    outputs = provider_on(script).update(subject("Schema"), "main.b", {}, olds, news, preview=False)
    assert [(f"PATCH {UC}/schemas/main.b", {"comment": "", "properties": {}})] == script.sent
    assert outputs["comment"] is None


def test_a_warehouse_is_read_until_it_runs() -> None:
    """A create answers its id alone."""
    states = [{"id": "w", "name": "n", "state": state} for state in ("STARTING", "STARTING", "RUNNING")]
    script = Script({"POST /api/2.0/sql/warehouses": {"id": "w"}, "GET /api/2.0/sql/warehouses/w": states})
    created = create(script, "SqlEndpoint", {"name": "n", "clusterSize": "Small"})
    assert (created.id, created.outputs["state"]) == ("w", "RUNNING")
    assert script.asked.count("GET /api/2.0/sql/warehouses/w") == 3


def test_a_warehouse_that_does_not_start_is_kept_and_told() -> None:
    """With the workspace's reason, after the time that the program allows."""
    broken = {"id": "w", "name": "n", "state": "STARTING", "health": {"summary": "no capacity"}}
    script = Script({"POST /api/2.0/sql/warehouses": {"id": "w"}, "GET /api/2.0/sql/warehouses/w": broken})
    with pytest.raises(PartialFailure, match="still STARTING after 5 s: no capacity") as raised:
        create(script, "SqlEndpoint", {"name": "n", "clusterSize": "Small"}, Timeouts(create=5))
    assert raised.value.created.id == "w"


def test_what_was_made_is_kept_though_it_cannot_be_read() -> None:
    """Otherwise the next update would make it twice."""
    broken = Refused("GET answered INTERNAL_ERROR: ?", "INTERNAL_ERROR")
    warehouse = Script({"POST /api/2.0/sql/warehouses": {"id": "w"}, "GET /api/2.0/sql/warehouses/w": broken})
    with pytest.raises(PartialFailure) as raised:
        create(warehouse, "SqlEndpoint", {"name": "n", "clusterSize": "Small"})
    assert (raised.value.created.id, raised.value.created.outputs["clusterSize"]) == ("w", "Small")
    job = Script({"POST /api/2.2/jobs/create": {"job_id": 7}, "GET /api/2.2/jobs/get": broken})
    with pytest.raises(PartialFailure) as raised:
        create(job, "Job", {"name": "j"})
    assert (raised.value.created.id, raised.value.created.outputs["name"]) == ("7", "j")


def test_nothing_is_made_before_the_workspace_is_known() -> None:
    """What would fail after a create has to fail before it."""
    unreachable = ProviderError("the connection broke")
    script = Script({"GET /.well-known/databricks-config": unreachable, f"POST {UC}/schemas": {}})
    with pytest.raises(ProviderError, match="the connection broke"):
        create(script, "Schema", {"catalogName": "main", "name": "b"})
    assert script.asked == []


def test_a_warehouse_need_not_be_waited_for() -> None:
    """`noWait`."""
    starting = {"id": "w", "name": "n", "state": "STARTING"}
    script = Script({"POST /api/2.0/sql/warehouses": {"id": "w"}, "GET /api/2.0/sql/warehouses/w": starting})
    outputs = create(script, "SqlEndpoint", {"name": "n", "clusterSize": "Small", "noWait": True}).outputs
    assert (outputs["noWait"], outputs["state"]) == (True, "STARTING")


def held(**by_principal: list[str]) -> dict[str, Any]:
    return {"privilege_assignments": [{"principal": who, "privileges": what} for who, what in by_principal.items()]}


def test_a_grant_takes_away_what_its_principal_has_besides() -> None:
    """Of others nothing; and what is held is seen in the answer, not asked for."""
    at = f"PATCH {UC}/permissions/catalog/c"
    script = Script({at: [held(p=["MODIFY", "SELECT"], q=["SELECT"]), held(p=["SELECT"], q=["SELECT"])]})
    created = create(script, "Grant", {"catalog": "c", "principal": "p", "privileges": ["select"]})
    assert created.outputs["privileges"] == ["SELECT"]
    add, remove = ({"principal": "p", verb: [what]} for verb, what in (("add", "SELECT"), ("remove", "MODIFY")))
    assert [(at, {"changes": [add]}), (at, {"changes": [remove]})] == script.sent


def test_a_new_principal_is_waited_for() -> None:
    """Unity Catalog hears of it a little later; of one that this run has not made the refusal is final."""
    unheard = Absent("Could not find principal with name g", "PRINCIPAL_DOES_NOT_EXIST")
    at = f"PATCH {UC}/permissions/catalog/c"
    script = Script(
        {"POST /api/2.0/preview/scim/v2/Groups": {"id": "5", "displayName": "g"}, at: [unheard, unheard, held(g=["X"])]}
    )
    provider = provider_on(script)
    grant = {"catalog": "c", "principal": "g", "privileges": ["X"]}
    with pytest.raises(ProviderError, match="Could not find principal with name g"):
        provider.create(subject("Grant"), grant, preview=False)
    provider.create(subject("Group"), {"displayName": "g"}, preview=False)
    assert provider.create(subject("Grant"), grant, preview=False).outputs["privileges"] == ["X"]
    assert script.asked.count(at) == 3


def test_grants_take_away_what_the_program_does_not_name() -> None:
    """From everyone, in one change."""
    at = f"{UC}/permissions/schema/c.s"
    script = Script({f"GET {at}": held(p=["A"], q=["B"]), f"PATCH {at}": held(p=["C"])})
    create(script, "Grants", {"schema": "c.s", "grants": [{"principal": "p", "privileges": ["C"]}]})
    changes = [{"principal": "p", "add": ["C"], "remove": ["A"]}, {"principal": "q", "remove": ["B"]}]
    assert (f"PATCH {at}", {"changes": changes}) == script.sent[-1]


def test_access_lists_leave_the_object_manageable() -> None:
    """The caller is added as manager and owner, and kept out of the state."""
    at = "/api/2.0/permissions/sql/warehouses/w"
    mine = {"user_name": "me@example.com", "all_permissions": [{"permission_level": "IS_OWNER", "inherited": False}]}
    admins = {"group_name": "admins", "all_permissions": [{"permission_level": "CAN_MANAGE", "inherited": True}]}
    theirs = {"group_name": "g", "all_permissions": [{"permission_level": "CAN_USE", "inherited": False}]}
    script = Script({WHO: ME, f"PUT {at}": {"object_type": "warehouses", "access_control_list": [theirs, mine, admins]}})
    controls = [{"groupName": "g", "permissionLevel": "CAN_USE"}]
    created = create(script, "Permissions", {"sqlEndpointId": "w", "accessControls": controls})
    assert created.id == "/sql/warehouses/w"
    assert [control["groupName"] for control in created.outputs["accessControls"]] == ["g"]
    sent = [entry["permission_level"] for entry in script.sent[-1][1]["access_control_list"]]
    assert sent == ["CAN_USE", "CAN_MANAGE", "IS_OWNER"]


def test_who_deploys_cannot_lock_themselves_out() -> None:
    """It is refused before the list is sent."""
    script = Script({WHO: ME})
    controls = [{"userName": "me@example.com", "permissionLevel": "CAN_VIEW"}]
    with pytest.raises(ProviderError, match="would be left with CAN_VIEW: give CAN_MANAGE or IS_OWNER"):
        create(script, "Permissions", {"jobId": "1", "accessControls": controls})
    assert script.asked == [WHO]


def test_a_file_makes_its_folder_where_it_is_missing() -> None:
    """Only then."""
    upload, status = "POST /api/2.0/workspace/import", "GET /api/2.0/workspace/get-status"
    missing = Absent("The parent folder (/a/b) does not exist.", "RESOURCE_DOES_NOT_EXIST")
    script = Script(
        {upload: [missing, {}], "POST /api/2.0/workspace/mkdirs": {}, "GET /api/2.0/workspace/get-status": {"object_id": 3}}
    )
    created = create(script, "WorkspaceFile", {"path": "/a/b/c.sql", "contentBase64": "c2VsZWN0IDE="})
    assert (created.outputs["workspacePath"], created.outputs["objectId"]) == ("/Workspace/a/b/c.sql", 3)
    assert [upload, "POST /api/2.0/workspace/mkdirs", upload, status] == script.asked


def test_a_principal_that_exists_is_taken_over_by_force_alone() -> None:
    """Otherwise the conflict is shown."""
    at = "/api/2.0/preview/scim/v2/Groups"
    answers = {
        f"POST {at}": Conflict("Group with name g already exists.", "RESOURCE_CONFLICT"),
        f"GET {at}": {"Resources": [{"id": "5", "displayName": "g"}]},
        f"GET {at}/5": {"id": "5", "members": [{"value": "9"}]},
        f"PUT {at}/5": {"id": "5", "displayName": "g"},
    }
    with pytest.raises(ProviderError, match=r"creating Group 'it': Group with name g already exists\."):
        create(Script(answers), "Group", {"displayName": "g"})
    script = Script(answers)
    assert create(script, "Group", {"displayName": "g", "force": True}).id == "5"
    assert script.sent[-1][1]["members"] == [{"value": "9"}]


def test_no_secret_is_told_in_an_error() -> None:
    """Neither the credentials nor a secret input, though the workspace's answer repeats them."""
    refusal = Refused("POST /api/2.0/secrets/put answered X: token dapi-0 may not set hunter2", "X")
    script = Script({"POST /api/2.0/secrets/put": refusal})
    with pytest.raises(ProviderError) as raised:
        create(script, "Secret", {"scope": "s", "key": "k", "stringValue": Secret("hunter2")})
    assert (
        str(raised.value) == "creating Secret 'it': POST /api/2.0/secrets/put answered X: token [secret] may not set [secret]"
    )
