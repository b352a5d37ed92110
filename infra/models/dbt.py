"""The dbt project that an environment runs; its jobs are in `infra.models.job`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from infra.models.record import Identifier, Key, Record


def _variable(value: Any) -> Any:
    items = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(item, str | int | float | bool) for item in items):
        raise ValueError("expected text, a number, true, false, or a list of these")
    return value


DbtVariable = Annotated[Any, AfterValidator(_variable)]


class Dbt(Record):
    """One dbt project; its content is released to the workspace and jobs point at that release."""

    project: str = "dbt"
    """The folder of the dbt project, from the project's folder."""
    target: Key = ""
    """The dbt target: what `target.name` says in the project; the environment's name where left out."""
    catalog: Identifier
    """The domain whose catalog dbt builds in: a key of `catalogs`."""
    schema_: Annotated[Identifier, Field(alias="schema")]
    """The schema of models that name none."""
    adapter: str = "dbt-databricks==1.12.0"
    """What jobs install to run dbt: a Python requirement."""
    threads: Annotated[int, Field(ge=1, le=64)] = 4
    """Models built at the same time."""
    vars: Mapping[str, DbtVariable] = {}
    """Variables for dbt; `environment`, the environment's name, is always among them."""
