"""Tags of data: governed ones with their policies, and which object bears which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_databricks as databricks

from infra.models import Environment

#: What can bear a tag, as the API writes it.
Entity = Literal["catalogs", "schemas", "tables", "columns", "volumes"]


def tag(
    name: str, tags: Mapping[str, str], kind: Entity, entity: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
) -> None:
    """Tag one object; the resources are named `<name>/<key>`."""
    for key, value in sorted(tags.items()):
        databricks.EntityTagAssignment(
            f"{name}/{key}", entity_type=kind, entity_name=entity, tag_key=key, tag_value=value or None, opts=opts
        )


@dataclass(frozen=True, slots=True)
class GovernedTagsArgs:
    """The environment whose governed tags are to be."""

    environment: Environment


class GovernedTags(pulumi.ComponentResource):
    """The policies of the account's tags, so far as this environment keeps them. Whatever bears a tag comes after."""

    def __init__(self, name: str, args: GovernedTagsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:tags:GovernedTags", name, None, opts)
        for key, model in args.environment.governance.tags.items():
            if not model.existing:
                databricks.TagPolicy(
                    key,
                    tag_key=key,
                    description=model.description,
                    values=[databricks.TagPolicyValueArgs(name=value) for value in model.values] or None,
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs({})
