"""`databricks:index/modelServing:ModelServing`: `/api/2.0/serving-endpoints`; one is read until nothing of it is being updated.

Config, tags and gateway are changed by calls of their own. Keys in clear are in no answer, and are kept from the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.ai.served import config
from infra.providers.databricks.ai.waiting import awaited
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, posted
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Field,
    Shape,
    block,
    blocks,
    flag,
    integer,
    number,
    text,
    texts,
    zero_block,
    zero_blocks,
)
from infra.providers.databricks.workspace import Workspace

_ENDPOINTS: Final = "/api/2.0/serving-endpoints"
_SERVED: Final = {"servedEntities": "served_entities", "servedModels": "served_models"}


def _gateway() -> Field:
    def rails(name: str) -> Field:
        return block(name, texts("invalidKeywords"), block("pii", text("behavior")), flag("safety"), texts("validTopics"))

    return zero_block(
        "aiGateway",
        block("fallbackConfig", flag("enabled", required=True)),
        block("guardrails", rails("input"), rails("output")),
        block("inferenceTableConfig", text("catalogName"), flag("enabled"), text("schemaName"), text("tableNamePrefix")),
        blocks(
            "rateLimits",
            integer("calls"),
            text("key"),
            text("principal"),
            text("renewalPeriod", required=True),
            integer("tokens"),
        ),
        block("usageTrackingConfig", flag("enabled")),
    )


def _telemetry() -> Field:
    tables = (text(name) for name in ("annotationsTable", "logsTable", "metricsTable", "tracesTable"))
    return zero_block(
        "telemetryConfig",
        texts("enabledTelemetryFeatures"),
        block("inferenceTableConfig", text("name"), number("samplingFraction")),
        block("tableNames", *tables),
        text("telemetryProfileId"),
    )


class ModelServing(Resource):
    """A serving endpoint. Its id is its name."""

    token = "databricks:index/modelServing:ModelServing"
    timeouts: ClassVar = {"create": 2700, "update": 2700}
    shape = Shape(
        _gateway(),
        text("budgetPolicyId"),
        config(),
        text("description"),
        zero_block(
            "emailNotifications",
            texts("onUpdateFailures", wire="on_update_failure"),
            texts("onUpdateSuccesses", wire="on_update_success"),
        ),
        text("endpointUrl", output=True, absent=""),
        text("name", replaces=True, default=AUTO_NAME),
        PROVIDER_CONFIG,
        zero_blocks(
            "rateLimits",
            integer("calls", required=True),
            text("key"),
            text("renewalPeriod", required=True),
            absent=[],
        ),
        flag("routeOptimized", replaces=True, absent=False),
        text("servingEndpointId", output=True, absent="", api="id"),
        zero_blocks("tags", text("key", required=True), text("value"), unordered=True, absent=[]),
        _telemetry(),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        answer = found(workspace, path(_ENDPOINTS, id))
        return id if made_since(answer and {"created_at": answer.get("creation_timestamp")}, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["name"])
        body = documents.compact(documents.body(self.shape, inputs))
        answer = posted(workspace, _ENDPOINTS, body, lambda: found(workspace, path(_ENDPOINTS, id)))
        try:
            answer = _settled(workspace, id, limits.create or self.timeouts["create"])
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_ENDPOINTS, id))
        return None if answer is None else self._stored(workspace, id, answer, known)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        changed = {where.partition(".")[0].partition("[")[0] for where, _, _ in self.differences(olds, news)}
        wanted = documents.compact(documents.body(self.shape, news))
        if "config" in changed and wanted.get("config"):
            workspace.put(f"{path(_ENDPOINTS, id)}/config", wanted["config"])
            _settled(workspace, id, limits.update or self.timeouts["update"])
        if "tags" in changed:
            workspace.patch(f"{path(_ENDPOINTS, id)}/tags", _retagged(olds, news))
        if "aiGateway" in changed:
            workspace.put(f"{path(_ENDPOINTS, id)}/ai-gateway", wanted.get("ai_gateway") or {})
        return self._stored(workspace, id, workspace.get(path(_ENDPOINTS, id)), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_ENDPOINTS, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        given = known.get("config") or {}
        served = dict(answer.get("config") or {})
        unused = "servedEntities" if given.get("servedModels") and not given.get("servedEntities") else "servedModels"
        served.pop(_SERVED[unused], None)
        for name, api in _SERVED.items():
            if served.get(api):
                served[api] = _as_given(served[api], given.get(name) or [])
        shown = answer | ({"config": served} if "config" in answer else {})
        outputs = self.outputs(workspace, id, shown, documents.lasting(self.shape, known))
        _keep_keys(outputs.get("config"), given)
        for each in (outputs.get("config") or {}).get("servedEntities") or ():
            each["environmentVars"] = each["environmentVars"] or None
        return outputs


def _as_given(served: list[Answer], given: list[Properties]) -> list[Answer]:
    """Served models in the program's order, and of a size only where the program says one: the workspace fills it in."""
    names = [each.get("name") for each in given]
    sized = {each.get("name"): each.get("workloadSize") for each in given}
    ordered = sorted(served, key=lambda each: names.index(each["name"]) if each.get("name") in names else len(names))
    return [
        {key: value for key, value in each.items() if key != "workload_size" or sized.get(each.get("name"), value)}
        for each in ordered
    ]


def _keep_keys(now: Value, known: Value) -> None:
    """Put keys in clear where the program had them."""
    if isinstance(now, dict) and isinstance(known, dict):
        for name, value in known.items():
            if name.endswith("Plaintext") and not now.get(name):
                now[name] = value
            else:
                _keep_keys(now.get(name), value)
    elif isinstance(now, list) and isinstance(known, list):
        for mine, theirs in zip(now, known, strict=False):
            _keep_keys(mine, theirs)


def _retagged(olds: Properties, news: Properties) -> Answer:
    def by_key(values: Mapping[str, Any]) -> dict[str, str]:
        return {tag["key"]: tag.get("value") or "" for tag in values.get("tags") or ()}

    before, after = by_key(olds), by_key(news)
    added = [{"key": key, "value": value} for key, value in after.items() if before.get(key) != value]
    removed = [key for key in before if key not in after]
    change: Answer = {"add_tags": added} if added else {}
    return change | ({"delete_tags": removed} if removed else {})


def _settled(workspace: Workspace, id: str, limit: float) -> Answer:
    return awaited(
        workspace,
        f"the serving endpoint {id}",
        lambda: workspace.get(path(_ENDPOINTS, id)),
        lambda seen: str((seen.get("state") or {}).get("config_update")),
        done={"NOT_UPDATING"},
        failed={"UPDATE_FAILED", "UPDATE_CANCELED"},
        limit=limit,
    )
