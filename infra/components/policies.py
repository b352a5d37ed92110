"""Column masks and row filters: their functions, a policy in each catalog where one holds, the columns that it is bound to.

A policy finds columns by governed tags. Columns of tables that the environment keeps are tagged here; those of dbt's tables by
dbt, which is told by the variable `column_tags`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.grants import Grantor
from infra.components.policy_functions import PolicyFunction, filter_function, mask_function
from infra.components.principals import Principals
from infra.components.sql_function import SqlFunction, SqlFunctionArgs
from infra.components.tags import tag
from infra.models import Environment
from infra.models.governance import Mask

if TYPE_CHECKING:
    from infra.models.governance import Policy

#: The group of everyone in the account, to whom policies apply unless they are let through.
EVERYONE = "account users"


@dataclass(frozen=True, slots=True)
class PoliciesArgs:
    """The environment whose policies are to be; the names of its catalogs, and the way statements go to its workspace."""

    environment: Environment
    catalog_names: Mapping[str, pulumi.Output[str]]
    table_names: Mapping[str, pulumi.Output[str]]
    warehouse_id: pulumi.Input[str]
    principals: Principals
    connection: Mapping[str, str] = field(repr=False)


class Policies(pulumi.ComponentResource):
    """All of `governance.masks` and `governance.row_filters`, which name a schema for functions and a warehouse."""

    def __init__(self, name: str, args: PoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:policies:Policies", name, None, opts)
        self._args = args
        self._functions: dict[str, SqlFunction] = {}
        governance = args.environment.governance
        masking = args.environment.data_classification.data_masking
        for key, mask in governance.masks.items():
            self._policy(key, mask, mask_function(mask, masking))
        for key, row_filter in governance.row_filters.items():
            self._policy(key, row_filter, filter_function(row_filter))
        self.register_outputs({})

    def _policy(self, key: str, model: Policy, function: PolicyFunction) -> None:
        made = self._function(function)
        for domain, catalog_name in self._args.catalog_names.items():
            if domain in (model.catalogs or (domain,)) and self._args.environment.catalogs[domain].connection is None:
                self._in_catalog(f"{key}/{domain}", key, model, made, catalog_name)
        for column in model.columns:
            table, _, name = column.rpartition(".")
            if table in self._args.table_names:
                full_name = pulumi.Output.concat(self._args.table_names[table], ".", name)
                given = {model.tag: self._args.environment.governance.value_for(model)}
                tag(column, given, "columns", full_name, pulumi.ResourceOptions(parent=self))

    def _in_catalog(self, name: str, key: str, model: Policy, function: SqlFunction, catalog_name: pulumi.Output[str]) -> None:
        masks = isinstance(model, Mask)
        using = [databricks.PolicyInfoRowFilterUsingArgs(alias="column")]
        databricks.PolicyInfo(
            name,
            name=key,
            comment=model.comment,
            policy_type="POLICY_TYPE_COLUMN_MASK" if masks else "POLICY_TYPE_ROW_FILTER",
            on_securable_type="CATALOG",
            on_securable_fullname=catalog_name,
            for_securable_type="TABLE",
            to_principals=[EVERYONE],
            except_principals=[self._args.principals.name(who) for who in model.except_] or None,
            match_columns=[databricks.PolicyInfoMatchColumnArgs(alias="column", condition=condition(model))],
            column_mask=(
                databricks.PolicyInfoColumnMaskArgs(function_name=function.full_name, on_column="column") if masks else None
            ),
            row_filter=(None if masks else databricks.PolicyInfoRowFilterArgs(function_name=function.full_name, usings=using)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _function(self, function: PolicyFunction) -> SqlFunction:
        """One function serves all policies of its template."""
        if function.name not in self._functions:
            domain, _, schema = (self._args.environment.governance.functions or "").partition(".")
            full_name = pulumi.Output.concat(self._args.catalog_names[domain], f".{schema}.{function.name}")
            args = SqlFunctionArgs(
                full_name, full_name.apply(function.definition), self._args.warehouse_id, self._args.connection
            )
            made = SqlFunction(function.name, args, pulumi.ResourceOptions(parent=self))
            self._functions[function.name] = made
            grants = self._args.environment.governance.grants
            Grantor(self, self._args.environment, self._args.principals).grant(
                function.name, grants, "function", made.full_name
            )
        return self._functions[function.name]


def condition(policy: Policy) -> str:
    """By which columns are found, in the language of policies: `has_tag('pii')`, or one of its values."""
    if not policy.values:
        return f"has_tag('{policy.tag}')"
    return " OR ".join(f"has_tag_value('{policy.tag}', '{_escaped(value)}')" for value in policy.values)


def _escaped(value: str) -> str:
    return value.replace("'", "\\'")
