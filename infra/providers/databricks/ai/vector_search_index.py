"""`databricks:index/vectorSearchIndex:VectorSearchIndex`: `/api/2.0/vector-search/indexes`; one is read until it is ready.

Nothing of an index can be changed: every change makes another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.ai.waiting import awaited
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.resource import Resource, exactly_one, found, joined, path, posted
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Field,
    Shape,
    blocks,
    flag,
    integer,
    text,
    texts,
    zero_block,
    zero_blocks,
)
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_INDEXES: Final = "/api/2.0/vector-search/indexes"
_SPECS: Final = ("deltaSyncIndexSpec", "directAccessIndexSpec")
_DELETION: Final = 900.0


def _columns() -> tuple[Field, ...]:
    return (
        blocks(
            "embeddingSourceColumns",
            text("embeddingModelEndpointName", replaces=True),
            text("modelEndpointNameForQuery", replaces=True),
            text("name", replaces=True),
            replaces=True,
        ),
        blocks(
            "embeddingVectorColumns", integer("embeddingDimension", replaces=True), text("name", replaces=True), replaces=True
        ),
    )


class VectorSearchIndex(Resource):
    """A vector search index. Its id is its full name."""

    token = "databricks:index/vectorSearchIndex:VectorSearchIndex"
    timeouts: ClassVar = {"create": 4500}
    shape = Shape(
        text("creator", output=True, absent=""),
        zero_block(
            "deltaSyncIndexSpec",
            texts("columnsToIndices", replaces=True, wire="columns_to_index"),
            texts("columnsToSyncs", replaces=True, wire="columns_to_sync"),
            *_columns(),
            text("embeddingWritebackTable", replaces=True),
            text("pipelineId", computed=True, derived=True),
            text("pipelineType", replaces=True),
            text("sourceTable", replaces=True, alike=any_case),
            replaces=True,
        ),
        zero_block("directAccessIndexSpec", *_columns(), text("schemaJson", replaces=True), replaces=True),
        text("endpointId", replaces=True, computed=True),
        text("endpointName", required=True, replaces=True),
        text("indexSubtype", replaces=True, computed=True),
        text("indexType", required=True, replaces=True),
        text("name", replaces=True, default=AUTO_NAME, alike=any_case),
        text("primaryKey", required=True, replaces=True),
        PROVIDER_CONFIG,
        zero_blocks(
            "statuses",
            text("indexUrl"),
            integer("indexedRowCount"),
            text("message"),
            flag("ready"),
            output=True,
            wire="status",
        ),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from exactly_one(inputs, _SPECS, "a vector search index")

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["name"])
        body = documents.compact(documents.body(self.shape, inputs))
        answer = posted(workspace, _INDEXES, body, lambda: found(workspace, path(_INDEXES, id)))
        try:
            answer = awaited(
                workspace,
                f"the vector search index {id}",
                lambda: workspace.get(path(_INDEXES, id)),
                _state,
                done={"ready"},
                failed=(),
                limit=limits.create or self.timeouts["create"],
            )
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_INDEXES, id))
        return None if answer is None else self._stored(workspace, id, answer, known)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._stored(workspace, id, workspace.get(path(_INDEXES, id)), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_INDEXES, id))
        waited = 0.0
        while found(workspace, path(_INDEXES, id)) is not None:
            if waited >= _DELETION:
                raise ProviderError(f"the vector search index {id} is still there {_DELETION:.0f} s after it was deleted")
            workspace.sleep(1.0)
            waited += 1.0

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        name = known.get("name")
        shown = answer | ({"name": name} if name is not None and any_case(name, answer.get("name")) else {})
        outputs = self.outputs(workspace, id, shown, {})
        spec = outputs.get("deltaSyncIndexSpec") or {}
        for columns in ("columnsToIndices", "columnsToSyncs"):
            if spec.get(columns) == []:
                spec[columns] = (known.get("deltaSyncIndexSpec") or {}).get(columns)
        return outputs


def _state(answer: Answer) -> str:
    status = answer.get("status") or {}
    return "ready" if status.get("ready") or status.get("indexed_row_count") else str(status.get("message") or "pending")
