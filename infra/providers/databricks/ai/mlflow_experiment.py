"""`databricks:index/mlflowExperiment:MlflowExperiment`: experiments, `/api/2.0/mlflow/experiments`."""

from __future__ import annotations

from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete, Refused
from infra.providers.databricks.resource import Resource, found, made_since, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, block, integer, text, zero_block, zero_blocks
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_EXPERIMENTS: Final = "/api/2.0/mlflow/experiments"


def _same_name(old: Value, new: Value) -> bool:
    """`/Workspace/Shared/x/` is `/Shared/x`."""
    return str(old).removeprefix("/Workspace").removesuffix("/") == str(new).removeprefix("/Workspace").removesuffix("/")


class MlflowExperiment(Resource):
    """An experiment; renaming is an update in place."""

    token = "databricks:index/mlflowExperiment:MlflowExperiment"
    shape = Shape(
        text("artifactLocation", replaces=True, computed=True),
        integer("creationTime", computed=True, derived=True, absent=0),
        text("description", local=True),
        text("experimentId", computed=True, derived=True),
        integer("lastUpdateTime", computed=True, derived=True, absent=0),
        text("lifecycleStage", computed=True, derived=True),
        text("name", default=AUTO_NAME, alike=_same_name),
        PROVIDER_CONFIG,
        zero_blocks("tags", text("key"), text("value"), computed=True, derived=True),
        zero_block(
            "traceLocation",
            block(
                "ucTraceLocation",
                text("catalog", required=True, replaces=True, alike=any_case),
                text("effectiveTablePrefix", computed=True, derived=True),
                text("schema", required=True, replaces=True, alike=any_case),
                text("tablePrefix", replaces=True),
                replaces=True,
            ),
            replaces=True,
        ),
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = _named(workspace, str(inputs["name"]))
        if answer is None or not made_since({"created_time": answer.get("creation_time")}, since):
            return None
        return str(answer["experiment_id"])

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = str(inputs["name"])
        body = documents.compact(documents.body(self.shape, inputs))
        id = str(posted(workspace, f"{_EXPERIMENTS}/create", body, lambda: _named(workspace, name))["experiment_id"])
        try:
            return id, self._stored(workspace, id, _get(workspace, id), inputs)
        except ProviderError as error:
            raise Incomplete(id, self.outputs(workspace, id, {"experiment_id": id}, inputs), error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_EXPERIMENTS}/get", experiment_id=id)
        if answer is None or answer["experiment"].get("lifecycle_stage") == "deleted":
            return None
        return self._stored(workspace, id, answer["experiment"], {**self.locals(known), "name": known.get("name")})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        workspace.post(f"{_EXPERIMENTS}/update", {"experiment_id": id, "new_name": news["name"]}, repeatable=True)
        return self._stored(workspace, id, _get(workspace, id), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        try:
            workspace.post(f"{_EXPERIMENTS}/delete", {"experiment_id": id}, repeatable=True)
        except Refused:  # so is what was deleted before
            if _get(workspace, id).get("lifecycle_stage") != "deleted":
                raise

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        name = known.get("name")
        if name is not None and _same_name(name, answer.get("name")):
            answer = answer | {"name": name}
        return self.outputs(workspace, id, answer, known)


def _get(workspace: Workspace, id: str) -> Answer:
    return dict(workspace.get(f"{_EXPERIMENTS}/get", experiment_id=id)["experiment"])


def _named(workspace: Workspace, name: str) -> Answer | None:
    answer = found(workspace, f"{_EXPERIMENTS}/get-by-name", experiment_name=name)
    experiment = dict((answer or {}).get("experiment") or {})
    return experiment if experiment.get("lifecycle_stage") == "active" else None
