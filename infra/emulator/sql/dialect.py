"""sqlglot's Databricks dialect, as this warehouse reads it.

Some functions are left as they were written: their nodes forget what the text said (datediff's type depends on the number
of arguments; date patterns are turned into strftime's in a way that cannot be undone).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.parsers.databricks import DatabricksParser
from sqlglot.tokenizer_core import TokenType

_AS_WRITTEN = (
    "DATEDIFF", "DATE_DIFF", "TIMESTAMPDIFF", "TO_DATE", "TO_TIMESTAMP", "DATE_FORMAT", "UNIX_TIMESTAMP", "TO_UNIX_TIMESTAMP",
    "FROM_UNIXTIME",
)  # fmt: skip


def _as_written(name: str) -> Callable[[list[Any]], exp.Expr]:
    return lambda arguments: exp.Anonymous(this=name.lower(), expressions=arguments)


class DatabricksSql(Databricks):
    """The dialect."""

    class Tokenizer(Databricks.Tokenizer):
        """Leaves no statement in one piece."""

        COMMANDS: ClassVar[set[TokenType]] = set()

    class Parser(DatabricksParser):
        """Keeps some functions as written."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {
            **DatabricksParser.FUNCTIONS,
            **{name: _as_written(name) for name in _AS_WRITTEN},
        }
