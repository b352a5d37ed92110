"""Users, groups and service principals over SCIM."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.service.catalog import PermissionsChange, Privilege
from databricks.sdk.service.iam import ComplexValue, Patch, PatchOp, PatchSchema

from infra.emulator.errors import BadRequest as Refused
from infra.emulator.identity.scim_language import equality, operations, predicate
from tests.emulator.conftest import LiveWorkspace

PATCH = [PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
ANN = {
    "userName": "ann@example.com",
    "displayName": "Ann O",
    "active": True,
    "emails": [{"value": "ann@work", "primary": True}],
}


@pytest.mark.parametrize(
    ("filter_text", "expected"),
    [
        ('userName eq "ann@example.com"', True),
        ('username EQ "ANN@example.com"', True),
        ('displayName co "n o"', True),
        ('displayName sw "An" and active eq true', True),
        ('displayName sw "x" or displayName ew "o"', True),
        ('emails.value eq "ann@work"', True),
        ('displayName eq "and or and"', False),
        ('userName ne "ann@example.com"', False),
        ("externalId pr", False),
    ],
)
def test_filters_select_as_scim_says(filter_text: str, expected: bool) -> None:
    """RFC 7644's comparisons, with attribute names and texts regardless of case."""
    assert predicate(filter_text)(ANN) is expected


def test_an_unreadable_filter_is_refused() -> None:
    """Not taken for all."""
    with pytest.raises(Refused, match="Given filter operator is not supported: displayName like"):
        predicate('displayName like "x"')


def test_a_plain_equality_can_be_looked_up() -> None:
    """Which spares the server a scan."""
    assert equality('displayName eq "a \\"b\\""') == ("displayName", 'a "b"')
    assert equality('displayName eq "a" and active eq true') is None


def test_a_patch_without_a_path_names_its_attributes_in_the_value() -> None:
    """Both forms become the same operations."""
    body: dict[str, Any] = {"Operations": [{"op": "Replace", "value": {"displayName": "x", "active": False}}]}
    assert operations(body) == [("replace", "displayName", None, "x"), ("replace", "active", None, False)]
    selected = {"Operations": [{"op": "remove", "path": 'members[value eq "5"]'}]}
    assert operations(selected) == [("remove", "members", "5", None)]


def test_a_group_gains_and_loses_members_and_entitlements(admin: WorkspaceClient) -> None:
    """By add, by remove with a selection, by replace."""
    one, two = (admin.service_principals.create(display_name=name) for name in ("one", "two"))
    group = str(admin.groups.create(display_name="crew", members=[ComplexValue(value=one.id)]).id)

    def patch(op: PatchOp, path: str, value: Any = None) -> tuple[set[str], set[str]]:
        admin.groups.patch(group, operations=[Patch(op=op, path=path, value=value)], schemas=PATCH)
        found = admin.groups.get(group)
        members = {str(each.display) for each in found.members or []}
        return members, {str(each.value) for each in found.entitlements or []}

    assert patch(PatchOp.ADD, "members", [{"value": two.id}]) == ({"one", "two"}, set())
    assert patch(PatchOp.REMOVE, f'members[value eq "{one.id}"]') == ({"two"}, set())
    assert patch(PatchOp.ADD, "entitlements", [{"value": "workspace-access"}]) == ({"two"}, {"workspace-access"})
    assert patch(PatchOp.REPLACE, "entitlements", [{"value": "databricks-sql-access"}]) == ({"two"}, {"databricks-sql-access"})
    assert patch(PatchOp.REMOVE, "members") == (set(), {"databricks-sql-access"})


def test_the_group_users_holds_everybody(admin: WorkspaceClient) -> None:
    """Without being told."""
    admin.service_principals.create(display_name="anybody")
    found = next(iter(admin.groups.list(filter='displayName eq "users"')))
    assert {"Workspace admin", "anybody"} <= {str(each.display) for each in found.members or []}
    assert found.meta is not None
    assert found.meta.resource_type == "WorkspaceGroup"


def test_a_user_gets_what_a_workspace_fills_in(admin: WorkspaceClient) -> None:
    """Display name, e-mail, activity; and a home folder."""
    made = admin.users.create(user_name="bea@example.com")
    assert (made.display_name, made.active) == ("bea@example.com", True)
    assert [each.value for each in made.emails or []] == ["bea@example.com"]
    assert [each.path for each in admin.workspace.list("/Users") if "bea" in str(each.path)] == ["/Users/bea@example.com"]


def test_names_are_unique_regardless_of_case(admin: WorkspaceClient) -> None:
    """409, and nothing is made."""
    admin.groups.create(display_name="Unique")
    with pytest.raises(ResourceConflict, match="Group with name unique already exists"):
        admin.groups.create(display_name="unique")
    assert len(list(admin.groups.list(filter='displayName eq "unique"'))) == 1


def test_a_group_is_renamed_by_put_and_keeps_nothing_that_is_not_said(admin: WorkspaceClient) -> None:
    """PUT replaces the whole; the id stays."""
    group = admin.groups.create(display_name="first", entitlements=[ComplexValue(value="workspace-access")])
    admin.groups.update(str(group.id), display_name="second")
    found = admin.groups.get(str(group.id))
    assert (found.display_name, found.entitlements) == ("second", [])
    assert list(admin.groups.list(filter='displayName eq "first"')) == []


def test_a_renamed_group_keeps_its_grants_its_levels_and_what_it_owns(admin: WorkspaceClient) -> None:
    """They are the group's, not the name's."""
    group = admin.groups.create(display_name="old name")
    admin.catalogs.create("renaming")
    admin.schemas.create("owned", "renaming")
    admin.schemas.update("renaming.owned", owner="old name")
    change = PermissionsChange(principal="old name", add=[Privilege.USE_CATALOG])
    admin.grants.update("catalog", "renaming", changes=[change])
    admin.groups.update(str(group.id), display_name="new name")
    held = admin.grants.get("catalog", "renaming").privilege_assignments or []
    assert [each.principal for each in held] == ["new name"]
    assert admin.schemas.get("renaming.owned").owner == "new name"
    assert [each.full_name for each in admin.schemas.list("renaming")][-1] == "renaming.owned"


def test_lists_page_by_start_index_and_limit_attributes(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Page two of names alone."""
    for number in range(3):
        admin.service_principals.create(display_name=f"paged {number}")
    path = f"{workspace.host}/api/2.0/preview/scim/v2/ServicePrincipals"
    query = {"filter": 'displayName sw "paged"', "startIndex": "2", "count": "1", "attributes": "displayName"}
    body = httpx.get(path, params=query, headers={"authorization": f"Bearer {workspace.token}"}).json()
    assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (3, 2, 1)
    assert [{*each} - {"schemas"} for each in body["Resources"]] == [{"id", "displayName"}]


def test_errors_have_scims_shape(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Not the shape of the other families."""
    answer = httpx.get(
        f"{workspace.host}/api/2.0/preview/scim/v2/Groups/1", headers={"authorization": f"Bearer {workspace.token}"}
    )
    assert answer.status_code == 404
    assert answer.json() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "scimType": "",
        "detail": "Group with id 1 not found.",
        "status": "404",
    }
    with pytest.raises(NotFound, match="Group with id 1 not found"):
        admin.groups.get("1")


def test_system_groups_and_oneself_cannot_be_deleted(admin: WorkspaceClient) -> None:
    """Nobody locks himself out."""
    admins = next(iter(admin.groups.list(filter='displayName eq "admins"')))
    with pytest.raises(BadRequest, match="belongs to the system"):
        admin.groups.delete(str(admins.id))
    with pytest.raises(BadRequest, match="You cannot delete yourself"):
        admin.users.delete(str(admin.current_user.me().id))


def test_groups_cannot_hold_each_other(admin: WorkspaceClient) -> None:
    """A cycle is refused."""
    inner = admin.groups.create(display_name="ring inner")
    outer = admin.groups.create(display_name="ring outer", members=[ComplexValue(value=inner.id)])
    operation = Patch(op=PatchOp.ADD, path="members", value=[{"value": outer.id}])
    with pytest.raises(BadRequest, match="would make a cycle"):
        admin.groups.patch(str(inner.id), operations=[operation], schemas=PATCH)


def test_a_deleted_principals_token_and_memberships_go_with_it(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """No group lists a stranger, no token opens the door."""
    principal = admin.service_principals.create(display_name="leaver")
    group = admin.groups.create(display_name="left", members=[ComplexValue(value=principal.id)])
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    assert workspace.client(token).current_user.me().display_name == "leaver"
    admin.service_principals.delete(str(principal.id))
    assert admin.groups.get(str(group.id)).members == []
    assert f"/Users/{principal.application_id}" not in [each.path for each in admin.workspace.list("/Users")]
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        workspace.client(token).current_user.me()


def test_an_inactive_principal_is_refused(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """At once, though its token is valid."""
    principal = admin.service_principals.create(display_name="paused")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    path = f"/api/2.0/preview/scim/v2/ServicePrincipals/{principal.id}"  # the SDK's own method leaves out a false value
    admin.api_client.do("PATCH", path, body={"Operations": [{"op": "replace", "path": "active", "value": False}]})
    with pytest.raises(PermissionDenied, match="is not active"):
        workspace.client(token).current_user.me()


def test_only_admins_change_the_directory(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Others may look."""
    principal = admin.service_principals.create(display_name="looker")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    client = workspace.client(token)
    assert len(list(client.groups.list())) >= 2
    with pytest.raises(PermissionDenied, match="Only workspace admins"):
        client.groups.create(display_name="mine")


def test_the_account_s_endpoints_answer_from_the_same_directory(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """This account has one workspace."""
    group = admin.groups.create(display_name="of the account")
    answer = httpx.get(
        f"{workspace.host}/api/2.0/accounts/11111111-2222-3333-4444-555555555555/scim/v2/Groups/{group.id}",
        headers={"authorization": f"Bearer {workspace.token}"},
    )
    assert answer.json()["displayName"] == "of the account"
