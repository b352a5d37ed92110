"""What a statement gives back: typed columns and an Arrow table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from infra.emulator.sql.types import BIGINT, STRING, DataType


@dataclass(frozen=True, slots=True)
class Result:
    """Columns in order (names may repeat) and their values, `table`'s columns in the same order and Arrow types."""

    columns: tuple[tuple[str, DataType], ...]
    table: pa.Table

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)


def empty() -> Result:
    """The answer of a statement that has none."""
    return Result((), pa.table({}))


def rows(columns: Sequence[tuple[str, DataType] | str], values: Iterable[Sequence[Any]]) -> Result:
    """A result from Python values; a bare name is a column of strings."""
    typed = tuple((column, STRING) if isinstance(column, str) else column for column in columns)
    listed = [list(row) for row in values]
    arrays = [pa.array([row[index] for row in listed], type=kind.arrow()) for index, (_, kind) in enumerate(typed)]
    schema = pa.schema([pa.field(name, kind.arrow()) for name, kind in typed])
    return Result(typed, pa.Table.from_arrays(arrays, schema=schema))


def counts(**numbers: int) -> Result:
    """What DML answers: `num_affected_rows` and the like."""
    return rows([(name, BIGINT) for name in numbers], [tuple(numbers.values())])
