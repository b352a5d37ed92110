"""Credentials, locations, bindings, connections, tags, policies, secrets, models, monitors and quotas, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError

from infra.emulator import auth
from infra.emulator.identity import directory
from infra.emulator.unity import policies
from infra.emulator.workspace import Caller
from tests.emulator.conftest import LiveWorkspace

UC = "/api/2.1/unity-catalog"
ROLE = {"role_arn": "arn:aws:iam::123456789012:role/lake"}


class Api:
    """Calls as one principal."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
        at = path if path.startswith("/api") else f"{UC}/{path}"
        answer: Any = self._client.api_client.do(method, at, body=body, query=query)
        return dict(answer or {})

    def sql(self, warehouse: str, statement: str) -> dict[str, Any]:
        """A statement's answer."""
        body = {"statement": statement, "warehouse_id": warehouse, "wait_timeout": "50s"}
        return self("POST", "/api/2.0/sql/statements", body)


@pytest.fixture(scope="module")
def api(workspace: LiveWorkspace) -> Api:
    """The admin, in a workspace with the catalog `gov`, its schema `s`, and a location at s3://acme/raw."""
    api = Api(workspace.client())
    api("POST", "catalogs", {"name": "gov"})
    api("POST", "schemas", {"name": "s", "catalog_name": "gov"})
    api("POST", "storage-credentials", {"name": "lake", "aws_iam_role": ROLE})
    api("POST", "external-locations", {"name": "raw", "url": "s3://acme/raw", "credential_name": "Lake"})
    return api


@pytest.fixture(scope="module")
def warehouse(workspace: LiveWorkspace) -> str:
    made = workspace.client().warehouses.create(name="w", cluster_size="2X-Small", max_num_clusters=1, auto_stop_mins=10)
    return str(made.result().id)


def let_in(api: Api) -> None:
    """Ann may enter the schema, and has no right in it."""
    for kind, name, privilege in (("catalog", "gov", "USE_CATALOG"), ("schema", "gov.s", "USE_SCHEMA")):
        api("PATCH", f"permissions/{kind}/{name}", {"changes": [{"principal": "ann@example.com", "add": [privilege]}]})


@pytest.fixture(scope="module")
def ann(workspace: LiveWorkspace) -> Api:
    """Somebody without rights."""
    user = workspace.client().users.create(user_name="ann@example.com")
    return Api(workspace.client(auth.issue_token(workspace.inside, str(user.id))[0]))


def caller(workspace: LiveWorkspace, name: str) -> Caller:
    found = directory.caller_named(workspace.inside, name)
    assert found is not None
    return found


def test_a_credential_has_what_the_workspace_adds_and_no_secret(api: Api) -> None:
    """External id, Databricks' role, isolation; a service principal's secret is taken and never told."""
    made = api("GET", "storage-credentials/LAKE")
    assert set(made["aws_iam_role"]) == {"role_arn", "external_id", "unity_catalog_iam_arn"}
    assert (made["isolation_mode"], made["read_only"], made["purpose"]) == ("ISOLATION_MODE_OPEN", False, "STORAGE")
    changed = api("PATCH", "storage-credentials/lake", {"aws_iam_role": ROLE, "comment": "x"})
    assert changed["aws_iam_role"] == made["aws_iam_role"]
    principal = {"directory_id": "d", "application_id": "a", "client_secret": "hidden"}
    made = api("POST", "credentials", {"name": "queues", "purpose": "SERVICE", "azure_service_principal": principal})
    assert made["azure_service_principal"] == {"directory_id": "d", "application_id": "a"}
    assert api("GET", f"credentials/{made['id']}") == made
    assert [each["name"] for each in api("GET", "credentials")["credentials"]] == ["queues"]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("storage-credentials", {"name": "x"}, "A credential must be given"),
        ("storage-credentials", {"name": "x", "aws_iam_role": {"role_arn": "lake"}}, "IAM role ARN 'lake' is not valid"),
        ("storage-credentials", {"name": "x", "azure_managed_identity": {}}, "needs access_connector_id"),
        ("credentials", {"name": "x", "purpose": "OTHER"}, "purpose must be STORAGE or SERVICE"),
        ("external-locations", {"name": "x", "url": "acme", "credential_name": "lake"}, "Missing cloud file system scheme"),
        (
            "external-locations",
            {"name": "x", "url": "s3://acme/raw/in", "credential_name": "lake"},
            "overlaps with an existing external location",
        ),
        ("connections", {"name": "x", "connection_type": "FAX"}, "connection_type must be one of"),
        ("connections", {"name": "x", "connection_type": "MYSQL", "options": {"host": "h"}}, r"needs the option\(s\) port"),
        (
            "volumes",
            {"name": "v", "catalog_name": "gov", "schema_name": "s", "volume_type": "EXTERNAL", "storage_location": "s3://b/x"},
            "No parent external location found for path `s3://b/x`",
        ),
        ("tables/gov.s.none/monitor", {}, "Table 'gov.s.none' does not exist"),
        ("/api/2.1/tag-policies", {"tag_key": "a.b"}, "'a.b' is not a valid tag key"),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, path: str, body: dict[str, Any], message: str) -> None:
    """With the reason."""
    with pytest.raises(DatabricksError, match=message):
        api("POST", path, body)


def test_what_is_in_use_is_deleted_by_force_alone(api: Api, warehouse: str) -> None:
    """A credential by a location, a location by an external volume or table; and these overlap nothing."""
    api("POST", "storage-credentials", {"name": "used", "aws_iam_role": ROLE})
    api("POST", "external-locations", {"name": "used", "url": "s3://used", "credential_name": "used"})
    volume = {"name": "used", "catalog_name": "gov", "schema_name": "s", "volume_type": "EXTERNAL"}
    api("POST", "volumes", volume | {"storage_location": "s3://used/v"})
    with pytest.raises(BadRequest, match=r"overlaps with other external tables or volumes.*volumes: gov\.s\.used"):
        api("POST", "volumes", volume | {"name": "other", "storage_location": "s3://used/v/in"})
    refused = api.sql(warehouse, "create table gov.s.external (n int) location 's3://used/v'")["status"]
    assert "Conflicting tables/volumes: gov.s.used" in refused["error"]["message"]
    with pytest.raises(BadRequest, match=r"0 directly dependent external table\(s\) and 1 dependent storage location"):
        api("DELETE", "storage-credentials/used")
    with pytest.raises(BadRequest, match="1 dependent external volumes"):
        api("DELETE", "external-locations/used")
    with pytest.raises(BadRequest, match="use force option to update url anyway"):
        api("PATCH", "external-locations/used", {"url": "s3://moved"})
    api("DELETE", "external-locations/used", force="true")
    api("DELETE", "storage-credentials/used")


def test_external_data_needs_a_right_on_its_location(api: Api, ann: Api) -> None:
    """CREATE EXTERNAL VOLUME, besides those on the schema."""
    rights = {"catalog/gov": ["USE_CATALOG"], "schema/gov.s": ["USE_SCHEMA", "CREATE_VOLUME"]}
    for place, privileges in rights.items():
        api("PATCH", f"permissions/{place}", {"changes": [{"principal": "ann@example.com", "add": privileges}]})
    volume = {"name": "hers", "catalog_name": "gov", "schema_name": "s", "volume_type": "EXTERNAL"}
    with pytest.raises(PermissionDenied, match="CREATE EXTERNAL VOLUME on External Location 'raw'"):
        ann("POST", "volumes", volume | {"storage_location": "s3://acme/raw/hers"})
    change = {"principal": "ann@example.com", "add": ["ALL_PRIVILEGES"]}
    api("PATCH", "permissions/external_location/raw", {"changes": [change]})
    assert ann("POST", "volumes", volume | {"storage_location": "s3://acme/raw/hers"})["owner"] == "ann@example.com"
    assert "external_locations" in ann("GET", "external-locations")
    assert ann("GET", "storage-credentials") == {}
    with pytest.raises(PermissionDenied, match="CREATE STORAGE CREDENTIAL on Metastore"):
        ann("POST", "storage-credentials", {"name": "hers", "aws_iam_role": ROLE})


def test_what_is_not_bound_here_nobody_can_use(api: Api, workspace: LiveWorkspace) -> None:
    """Admins neither; they may still bind it. A read-only binding lets read."""
    here = workspace.inside.id
    api("POST", "catalogs", {"name": "apart"})
    api("PATCH", "catalogs/apart", {"isolation_mode": "ISOLATED"})
    binding = {"workspace_id": here, "binding_type": "BINDING_TYPE_READ_WRITE"}
    api("PATCH", "bindings/catalog/apart", {"remove": [binding]})
    for method, path in (("GET", "catalogs/apart"), ("DELETE", "catalogs/apart"), ("GET", "schemas/apart.default")):
        with pytest.raises(PermissionDenied, match="Catalog 'apart' is not accessible in current workspace"):
            api(method, path)
    assert "apart" not in [catalog["name"] for catalog in api("GET", "catalogs")["catalogs"]]
    api("PATCH", "bindings/catalog/apart", {"add": [binding | {"binding_type": "BINDING_TYPE_READ_ONLY"}]})
    assert api("GET", "catalogs/apart")["isolation_mode"] == "ISOLATED"
    with pytest.raises(PermissionDenied, match="bound read-only"):
        api("POST", "schemas", {"name": "x", "catalog_name": "apart"})
    with pytest.raises(BadRequest, match="Supported binding types for STORAGE_CREDENTIAL are BINDING_TYPE_READ_WRITE"):
        api("PATCH", "bindings/storage_credential/lake", {"add": [binding | {"binding_type": "BINDING_TYPE_READ_ONLY"}]})
    api("PATCH", "bindings/catalog/apart", {"add": [binding]})
    api("DELETE", "catalogs/apart", force="true")


def test_a_connection_shows_no_secret_option(api: Api) -> None:
    """And its address; its options are changed as a whole."""
    options = {"host": "db.example.com", "port": "5432", "user": "u", "password": "p"}
    made = api("POST", "connections", {"name": "crm", "connection_type": "POSTGRESQL", "options": options})
    assert made["options"] == {"host": "db.example.com", "port": "5432"}
    assert (made["credential_type"], made["url"]) == ("USERNAME_PASSWORD", "jdbc:postgresql://db.example.com:5432/")
    changed = api("PATCH", "connections/crm", {"options": options | {"host": "db2.example.com"}, "new_name": "crm2"})
    assert (changed["name"], changed["options"]["host"]) == ("crm2", "db2.example.com")
    api("DELETE", "connections/crm2")


def test_governed_tags_take_their_values_alone(api: Api, warehouse: str) -> None:
    """From the API and from SQL, which keep the same tags."""
    api("POST", "/api/2.1/tag-policies", {"tag_key": "pii", "values": [{"name": "high"}, {"name": "low"}]})
    api.sql(warehouse, "create table gov.s.people (name string, n int)")
    tag = {"entity_type": "columns", "entity_name": "gov.s.people.name", "tag_key": "pii"}
    with pytest.raises(BadRequest, match="Tag value some is not an allowed value for tag policy key pii"):
        api("POST", "entity-tag-assignments", tag | {"tag_value": "some"})
    api("POST", "entity-tag-assignments", tag | {"tag_value": "high"})
    with pytest.raises(ResourceAlreadyExists):
        api("POST", "entity-tag-assignments", tag | {"tag_value": "low"})
    refused = api.sql(warehouse, "alter table gov.s.people set tags ('pii' = 'some')")["status"]["error"]["message"]
    assert "not an allowed value" in refused
    api.sql(warehouse, "alter table gov.s.people set tags ('pii' = 'low', 'free' = 'x')")
    found = api("GET", "entity-tag-assignments/tables/gov.s.people/tags")["tag_assignments"]
    assert [(each["tag_key"], each["tag_value"]) for each in found] == [("free", "x"), ("pii", "low")]
    api("DELETE", "entity-tag-assignments/tables/gov.s.people/tags/free")
    with pytest.raises(NotFound):
        api("GET", "entity-tag-assignments/tables/gov.s.people/tags/free")


MASK = {
    "name": "mask",
    "on_securable_type": "CATALOG",
    "on_securable_fullname": "gov",
    "for_securable_type": "TABLE",
    "policy_type": "POLICY_TYPE_COLUMN_MASK",
    "column_mask": {"function_name": "gov.s.mask", "on_column": "c"},
    "match_columns": [{"alias": "c", "condition": "has_tag_value('pii', 'high') AND NOT has_tag('open')"}],
    "to_principals": ["account users"],
    "except_principals": ["admins"],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"column_mask": None}, "column_mask must be given"),
        ({"row_filter": {"function_name": "f"}}, "row_filter cannot be given for POLICY_TYPE_COLUMN_MASK"),
        ({"to_principals": []}, "to_principals must name a principal"),
        ({"column_mask": {"function_name": "f", "on_column": "d"}}, "d is no alias of match_columns"),
        ({"match_columns": [{"alias": "c", "condition": "age > 3"}]}, "in the condition 'age > 3' is not supported"),
        ({"match_columns": [{"alias": "c", "condition": "((("}]}, "is not a condition of a policy"),
        ({"when_condition": "has_tag('x') OR nothing('y')"}, "is not supported: a condition has"),
        ({"on_securable_type": "VOLUME"}, "on_securable_type must be one of CATALOG, SCHEMA, TABLE"),
    ],
)
def test_a_policy_that_says_nothing_clear_is_refused(api: Api, change: dict[str, Any], message: str) -> None:
    """When it is made, not when a table is read."""
    with pytest.raises(BadRequest, match=message):
        api("POST", "policies", {**MASK, **change})


def test_a_policy_holds_for_whom_and_what_it_matches(api: Api, ann: Api, workspace: LiveWorkspace, warehouse: str) -> None:
    """By the tags of columns and of what contains the table; the caller's groups count."""
    api.sql(warehouse, "create table gov.s.masked (secret string, other string)")
    api.sql(warehouse, "alter table gov.s.masked alter column secret set tags ('pii' = 'high')")
    made = api("POST", "policies", MASK)

    def holding(name: str) -> list[tuple[str, dict[str, list[str]]]]:
        found = policies.applicable(workspace.inside, caller(workspace, name), "gov.s.masked")
        return [(each.policy["name"], each.columns) for each in found]

    assert holding("ann@example.com") == [("mask", {"c": ["secret"]})]
    assert holding("admin@lakestead.local") == []
    with pytest.raises(PermissionDenied):
        ann("DELETE", "policies/CATALOG/gov/mask")
    mask = "when_condition,name"
    api("PATCH", "policies/CATALOG/gov/mask", {"when_condition": "has_tag('sensitive')", "name": "masked"}, update_mask=mask)
    assert holding("ann@example.com") == []
    api("POST", "entity-tag-assignments", {"entity_type": "schemas", "entity_name": "gov.s", "tag_key": "sensitive"})
    assert holding("ann@example.com") == [("masked", {"c": ["secret"]})]
    assert api("GET", "policies/TABLE/gov.s.masked", include_inherited="true")["policies"][0]["id"] == made["id"]
    assert api("GET", "policies/TABLE/gov.s.masked") == {}
    api("DELETE", "policies/CATALOG/gov/masked")


def test_a_secret_is_told_to_who_may_read_it_and_asks(api: Api, ann: Api, workspace: LiveWorkspace) -> None:
    """And lies nowhere in clear."""
    let_in(api)
    body = {"name": "token", "catalog_name": "gov", "schema_name": "s", "value": "s3cr3t-value"}
    assert "value" not in api("POST", "secrets", body)
    assert "effective_value" not in api("GET", "secrets/gov.s.token")
    assert api("GET", "secrets/gov.s.token", include_value="true")["effective_value"] == "s3cr3t-value"
    api("PATCH", "permissions/schema/gov.s", {"changes": [{"principal": "ann@example.com", "add": ["USE_SCHEMA", "BROWSE"]}]})
    with pytest.raises(PermissionDenied, match="READ SECRET on Secret"):
        ann("GET", "secrets/gov.s.token", include_value="true")
    assert b"s3cr3t-value" not in b"".join(path.read_bytes() for path in workspace.folder.glob("metadata.sqlite*"))
    api("PATCH", "secrets/gov.s.token", body | {"value": "other"}, update_mask="value")
    assert api("GET", "secrets/gov.s.token", include_value="true")["effective_value"] == "other"
    api("DELETE", "secrets/gov.s.token")


def test_models_are_granted_as_functions(api: Api, ann: Api) -> None:
    """The permissions API knows no other name for them."""
    body = {"name": "segments", "catalog_name": "gov", "schema_name": "s"}
    made = api("POST", "models", body)
    assert (made["full_name"], made["storage_location"].rsplit("/", 1)[1]) == ("gov.s.segments", made["id"])
    let_in(api)
    change = {"principal": "ann@example.com", "add": ["EXECUTE"]}
    granted = api("PATCH", "permissions/function/gov.s.segments", {"changes": [change]})
    assert granted["privilege_assignments"] == [{"principal": "ann@example.com", "privileges": ["EXECUTE"]}]
    assert ann("GET", "models", catalog_name="gov", schema_name="s")["registered_models"][0]["name"] == "segments"
    with pytest.raises(NotFound, match="Model version '1'"):
        api("PUT", "models/gov.s.segments/aliases/champion", {"version_num": 1})
    api("DELETE", "models/gov.s.segments")


def test_a_monitor_belongs_to_its_table(api: Api, warehouse: str) -> None:
    """It needs one profile, goes with the table, and measures nothing here."""
    api.sql(warehouse, "create table gov.s.watched (at timestamp)")
    at, body = "tables/gov.s.watched/monitor", {"assets_dir": "/Shared/m", "output_schema_name": "gov.s"}
    with pytest.raises(BadRequest, match="Exactly one of snapshot, time_series, inference_log must be given, got none"):
        api("POST", at, body)
    made = api("POST", at, body | {"snapshot": {}})
    assert (made["profile_metrics_table_name"], made["monitor_version"]) == ("gov.s.watched_profile_metrics", 0)
    changed = api("PUT", at, {"output_schema_name": "gov.s", "snapshot": {}, "slicing_exprs": ["at > now()"]})
    assert (changed["monitor_version"], changed["assets_dir"], changed["dashboard_id"]) == (
        1,
        "/Shared/m",
        made["dashboard_id"],
    )
    with pytest.raises(DatabricksError, match="measures nothing"):
        api("POST", f"{at}/refreshes")
    api.sql(warehouse, "drop table gov.s.watched")
    api.sql(warehouse, "create table gov.s.watched (at timestamp)")
    with pytest.raises(NotFound):
        api("GET", at)


@pytest.fixture
def limited(api: Api) -> Iterator[Api]:
    """Limits that tests set are Databricks' own again afterwards."""
    yield api
    api("DELETE", "/api/lakestead/control/quotas")


def test_a_quota_can_be_read_and_is_kept(limited: Api) -> None:
    """What would be one too many is refused; the limit of one parent is its own."""
    limited("POST", "schemas", {"name": "full", "catalog_name": "gov"})
    limit = {"parent_securable_type": "schema", "quota_name": "volume-quota", "parent_full_name": "gov.full", "limit": 1}
    limited("PUT", "/api/lakestead/control/quotas", limit)
    volume = {"catalog_name": "gov", "schema_name": "full", "volume_type": "MANAGED"}
    limited("POST", "volumes", volume | {"name": "a"})
    with pytest.raises(BadRequest, match=r"Cannot create 1 Volume\(s\) in Schema gov.full \(estimated count: 1, limit: 1\)"):
        limited("POST", "volumes", volume | {"name": "b"})
    limited("POST", "volumes", volume | {"schema_name": "s", "name": "b"})
    quota = limited("GET", "resource-quotas/schema/gov.full/volume-quota")["quota_info"]
    assert (quota["quota_count"], quota["quota_limit"]) == (1, 1)
    listed = limited("GET", "resource-quotas/all-resource-quotas", max_results=2)
    assert [each["quota_name"] for each in listed["quotas"]] == ["catalog-quota", "connection-quota"]
    assert listed["quotas"][0]["quota_limit"] == 1000
    assert "next_page_token" in listed
