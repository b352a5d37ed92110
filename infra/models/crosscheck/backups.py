"""Backups: something to copy, someone who may read it, and somewhere else to put it."""

from __future__ import annotations

from infra.models.crosscheck.data import privileges
from infra.models.crosscheck.storage import inside
from infra.models.crosscheck.words import Path, Wrong, known
from infra.models.environment import Environment


def backups(environment: Environment) -> Wrong:
    """The whole of `backups`."""
    model = environment.backups
    if model is None:
        return
    at: Path = ("backups",)
    runners = environment.identities.service_principals
    yield from known((*at, "warehouse"), model.warehouse, environment.warehouses, "warehouse", "warehouses")
    yield from known((*at, "run_as"), model.run_as, runners, "service principal", "identities.service_principals")
    if not environment.backed_up:
        yield at, "copies what is protected, and no catalog is; say protect: true, or leave 'backups' out"
    if environment.dbt is None:
        yield at, "is an operation of the dbt project, and the environment has none; say where it is in dbt"
    if model.run_as in runners:
        yield from _reader(environment, model.run_as)
    warehouse = environment.warehouses.get(model.warehouse)
    if warehouse is not None and model.run_as in runners and not _may_use(environment, model.warehouse, model.run_as):
        remedy = f"give it CAN_USE in warehouses.{model.warehouse}.permissions"
        yield (*at, "warehouse"), f"'{model.run_as}', who copies, may not use '{model.warehouse}'; {remedy}"
    for domain in environment.backed_up:
        storage = environment.catalogs[domain].storage
        if (
            model.storage is not None
            and storage is not None
            and (inside(model.storage, storage) or inside(storage, model.storage))
        ):
            yield (
                (*at, "storage"),
                f"is where catalogs.{domain} is kept; what takes the one takes the copy too: name another place",
            )


def _may_use(environment: Environment, warehouse: str, who: str) -> bool:
    ways = {who, *environment.identities.groups_of(who)}
    levels = environment.warehouses[warehouse].permissions
    return any(levels.get(way) in ("CAN_USE", "CAN_MONITOR", "CAN_MANAGE") for way in ways)


def _reader(environment: Environment, who: str) -> Wrong:
    for domain in environment.backed_up:
        catalog = environment.catalogs[domain]
        for key, schema in catalog.schemas.items():
            held = privileges(environment, who, catalog.grants, schema.grants)
            lacking = [one for one in ("USE_CATALOG", "USE_SCHEMA", "SELECT") if one not in held]
            if lacking and "ALL_PRIVILEGES" not in held:
                message = f"'{who}' may not copy catalogs.{domain}.schemas.{key}: it lacks {lacking[0]} there"
                yield ("backups", "run_as"), message
                break
    for (kind, key), policy in environment.governance.policies.items():
        through = {who, *environment.identities.groups_of(who)} & set(policy.except_)
        if not through and any(domain in (policy.catalogs or (domain,)) for domain in environment.backed_up):
            yield ("governance", kind, key, "except"), f"'{who}' copies what it is shown, and is shown it masked; add it"
