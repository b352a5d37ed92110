"""Who may do what: owners, grants and their inheritance, admins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.catalog import PermissionsChange, Privilege, SecurableType, VolumeType

from infra.emulator import errors as emulator_errors
from infra.emulator.identity import directory
from infra.emulator.identity.directory import caller_of
from infra.emulator.server import open_workspace
from infra.emulator.unity import privileges
from infra.emulator.workspace import Caller, Workspace
from tests.emulator.conftest import LiveWorkspace


@dataclass
class Metastore:
    """A catalog `c` with schema `c.s` and table `c.s.t`, owned by nobody who asks, and one who asks."""

    workspace: Workspace
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        body = {"id": "7", "userName": "ann@example.com"}
        directory.put(self.workspace, "user", body)
        self.caller = caller_of(self.workspace, "user", body)
        for kind, name in (("catalog", "c"), ("schema", "c.s"), ("table", "c.s.t"), ("schema", "c.information_schema")):
            self.own(kind, name, "somebody")

    def own(self, kind: str, name: str, owner: str) -> None:
        self.workspace.store.put(kind, name, {"name": name, "owner": owner}, parent=name.rpartition(".")[0])

    def grant(self, kind: str, name: str, *granted: str, to: str = "ann@example.com") -> None:
        self.workspace.store.put("grants", f"{kind}/{name}", {to: list(granted)})

    def refusal(self, privilege: str, kind: str, name: str) -> str:
        """The message of the refusal, empty if it is allowed."""
        try:
            privileges.require(self.workspace, self.caller, privilege, kind, name)
        except emulator_errors.PermissionDenied as error:
            return error.message
        return ""

    def allows(self, privilege: str, kind: str, name: str) -> bool:
        return privileges.allowed(self.workspace, self.caller, privilege, kind, name)


@pytest.fixture
def metastore(tmp_path: Path) -> Iterator[Metastore]:
    """A folder's workspace without a server."""
    opened = open_workspace(tmp_path)
    yield Metastore(opened)
    opened.store.close()


def test_the_first_missing_privilege_is_named_from_the_outside_in(metastore: Metastore) -> None:
    """USE CATALOG, then USE SCHEMA, then the privilege itself."""
    messages = [metastore.refusal("SELECT", "table", "c.s.t")]
    metastore.grant("catalog", "c", "USE_CATALOG")
    messages.append(metastore.refusal("SELECT", "table", "c.s.t"))
    metastore.grant("schema", "c.s", "USE_SCHEMA")
    messages.append(metastore.refusal("SELECT", "table", "c.s.t"))
    metastore.grant("table", "c.s.t", "SELECT")
    messages.append(metastore.refusal("SELECT", "table", "c.s.t"))
    assert messages == [
        "User does not have USE CATALOG on Catalog 'c'.",
        "User does not have USE SCHEMA on Schema 'c.s'.",
        "User does not have SELECT on Table 'c.s.t'.",
        "",
    ]


@pytest.mark.parametrize(("kind", "name"), [("catalog", "c"), ("schema", "c.s"), ("table", "c.s.t")])
def test_a_privilege_holds_for_all_that_is_below(metastore: Metastore, kind: str, name: str) -> None:
    """SELECT on catalog, schema or table reads the table."""
    grants = {"c": ["USE_CATALOG"], "c.s": ["USE_SCHEMA"], "c.s.t": []}
    grants[name].append("SELECT")
    for each, granted in zip(("catalog", "schema", "table"), grants.items(), strict=True):
        metastore.grant(each, granted[0], *granted[1])
    assert metastore.allows("SELECT", "table", "c.s.t")
    assert not metastore.allows("MODIFY", "table", "c.s.t")


def test_all_privileges_are_all_but_manage_and_external_use(metastore: Metastore) -> None:
    """As the documentation excepts them."""
    metastore.grant("catalog", "c", "ALL_PRIVILEGES")
    held = {
        name
        for name in ("SELECT", "MODIFY", "CREATE_TABLE", "USE_SCHEMA", "MANAGE", "EXTERNAL_USE_SCHEMA")
        if metastore.allows(name, "schema", "c.s")
    }
    assert held == {"SELECT", "MODIFY", "CREATE_TABLE", "USE_SCHEMA"}
    assert not privileges.manages(metastore.workspace, metastore.caller, "schema", "c.s")


def test_an_owner_of_a_schema_manages_its_tables_but_does_not_read_them(metastore: Metastore) -> None:
    """Ownership is not inherited as a privilege."""
    metastore.grant("catalog", "c", "USE_CATALOG")
    metastore.own("schema", "c.s", "ann@example.com")
    assert metastore.allows("CREATE_TABLE", "schema", "c.s")
    assert privileges.manages(metastore.workspace, metastore.caller, "table", "c.s.t")
    assert metastore.refusal("SELECT", "table", "c.s.t") == "User does not have SELECT on Table 'c.s.t'."


def test_an_owner_of_a_table_still_needs_the_way_to_it(metastore: Metastore) -> None:
    """USE CATALOG and USE SCHEMA."""
    metastore.own("table", "c.s.t", "ann@example.com")
    assert metastore.refusal("SELECT", "table", "c.s.t") == "User does not have USE CATALOG on Catalog 'c'."
    metastore.grant("catalog", "c", "USE_CATALOG", "USE_SCHEMA")
    assert metastore.allows("SELECT", "table", "c.s.t")


def test_manage_gives_no_data(metastore: Metastore) -> None:
    """But the right to grant it to oneself."""
    metastore.grant("catalog", "c", "USE_CATALOG", "USE_SCHEMA", "MANAGE")
    assert privileges.manages(metastore.workspace, metastore.caller, "table", "c.s.t")
    assert not metastore.allows("SELECT", "table", "c.s.t")


def test_grants_reach_the_members_of_nested_groups(metastore: Metastore) -> None:
    """A group in a group, and everybody in `account users`."""
    for identity, name in (("1", "inner"), ("2", "outer")):
        directory.put(metastore.workspace, "group", {"id": identity, "displayName": name})
    directory.join(metastore.workspace, "2", "1")
    directory.join(metastore.workspace, "1", "7")
    metastore.caller = caller_of(metastore.workspace, "user", {"id": "7", "userName": "ann@example.com"})
    metastore.grant("catalog", "c", "USE_CATALOG", to="account users")
    metastore.grant("schema", "c.s", "USE_SCHEMA", "SELECT", to="outer")
    assert metastore.allows("SELECT", "table", "c.s.t")


def test_information_schema_is_read_by_who_may_use_the_catalog(metastore: Metastore) -> None:
    """Nothing more is needed, and nothing less."""
    assert not metastore.allows("USE_SCHEMA", "schema", "c.information_schema")
    metastore.grant("catalog", "c", "USE_CATALOG")
    assert metastore.allows("USE_SCHEMA", "schema", "c.information_schema")
    assert not metastore.allows("CREATE_TABLE", "schema", "c.information_schema")


def test_browse_shows_what_it_does_not_let_read(metastore: Metastore) -> None:
    """BROWSE on the catalog makes all inside visible."""
    assert not privileges.visible(metastore.workspace, metastore.caller, "table", "c.s.t")
    metastore.grant("catalog", "c", "BROWSE")
    assert privileges.visible(metastore.workspace, metastore.caller, "table", "c.s.t")
    assert not metastore.allows("SELECT", "table", "c.s.t")


@pytest.fixture(scope="module")
def runner(workspace: LiveWorkspace) -> tuple[WorkspaceClient, str]:
    """A service principal's client, and the name that grants give it."""
    admin = workspace.client()
    principal = admin.service_principals.create(display_name="runner")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    return workspace.client(token), str(principal.application_id)


def test_a_service_principal_cannot_create_a_catalog_until_it_may(
    admin: WorkspaceClient, workspace: LiveWorkspace, runner: tuple[WorkspaceClient, str]
) -> None:
    """403 in Databricks' words, then a grant on the metastore, then a catalog of its own."""
    client, name = runner
    with pytest.raises(PermissionDenied, match="User does not have CREATE CATALOG on Metastore 'lakestead-local'"):
        client.catalogs.create("own")
    change = PermissionsChange(principal=name, add=[Privilege.CREATE_CATALOG])
    admin.grants.update(SecurableType.METASTORE.value, workspace.inside.metastore_id, changes=[change])
    assert client.catalogs.create("own").owner == name


def test_lists_show_only_what_the_caller_may_see(admin: WorkspaceClient, runner: tuple[WorkspaceClient, str]) -> None:
    """One catalog and one schema of three, one volume of none."""
    client, name = runner
    for catalog in ("seen", "unseen"):
        admin.catalogs.create(catalog)
        admin.schemas.create("one", catalog)
        admin.volumes.create(catalog, "one", "files", VolumeType.MANAGED)
    admin.grants.update("catalog", "seen", changes=[PermissionsChange(principal=name, add=[Privilege.USE_CATALOG])])
    admin.grants.update("schema", "seen.one", changes=[PermissionsChange(principal=name, add=[Privilege.USE_SCHEMA])])
    assert [each.name for each in client.catalogs.list() if each.name != "own"] == ["seen"]
    assert [each.name for each in client.schemas.list("seen")] == ["information_schema", "one"]
    assert list(client.volumes.list("seen", "one")) == []
    with pytest.raises(PermissionDenied, match="User does not have USE CATALOG on Catalog 'unseen'"):
        client.catalogs.get("unseen")


def test_effective_permissions_say_where_they_come_from(admin: WorkspaceClient) -> None:
    """Granted on the catalog, shown on the schema."""
    admin.catalogs.create("effective")
    change = PermissionsChange(principal="account users", add=[Privilege.SELECT])
    admin.grants.update("catalog", "effective", changes=[change])
    found = admin.grants.get_effective("schema", "effective.default").as_dict()
    inherited = {"privilege": "SELECT", "inherited_from_name": "effective", "inherited_from_type": "CATALOG"}
    assert found == {"privilege_assignments": [{"principal": "account users", "privileges": [inherited]}]}


def test_grants_need_a_known_principal_and_a_fitting_privilege(admin: WorkspaceClient) -> None:
    """Workspace-local groups are no principals of the account; a schema has no USE CATALOG."""
    admin.catalogs.create("granted")
    for ghost in ("ghost@example.com", "admins", "users"):
        change = PermissionsChange(principal=ghost, add=[Privilege.SELECT])
        with pytest.raises(NotFound, match=f"Could not find principal with name {ghost}"):
            admin.grants.update("catalog", "granted", changes=[change])
    change = PermissionsChange(principal="account users", add=[Privilege.USE_CATALOG])
    with pytest.raises(BadRequest, match=r"Privilege USE CATALOG is not applicable to this entity \[SCHEMA\]"):
        admin.grants.update("schema", "granted.default", changes=[change])
    assert admin.grants.get("catalog", "granted").privilege_assignments == []


def test_a_grant_is_for_who_manages_the_securable(admin: WorkspaceClient, runner: tuple[WorkspaceClient, str]) -> None:
    """A reader cannot hand on what it reads."""
    client, name = runner
    admin.catalogs.create("guarded")
    admin.grants.update("catalog", "guarded", changes=[PermissionsChange(principal=name, add=[Privilege.USE_CATALOG])])
    change = PermissionsChange(principal="account users", add=[Privilege.USE_CATALOG])
    with pytest.raises(PermissionDenied, match="User does not have MANAGE on Catalog 'guarded'"):
        client.grants.update("catalog", "guarded", changes=[change])
    shown = client.grants.get("catalog", "guarded").privilege_assignments
    assert [each.principal for each in shown or []] == [name]
