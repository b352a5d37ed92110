"""Texts of queries and expressions to trees, parameters put in as values.

Trees are cached by their text and copied: dbt sends the same view definitions again and again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from infra.emulator.sql.dialect import DatabricksSql
from infra.emulator.sql.errors import SqlError, SyntaxFault, Unsupported
from infra.emulator.sql.query import outputs

Parameters = Mapping[str, exp.Expr]
#: A statement's positional parameters stand under these names: "?0", "?1", …
POSITION = "?"


def query(text: str, parameters: Parameters | None = None) -> exp.Query:
    """The tree of a query, a fresh copy. Raises SyntaxFault, or SqlError for a parameter without a value."""
    tree = tree_of(text, parameters)
    while isinstance(tree, exp.Subquery) and not any(
        tree.args.get(key) for key in ("alias", "order", "limit", "pivots", "joins")
    ):
        tree = tree.this
    if isinstance(tree, exp.Values):  # a bare VALUES list is a query of Databricks
        tree = exp.select("*").from_(exp.alias_(tree, "v", table=True) if not tree.alias else tree)
    if not isinstance(tree, exp.Query):
        raise SyntaxFault(f"Syntax error: a query is expected, not '{text[:60]}'.")
    outputs.name(tree)
    return tree


def tree_of(text: str, parameters: Parameters | None = None) -> exp.Expr:
    """The tree of a whole statement that sqlglot understands."""
    return _bind(_statement(text).copy(), parameters or {})


def expression(text: str, parameters: Parameters | None = None) -> exp.Expr:
    """The tree of an expression, such as a condition or a default."""
    tree = _statement(f"select {text}").copy()
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or set(_given(tree)) != {"expressions"}:
        raise SyntaxFault(f"Syntax error: one expression is expected, not '{text[:60]}'.")
    return _bind(tree.expressions[0].pop(), parameters or {})


def _given(tree: exp.Expr) -> list[str]:
    return [key for key, value in tree.args.items() if value]


@lru_cache(maxsize=512)
def _statement(text: str) -> exp.Expr:
    try:
        trees = sqlglot.parse(text, read=DatabricksSql)
    except (ParseError, TokenError) as error:
        raise SyntaxFault(_message(error)) from error
    if len(trees) != 1 or trees[0] is None:
        raise SyntaxFault("Syntax error: one statement at a time.")
    tree = trees[0]
    if isinstance(tree, exp.Command):
        raise Unsupported(f"the statement {tree.this.upper()} {str(tree.expression)[:60].strip()}".rstrip())
    return tree


def _message(error: ParseError | TokenError) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    return f"Syntax error: {' '.join(plain.split())}"


def _bind(tree: exp.Expr, parameters: Parameters) -> exp.Expr:
    """Put the parameters' values in. They are nodes of the tree, never text: nothing in a value can become SQL."""
    position = 0
    for node in list(tree.find_all(exp.Placeholder, bfs=False)):
        if node.this:
            key = node.this
        else:
            key, position = f"{POSITION}{position}", position + 1
        value = parameters.get(key)
        if value is None:
            raise SqlError("UNBOUND_SQL_PARAMETER", f"Found the unbound parameter: {node.name or '?'}.", "42P02")
        replacement = value.copy()
        if node is tree:
            return replacement
        node.replace(replacement)
    return tree
