"""What Unity Catalog's types refuse, hide and compare, and the SQL that makes and changes a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.engine.ports import ProviderError
from infra.engine.values import UNKNOWN, Properties, Secret
from infra.providers.databricks import plugin
from infra.providers.databricks.client import Client
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.provider import DatabricksProvider
from infra.providers.databricks.unity import table_statements
from tests.emulator.conftest import serve
from tests.providers.scripted import Script, provider_on, subject
from tests.providers.test_roundtrip import Place
from tests.providers.unity_cases import ROLE

UC = "/api/2.1/unity-catalog"
OFFLINE = DatabricksProvider(None)
PRINCIPAL = {"applicationId": "a", "directoryId": "d", "clientSecret": "hidden"}
POLICY = {
    "name": "p",
    "onSecurableType": "CATALOG",
    "onSecurableFullname": "c",
    "forSecurableType": "TABLE",
    "toPrincipals": ["account users"],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A workspace with the catalog `c`, its schema `s`, a warehouse, and the credential `lake`."""
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        place = Place(plugin.configure({"host": live.host, "token": Secret(live.token)}), live.host, live.token, {})
        place.made("Catalog", {"name": "c", "forceDestroy": True})
        place.made("Schema", {"catalogName": "c", "name": "s"})
        place.made("StorageCredential", {"name": "lake", "awsIamRole": {"roleArn": ROLE}})
        warehouse = {"name": "w", "clusterSize": "2X-Small", "enableServerlessCompute": False}
        place.ids["warehouse"] = place.made("SqlEndpoint", warehouse)[1]
        yield place
        place.provider.close()


def outside(place: Place, method: str, path: str, body: dict[str, Any]) -> None:
    """What somebody else does to the workspace."""
    Client(Credentials(host=place.host, token=place.token)).call(method, path, body=body)


@pytest.mark.parametrize(
    ("kind", "inputs", "where", "why"),
    [
        ("StorageCredential", {"name": "x"}, "awsIamRole", "takes at least one of awsIamRole, azureServicePrincipal"),
        ("StorageCredential", {"awsIamRole": {"roleArn": "r"}, "isolationMode": "OPEN"}, "isolationMode", "not one of"),
        (
            "ExternalLocation",
            {"url": "s3://b", "credentialName": "c", "fileEventQueue": {"managedSqs": {}, "providedSqs": {"queueUrl": "q"}}},
            "fileEventQueue",
            "managedSqs and providedSqs are given",
        ),
        ("Credential", {"name": "x", "purpose": "SERVICE"}, "awsIamRole", "a credential takes exactly one of awsIamRole"),
        ("Credential", {"purpose": "BOTH", "awsIamRole": {}}, "purpose", "is 'BOTH', not one of SERVICE, STORAGE"),
        ("WorkspaceBinding", {"workspaceId": "1"}, "catalogName", "a binding takes exactly one of catalogName, securableName"),
        ("WorkspaceBinding", {"workspaceId": "x", "securableName": "c"}, "workspaceId", "not a workspace's number"),
        ("PolicyInfo", POLICY | {"policyType": "POLICY_TYPE_ROW_FILTER"}, "rowFilter", "says here what it does"),
        (
            "PolicyInfo",
            {key: value for key, value in POLICY.items() if key != "onSecurableType"}
            | {"policyType": "POLICY_TYPE_GRANT"}
            | {"grant": {"privileges": ["SELECT"]}},
            "onSecurableType",
            "needs a name, and a securable",
        ),
        ("QualityMonitor", {"tableName": "t", "assetsDir": "/", "outputSchemaName": "s"}, "inferenceLog", "none is given"),
        ("SqlTable", {"catalogName": "c", "schemaName": "s", "tableType": "MANAGED"}, "warehouseId", "names the warehouse"),
        (
            "SqlTable",
            {"catalogName": "c", "schemaName": "s", "tableType": "VIEW", "warehouseId": "w", "partitions": ["a"]}
            | {"clusterKeys": ["b"]},
            "partitions",
            "exclude one another",
        ),
        ("ArtifactAllowlist", {"artifactType": "WHEEL", "artifactMatchers": []}, "artifactType", "not one of INIT_SCRIPT"),
    ],
)
def test_a_wrong_input_is_named_with_its_reason(kind: str, inputs: Properties, where: str, why: str) -> None:
    """Before anything is sent."""
    failures = {failure.property: failure.reason for failure in OFFLINE.check(subject(kind), None, inputs).failures}
    assert list(failures) == [where]
    assert why in failures[where]


def test_a_secret_inside_an_object_is_secret_alone(place: Place) -> None:
    """In inputs and outputs, though the program did not say so; what surrounds it can be read."""
    here, id, inputs, outputs = place.made("StorageCredential", {"name": "az", "azureServicePrincipal": PRINCIPAL})
    expected = {"applicationId": "a", "directoryId": "d", "clientSecret": Secret("hidden")}
    assert outputs["azureServicePrincipal"] == expected
    assert inputs["azureServicePrincipal"] == expected | {"__defaults": []}
    found = place.provider.read(here, id, inputs, outputs)
    assert found is not None
    assert found.outputs["azureServicePrincipal"] == expected
    place.provider.delete(here, id, inputs, outputs)


@pytest.mark.parametrize(
    ("kind", "old", "new", "keys", "replaces"),
    [
        ("StorageCredential", {"name": "lake"}, {"name": "Lake"}, (), ()),
        ("ExternalLocation", {"name": "l", "url": "s3://b/x"}, {"name": "l", "url": "s3://b/x/"}, (), ()),
        ("Connection", {"options": {"pem_private_key_expiration_epoch_sec": "1", "a": "b"}}, {"options": {"a": "b"}}, (), ()),
        ("SystemSchema", {"schema": "access"}, {"schema": "query"}, ("schema",), ()),
        ("WorkspaceBinding", {"securableName": "a"}, {"securableName": "b"}, ("securableName",), ("securableName",)),
        ("PolicyInfo", {"name": "a"}, {"name": "b"}, ("name",), ()),
        (
            "PolicyInfo",
            {"onSecurableFullname": "a"},
            {"onSecurableFullname": "b"},
            ("onSecurableFullname",),
            ("onSecurableFullname",),
        ),
        ("QualityMonitor", {"tableName": "a.b.c"}, {"tableName": "A.b.c"}, (), ()),
        ("SecretUc", {"expireTime": "2030-01-01T00:00:00Z"}, {"expireTime": "2030-01-01T01:00:00+01:00"}, (), ()),
        ("SqlTable", {"viewDefinition": "select  1"}, {"viewDefinition": "select\n1"}, (), ()),
        ("SqlTable", {"comment": "a", "tableType": "VIEW"}, {"comment": "b", "tableType": "VIEW"}, ("comment",), ("comment",)),
        ("SqlTable", {"columns": [{"name": "a", "type": "int"}]}, {"columns": [{"name": "a", "type": "INTEGER"}]}, (), ()),
    ],
)
def test_what_means_the_same_is_no_difference(
    kind: str, old: Properties, new: Properties, keys: tuple[str, ...], replaces: tuple[str, ...]
) -> None:
    """And what cannot be changed in place makes a new resource."""
    diff = OFFLINE.diff(subject(kind), "id", {}, old, new)
    assert (diff.keys, diff.replaces) == (keys, replaces)


def test_drift_is_found_and_mended(place: Place) -> None:
    """A location's comment, a tag's value, a table's property, each changed by somebody else; a binding removed."""
    location = {"name": "raw", "url": "s3://raw", "credentialName": "lake", "comment": "x"}
    table: Properties = TABLE | {"warehouseId": place.ids["warehouse"]}
    table |= {"columns": [{"name": "a", "type": "int"}], "properties": {"tier": "1"}}
    made = {
        "ExternalLocation": place.made("ExternalLocation", location),
        "SqlTable": place.made("SqlTable", table),
        "EntityTagAssignment": place.made(
            "EntityTagAssignment", {"entityType": "schemas", "entityName": "c.s", "tagKey": "k", "tagValue": "a"}
        ),
    }
    outside(place, "PATCH", f"{UC}/external-locations/raw", {"comment": "y"})
    outside(place, "PATCH", f"{UC}/entity-tag-assignments/schemas/c.s/tags/k", {"tag_value": "b"})
    statement = "alter table c.s.t set tblproperties ('tier' = '2')"
    outside(place, "POST", "/api/2.0/sql/statements", {"statement": statement, "warehouse_id": place.ids["warehouse"]})
    for kind, keys in (
        ("ExternalLocation", ("comment",)),
        ("EntityTagAssignment", ("tagValue",)),
        ("SqlTable", ("effectiveProperties",)),
    ):
        here, id, inputs, outputs = made[kind]
        found = place.provider.read(here, id, inputs, outputs)
        assert found is not None
        assert place.provider.diff(here, id, found.inputs, found.outputs, inputs).keys == keys
        mended = place.provider.update(here, id, found.inputs, found.outputs, inputs, preview=False)
        assert not place.provider.diff(here, id, inputs, mended, inputs).changes
    binding = {"securableName": "lake", "securableType": "storage_credential", "workspaceId": "77"}
    here, id, inputs, outputs = place.made("WorkspaceBinding", binding)
    outside(place, "PATCH", f"{UC}/bindings/storage_credential/lake", {"remove": [{"workspace_id": 77}]})
    assert place.provider.read(here, id, inputs, outputs) is None
    place.provider.delete(here, id, inputs, outputs)


def test_a_failed_statement_tells_what_the_warehouse_says(place: Place) -> None:
    """And a table whose owner cannot be set is kept in the state."""
    table = {
        "catalogName": "c",
        "schemaName": "s",
        "name": "bad",
        "tableType": "MANAGED",
        "warehouseId": place.ids["warehouse"],
    }
    checked = place.provider.check(subject("SqlTable"), None, table | {"columns": [{"name": "a", "type": "no_type"}]}).inputs
    with pytest.raises(ProviderError, match=r"creating SqlTable 'it': CREATE TABLE .*no_type"):
        place.provider.create(subject("SqlTable"), checked, preview=False)


def test_what_databricks_alone_switches_on_is_left_on() -> None:
    """`autoEnabled` says so, and a delete does nothing."""
    at = f"{UC}/metastores/m/systemschemas"
    script = Script(
        {
            f"GET {UC}/metastore_summary": {"metastore_id": "m"},
            f"PUT {at}/billing": ProviderError("unused"),
            f"GET {at}": {"schemas": [{"schema": "billing", "state": "ENABLE_COMPLETED"}]},
        }
    )
    provider = provider_on(script)
    known = {"schema": "billing", "id": "m|billing", "autoEnabled": True}
    provider.delete(subject("SystemSchema"), "m|billing", {}, known)
    assert script.asked == []
    found = provider.read(subject("SystemSchema"), "m|billing", {"schema": "billing"}, known)
    assert found is not None
    assert (found.outputs["autoEnabled"], found.outputs["fullName"]) == (True, "system.billing")


TABLE: Properties = {"catalogName": "c", "schemaName": "s", "name": "t", "tableType": "MANAGED"}


def test_a_table_is_made_by_one_statement() -> None:
    """Columns, format, partitions, comment, properties and place; quotes are escaped once."""
    columns = [
        {"name": "id", "type": "bigint", "identity": "always", "nullable": False},
        {"name": "a b", "type": "string", "comment": "it's"},
    ]
    described = {"dataSourceFormat": "DELTA", "columns": columns, "comment": "x", "properties": {"a": "1"}}
    assert table_statements.create(TABLE | described) == (
        "CREATE OR REPLACE TABLE `c`.`s`.`t`"
        " (`id` bigint GENERATED ALWAYS AS IDENTITY NOT NULL, `a b` string COMMENT 'it\\'s')\n"
        "USING DELTA\nCOMMENT 'x'\nTBLPROPERTIES ('a'='1')"
    )
    external = {"tableType": "EXTERNAL", "storageLocation": "s3://b/t", "storageCredentialName": "lake", "partitions": ["d"]}
    assert table_statements.create(TABLE | external) == (
        "CREATE TABLE `c`.`s`.`t`\nPARTITIONED BY (d)\nLOCATION 's3://b/t' WITH (CREDENTIAL `lake`)"
    )
    view = {"tableType": "VIEW", "viewDefinition": "select 1", "dataSourceFormat": "DELTA"}
    assert table_statements.create(TABLE | view) == "CREATE VIEW `c`.`s`.`t`\nAS select 1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"name": "T"}, []),
        ({}, {"name": "u"}, ["ALTER TABLE `c`.`s`.`t` RENAME TO `c`.`s`.`u`"]),
        ({"comment": "a"}, {}, ["COMMENT ON TABLE `c`.`s`.`t` IS ''"]),
        ({"clusterKeys": ["a"]}, {}, ["ALTER TABLE `c`.`s`.`t` CLUSTER BY NONE"]),
        ({}, {"clusterKeys": ["auto"]}, ["ALTER TABLE `c`.`s`.`t` CLUSTER BY AUTO"]),
        (
            {"properties": {"a": "1", "b": "2"}, "effectiveProperties": {"a": "1", "b": "2"}},
            {"properties": {"b": "3"}},
            [
                "ALTER TABLE `c`.`s`.`t` UNSET TBLPROPERTIES IF EXISTS ('a')",
                "ALTER TABLE `c`.`s`.`t` SET TBLPROPERTIES ('b'='3')",
            ],
        ),
        (
            {"columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "int"}]},
            {"columns": [{"name": "c", "type": "date"}, {"name": "b", "type": "int"}, {"name": "d", "type": "int"}]},
            [
                "ALTER TABLE `c`.`s`.`t` DROP COLUMN IF EXISTS (`a`)",
                "ALTER TABLE `c`.`s`.`t` ADD COLUMN `c` date FIRST",
                "ALTER TABLE `c`.`s`.`t` ADD COLUMN `d` int AFTER `b`",
            ],
        ),
        (
            {"columns": [{"name": "a", "type": "int", "nullable": True}]},
            {"columns": [{"name": "b", "type": "int", "nullable": False, "comment": "x"}]},
            [
                "ALTER TABLE `c`.`s`.`t` RENAME COLUMN `a` TO `b`",
                "ALTER TABLE `c`.`s`.`t` ALTER COLUMN `b` COMMENT 'x'",
                "ALTER TABLE `c`.`s`.`t` ALTER COLUMN `b` SET NOT NULL",
            ],
        ),
    ],
)
def test_a_change_is_the_fewest_statements(old: Properties, new: Properties, expected: list[str]) -> None:
    """In an order in which each can be made."""
    assert list(table_statements.changes(TABLE | old, TABLE | new)) == expected


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([{"name": "a", "type": "string"}], "changing the 'type' of an existing column"),
        ([{"name": "a", "type": "int", "identity": "always"}], "changing the 'identity' type"),
        (
            [{"name": "a", "type": "int", "comment": "x"}, {"name": "b", "type": "int"}],
            "please do not change number of columns",
        ),
    ],
)
def test_columns_that_no_statement_can_change_are_refused_in_the_preview(after: list[Properties], why: str) -> None:
    """Before the table is touched; unknown ones are not held against the program."""
    olds = TABLE | {"columns": [{"name": "a", "type": "int"}]}
    with pytest.raises(ProviderError, match=why):
        OFFLINE.diff(subject("SqlTable"), "c.s.t", {}, olds, TABLE | {"columns": after})
    OFFLINE.diff(subject("SqlTable"), "c.s.t", {}, olds, TABLE | {"columns": [{"name": UNKNOWN}]})
