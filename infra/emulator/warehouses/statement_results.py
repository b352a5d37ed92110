"""Results of the Statement Execution API: manifest and chunks, in the answer or behind links.

A link is signed, valid for a quarter of an hour, and needs no token, as those to cloud storage do.
"""

from __future__ import annotations

import base64
import csv
import hmac
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import lz4.frame
import pyarrow as pa

from infra.emulator.errors import NotFound, PermissionDenied
from infra.emulator.requests import Request, Response
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.execution import Execution
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.wire import result_column
from infra.emulator.sql.values import wire_text
from infra.emulator.workspace import Caller, Workspace

DOWNLOADS = "/sql-results"
_LINK_SECONDS = 900
#: The most that INLINE gives, in bytes.
INLINE_LIMIT = 25 * 1024 * 1024
_CHUNK_BYTES = {"INLINE": 4 * 1024 * 1024, "EXTERNAL_LINKS": 16 * 1024 * 1024, "INLINE_OR_EXTERNAL_LINKS": 16 * 1024 * 1024}


@dataclass(slots=True)
class Delivery:
    """How the client wants a result."""

    disposition: str
    shape: str
    lz4: bool
    offsets: list[int] = field(default_factory=list)  # of the chunks' first rows
    table: pa.Table | None = None
    truncated: bool = False

    @property
    def inline(self) -> bool:
        """Whether rows are in the answer itself: what may be either way is, if it is one chunk."""
        return self.disposition == "INLINE" or (self.disposition == "INLINE_OR_EXTERNAL_LINKS" and len(self.offsets) <= 1)


def _prepared(execution: Execution) -> tuple[Delivery, pa.Table]:
    """Cut the result into chunks, once."""
    delivery: Delivery = execution.format
    if delivery.table is None:
        if execution.result is None:
            raise SqlError("INVALID_HANDLE.RESULT_GONE", "The result is no longer kept.", "HY000")
        table = execution.result.table
        if execution.row_limit is not None and table.num_rows > int(execution.row_limit):
            table, delivery.truncated = table.slice(0, int(execution.row_limit)), True
        if delivery.disposition == "INLINE" and table.nbytes > INLINE_LIMIT:
            raise SqlError(
                "INLINE_RESULT_TOO_LARGE",
                f"Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of at most"
                f" {INLINE_LIMIT} bytes. Please execute the statement with disposition=EXTERNAL_LINKS if you want to download"
                " the full result.",
                "54000",
            )
        rows = max(1, int(table.num_rows * _CHUNK_BYTES[delivery.disposition] / max(1, table.nbytes)))
        delivery.offsets = list(range(0, table.num_rows, rows))
        delivery.table = table
    return delivery, delivery.table


def chunk_count(execution: Execution) -> int:
    """How many chunks the result has."""
    return len(_prepared(execution)[0].offsets)


def first(workspace: Workspace, execution: Execution) -> dict[str, Any]:
    """`manifest` and `result`, the latter with the first chunk."""
    delivery, table = _prepared(execution)
    columns = execution.result.columns if execution.result is not None else ()
    shape = delivery.shape if columns else "JSON_ARRAY"
    manifest: dict[str, Any] = {
        "format": shape,
        "schema": {
            "column_count": len(columns),
            "columns": [result_column(name, kind, position) for position, (name, kind) in enumerate(columns)],
        },
        "total_row_count": table.num_rows,
        "total_chunk_count": len(delivery.offsets),
        "truncated": delivery.truncated,
    }
    if not columns:
        return {"manifest": manifest, "result": {"data_array": []}}
    manifest["total_byte_count"] = table.nbytes
    manifest["chunks"] = [_place(delivery, table, index) for index in range(len(delivery.offsets))]
    if delivery.lz4:
        manifest["result_compression"] = "LZ4_FRAME"
    if not delivery.offsets:
        return {"manifest": manifest, "result": _empty(delivery, execution)}
    return {"manifest": manifest, "result": chunk(workspace, execution, 0)}


def _empty(delivery: Delivery, execution: Execution) -> dict[str, Any]:
    if delivery.shape == "ARROW_STREAM" and delivery.inline:
        return {
            "attachment": base64.b64encode(_content(execution, 0)).decode(),
            "chunk_index": 0,
            "row_offset": 0,
            "row_count": 0,
        }
    return {"data_array": []} if delivery.inline else {"external_links": []}


def _place(delivery: Delivery, table: pa.Table, index: int) -> dict[str, int]:
    part = _part(delivery, table, index)
    return {"chunk_index": index, "row_offset": delivery.offsets[index], "row_count": part.num_rows, "byte_count": part.nbytes}


def _part(delivery: Delivery, table: pa.Table, index: int) -> pa.Table:
    if not delivery.offsets:
        return table
    start = delivery.offsets[index]
    end = delivery.offsets[index + 1] if index + 1 < len(delivery.offsets) else table.num_rows
    return table.slice(start, end - start)


def chunk(workspace: Workspace, execution: Execution, index: int) -> dict[str, Any]:
    """One chunk as ResultData: rows, an attachment, or a link."""
    delivery, table = _prepared(execution)
    place: dict[str, Any] = _place(delivery, table, index)
    if index + 1 < len(delivery.offsets):
        place["next_chunk_index"] = index + 1
        place["next_chunk_internal_link"] = f"/api/2.0/sql/statements/{execution.id}/result/chunks/{index + 1}"
    if not delivery.inline:
        return {"external_links": [place | _link(workspace, execution, index)]}
    if delivery.shape == "ARROW_STREAM":
        return place | {"attachment": base64.b64encode(_content(execution, index)).decode()}
    return place | {"data_array": _rows(execution, index)}


def _rows(execution: Execution, index: int) -> list[list[str | None]]:
    """Rows whose values are all text or null."""
    delivery, table = _prepared(execution)
    kinds: list[DataType] = [kind for _, kind in execution.result.columns] if execution.result is not None else []
    columns = [
        [wire_text(value, kind) for value in column.to_pylist()]
        for column, kind in zip(_part(delivery, table, index).columns, kinds, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _content(execution: Execution, index: int) -> bytes:
    """A chunk as it is downloaded."""
    delivery, table = _prepared(execution)
    if delivery.shape == "JSON_ARRAY":
        return json.dumps(_rows(execution, index)).encode()
    if delivery.shape == "CSV":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows([["null" if value is None else value for value in row] for row in _rows(execution, index)])
        return text.getvalue().encode()
    part = _part(delivery, table, index)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, part.schema) as stream:
        stream.write_table(part)
    content = sink.getvalue()
    return lz4.frame.compress(content) if delivery.lz4 else content


def _link(workspace: Workspace, execution: Execution, index: int) -> dict[str, str]:
    expires = int(workspace.clock.now()) + _LINK_SECONDS
    signature = _signature(workspace, execution.id, index, expires)
    path = f"{DOWNLOADS}/{execution.id}/{index}?expires={expires}&signature={signature}"
    until = datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"external_link": f"{workspace.host}{path}", "expiration": until}


def _signature(workspace: Workspace, execution_id: str, index: int, expires: int) -> str:
    return hmac.new(workspace.link_key, f"sql/{execution_id}/{index}/{expires}".encode(), sha256).hexdigest()


def download(workspace: Workspace, _caller: Caller, request: Request) -> Response:
    """The bytes behind a link. Open: the signature is the credential."""
    execution_id, index = request.parameters["id"], request.parameters["index"]
    expires = request.number("expires", 0)
    expected = _signature(workspace, execution_id, int(index) if index.isdigit() else -1, expires)
    if expires < workspace.clock.now() or not hmac.compare_digest(expected, request.query.get("signature", "")):
        raise PermissionDenied("The link has expired or is not valid. Ask for the chunk again.")
    execution = workspace.sql.kept(execution_id)
    if execution is None or execution.state != "SUCCEEDED":
        raise NotFound(f"The result of the statement {execution_id} is no longer kept.")
    return Response(_content(execution, int(index)), content_type="application/octet-stream")
