"""What jobs, pipelines, queries and endpoints name, by the keys of the environment file, as the platform names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from infra.components.principals import Principals

Names = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Ids, but for catalogs (names), notebooks and files (paths), experiments and endpoints (names).

    `release` is the folder of the dbt project, if there is one. Each layer of the program adds what it makes.
    """

    principals: Principals
    catalogs: Names
    warehouses: Names
    scopes: Names = field(default_factory=dict)
    destinations: Names = field(default_factory=dict)
    budget_policies: Names = field(default_factory=dict)
    cluster_policies: Names = field(default_factory=dict)
    pools: Names = field(default_factory=dict)
    clusters: Names = field(default_factory=dict)
    notebooks: Names = field(default_factory=dict)
    files: Names = field(default_factory=dict)
    queries: Names = field(default_factory=dict)
    pipelines: Names = field(default_factory=dict)
    release: str | None = None

    def qualified(self, name: str) -> pulumi.Output[str]:
        """`<domain>.<schema>.<name>` with the catalog's name in the place of the domain; waits for the catalog."""
        domain, _, rest = name.partition(".")
        return pulumi.Output.concat(self.catalogs[domain], ".", rest)
