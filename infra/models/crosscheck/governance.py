"""Tags, masks, row filters and promises of freshness: what they name is there, and what they need is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.models.crosscheck.data import privileges, schemas, tables
from infra.models.crosscheck.words import Path, Wrong, known, principal
from infra.models.environment import Environment
from infra.models.governance import Mask, Policy
from infra.models.tags import Tags

#: https://docs.databricks.com/aws/en/data-governance/unity-catalog/abac/policies (policy quotas).
_POLICIES_A_CATALOG: Final = 10
WRITING: Final = frozenset(
    {
        *("ALL_PRIVILEGES", "MANAGE", "MODIFY", "WRITE_VOLUME", "CREATE_SCHEMA", "CREATE_TABLE", "CREATE_MATERIALIZED_VIEW"),
        *("CREATE_FUNCTION", "CREATE_MODEL", "CREATE_MODEL_VERSION", "CREATE_VOLUME"),
    }
)


def governance(environment: Environment) -> Wrong:
    """Everything under `governance`, and the tags and promises of the catalogs."""
    model = environment.governance
    if model.warehouse is not None:
        yield from known(("governance", "warehouse"), model.warehouse, environment.warehouses, "warehouse", "warehouses")
    if model.functions is not None:
        yield from _schema(environment, ("governance", "functions"), model.functions)
    for at, tags in _tagged(environment):
        yield from _values(environment, at, tags)
    for (kind, key), policy in model.policies.items():
        yield from _policy(environment, ("governance", kind, key), policy)
    yield from _quotas(environment)
    yield from _promises(environment)


def _tagged(environment: Environment) -> Iterator[tuple[Path, Tags]]:
    for domain, catalog in environment.catalogs.items():
        yield ("catalogs", domain, "tags"), catalog.all_tags
    for at, _, _, schema in schemas(environment):
        yield (*at, "tags"), schema.all_tags
        for name, volume in schema.volumes.items():
            yield (*at, "volumes", name, "tags"), volume.tags
    for at, _, _, table in tables(environment):
        yield (*at, "tags"), table.tags
        for name, column in table.columns.items():
            yield (*at, "columns", name, "tags"), column.tags


def _values(environment: Environment, at: Path, tags: Tags) -> Wrong:
    """A governed tag takes the values of its policy alone."""
    for key, value in tags.items():
        governed = environment.governance.tags.get(key)
        path = (*at[:-1], key) if key in ("sla", "pii_level", "retention_days") else (*at, key)
        if governed is not None and governed.values and value not in governed.values:
            yield path, f"'{value}' is no value of the governed tag '{key}'; use one of {', '.join(governed.values)}"
        if governed is not None and value and not governed.values:
            yield (
                path,
                f"the governed tag '{key}' takes no value; write \"\", or add '{value}' to governance.tags.{key}.values",
            )


def _policy(environment: Environment, at: Path, policy: Policy) -> Wrong:
    model = environment.governance
    yield from known((*at, "tag"), policy.tag, model.tags, "governed tag", "governance.tags")
    governed = model.tags.get(policy.tag)
    for index, value in enumerate(policy.values if governed else ()):
        if governed and value not in governed.values:
            there = ", ".join(governed.values) or "none"
            yield (*at, "values", index), f"'{value}' is no value of the governed tag '{policy.tag}'; it has {there}"
    for index, domain in enumerate(policy.catalogs):
        yield from known((*at, "catalogs", index), domain, environment.catalogs, "domain", "catalogs")
    for index, who in enumerate(policy.except_):
        yield from principal(environment, (*at, "except", index), who)
    for index, column in enumerate(policy.columns):
        yield from _column(environment, (*at, "columns", index), column, policy)
    if isinstance(policy, Mask) and environment.data_classification.data_masking == "none":
        yield at, "would mask, and data_classification.data_masking says 'none'; say partial or full there"
    for need in ("functions", "warehouse"):
        if getattr(model, need) is None:
            why = "on which warehouse" if need == "warehouse" else "in which schema"
            yield at, f"works by a function that has to be made; say {why}, in governance.{need}"
    yield from _writers(environment, at, policy)


def _schema(environment: Environment, at: Path, path: str) -> Wrong:
    domain, _, schema = path.partition(".")
    yield from known(at, domain, environment.catalogs, "domain", "catalogs")
    if domain in environment.catalogs:
        yield from known(at, schema, environment.catalogs[domain].schemas, "schema", f"catalogs.{domain}.schemas")


def _column(environment: Environment, at: Path, path: str, policy: Policy) -> Wrong:
    """A column of a table that the environment keeps is looked up; one of dbt's is known when dbt has built it."""
    domain, schema, table, column = path.split(".")
    yield from _schema(environment, at, f"{domain}.{schema}")
    if domain not in environment.catalogs or schema not in environment.catalogs[domain].schemas:
        return
    if policy.catalogs and domain not in policy.catalogs:
        yield at, f"is in the catalog '{domain}', where this does not hold; add it to 'catalogs', or leave the column out"
    kept = environment.catalogs[domain].schemas[schema].tables.get(table)
    if kept is not None:
        where = f"catalogs.{domain}.schemas.{schema}.tables.{table}.columns"
        yield from known(at, column, kept.columns, "column", where)
        if isinstance(policy, Mask) and column in kept.columns and kept.columns[column].type != policy.type:
            yield at, f"is of type {kept.columns[column].type}, and this masks {policy.type}; give it a mask of its own type"
    elif environment.dbt is None or environment.dbt.catalog != domain:
        yield at, f"'{table}' is neither a table that the environment keeps nor one that dbt builds; say it under 'tables'"


def _writers(environment: Environment, at: Path, policy: Policy) -> Wrong:
    """Who builds tables from what is hidden from it would write down the masked values."""
    for domain in policy.catalogs or environment.catalogs:
        catalog = environment.catalogs.get(domain)
        if catalog is None:
            continue
        granted = [catalog.grants, *(schema.grants for schema in catalog.schemas.values())]
        for job in environment.jobs.values():
            who = job.run_as
            through = {who, *environment.identities.groups_of(who)} & set(policy.except_)
            if not through and privileges(environment, who, *granted) & WRITING:
                yield (
                    (*at, "except"),
                    f"'{who}' writes in the catalog '{domain}', and would write what it is shown: masked; add it",
                )
                break


def _quotas(environment: Environment) -> Wrong:
    for domain in environment.catalogs:
        holding = [at for at, policy in environment.governance.policies.items() if domain in (policy.catalogs or (domain,))]
        if len(holding) > _POLICIES_A_CATALOG:
            message = f"is number {len(holding)} in the catalog '{domain}'; {_POLICIES_A_CATALOG} is the platform's limit"
            yield ("governance", *holding[_POLICIES_A_CATALOG]), message


def _promises(environment: Environment) -> Wrong:
    places: list[tuple[Path, str | None]] = [((*at, "sla"), schema.sla) for at, _, _, schema in schemas(environment)]
    places += [(("catalogs", domain, "sla"), catalog.sla) for domain, catalog in environment.catalogs.items()]
    for path, sla in places:
        if sla is None:
            continue
        if environment.governance.warehouse is None:
            yield path, f"'{sla}' is watched by a query, and none can be run: say on which warehouse, in governance.warehouse"
        elif not environment.governance.notify:
            yield path, f"'{sla}' can be broken, and nobody would hear of it: say who, in governance.notify"
