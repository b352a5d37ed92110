"""What an environment hands over to dbt: the variables that every run of the project gets. dbt/README.md says what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from infra.models.classification import FORGOTTEN_AFTER
from infra.models.durations import days

if TYPE_CHECKING:
    from infra.models.environment import Environment

#: Variables that follow from the file, and what they follow from: nobody says them in `dbt.vars`.
FOLLOWING: Final = {
    "environment": "the environment's name",
    "model_optimizations": "model_optimizations",
    "retention_days": "retention_days of catalogs and schemas",
    "table_properties": "pii_level, retention_days and sla of schemas",
    "column_tags": "columns of governance.masks and row_filters",
    "backups": "backups",
}


def variables(environment: Environment) -> dict[str, Any]:
    """Those of the file, and those that follow from the rest of it; what the file says nothing about is left out."""
    given = dict(environment.dbt.vars) if environment.dbt else {}
    follows = {
        "model_optimizations": _optimizations(environment),
        "retention_days": _retention(environment),
        "table_properties": _table_properties(environment),
        "column_tags": _column_tags(environment),
    }
    return {**given, **{name: value for name, value in follows.items() if value}, "environment": environment.name}


def backup_variables(environment: Environment) -> dict[str, Any]:
    """What `dbt run-operation back_up` gets besides; empty where nothing is backed up."""
    if environment.backups is None:
        return {}
    catalogs = {environment.catalog_name(domain): environment.backup_catalog_name(domain) for domain in environment.backed_up}
    return {"backups": {"catalogs": catalogs, "retention_days": days(environment.backups.retention)}}


def _optimizations(environment: Environment) -> dict[str, Any]:
    said = environment.model_optimizations.model_dump()
    return {key: list(value) if isinstance(value, tuple) else value for key, value in said.items() if value}


def _retention(environment: Environment) -> dict[str, int]:
    """By schema of the catalog that dbt builds in."""
    kept = {schema: environment.retention_days(domain, schema) for domain, schema in _schemas(environment)}
    return {schema: number for schema, number in kept.items() if number is not None}


def _table_properties(environment: Environment) -> dict[str, dict[str, str]]:
    """What stands in a table's own properties, so that whoever reads it alone knows; and, under the GDPR, for how long
    its files keep what was deleted from it."""
    properties: dict[str, dict[str, str]] = {}
    for domain, schema in _schemas(environment):
        catalog = environment.catalogs[domain]
        level = environment.pii_level(domain, schema)
        promised = catalog.schemas[schema].sla or catalog.sla
        kept = environment.retention_days(domain, schema)
        said = {
            "lakestead.pii_level": level if level != "none" else None,
            "lakestead.retention_days": str(kept) if kept else None,
            "lakestead.sla": promised,
        }
        if environment.compliance.gdpr and level != "none":
            said["delta.deletedFileRetentionDuration"] = f"interval {FORGOTTEN_AFTER} days"
        properties[schema] = {key: value for key, value in said.items() if value is not None}
    return {schema: said for schema, said in properties.items() if said}


def _column_tags(environment: Environment) -> dict[str, dict[str, dict[str, str]]]:
    """The columns of dbt's tables that policies name, with the tag that binds them: `silver.users: {email: {pii: email}}`."""
    tags: dict[str, dict[str, dict[str, str]]] = {}
    governance = environment.governance
    for policy in governance.policies.values():
        for path in policy.columns:
            domain, schema, table, column = path.split(".")
            if table not in environment.catalogs[domain].schemas[schema].tables:
                tagged = tags.setdefault(f"{schema}.{table}", {}).setdefault(column, {})
                tagged[policy.tag] = governance.value_for(policy)
    return tags


def _schemas(environment: Environment) -> list[tuple[str, str]]:
    """The schemas that dbt may build in: those of its domain."""
    domain = environment.dbt.catalog if environment.dbt else ""
    return [(domain, schema) for schema in environment.catalogs[domain].schemas] if domain in environment.catalogs else []
