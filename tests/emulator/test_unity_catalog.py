"""Catalogs, schemas, volumes and bindings, as the official SDK sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, ResourceConflict
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.catalog import (
    CatalogIsolationMode,
    PermissionsChange,
    Privilege,
    VolumeType,
    WorkspaceBinding,
    WorkspaceBindingBindingType,
)

from infra.emulator.unity.relations import TABLE
from infra.emulator.workspace import Workspace
from tests.emulator.conftest import LiveWorkspace


def _table(inside: Workspace, schema: str, name: str, physical: str) -> None:
    catalog, _, schema_name = schema.partition(".")
    document: dict[str, Any] = {
        "table_id": physical,
        "name": name,
        "catalog_name": catalog,
        "schema_name": schema_name,
        "columns": [],
    }
    document |= {"table_type": "MANAGED", "data_source_format": "DELTA", "owner": "admin@lakestead.local"}
    document |= {"properties": {}, "constraints": [], "table_id": physical, "physical": physical}
    document |= {"created_at": 1, "updated_at": 1}
    inside.store.put(TABLE, f"{schema}.{name}", document, parent=schema)


def test_a_new_catalog_has_default_and_information_schema(admin: WorkspaceClient) -> None:
    """And the fields that a workspace fills in."""
    made = admin.catalogs.create("Fresh", comment="new", properties={"domain": "streaming"}, storage_root="s3://acme/x")
    assert [schema.full_name for schema in admin.schemas.list("fresh")] == ["fresh.default", "fresh.information_schema"]
    assert (made.name, made.full_name, made.comment, made.properties) == ("fresh", "fresh", "new", {"domain": "streaming"})
    assert (made.owner, made.created_by, made.updated_by) == ("admin@lakestead.local",) * 3
    assert made.isolation_mode == CatalogIsolationMode.OPEN
    assert str(made.storage_location).startswith("s3://acme/x/__unitystorage/catalogs/")
    assert admin.catalogs.get("FRESH") == made


def test_a_patch_changes_what_it_names_and_nothing_else(admin: WorkspaceClient) -> None:
    """A new comment leaves properties, owner and creation as they were."""
    admin.catalogs.create("patched", comment="old", properties={"a": "b"})
    made = admin.schemas.create("one", "patched", comment="old", properties={"x": "1"})
    changed = admin.schemas.update("patched.one", comment="new")
    differing = {key for key, value in made.as_dict().items() if changed.as_dict()[key] != value}
    assert differing <= {"comment", "updated_at"}
    assert changed.comment == "new"


def test_a_rename_moves_all_that_is_inside_with_its_grants(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Catalog, schema, table, volume and their grants answer to the new name, and only to it."""
    admin.catalogs.create("before")
    admin.schemas.create("raw", "before")
    admin.volumes.create("before", "raw", "landing", VolumeType.MANAGED)
    _table(workspace.inside, "before.raw", "users", "p1")
    change = PermissionsChange(principal="account users", add=[Privilege.READ_VOLUME])
    admin.grants.update("volume", "before.raw.landing", changes=[change])
    admin.catalogs.update("before", new_name="after")
    admin.schemas.update("after.raw", new_name="bronze")
    moved = admin.grants.get("volume", "after.bronze.landing").privilege_assignments
    assert moved is not None
    assert [(each.principal, each.privileges) for each in moved] == [("account users", [Privilege.READ_VOLUME])]
    table = admin.tables.get("after.bronze.users")
    assert (table.catalog_name, table.schema_name) == ("after", "bronze")
    for name in ("before", "after.raw"):
        with pytest.raises(NotFound):
            admin.catalogs.get(name) if "." not in name else admin.schemas.get(name)


def test_a_full_catalog_or_schema_goes_only_by_force(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Force takes all that is inside; tables can be undropped for a while."""
    admin.catalogs.create("full")
    admin.schemas.create("raw", "full")
    _table(workspace.inside, "full.raw", "users", "p7")
    with pytest.raises(BadRequest, match=r"Schema 'full.raw' is not empty. The schema has 1 tables\(s\)"):
        admin.schemas.delete("full.raw")
    with pytest.raises(BadRequest, match=r"Catalog 'full' is not empty. The catalog has 2 schema\(s\)"):
        admin.catalogs.delete("full")
    admin.catalogs.delete("full", force=True)
    assert [kept["relation"]["physical"] for _, kept in workspace.inside.store.list("dropped_table", "full.raw")] == ["p7"]
    assert workspace.inside.store.get(TABLE, "full.raw.users") is None


def test_an_emptied_catalog_goes_without_force(admin: WorkspaceClient) -> None:
    """As the official provider does it: `default` goes first, `information_schema` does not count."""
    admin.catalogs.create("emptied")
    admin.schemas.delete("emptied.default")
    admin.catalogs.delete("emptied")
    with pytest.raises(NotFound, match="Catalog 'emptied' does not exist"):
        admin.catalogs.get("emptied")


REFUSED: list[tuple[str, Callable[[WorkspaceClient], Any], type[DatabricksError], str]] = [
    ("catalog twice", lambda w: w.catalogs.create("taken"), ResourceConflict, "CATALOG_ALREADY_EXISTS"),
    ("schema twice", lambda w: w.schemas.create("DEFAULT", "taken"), ResourceConflict, "SCHEMA_ALREADY_EXISTS"),
    ("no catalog", lambda w: w.schemas.create("x", "nope"), NotFound, "CATALOG_DOES_NOT_EXIST"),
    ("no schema", lambda w: w.schemas.get("taken.nope"), NotFound, "SCHEMA_DOES_NOT_EXIST"),
    ("no table", lambda w: w.tables.get("taken.default.nope"), NotFound, "TABLE_DOES_NOT_EXIST"),
    ("no volume", lambda w: w.volumes.read("taken.default.nope"), NotFound, "VOLUME_DOES_NOT_EXIST"),
    ("a period", lambda w: w.catalogs.create("a.b"), BadRequest, "INVALID_PARAMETER_VALUE"),
    ("a space", lambda w: w.schemas.create("a b", "taken"), BadRequest, "INVALID_PARAMETER_VALUE"),
    ("too long", lambda w: w.catalogs.create("a" * 256), BadRequest, "INVALID_PARAMETER_VALUE"),
    ("no name", lambda w: w.catalogs.create(""), BadRequest, "INVALID_PARAMETER_VALUE"),
    (
        "external without a place",
        lambda w: w.volumes.create("taken", "default", "v", VolumeType.EXTERNAL),
        BadRequest,
        "INVALID_PARAMETER_VALUE",
    ),
    ("owner unknown", lambda w: w.catalogs.update("taken", owner="ghost"), NotFound, "PRINCIPAL_DOES_NOT_EXIST"),
    ("rename onto", lambda w: w.catalogs.update("taken", new_name="other"), ResourceConflict, "CATALOG_ALREADY_EXISTS"),
]


@pytest.fixture(scope="module")
def two_catalogs(workspace: LiveWorkspace) -> None:
    """`taken` and `other`."""
    for name in ("taken", "other"):
        workspace.client().catalogs.create(name)


@pytest.mark.usefixtures("two_catalogs")
@pytest.mark.parametrize(("call", "error", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_a_workspace_refuses(
    admin: WorkspaceClient, call: Callable[[WorkspaceClient], Any], error: type[DatabricksError], code: str
) -> None:
    """With Databricks' own error class and code."""
    with pytest.raises(error) as raised:
        call(admin)
    assert raised.value.error_code == code


def test_lists_come_in_pages(admin: WorkspaceClient) -> None:
    """Each page names the next; together they hold everything once."""
    admin.catalogs.create("paged")
    for number in range(5):
        admin.schemas.create(f"s{number}", "paged")
    first = admin.api_client.do("GET", "/api/2.1/unity-catalog/schemas", query={"catalog_name": "paged", "max_results": 3})
    assert isinstance(first, dict)
    assert ([each["name"] for each in first["schemas"]], "next_page_token" in first) == (
        ["default", "information_schema", "s0"],
        True,
    )
    assert [each.name for each in admin.schemas.list("paged", max_results=2)] == [
        *("default", "information_schema"),
        *(f"s{number}" for number in range(5)),
    ]
    with pytest.raises(BadRequest, match="Invalid page token"):
        list(admin.schemas.list("paged", page_token="?"))


def test_an_isolated_catalog_is_bound_to_this_workspace(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """And to others that are added; the older endpoint shows the same."""
    admin.catalogs.create("isolated")
    admin.catalogs.update("isolated", isolation_mode=CatalogIsolationMode.ISOLATED)
    other = WorkspaceBinding(workspace_id=7, binding_type=WorkspaceBindingBindingType.BINDING_TYPE_READ_ONLY)
    admin.workspace_bindings.update_bindings("catalog", "isolated", add=[other])
    bound = {each.workspace_id: each.binding_type for each in admin.workspace_bindings.get_bindings("catalog", "isolated")}
    assert bound == {
        workspace.inside.id: WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE,
        7: WorkspaceBindingBindingType.BINDING_TYPE_READ_ONLY,
    }
    assert sorted(admin.workspace_bindings.get("isolated").workspaces or []) == sorted(bound)


def test_tables_are_listed_found_and_handed_over(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Their documents come from SQL; REST renders them."""
    admin.catalogs.create("listed")
    for name in ("b", "a"):
        _table(workspace.inside, "listed.default", name, name)
    assert [table.full_name for table in admin.tables.list("listed", "default")] == ["listed.default.a", "listed.default.b"]
    assert admin.tables.exists("listed.default.a").table_exists is True
    assert admin.tables.exists("listed.default.c").table_exists is False
    assert [each.full_name for each in admin.tables.list_summaries("listed", table_name_pattern="a%")] == ["listed.default.a"]
    admin.groups.create(display_name="stewards")
    admin.tables.update("listed.default.a", owner="stewards")
    assert admin.tables.get("listed.default.a").owner == "stewards"


def test_the_metastore_is_assigned_and_owned(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """One metastore, whose id the workspace knows."""
    assert admin.metastores.current().metastore_id == workspace.inside.metastore_id
    assert admin.metastores.summary().owner == "admin@lakestead.local"
    assert [each.metastore_id for each in admin.metastores.list()] == [workspace.inside.metastore_id]
