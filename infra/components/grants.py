"""Grants: one `Grant` for each principal, so that whoever the environment does not name keeps what they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.securable import Grants

#: What can be granted on, by the input of `Grant` that names it.
Securable = Literal[
    "catalog", "schema", "table", "volume", "function", "model", "metastore", "external_location", "storage_credential",
    "foreign_connection",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grantor:
    """Who grants: the component whose children the grants are, its environment, whom that names, and what comes before."""

    parent: pulumi.Resource
    environment: Environment
    principals: Principals
    after: Sequence[pulumi.Resource] = ()

    def grant(self, name: str, grants: Grants, kind: Securable, securable: pulumi.Input[str]) -> None:
        """Grant on one securable; the resources are named `<name>/<principal>`."""
        on: dict[str, pulumi.Input[str]] = {kind: securable}
        for who, granted in grants.items():
            databricks.Grant(
                f"{name}/{who}",
                principal=self.principals.name(who),
                privileges=list(self.environment.identities.privileges(granted)),
                catalog=on.get("catalog"),
                schema=on.get("schema"),
                table=on.get("table"),
                volume=on.get("volume"),
                function=on.get("function"),
                model=on.get("model"),
                metastore=on.get("metastore"),
                external_location=on.get("external_location"),
                storage_credential=on.get("storage_credential"),
                foreign_connection=on.get("foreign_connection"),
                opts=pulumi.ResourceOptions(parent=self.parent, depends_on=list(self.after)),
            )
