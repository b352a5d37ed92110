"""Functions that make rows, in a SELECT list: explode, posexplode, inline, stack and their like."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.functions.build import call, cast
from infra.emulator.sql.functions.laterals import is_outer
from infra.emulator.sql.functions.typing import Rule, Types


def exploded(node: exp.Expr, types: Types) -> exp.Expr | None:
    """explode(array) gives `col`, explode(map) `key` and `value`."""
    outer = is_outer(node)
    source = node.this
    if types.is_a(source, "map"):
        entries: exp.Expr = call("map_entries", source)
        if outer:
            entries = call("dbx_or_one", entries)
        return _spread(node, entries, ["key", "value"])
    unnested = call("unnest", call("dbx_or_one", source) if outer else source)
    return unnested if isinstance(node.parent, exp.Alias) else exp.alias_(unnested, "col")


def _spread(node: exp.Expr, structs: exp.Expr, fields: list[str]) -> exp.Expr | None:
    """One column for each field of the structs; `AS (a, b)` names them."""
    if isinstance(node.parent, exp.Aliases):
        names = [each.name for each in node.parent.expressions]
        if len(names) != len(fields):
            raise SqlError(
                "UDTF_ALIAS_NUMBER_MISMATCH", f"The generator gives {len(fields)} columns, not {len(names)}.", "42802"
            )
        item = call("unnest", structs)
        taken = [call("struct_extract", item.copy(), field) for field in fields]
        _put(node.parent, [exp.alias_(each, name) for each, name in zip(taken, names, strict=True)])
        return None
    return call("unnest", structs, exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=exp.Literal.number(2)))


def numbered(node: exp.Expr, types: Types) -> exp.Expr | None:
    """posexplode(array) gives `pos`, from 0, and `col`; `AS (p, c)` names them."""
    holder = node.parent if isinstance(node.parent, exp.Aliases) else node
    if not isinstance(holder.parent, exp.Select) or types.is_a(node.this, "map"):
        return None
    names = [each.name for each in holder.expressions] if isinstance(holder, exp.Aliases) else ["pos", "col"]
    source = call("dbx_or_one", node.this) if is_outer(node) else node.this
    at = exp.Sub(this=call("generate_subscripts", source, 1), expression=exp.Literal.number(1))
    _put(holder, [exp.alias_(cast(at, "INTEGER"), names[0]), exp.alias_(call("unnest", source.copy()), names[1])])
    return None


def _put(item: exp.Expr, columns: list[exp.Expr]) -> None:
    """Put several columns in the place of one item of a SELECT list."""
    select = item.parent
    if select is not None:
        listed = [each for known in select.expressions for each in (columns if known is item else [known])]
        select.set("expressions", listed)


def inlined(node: exp.Expr, types: Types) -> exp.Expr | None:
    """inline(array of structs)."""
    source = node.this if isinstance(node, exp.Inline) else node.expressions[0]
    kind = types.of(source)
    fields = [] if kind is None or kind.element is None else [field.name for field in kind.element.fields]
    outer = is_outer(node) or isinstance(node, exp.Anonymous)
    return _spread(node, call("dbx_or_one", source) if outer else source, fields)


def stacked(node: exp.Expr, types: Types) -> exp.Expr | None:
    """stack(n, v1, v2, …): n rows."""
    rows = int(node.this.name)
    values = node.expressions
    width = -(-len(values) // rows)
    names = [each.name for each in node.parent.expressions] if isinstance(node.parent, exp.Aliases) else []
    names = names or [f"col{at}" for at in range(width)]
    structs = [
        exp.Struct(
            expressions=[
                exp.PropertyEQ(
                    this=exp.to_identifier(name, quoted=True),
                    expression=values[row * width + at] if row * width + at < len(values) else exp.Null(),
                )
                for at, name in enumerate(names)
            ]
        )
        for row in range(rows)
    ]
    spread = call(
        "unnest",
        exp.Array(expressions=structs),
        exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=exp.Literal.number(2)),
    )
    if isinstance(node.parent, exp.Aliases):
        node.parent.replace(spread)
        return None
    return spread


_EXPLODE_OUTER: type[exp.Expr] = type(exp.maybe_parse("explode_outer(a)", dialect="databricks"))
NAMES: dict[str, Rule] = {"inline_outer": inlined}
RULES: dict[type[exp.Expr], Rule] = {
    exp.Explode: exploded,
    _EXPLODE_OUTER: exploded,
    exp.Posexplode: numbered,
    exp.PosexplodeOuter: numbered,
    exp.Inline: inlined,
    exp.Stack: stacked,
}
