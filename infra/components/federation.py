"""A connection to another database, and who may use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_databricks as databricks

from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class ForeignConnectionArgs:
    """Which connection of which environment, the values of the file's secrets, whom its grants may name."""

    environment: Environment
    key: str
    values: Mapping[str, str] = field(repr=False)
    principals: Principals


class ForeignConnection(pulumi.ComponentResource):
    """`connection_name` is what a catalog of the other side names."""

    def __init__(self, name: str, args: ForeignConnectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:federation:ForeignConnection", name, None, opts)
        model = args.environment.connections[args.key]
        secrets = {option: pulumi.Output.secret(args.values[reference]) for option, reference in model.secrets.items()}
        connection = databricks.Connection(
            name,
            name=args.environment.connection_name(args.key),
            connection_type=model.type,
            comment=model.comment,
            owner=args.principals.owner(model.owner),
            options={**model.options, **secrets},
            properties=model.properties or None,
            read_only=model.read_only,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.connection_name: pulumi.Output[str] = connection.name
        Grantor(self, args.environment, args.principals).grant(name, model.grants, "foreign_connection", connection.name)
        self.register_outputs({"connection_name": self.connection_name})
