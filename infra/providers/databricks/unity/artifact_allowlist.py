"""`databricks:index/artifactAllowlist:ArtifactAllowlist`: which libraries and scripts standard clusters may use.

`/api/2.1/unity-catalog/artifact-allowlists`. There is one list a type, always; what is deleted is its content.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, found, path, picked
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, blocks, integer, text
from infra.providers.databricks.workspace import Workspace

_LISTS: Final = "/api/2.1/unity-catalog/artifact-allowlists"


class ArtifactAllowlist(Resource):
    """The list of one type of artifacts. Its id is `<metastore>|<type>`."""

    token = "databricks:index/artifactAllowlist:ArtifactAllowlist"
    shape = Shape(
        blocks(
            "artifactMatchers",
            text("artifact", required=True),
            text("matchType", required=True, choices=("PREFIX_MATCH",)),
            wire="artifact_matcher",
            api="artifact_matchers",
            required=True,
            unordered=True,
            key="artifact",
            sorts=True,
        ),
        text("artifactType", required=True, replaces=True, choices=("INIT_SCRIPT", "LIBRARY_JAR", "LIBRARY_MAVEN")),
        integer("createdAt", computed=True, derived=True, absent=0),
        text("createdBy", computed=True, derived=True),
        text("metastoreId", computed=True, derived=True),
        PROVIDER_CONFIG,
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """The list, if it has what was asked for: there is one before any create."""
        answer = found(workspace, path(_LISTS, str(inputs["artifactType"])))
        if answer is None or not answer.get("artifact_matchers"):
            return None
        return _id(answer, str(inputs["artifactType"]))

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        return self._set(workspace, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        kind = id.partition("|")[2]
        answer = found(workspace, path(_LISTS, kind))
        return None if answer is None else self.outputs(workspace, id, answer | {"artifact_type": kind}, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._set(workspace, news)[1]

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.put(path(_LISTS, id.partition("|")[2]), {"artifact_matchers": []})

    def _set(self, workspace: Workspace, inputs: Properties) -> tuple[str, Properties]:
        kind = str(inputs["artifactType"])
        body = picked(documents.body(self.shape, inputs), "artifact_matchers")
        answer = workspace.put(path(_LISTS, kind), body)
        id = _id(answer, kind)
        return id, self.outputs(workspace, id, answer | {"artifact_type": kind}, {})


def _id(answer: Answer, kind: str) -> str:
    return f"{answer['metastore_id']}|{kind}"
