"""Functions in a FROM."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported

_GENERATORS = (exp.Explode, exp.Inline, exp.Stack)


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
