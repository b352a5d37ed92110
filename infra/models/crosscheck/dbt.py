"""The dbt project: it builds in a catalog and a schema that are there."""

from __future__ import annotations

from infra.models.crosscheck.words import Wrong, known
from infra.models.environment import Environment
from infra.models.handover import FOLLOWING


def dbt(environment: Environment) -> Wrong:
    """The project's place, and its variables."""
    project = environment.dbt
    if project is None:
        return
    yield from known(("dbt", "catalog"), project.catalog, environment.catalogs, "domain", "catalogs")
    catalog = environment.catalogs.get(project.catalog)
    if catalog is not None:
        where = f"catalogs.{project.catalog}.schemas"
        yield from known(("dbt", "schema"), project.schema_, catalog.schemas, "schema", where)
    for name in FOLLOWING.keys() & project.vars.keys():
        yield ("dbt", "vars", name), f"is handed over by itself, from {FOLLOWING[name]}; leave it out"
