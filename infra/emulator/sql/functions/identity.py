"""Functions that tell of the session: who, where, with which rights. Inside a view they tell of who asks, not of its owner."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions.build import node as literal
from infra.emulator.sql.functions.typing import Rule, Types
from infra.emulator.workspace import ACCOUNT_USERS


def catalog(_node: exp.Expr, types: Types) -> exp.Expr:
    return literal(types.session.catalog)


def schema(_node: exp.Expr, types: Types) -> exp.Expr:
    return literal(types.session.schema)


def user(_node: exp.Expr, types: Types) -> exp.Expr:
    return literal(types.session.caller.name)


def metastore(_node: exp.Expr, types: Types) -> exp.Expr:
    return literal(f"local:{types.session.workspace.metastore_id}")


def member(node: exp.Expr, types: Types) -> exp.Expr:
    """is_account_group_member('group'), is_member('group')."""
    group = node.expressions[0]
    groups = [literal(name) for name in sorted(types.session.caller.groups | {ACCOUNT_USERS})]
    return exp.paren(exp.In(this=group, expressions=groups))


def version(_node: exp.Expr, _types: Types) -> exp.Expr:
    return literal("4.0.0 local")


def zone(_node: exp.Expr, _types: Types) -> exp.Expr:
    return literal("Etc/UTC")


def secret(_node: exp.Expr, _types: Types) -> exp.Expr:
    raise Unsupported("secret() in SQL")


RULES: dict[type[exp.Expr], Rule] = {
    exp.CurrentCatalog: catalog,
    exp.CurrentSchema: schema,
    exp.CurrentDatabase: schema,
    exp.CurrentUser: user,
    exp.SessionUser: user,
    exp.CurrentTimezone: zone,
    exp.Secret: secret,
}
NAMES: dict[str, Rule] = {
    "user": user,
    "current_metastore": metastore,
    "is_account_group_member": member,
    "is_member": member,
    "version": version,
    "current_version": version,
}
