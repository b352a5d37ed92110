"""LATERAL VIEW and LATERAL explode(…) as joins with a lateral subquery, in whose SELECT list the generator then stands."""

from __future__ import annotations

from sqlglot import exp

_OUTER = "outer"


def is_outer(generator: exp.Expr) -> bool:
    """Whether a generator gives a row of nulls for nothing: explode_outer, or OUTER of its LATERAL VIEW."""
    return bool(generator.meta.get(_OUTER)) or type(generator).__name__.endswith("Outer")


def straighten(select: exp.Select) -> None:
    """Make all lateral generators of a FROM joins."""
    joins = list(select.args.get("joins") or [])
    for join in joins:
        if isinstance(join.this, exp.Lateral) and not isinstance(join.this.this, exp.Subquery):
            join.set("this", _subquery(join.this, len(joins)))
    for at, view in enumerate(select.args.get("laterals") or [], len(joins)):
        joins.append(exp.Join(this=_subquery(view, at), kind="CROSS"))
    select.set("joins", joins)
    select.set("laterals", [])


def _subquery(lateral: exp.Lateral, number: int) -> exp.Lateral:
    generator = lateral.this
    if lateral.args.get("outer"):
        generator.meta[_OUTER] = True
    given = lateral.args.get("alias") or exp.TableAlias()
    columns = given.args.get("columns") or []
    name = given.this or exp.to_identifier(f"_lateral{number}")
    query = exp.Subquery(this=exp.Select(expressions=[generator]))
    return exp.Lateral(this=query, alias=exp.TableAlias(this=name, columns=columns))
