"""Functions in a FROM."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.tokens import Tokens

_GENERATORS = (exp.Explode, exp.Inline, exp.Stack)


def spell_out(table: exp.Table) -> None:
    """`IDENTIFIER('a.b.c')` to the name that it stands for."""
    function = table.this
    if not isinstance(function, exp.Anonymous) or function.name.lower() != "identifier" or len(function.expressions) != 1:
        return
    parts = Tokens(function.expressions[0].name).name()
    for key, part in zip(("this", "db", "catalog"), reversed(parts), strict=False):
        table.set(key, exp.to_identifier(part, quoted=True))


def rewrite(table: exp.Table) -> None:
    """Make a table function DuckDB's, its columns named as Databricks names them. Raises Unsupported for unknown ones."""
    function = table.this
    name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
    if isinstance(function, _GENERATORS) or name == "inline_outer":
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(name))
        table.replace(exp.Subquery(this=exp.Select(expressions=[function]), alias=alias))
        return
    if name != "range":
        raise Unsupported(f"the table function {name}()")
    function.meta["ours"] = True
    alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier("range"))
    if not alias.args.get("columns"):
        alias.set("columns", [exp.to_identifier("id")])
    table.set("alias", alias)
