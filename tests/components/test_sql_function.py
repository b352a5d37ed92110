"""The functions of masks and row filters: what they make of values, and their life in a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from infra.components.policy_functions import PolicyFunction, filter_function, mask_function
from infra.components.sql_function import SqlFunctions
from infra.components.statement import StatementFailed, execute, function_exists
from infra.models.governance import Mask, RowFilter
from tests.emulator.conftest import LiveWorkspace, serve

Template = Literal["pii", "phi", "pci"]
SCHEMA = "masked.rules"


@dataclass(frozen=True)
class Warehouse:
    """A warehouse of a workspace that runs, with a schema for functions."""

    live: LiveWorkspace
    id: str

    @property
    def connection(self) -> dict[str, str]:
        return {"host": self.live.host, "token": self.live.token}

    def value(self, expression: str) -> Any:
        """What an expression comes to."""
        client = self.live.client()
        answer = client.statement_execution.execute_statement(f"select {expression}", self.id)
        assert answer.result is not None, answer.status
        assert answer.result.data_array is not None
        return answer.result.data_array[0][0]

    def made(self, function: PolicyFunction) -> str:
        """The name of a function that has just been made."""
        full_name = f"{SCHEMA}.{function.name}"
        execute(self.connection, self.id, function.definition(full_name))
        return full_name


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with serve(tmp_path_factory.mktemp("functions") / "workspace") as live:
        client = live.client()
        client.catalogs.create(name="masked")
        client.schemas.create(name="rules", catalog_name="masked")
        made = client.warehouses.create_and_wait(name="small", cluster_size="2X-Small")
        yield Warehouse(live, str(made.id))


@pytest.mark.parametrize(
    ("template", "masking", "value", "shown"),
    [
        ("pii", "partial", "jo.doe@example.com", "j***@example.com"),
        ("pii", "partial", "Jo Doe", "J***"),
        ("pii", "full", "Jo Doe", "***"),
        ("phi", "partial", "a", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("phi", "full", "a", "***"),
        ("pci", "partial", "4111 1111 1111 1234", "**** 1234"),
        ("pci", "full", "4111 1111 1111 1234", "***"),
    ],
)
def test_a_mask_shows_this_much_of_a_text(
    warehouse: Warehouse, template: Template, masking: str, value: str, shown: str
) -> None:
    """And nothing of nothing."""
    name = warehouse.made(mask_function(Mask(template=template, tag="t"), masking))

    assert warehouse.value(f"{name}('{value}')") == shown
    assert warehouse.value(f"{name}(cast(null as string))") is None


@pytest.mark.parametrize(
    ("template", "masking", "shown"), [("pii", "partial", "1980-01-01"), ("phi", "full", None), ("pci", "partial", None)]
)
def test_a_mask_shows_this_much_of_a_date(warehouse: Warehouse, template: Template, masking: str, shown: str | None) -> None:
    """In part, its year; of the dates on a card, nothing."""
    name = warehouse.made(mask_function(Mask(template=template, tag="t", type="date"), masking))

    assert warehouse.value(f"{name}(date'1980-05-06')") == shown


@pytest.mark.parametrize(
    ("template", "argument", "shown"),
    [
        ("pii", "true", "true"),
        ("pii", "false", "false"),
        ("pii", "null", "false"),
        ("phi", "'admins'", "true"),
        ("phi", "'nurses'", "false"),
        ("phi", "null", "false"),
        ("pci", "null", "true"),
        ("pci", "'4111'", "false"),
    ],
)
def test_a_row_filter_shows_these_rows(warehouse: Warehouse, template: Template, argument: str, shown: str) -> None:
    """Those of who consented; those of one's own groups; those without a card."""
    name = warehouse.made(filter_function(RowFilter(template=template, tag="t")))

    assert warehouse.value(f"{name}({argument})") == shown


def test_a_function_is_made_changed_and_dropped(warehouse: Warehouse) -> None:
    """Each by one statement; a new way there alone sends none, and what is gone is dropped without complaint."""
    provider = SqlFunctions()
    partly = _properties(warehouse, "partial")
    wholly = _properties(warehouse, "full")

    assert provider.create(partly).id == partly["full_name"]
    assert provider.diff("", partly, partly).changes is False
    assert provider.diff("", partly, wholly).changes is True
    assert provider.update("", partly, wholly).outs == wholly
    assert warehouse.value(f"{wholly['full_name']}('Jo')") == "***"
    elsewhere = {**wholly, "connection": {"host": "http://127.0.0.1:1", "token": "new"}}
    assert provider.update("", wholly, elsewhere).outs == elsewhere
    assert provider.read("it", wholly).id == "it"
    provider.delete("", wholly)
    provider.delete("", wholly)
    assert provider.read("it", wholly).id is None
    assert function_exists(warehouse.connection, wholly["full_name"]) is False


def test_a_statement_that_fails_says_why(warehouse: Warehouse) -> None:
    """In the workspace's words; the credentials are not in them."""
    with pytest.raises(StatementFailed, match="SCHEMA_NOT_FOUND") as caught:
        execute(warehouse.connection, warehouse.id, "create function masked.nowhere.f() return 1")
    assert warehouse.live.token not in str(caught.value)
    with pytest.raises(StatementFailed, match=r"127\.0\.0\.1:1 does not answer"):
        execute({"host": "http://127.0.0.1:1", "token": "t"}, "w", "select 1")


def test_a_service_principal_signs_in_by_its_oauth_secret(warehouse: Warehouse) -> None:
    """Its rights are what counts: one that may not make functions there is refused by the privilege's name."""
    admin = warehouse.live.client()
    principal = admin.service_principals.create(display_name="deployer")
    secret = admin.service_principal_secrets_proxy.create(service_principal_id=str(principal.id))
    connection = {
        "host": warehouse.live.host,
        "client_id": str(principal.application_id),
        "client_secret": str(secret.secret),
    }
    admin.permissions.update("warehouses", warehouse.id, access_control_list=[_may_use(str(principal.application_id))])

    execute(connection, warehouse.id, "select 1")
    with pytest.raises(StatementFailed, match="USE CATALOG"):
        execute(connection, warehouse.id, f"create function {SCHEMA}.denied() return 1")


def _may_use(application_id: str) -> AccessControlRequest:
    return AccessControlRequest(service_principal_name=application_id, permission_level=PermissionLevel.CAN_USE)


def _properties(warehouse: Warehouse, masking: str) -> dict[str, Any]:
    function = mask_function(Mask(template="pii", tag="t"), masking)
    full_name = f"{SCHEMA}.changing"
    return {
        "full_name": full_name,
        "definition": function.definition(full_name),
        "warehouse_id": warehouse.id,
        "connection": warehouse.connection,
    }
