"""Results as Thrift carries them: a schema of Hive types, and rows as Arrow batches, or by column for clients without Arrow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import lz4.frame
import pyarrow as pa
import pyarrow.compute as pc
from databricks.sql.thrift_api.TCLIService import ttypes as T  # noqa: N812 - the protocol's own short name

from infra.emulator.sql.result import Result
from infra.emulator.sql.types import DataType
from infra.emulator.sql.values import plain

_TYPES = {
    "boolean": T.TTypeId.BOOLEAN_TYPE,
    "tinyint": T.TTypeId.TINYINT_TYPE,
    "smallint": T.TTypeId.SMALLINT_TYPE,
    "int": T.TTypeId.INT_TYPE,
    "bigint": T.TTypeId.BIGINT_TYPE,
    "float": T.TTypeId.FLOAT_TYPE,
    "double": T.TTypeId.DOUBLE_TYPE,
    "binary": T.TTypeId.BINARY_TYPE,
    "date": T.TTypeId.DATE_TYPE,
    "timestamp": T.TTypeId.TIMESTAMP_TYPE,
    "timestamp_ntz": T.TTypeId.TIMESTAMP_TYPE,
    "decimal": T.TTypeId.DECIMAL_TYPE,
    "array": T.TTypeId.ARRAY_TYPE,
    "map": T.TTypeId.MAP_TYPE,
    "struct": T.TTypeId.STRUCT_TYPE,
    "void": T.TTypeId.NULL_TYPE,
}
_MONTHS = ("interval year", "interval month", "interval year to month")
_COMPRESS_FROM = 16_384
_BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Format:
    """What the client can read."""

    arrow: bool = True
    lz4: bool = False
    timestamps: bool = True
    decimals: bool = True
    complex: bool = True


def format_of(request: Any) -> Format:
    """From a TExecuteStatementReq."""
    native = request.useArrowNativeTypes
    if not request.canReadArrowResult:
        return Format(arrow=False)
    return Format(
        arrow=True,
        lz4=bool(request.canDecompressLZ4Result),
        timestamps=bool(native and native.timestampAsArrow),
        decimals=bool(native and native.decimalAsArrow),
        complex=bool(native and native.complexTypesAsArrow),
    )


class ResultSet:
    """A result being fetched: the rows that the client has not seen yet."""

    def __init__(self, result: Result, chosen: Format) -> None:
        self.columns = result.columns
        self.format = chosen
        self.table = _shaped(result, chosen)
        self.offset = 0
        self._compressed = chosen.lz4 and self.table.nbytes > _COMPRESS_FROM

    def metadata(self) -> Any:
        """TGetResultSetMetadataResp."""
        kind = T.TSparkRowSetType.ARROW_BASED_SET if self.format.arrow else T.TSparkRowSetType.COLUMN_BASED_SET
        return T.TGetResultSetMetadataResp(
            status=T.TStatus(statusCode=T.TStatusCode.SUCCESS_STATUS),
            schema=T.TTableSchema([_description(name, kind, at) for at, (name, kind) in enumerate(self.columns, 1)]),
            resultFormat=kind,
            lz4Compressed=self._compressed,
            arrowSchema=self.table.schema.serialize().to_pybytes() if self.format.arrow else None,
            isStagingOperation=False,
        )

    def next(self, rows: int | None, size: int | None) -> Any:
        """TFetchResultsResp with the next rows: at most so many, and about so many bytes."""
        left = self.table.num_rows - self.offset
        count = min(left, rows or left)
        if size and self.table.num_rows:
            count = min(count, max(1, int(size / max(1.0, self.table.nbytes / self.table.num_rows))))
        part = self.table.slice(self.offset, count)
        row_set = T.TRowSet(startRowOffset=self.offset, rows=[])
        if self.format.arrow:
            row_set.arrowBatches = self._batches(part)
        else:
            row_set.columns = [_column(part.column(at), kind) for at, (_, kind) in enumerate(self.columns)]
        self.offset += count
        return T.TFetchResultsResp(
            status=T.TStatus(statusCode=T.TStatusCode.SUCCESS_STATUS),
            hasMoreRows=self.offset < self.table.num_rows,
            results=row_set,
        )

    def _batches(self, part: pa.Table) -> list[Any]:
        batches = part.combine_chunks().to_batches(max_chunksize=_BATCH_ROWS) if part.num_columns else []
        return [T.TSparkArrowBatch(batch=self._packed(batch), rowCount=batch.num_rows) for batch in batches]

    def _packed(self, batch: pa.RecordBatch) -> bytes:
        content: bytes = batch.serialize().to_pybytes()
        return lz4.frame.compress(content) if self._compressed else content


def _description(name: str, kind: DataType, position: int) -> Any:
    qualifiers = None
    if kind.name == "decimal":
        qualifiers = T.TTypeQualifiers(
            {"precision": T.TTypeQualifierValue(i32Value=kind.precision), "scale": T.TTypeQualifierValue(i32Value=kind.scale)}
        )
    if kind.name.startswith("interval"):
        number = T.TTypeId.INTERVAL_YEAR_MONTH_TYPE if kind.name in _MONTHS else T.TTypeId.INTERVAL_DAY_TIME_TYPE
    else:
        number = _TYPES.get(kind.name, T.TTypeId.STRING_TYPE)
    primitive = T.TPrimitiveTypeEntry(type=number, typeQualifiers=qualifiers)
    described = T.TTypeDesc([T.TTypeEntry(primitiveEntry=primitive)])
    return T.TColumnDesc(columnName=name, typeDesc=described, position=position, comment="")


def _shaped(result: Result, chosen: Format) -> pa.Table:
    """The table in types that the client reads natively; the others as text."""
    if not result.columns:
        return result.table
    arrays, fields = [], []
    for (name, kind), column in zip(result.columns, result.table.columns, strict=True):
        shaped = column if _native(kind, chosen) else _as_text(column, kind)
        metadata = {"Spark:DataType:SqlName": "VARIANT"} if kind.name == "variant" else None
        arrays.append(shaped)
        fields.append(pa.field(name, shaped.type, metadata=metadata))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _native(kind: DataType, chosen: Format) -> bool:
    if kind.name in ("timestamp", "timestamp_ntz", "date"):
        return chosen.timestamps
    if kind.name == "decimal":
        return chosen.decimals and chosen.arrow
    return kind.name not in ("array", "map", "struct") or (chosen.complex and chosen.arrow)


def _as_text(column: pa.ChunkedArray, kind: DataType) -> pa.ChunkedArray:
    if kind.name == "decimal":
        return pc.cast(column, pa.string())
    texts = [_text(value, kind) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _text(value: object, kind: DataType) -> str | None:
    if value is None:
        return None
    shown = plain(value, kind)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


_WRAPPERS = {
    "boolean": ("boolVal", T.TBoolColumn),
    "tinyint": ("byteVal", T.TByteColumn),
    "smallint": ("i16Val", T.TI16Column),
    "int": ("i32Val", T.TI32Column),
    "bigint": ("i64Val", T.TI64Column),
    "float": ("doubleVal", T.TDoubleColumn),
    "double": ("doubleVal", T.TDoubleColumn),
    "binary": ("binaryVal", T.TBinaryColumn),
}
_EMPTY: dict[str, Any] = {"boolVal": False, "doubleVal": 0.0, "stringVal": "", "binaryVal": b""}


def _column(column: pa.ChunkedArray, kind: DataType) -> Any:
    """A TColumn: values with something in the place of nulls, and the nulls as bits."""
    field, wrapper = _WRAPPERS.get(kind.name, ("stringVal", T.TStringColumn))
    values = column.to_pylist()
    nulls = bytearray((len(values) + 7) // 8)
    for at, value in enumerate(values):
        if value is None:
            nulls[at // 8] |= 1 << (at % 8)
    filled = [_EMPTY.get(field, 0) if value is None else value for value in values]
    return T.TColumn(**{field: wrapper(values=filled, nulls=bytes(nulls))})
