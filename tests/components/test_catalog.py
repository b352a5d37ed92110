"""Catalogs, schemas, volumes and their grants."""

from __future__ import annotations

from typing import Any

from tests.stacks.program import Registered


def bearing(run: Registered, type: str) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in run.of(type).items() if one["type"].startswith("databricks:")}


def test_a_catalog_is_named_after_domain_and_environment(rich: Registered) -> None:
    """With all that the file says of it; one with a name of its own bears that."""
    catalog = "databricks:index/catalog:Catalog"

    assert rich.inputs(catalog, "streaming") == {
        "name": "streaming_rich",
        "owner": "robots",
        "isolationMode": "ISOLATED",
        "storageRoot": "s3://acme/streaming",
        "properties": {"domain": "streaming"},
        "forceDestroy": False,
    }
    assert rich.inputs(catalog, "sports")["name"] == "our_sports"


def test_a_schema_belongs_to_its_catalog(rich: Registered) -> None:
    """Its logical name holds the domain, never the name in the workspace, which differs from one environment to the next."""
    assert rich.inputs("databricks:index/schema:Schema", "streaming.gold") == {
        "name": "gold",
        "catalogName": "streaming_rich",
        "comment": "For everyone",
        "forceDestroy": False,
    }


def test_volumes_are_external_where_they_have_a_location(rich: Registered) -> None:
    """And managed where they have none."""
    assert rich.inputs("Volume", "streaming.raw.landing") == {
        "name": "landing",
        "catalogName": "streaming_rich",
        "schemaName": "raw",
        "volumeType": "EXTERNAL",
        "storageLocation": "s3://acme/landing",
        "owner": "app-runner",
    }
    assert rich.inputs("Volume", "streaming.raw.drafts")["volumeType"] == "MANAGED"


def test_protection_follows_the_innermost_word(rich: Registered) -> None:
    """What is not protected is removed with its data; a protected one is neither removed nor emptied."""
    protected = {name: one["protect"] for kind in ("Catalog", "Schema", "Volume") for name, one in bearing(rich, kind).items()}

    assert protected == {
        "streaming": True,
        "sports": True,
        "streaming.gold": True,
        "streaming.raw": False,
        "streaming.raw.landing": False,
        "streaming.raw.drafts": False,
    }
    assert bearing(rich, "Schema")["streaming.raw"]["inputs"]["forceDestroy"] is True


def test_grants_name_one_principal_and_one_securable(rich: Registered) -> None:
    """Service principals by application id, groups by name, roles spelt out, privileges sorted."""
    grants = {name: one["inputs"] for name, one in rich.of("Grant").items()}

    assert grants == {
        "streaming/everyone": {"catalog": "streaming_rich", "principal": "All of us", "privileges": ["USE_CATALOG"]},
        "streaming/auditors": {
            "catalog": "streaming_rich",
            "principal": "auditors",
            "privileges": ["SELECT", "USE_CATALOG", "USE_SCHEMA"],
        },
        "streaming.raw/loader": {
            "schema": "streaming_rich.raw",
            "principal": "app-loader",
            "privileges": ["CREATE_TABLE", "MODIFY", "SELECT", "USE_SCHEMA"],
        },
        "streaming.raw.landing/loader": {
            "volume": "streaming_rich.raw.landing",
            "principal": "app-loader",
            "privileges": ["READ_VOLUME", "WRITE_VOLUME"],
        },
    }


def test_a_grant_waits_for_whom_and_on_what(rich: Registered) -> None:
    """It depends on the principal and on the securable, so neither has to be there before it by luck."""
    depends_on = {urn.rpartition("::")[2] for urn in rich.of("Grant")["streaming.raw/loader"]["depends_on"]}

    assert {"loader", "streaming.raw"} <= depends_on
