"""A data type from its SQL text."""

from __future__ import annotations

from functools import lru_cache

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types.model import DataType, Field

_SIMPLE = {
    "BOOLEAN": "boolean",
    "BYTE": "tinyint",
    "TINYINT": "tinyint",
    "SHORT": "smallint",
    "SMALLINT": "smallint",
    "INT": "int",
    "INTEGER": "int",
    "LONG": "bigint",
    "BIGINT": "bigint",
    "REAL": "float",
    "FLOAT": "float",
    "DOUBLE": "double",
    "STRING": "string",
    "BINARY": "binary",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_LTZ": "timestamp",
    "TIMESTAMP_NTZ": "timestamp_ntz",
    "VOID": "void",
    "VARIANT": "variant",
}
_UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


@lru_cache(maxsize=2048)
def parse(text: str) -> DataType:
    """The type of a text such as `decimal(10, 2)` or `array<int>`. Raises SqlError UNSUPPORTED_DATATYPE or a syntax fault."""
    tokens = Tokens(text)
    kind = read(tokens)
    tokens.end()
    return kind


def read(tokens: Tokens) -> DataType:
    """The type that comes next."""
    word = tokens.identifier().upper()
    if word in _SIMPLE:
        if word == "STRING" and tokens.take("COLLATE"):
            tokens.identifier()
        return DataType(_SIMPLE[word])
    if word in ("DECIMAL", "DEC", "NUMERIC"):
        return _decimal(tokens)
    if word in ("CHAR", "CHARACTER", "VARCHAR"):
        tokens.expect("(")
        length = tokens.number()
        tokens.expect(")")
        return DataType("varchar" if word == "VARCHAR" else "char", length=length)
    if word == "INTERVAL":
        return _interval(tokens)
    if word in ("ARRAY", "MAP", "STRUCT"):
        return _nested(tokens, word)
    raise SqlError("UNSUPPORTED_DATATYPE", f'Unsupported data type "{word}".', "0A000")


def _decimal(tokens: Tokens) -> DataType:
    if not tokens.take("("):
        return DataType("decimal", precision=10, scale=0)
    precision = tokens.number()
    scale = tokens.number() if tokens.take(",") else 0
    tokens.expect(")")
    if precision > 38:
        raise SqlError(
            "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", f"Decimal precision {precision} exceeds max precision 38.", "22003"
        )
    return DataType("decimal", precision=precision, scale=scale)


def _interval(tokens: Tokens) -> DataType:
    first = tokens.take_one(*_UNITS)
    if not first:
        return DataType("interval day to second")
    if not tokens.take("TO"):
        return DataType(f"interval {first.lower()}")
    return DataType(f"interval {first.lower()} to {tokens.take_one(*_UNITS).lower()}")


def _nested(tokens: Tokens, word: str) -> DataType:
    if word == "STRUCT" and tokens.take("<>"):
        return DataType("struct")
    tokens.expect("<")
    if word == "ARRAY":
        kind = DataType("array", element=read(tokens))
    elif word == "MAP":
        key = read(tokens)
        tokens.expect(",")
        kind = DataType("map", key=key, value=read(tokens))
    else:
        fields: list[Field] = []
        while not tokens.at(">"):
            if fields:
                tokens.expect(",")
            fields.append(_field(tokens))
        kind = DataType("struct", fields=tuple(fields))
    tokens.expect(">")
    return kind


def _field(tokens: Tokens) -> Field:
    name = tokens.identifier()
    tokens.take(":")
    kind = read(tokens)
    nullable = not tokens.take("NOT", "NULL")
    return Field(name, kind, nullable, tokens.string() if tokens.take("COMMENT") else None)
