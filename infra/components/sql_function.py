"""A SQL function in Unity Catalog.

Policies name functions that have to be there when the policy is made, and no resource of the official provider makes one. dbt
would make it in its first run, after the update that needs it; so the program brings a provider of its own along, which both
engines run. It asks with the environment's own credentials, which are secret in its inputs and wherever the engine keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from infra.components.statement import execute, function_exists


class SqlFunctions(ResourceProvider):
    """Makes, changes and drops functions; one statement each."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """By CREATE OR REPLACE, so that a create which was cut off can be sent again."""
        execute(props["connection"], props["warehouse_id"], props["definition"])
        return CreateResult(props["full_name"], props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Another name is another function; another definition replaces it in place. New credentials are kept for later."""
        changed = any(_olds.get(key) != _news.get(key) for key in ("full_name", "definition", "connection", "warehouse_id"))
        replaces = ["full_name"] if _olds["full_name"] != _news["full_name"] else []
        return DiffResult(changes=changed, replaces=replaces, delete_before_replace=False)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Nothing is sent where only the way there is new."""
        if _olds["definition"] != _news["definition"]:
            execute(_news["connection"], _news["warehouse_id"], _news["definition"])
        return UpdateResult(_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Whether it is there; what is in it is not compared."""
        return ReadResult(id_ if function_exists(props["connection"], props["full_name"]) else None, props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """What is gone already is no error."""
        execute(_props["connection"], _props["warehouse_id"], f"DROP FUNCTION IF EXISTS {_props['full_name']}")


@dataclass(frozen=True, slots=True)
class SqlFunctionArgs:
    """Its name with catalog and schema, the statement that makes it, and where that is sent; see `statement.execute`."""

    full_name: pulumi.Input[str]
    definition: pulumi.Input[str]
    warehouse_id: pulumi.Input[str]
    connection: Mapping[str, str] = field(repr=False)


class SqlFunction(Resource, module="lakestead", name="SqlFunction"):
    """`full_name` is what policies name."""

    full_name: pulumi.Output[str]

    def __init__(self, name: str, args: SqlFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        properties = {
            "full_name": args.full_name,
            "definition": args.definition,
            "warehouse_id": args.warehouse_id,
            "connection": pulumi.Output.secret(dict(args.connection)),
        }
        super().__init__(SqlFunctions(), name, properties, opts)
