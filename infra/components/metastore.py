"""Grants on the metastore that the workspace is attached to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.metastore import Metastore as MetastoreModel


@dataclass(frozen=True, slots=True)
class MetastoreArgs:
    """What the environment says of its metastore; whom its grants may name."""

    environment: Environment
    model: MetastoreModel
    principals: Principals


class Metastore(pulumi.ComponentResource):
    """The metastore is neither made nor changed."""

    def __init__(self, name: str, args: MetastoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:metastore:Metastore", name, None, opts)
        Grantor(self, args.environment, args.principals).grant(name, args.model.grants, "metastore", args.model.id)
        self.register_outputs({})
