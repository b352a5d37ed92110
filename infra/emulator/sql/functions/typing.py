"""The types of expressions inside a query, as far as a rewriting depends on them.

Literals and casts say their type. Columns and all else are asked of DuckDB: the expression is bound against the FROM of its
query, without being run. What cannot be bound there (a lambda's parameter, a statement without a FROM) has no known type,
and is then left as DuckDB has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import duckdb
from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, VOID, DataType
from infra.emulator.sql.types.duck import from_duckdb
from infra.emulator.sql.types.model import decimal
from infra.emulator.sql.types.parse import parse

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

#: Changes a node, or gives the one that takes its place, or None to leave it.
Rule: TypeAlias = "Callable[[exp.Expr, Types], exp.Expr | None]"

INTEGRAL = frozenset({"tinyint", "smallint", "int", "bigint"})
FRACTIONAL = frozenset({"float", "double"})
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
_WIDTH = {"tinyint": 0, "smallint": 1, "int": 2, "bigint": 3, "float": 4, "double": 5}


class Scope:
    """One SELECT (or the tables of an UPDATE, DELETE or MERGE): what its expressions can name."""

    def __init__(self, sources: list[exp.Expr], parent: Scope | None, select: exp.Select | None = None) -> None:
        self.sources = sources
        self.parent = parent
        self.select = select
        self._text: str | None = None
        self._known: dict[str, DataType | None] = {}

    def type_of(self, session: Session, expression: str, clauses: list[exp.CTE]) -> DataType | None:
        """What DuckDB says of an expression's SQL; None if it cannot be bound here."""
        if expression not in self._known:
            self._known[expression] = self._ask(session, expression, clauses)
        return self._known[expression]

    def _ask(self, session: Session, expression: str, clauses: list[exp.CTE]) -> DataType | None:
        if self._text is None:
            self._text = " ".join(_sql(source) for source in self.sources)
        shared = f"with {', '.join(_sql(each) for each in clauses)} " if clauses else ""
        try:
            relation = session.cursor.sql(f"{shared}select {expression} {self._text}")
        except duckdb.Error:  # not to be bound here: that is the answer
            return None
        return from_duckdb(relation.types[0])


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE, comments=False)


class Types:
    """Answers for one statement. `scope` and `clauses` follow the rewriting through the tree."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.scope: Scope | None = None
        self.clauses: list[exp.CTE] = []  # the CTEs that are defined so far, rewritten

    def of(self, node: exp.Expr | None) -> DataType | None:
        """The type of an expression whose parts were rewritten; None if it is not known."""
        if node is None:
            return None
        if isinstance(node, exp.Paren | exp.Alias | exp.Filter):
            return self.of(node.this)
        if isinstance(node, exp.Literal):
            return _literal(node)
        if isinstance(node, exp.Null):
            return VOID
        if isinstance(node, exp.Boolean | exp.Predicate | exp.Connector | exp.Not):
            return BOOLEAN
        if isinstance(node, exp.Cast):
            return named(node.to) or self._asked(node)
        if isinstance(node, exp.Neg):
            return self.of(node.this)
        return self._arithmetic(node) or self._asked(node)

    def is_a(self, node: exp.Expr | None, *names: str) -> bool:
        """Whether the type is known and one of these."""
        kind = self.of(node)
        return kind is not None and kind.name in names

    def operands(self, node: exp.Expr) -> tuple[DataType | None, DataType | None]:
        """The types of both sides. A whole number beside a decimal is the smallest decimal that holds it."""
        left, right = self.of(node.this), self.of(node.expression)
        if left is not None and left.name == "decimal" and (exact := _exact_literal(node.expression)) is not None:
            return left, exact
        if right is not None and right.name == "decimal" and (exact := _exact_literal(node.this)) is not None:
            return exact, right
        return left, right

    def _arithmetic(self, node: exp.Expr) -> DataType | None:
        if not isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod):
            return None
        left, right = self.operands(node)
        return None if left is None or right is None else arithmetic(type(node), left, right)

    def _asked(self, node: exp.Expr) -> DataType | None:
        try:
            text = _sql(node)
        except SqlglotError:
            return None
        scope = self.scope
        if scope is None:
            return Scope([], None).type_of(self.session, text, [])
        while scope is not None:
            kind = scope.type_of(self.session, text, self.clauses)
            if kind is not None:
                return kind
            if isinstance(node, exp.Column) and (aliased := _alias(scope, node)) is not None:
                return self.of(aliased)
            scope = scope.parent
        return None


def _alias(scope: Scope, column: exp.Column) -> exp.Expr | None:
    """The expression that a column's name stands for in the same SELECT (a lateral column alias)."""
    if scope.select is None or column.table:
        return None
    for item in scope.select.expressions:
        if (
            isinstance(item, exp.Alias)
            and item.alias.lower() == column.name.lower()
            and column.find_ancestor(exp.Alias) is not item
        ):
            aliased: exp.Expr = item.this
            return aliased
    return None


def _exact_literal(node: exp.Expr) -> DataType | None:
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        return decimal(len(str(int(node.this))), 0)
    return None


def _literal(node: exp.Literal) -> DataType:
    if node.is_string:
        return STRING
    text = str(node.this)
    if "e" in text.lower():
        return DOUBLE
    if "." in text:
        whole, _, fraction = text.partition(".")
        return decimal(max(1, len(whole.lstrip("0")) + len(fraction)), len(fraction))
    number = int(text)
    return INT if number < 2**31 else BIGINT if number < 2**63 else decimal(len(text), 0)


def named(to: exp.Expr | None) -> DataType | None:
    """The type that a tree of sqlglot's names; None for one that Databricks has not."""
    if to is None:
        return None
    try:
        return parse(to.sql(dialect="databricks"))
    except SqlError:
        return None


def as_decimal(kind: DataType) -> DataType | None:
    """An exact number as the decimal that Spark takes it for."""
    if kind.name == "decimal":
        return kind
    return decimal(_DIGITS[kind.name], 0) if kind.name in _DIGITS else None


def arithmetic(operation: type[exp.Expr], left: DataType, right: DataType) -> DataType | None:
    """The result of `+ - * / %` on numbers, by Spark's rules (DecimalPrecision, ANSI mode); None for other operands."""
    if operation is exp.Sub and left.name == right.name == "date":
        return DataType("interval day to second")
    if operation in (exp.Add, exp.Sub) and left.name == "date" and right.name in INTEGRAL:
        return DATE
    names = {left.name, right.name}
    if names & FRACTIONAL:
        known = names <= FRACTIONAL | INTEGRAL | {"decimal", "string", "void"}
        return (left if names == {"float"} and operation is not exp.Div else DOUBLE) if known else None
    if names <= INTEGRAL:
        return DOUBLE if operation is exp.Div else max(left, right, key=lambda kind: _WIDTH[kind.name])
    first, second = as_decimal(left), as_decimal(right)
    if first is None or second is None:
        return None
    return _exact(operation, first, second)


def _exact(operation: type[exp.Expr], left: DataType, right: DataType) -> DataType:
    p1, s1, p2, s2 = left.precision or 0, left.scale or 0, right.precision or 0, right.scale or 0
    if operation is exp.Mul:
        return decimal(p1 + p2 + 1, s1 + s2)
    if operation is exp.Div:
        scale = max(6, s1 + p2 + 1)
        return decimal(p1 - s1 + s2 + scale, scale)
    if operation is exp.Mod:
        return decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))
    scale = max(s1, s2)
    return decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
