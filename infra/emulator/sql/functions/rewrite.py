"""One walk over a resolved tree: inner queries first, in each of them expressions from the inside out.

Each node may be replaced by what gives Databricks' result on DuckDB. A rule that needs a type asks `Types`, which knows the
query that the walk is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.functions import (
    aggregates,
    arrays,
    casts,
    generators,
    identity,
    json,
    laterals,
    named,
    numbers,
    strings,
    times,
)
from infra.emulator.sql.functions.typing import Rule, Scope, Types

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_RULES: dict[type[exp.Expr], Rule] = {
    **numbers.RULES,
    **strings.RULES,
    **times.RULES,
    **arrays.RULES,
    **aggregates.RULES,
    **json.RULES,
    **generators.RULES,
    **identity.RULES,
    **casts.RULES,
    exp.Typeof: named.type_name,
}
#: Clauses that steer Spark's execution and change no result.
_HINTS = ("hint", "cluster", "distribute", "sort")


def rewrite(session: Session, tree: exp.Expr) -> exp.Expr:
    """The tree with its functions rewritten."""
    holder = exp.Tuple(expressions=[tree])
    _Walk(session).visit(tree)
    rewritten: exp.Expr = holder.expressions[0].pop()
    return rewritten


class _Walk:
    def __init__(self, session: Session) -> None:
        self._types = Types(session)

    def visit(self, node: exp.Expr) -> None:
        if isinstance(node, exp.Select):
            self._select(node)
        elif isinstance(node, exp.Update | exp.Delete) and node.this is not None:  # MERGE's own have no table
            self._within(node, Scope([exp.From(this=node.this.copy())], self._types.scope))
        elif isinstance(node, exp.Values):
            _name_columns(node)
            self._children(node)
        elif isinstance(node, exp.Merge):
            joined = exp.Select().from_(node.this.copy()).join(node.args["using"].copy(), join_type="cross")
            self._children(node, only=("using",))
            self._within(node, Scope(_sources(joined), self._types.scope), skip=("this", "using"))
        else:
            defined = len(self._types.clauses)
            self._common_tables(node)
            self._children(node, skip=("with_",))
            del self._types.clauses[defined:]
            self._apply(node)

    def _select(self, node: exp.Select) -> None:
        for clause in _HINTS:
            node.set(clause, None)
        outer, defined = self._types.scope, len(self._types.clauses)
        self._common_tables(node)
        laterals.straighten(node)
        self._types.scope = Scope([], outer)
        self._children(node, only=("from_",))
        for position, join in enumerate(node.args.get("joins") or []):
            self._types.scope = Scope(_sources(node, position), outer)
            self._children(join, only=("this",))
            self._types.scope = Scope(_sources(node, position + 1), outer)
            self._children(join, skip=("this",))
        self._types.scope = Scope(_sources(node), outer, node)
        self._children(node, skip=("with_", "from_", "joins"))
        self._types.scope = outer
        del self._types.clauses[defined:]

    def _common_tables(self, node: exp.Expr) -> None:
        clause = node.args.get("with_")
        if isinstance(clause, exp.With):
            for table in clause.expressions:
                self.visit(table)
                if not clause.args.get("recursive"):
                    self._types.clauses.append(table)

    def _within(self, node: exp.Expr, scope: Scope, skip: tuple[str, ...] = ()) -> None:
        outer, self._types.scope = self._types.scope, scope
        self._children(node, skip=skip)
        self._types.scope = outer

    def _children(self, node: exp.Expr, *, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> None:
        for key, value in list(node.args.items()):
            if (only and key not in only) or key in skip:
                continue
            for child in list(value) if isinstance(value, list) else [value]:
                if isinstance(child, exp.Expr):
                    self.visit(child)

    def _apply(self, node: exp.Expr) -> None:
        rule = self._named(node) if isinstance(node, exp.Anonymous) else _RULES.get(type(node))
        if rule is None:
            return
        replacement = rule(node, self._types)
        if replacement is None:
            return
        node.replace(replacement)
        if isinstance(node, exp.Anonymous) and isinstance(replacement, exp.Avg | exp.Sum):
            self._apply(replacement)

    def _named(self, node: exp.Anonymous) -> Rule | None:
        name = node.name.lower()
        if name.startswith("dbx_") or node.meta.get("ours"):
            return None
        rule = named.NAMES.get(name)
        if rule is None:
            raise SqlError(
                "UNRESOLVED_ROUTINE",
                f"Cannot resolve routine `{name}` on search path [`system`.`builtin`, `system`.`session`]"
                ", or this local workspace does not support it.",
                "42883",
            )
        return rule


def _name_columns(values: exp.Values) -> None:
    """The columns of an inline table are col1, col2, … unless they are named."""
    alias = values.args.get("alias")
    if values.find_ancestor(exp.Insert) or (alias is not None and alias.args.get("columns")):
        return
    first = values.expressions[0]
    width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
    name = alias.this if alias is not None and alias.this else exp.to_identifier("_values")
    columns = [exp.to_identifier(f"col{position}") for position in range(1, width + 1)]
    values.set("alias", exp.TableAlias(this=name, columns=columns))


def _sources(select: exp.Select, joins: int | None = None) -> list[exp.Expr]:
    """The FROM of a SELECT and its first joins, to bind expressions against; on which condition they join is left out."""
    if select.args.get("from_") is None:
        return []
    parts = [select.args["from_"].copy(), *(join.copy() for join in (select.args.get("joins") or [])[:joins])]
    for part in parts:
        if part.args.get("on") is not None:
            part.set("on", exp.true())
    return parts
