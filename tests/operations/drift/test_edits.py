"""From what was found to what the environment file would say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.models import Environment, load_environment
from infra.operations.drift.detection import Deployed
from infra.operations.drift.edits import Unsaid, adoption
from infra.operations.drift.findings import Drift, FieldDrift, ResourceDrift, Unmanaged
from infra.operations.drift.places import place
from infra.operations.rewriting import GONE, Edit
from infra.operations.settings import Settings

_RUNNER = "6dee223c-16af-4c26-bd6b-93dd3a7197a6"


def urn(chain: str, name: str) -> str:
    return f"urn:pulumi:local::shop::{chain}::{name}"


SCHEMA = urn("lakestead:catalog:Catalog$databricks:index/schema:Schema", "shop.bronze")
WAREHOUSE = urn("lakestead:warehouse:Warehouse$databricks:index/sqlEndpoint:SqlEndpoint", "etl")
LEVELS = urn("lakestead:warehouse:Warehouse$databricks:index/permissions:Permissions", "bi")
GRANT = urn("lakestead:catalog:Catalog$databricks:index/grant:Grant", "shop.bronze/runner")
JOB = urn("lakestead:job:Job$databricks:index/job:Job", "nightly")
JOB_LEVELS = urn("lakestead:job:Job$databricks:index/permissions:Permissions", "nightly")
PRINCIPAL = urn("lakestead:identities:Identities$databricks:index/servicePrincipal:ServicePrincipal", "runner")
DEPLOYED = Deployed(({"op": "refresh", "urn": PRINCIPAL, "oldState": {"outputs": {"applicationId": _RUNNER}}},))


@pytest.fixture
def environment(settings: Settings) -> Environment:
    return load_environment("local", settings.environments)


def changed(urn: str, found: Mapping[str, Any], *paths: str) -> ResourceDrift:
    kind, name = urn.split("::")[2].rpartition("$")[2], urn.rsplit("::", 1)[1]
    fields = tuple(FieldDrift(path, None, None, found.get(path)) for path in paths)
    return ResourceDrift("changed", urn, kind, name, {}, found, fields)


def gone(urn: str) -> ResourceDrift:
    return ResourceDrift("missing", urn, urn.split("::")[2].rpartition("$")[2], urn.rsplit("::", 1)[1], {}, {})


def adopted(environment: Environment, *resources: ResourceDrift, unmanaged: tuple[Unmanaged, ...] = ()) -> list[Edit]:
    changes, unsaid = adoption(environment, Drift(resources, unmanaged), DEPLOYED)
    assert unsaid == ()
    return [edit for edits in changes for edit in edits]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (SCHEMA, ("catalogs", "shop", "schemas", "bronze")),
        (WAREHOUSE, ("warehouses", "etl")),
        (LEVELS, ("warehouses", "bi", "permissions")),
        (GRANT, ("catalogs", "shop", "schemas", "bronze", "grants", "runner")),
        (JOB, ("jobs", "nightly")),
        (JOB_LEVELS, ("jobs", "nightly", "permissions")),
    ],
)
def test_a_resource_has_its_place_in_the_file(resource: str, expected: tuple[str, ...]) -> None:
    """By its type, the component around it, and its name."""
    assert place(resource) == expected


def test_properties_become_keys_in_the_file_s_words(environment: Environment) -> None:
    """Numbers, enumerations, lists of tags; a property that is empty now loses its key."""
    found = {
        "clusterSize": "Medium",
        "channel": {"name": "CHANNEL_NAME_PREVIEW"},
        "tags": {"customTags": [{"key": "team", "value": "shop"}]},
    }
    assert adopted(environment, changed(WAREHOUSE, found, "clusterSize", "channel.name", "tags.customTags[0].value")) == [
        Edit(("warehouses", "etl", "size"), "Medium"),
        Edit(("warehouses", "etl", "channel"), "CHANNEL_PREVIEW"),
        Edit(("warehouses", "etl", "tags"), {"team": "shop"}),
    ]
    at = ("catalogs", "shop", "schemas", "bronze")
    assert adopted(environment, changed(SCHEMA, {}, "comment")) == [Edit((*at, "comment"), GONE)]
    assert adopted(environment, changed(SCHEMA, {"owner": _RUNNER}, "owner")) == [Edit((*at, "owner"), "runner")]


def test_a_grant_is_written_by_a_role_where_one_fits(environment: Environment) -> None:
    """Else by its privileges."""
    assert adopted(environment, changed(GRANT, {"privileges": ["SELECT", "MODIFY"]}, "privileges")) == [
        Edit(("catalogs", "shop", "schemas", "bronze", "grants", "runner"), ["MODIFY", "SELECT"])
    ]


def test_an_access_list_is_written_whole(environment: Environment) -> None:
    """Whoever is in it and not in the file is introduced as somebody who exists."""
    entries = [
        {"servicePrincipalName": _RUNNER, "permissionLevel": "CAN_USE"},
        {"groupName": "Data Analysts", "permissionLevel": "CAN_MONITOR"},
    ]
    assert adopted(environment, changed(LEVELS, {"accessControls": entries}, "accessControls")) == [
        Edit(("identities", "groups", "data-analysts"), {"name": "Data Analysts", "existing": True}),
        Edit(("warehouses", "bi", "permissions"), {"runner": "CAN_USE", "data-analysts": "CAN_MONITOR"}),
    ]


def test_what_is_gone_takes_along_what_stands_inside(environment: Environment) -> None:
    """One key goes, not the keys in it besides."""
    assert adopted(environment, gone(JOB_LEVELS), gone(JOB)) == [Edit(("jobs", "nightly"), GONE)]


def test_grants_of_others_introduce_their_principals(environment: Environment) -> None:
    """Users by address, service principals by application id, groups by name."""
    at = ("catalogs", "shop")
    who = ("someone@example.com", "11111111-2222-3333-4444-555555555555", "auditors")
    others = tuple(Unmanaged("grant", "catalog", "shop_local", name, ("USE_CATALOG",), at) for name in who)
    edits = adopted(environment, unmanaged=others)
    assert [edit for edit in edits if edit.path[0] == "identities"] == [
        Edit(("identities", "users", "someone"), {"email": "someone@example.com", "existing": True}),
        Edit(("identities", "service_principals", "sp-11111111"), {"application_id": who[1]}),
        Edit(("identities", "groups", "auditors"), {"existing": True}),
    ]
    assert [edit.path[-1] for edit in edits if "grants" in edit.path] == ["someone", "sp-11111111", "auditors"]


def test_what_the_file_cannot_say_is_told(environment: Environment) -> None:
    """With the reason."""
    release = urn("lakestead:release:Release$databricks:index/directory:Directory", "dbt")
    found = Drift((changed(release, {"objectId": 1}, "objectId"), changed(SCHEMA, {"x": 1}, "x")), ())
    changes, unsaid = adoption(environment, found, DEPLOYED)
    assert changes == ()
    assert unsaid == (
        Unsaid("Directory dbt", "the environment file has no key of its own for it"),
        Unsaid("Schema shop.bronze: x", "the environment file does not say this property"),
    )
