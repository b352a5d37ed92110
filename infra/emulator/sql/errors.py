"""Databricks' SQL errors: a class, a message, an SQLSTATE, in the text that clients match.

    SqlError                      any error class, e.g. DIVIDE_BY_ZERO
    ├── SyntaxFault               PARSE_SYNTAX_ERROR
    ├── Unsupported               UNSUPPORTED_FEATURE.<what>: Databricks can, this warehouse cannot
    └── Canceled                  the statement was cancelled by its caller

Classes and SQLSTATEs are those of https://docs.databricks.com/en/error-messages/error-classes.html.
"""

from __future__ import annotations

import re

import duckdb

from infra.emulator.errors import PermissionDenied, WorkspaceError

_INTERRUPTED = "Interrupted"


class SqlError(Exception):
    """A statement that fails; its text is `[CLASS] message SQLSTATE: xxxxx`."""

    def __init__(self, error_class: str, message: str, sqlstate: str = "42000") -> None:
        self.error_class, self.sqlstate = error_class, sqlstate
        super().__init__(f"[{error_class}] {message} SQLSTATE: {sqlstate}")


class SyntaxFault(SqlError):
    """The statement is not Databricks SQL."""

    def __init__(self, message: str) -> None:
        super().__init__("PARSE_SYNTAX_ERROR", message, "42601")


class Unsupported(SqlError):
    """The statement is Databricks SQL that this warehouse does not know; `what` names the part."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(
            "UNSUPPORTED_FEATURE", f"This local workspace does not support {what}.{' ' + hint if hint else ''}", "0A000"
        )


class Canceled(SqlError):
    """The caller cancelled the statement, or closed its session."""

    def __init__(self) -> None:
        super().__init__("OPERATION_CANCELED", "The statement was cancelled.", "HY008")


def quoted(*parts: str) -> str:
    """A name as error texts show it: `a`.`b`.`c`."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def table_not_found(*parts: str) -> SqlError:
    return SqlError(
        "TABLE_OR_VIEW_NOT_FOUND",
        f"The table or view {quoted(*parts)} cannot be found. Verify the spelling and correctness of the schema and catalog.",
        "42P01",
    )


def schema_not_found(*parts: str) -> SqlError:
    return SqlError(
        "SCHEMA_NOT_FOUND",
        f"The schema {quoted(*parts)} cannot be found. Verify the spelling and correctness of the schema and catalog.",
        "42704",
    )


def catalog_not_found(catalog: str) -> SqlError:
    return SqlError("NO_SUCH_CATALOG_EXCEPTION", f"Catalog '{catalog}' was not found. Please verify the name.", "42704")


def already_exists(*parts: str) -> SqlError:
    return SqlError(
        "TABLE_OR_VIEW_ALREADY_EXISTS",
        f"Cannot create table or view {quoted(*parts)} because it already exists. Choose a different name, drop or replace"
        " the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects.",
        "42P07",
    )


def column_not_found(name: str, among: list[str]) -> SqlError:
    return SqlError(
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        f"A column, variable, or function parameter with name {quoted(name)} cannot be resolved."
        f" Did you mean one of the following? [{', '.join(quoted(other) for other in among[:5])}].",
        "42703",
    )


def from_workspace(error: WorkspaceError) -> SqlError:
    """The SQL error for what an operation of the workspace refused: its own code is the class."""
    if isinstance(error, PermissionDenied):
        return SqlError("UNAUTHORIZED_ACCESS", f"Unauthorized access: PERMISSION_DENIED: {error.message}", "42501")
    error_class, sqlstate = _OF_WORKSPACE.get(error.code, (error.code, "42000"))
    return SqlError(error_class, error.message, sqlstate)


def from_duckdb(error: duckdb.Error) -> SqlError:
    """The Databricks error for what DuckDB raised. DuckDB has no codes but its exception classes, so some texts are read."""
    text = str(error)
    if own := re.search(r"\[([A-Z][A-Z0-9_.]+)\] (.*) SQLSTATE: (\w{5})", text, re.DOTALL):  # raised by our own macros
        return SqlError(own[1], own[2], own[3])
    for kind, pattern, error_class, sqlstate in _PATTERNS:
        if isinstance(error, kind) and (found := re.search(pattern, text)):
            return SqlError(
                error_class, _MESSAGES.get(error_class, "{text}").format(*found.groups(), text=_first(text)), sqlstate
            )
    if _INTERRUPTED in text:
        return Canceled()
    return SqlError("INTERNAL_ERROR", text, "XX000")


def _first(text: str) -> str:
    """DuckDB's message without its class, its candidates and the excerpt of the (translated) statement."""
    return re.split(r"\n\s*\n|\nLINE \d+", re.sub(r"^[A-Za-z ]+ Error: ", "", text))[0].strip()


_OF_WORKSPACE = {
    "CATALOG_DOES_NOT_EXIST": ("NO_SUCH_CATALOG_EXCEPTION", "42704"),
    "SCHEMA_DOES_NOT_EXIST": ("SCHEMA_NOT_FOUND", "42704"),
    "TABLE_DOES_NOT_EXIST": ("TABLE_OR_VIEW_NOT_FOUND", "42P01"),
    "FUNCTION_DOES_NOT_EXIST": ("ROUTINE_NOT_FOUND", "42883"),
    "CATALOG_ALREADY_EXISTS": ("CATALOG_ALREADY_EXISTS", "42P06"),
    "SCHEMA_ALREADY_EXISTS": ("SCHEMA_ALREADY_EXISTS", "42P06"),
    "TABLE_ALREADY_EXISTS": ("TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"),
    "SCHEMA_NOT_EMPTY": ("SCHEMA_NOT_EMPTY", "2BP01"),
    "CATALOG_NOT_EMPTY": ("CATALOG_NOT_EMPTY", "2BP01"),
    "PRINCIPAL_DOES_NOT_EXIST": ("PRINCIPAL_DOES_NOT_EXIST", "42704"),
}

_MESSAGES = {
    "DIVIDE_BY_ZERO": "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.",
    "UNRESOLVED_COLUMN.WITH_SUGGESTION": "A column, variable, or function parameter with name `{0}` cannot be resolved. {text}",
    "UNRESOLVED_ROUTINE": "Cannot resolve routine `{0}` on search path [`system`.`builtin`, `system`.`session`].",
    "ARITHMETIC_OVERFLOW": "{text}. Use 'try_' functions to tolerate overflow and return NULL instead.",
    "CAST_INVALID_INPUT": "{text}. Use `try_cast` to tolerate malformed input and return NULL instead.",
    "DELTA_NOT_NULL_CONSTRAINT_VIOLATED": "NOT NULL constraint violated for column: {0}.",
}

_PATTERNS: list[tuple[type[duckdb.Error], str, str, str]] = [
    (duckdb.Error, r"Division by zero", "DIVIDE_BY_ZERO", "22012"),
    (duckdb.Error, r"Cannot combine types", "INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "42K09"),
    (duckdb.ConstraintException, r"NOT NULL constraint failed: \w+\.(.+)", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502"),
    (
        duckdb.BinderException,
        r'Referenced column "(.+?)" (?:not found|was not found)',
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        "42703",
    ),
    (duckdb.BinderException, r'does not have a column named "(.+?)"', "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
    (duckdb.BinderException, r'Referenced table "(.+?)" not found', "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703"),
    (duckdb.BinderException, r"Ambiguous reference to column", "AMBIGUOUS_REFERENCE", "42704"),
    (duckdb.BinderException, r"must appear in the GROUP BY clause", "MISSING_AGGREGATION", "42803"),
    (duckdb.BinderException, r"No function matches", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09"),
    (duckdb.BinderException, r"Cannot (?:mix|compare|cast|combine)", "DATATYPE_MISMATCH", "42K09"),
    (duckdb.BinderException, r"", "DATATYPE_MISMATCH", "42K09"),
    (duckdb.CatalogException, r"Function with name \"?(\w+)\"? does not exist", "UNRESOLVED_ROUTINE", "42883"),
    (duckdb.CatalogException, r"Table Function with name \"?(\w+)\"? does not exist", "UNRESOLVED_ROUTINE", "42883"),
    (duckdb.ParserException, r"", "PARSE_SYNTAX_ERROR", "42601"),
    (duckdb.OutOfRangeException, r"", "ARITHMETIC_OVERFLOW", "22003"),
    (duckdb.ConversionException, r"Could not cast value .* to DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE", "22003"),
    (duckdb.ConversionException, r"out of range|overflow|exceed", "CAST_OVERFLOW", "22003"),
    (duckdb.ConversionException, r"", "CAST_INVALID_INPUT", "22018"),
    (duckdb.TransactionException, r"onflict", "DELTA_CONCURRENT_WRITE", "2D521"),
    (duckdb.InvalidInputException, r"More than one row returned by a subquery", "SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000"),
]
