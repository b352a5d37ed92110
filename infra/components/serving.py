"""Registered models, and the endpoints that serve them and other companies' models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_databricks as databricks

from infra.components.ai import register_models
from infra.components.surroundings import Names, Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.ai import ExternalModel, ServedModel
    from infra.models.ai import Serving as ServingModel

_External = databricks.ModelServingConfigServedEntityExternalModelArgs
#: What each company's configuration is called, and the key to it in that.
_KEYS: Final = {
    "ai21labs": ("ai21labs_config", "ai21labs_api_key"),
    "anthropic": ("anthropic_config", "anthropic_api_key"),
    "cohere": ("cohere_config", "cohere_api_key"),
    "openai": ("openai_config", "openai_api_key"),
    "palm": ("palm_config", "palm_api_key"),
}


@dataclass(frozen=True, slots=True)
class ServingArgs:
    """Whose models and endpoints, and what they name."""

    environment: Environment
    surroundings: Surroundings


class Serving(pulumi.ComponentResource):
    """`models` are full names, `endpoints` names in the workspace, by the keys of the environment file."""

    def __init__(self, name: str, args: ServingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:ai:Serving", name, None, opts)
        self._environment, self._around = args.environment, args.surroundings
        self._inside = pulumi.ResourceOptions(parent=self)
        self.models = register_models(args.environment, args.surroundings, self)
        self.endpoints: Names = {key: self._endpoint(key, model) for key, model in args.environment.ai.serving.items()}
        self.register_outputs({"models": self.models, "endpoints": self.endpoints})

    def _endpoint(self, key: str, model: ServingModel) -> pulumi.Output[str]:
        endpoint = databricks.ModelServing(
            key,
            name=self._environment.own_name(key, model.name),
            description=model.description,
            config=databricks.ModelServingConfigArgs(
                served_entities=[self._served(name, served) for name, served in sorted(model.models.items())],
                traffic_config=_traffic(model),
            ),
            ai_gateway=self._gateway(model),
            budget_policy_id=self._around.budget_policies[model.budget_policy] if model.budget_policy else None,
            tags=[databricks.ModelServingTagArgs(key=tag, value=value) for tag, value in sorted(model.tags.items())] or None,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"serving/{key}",
                serving_endpoint_id=endpoint.serving_endpoint_id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return endpoint.name

    def _served(self, name: str, model: ServedModel) -> databricks.ModelServingConfigServedEntityArgs:
        if model.external is not None:
            return databricks.ModelServingConfigServedEntityArgs(name=name, external_model=self._external(model.external))
        return databricks.ModelServingConfigServedEntityArgs(
            name=name,
            entity_name=self.models.get(str(model.model), str(model.model)),
            entity_version=model.version,
            workload_size=model.size,
            workload_type=model.compute,
            scale_to_zero_enabled=model.scale_to_zero,
        )

    def _external(self, model: ExternalModel) -> _External:
        """The key stays in its secret scope; the endpoint reads it there."""
        config, word = _KEYS[model.provider]
        secret = pulumi.Output.concat("{{secrets/", self._around.scopes[model.scope], "/", model.key, "}}")
        said: dict[str, Any] = {config: {word: secret}}
        return _External(provider=model.provider, name=model.name, task=model.task, **said)

    def _gateway(self, model: ServingModel) -> databricks.ModelServingAiGatewayArgs | None:
        if model.requests_a_minute is None and model.log_to is None and not model.usage:
            return None
        return databricks.ModelServingAiGatewayArgs(
            rate_limits=[
                databricks.ModelServingAiGatewayRateLimitArgs(
                    calls=model.requests_a_minute, key="user", renewal_period="minute"
                )
            ]
            if model.requests_a_minute is not None
            else None,
            inference_table_config=self._log(model.log_to) if model.log_to is not None else None,
            usage_tracking_config=databricks.ModelServingAiGatewayUsageTrackingConfigArgs(enabled=True)
            if model.usage
            else None,
        )

    def _log(self, place: str) -> databricks.ModelServingAiGatewayInferenceTableConfigArgs:
        domain, schema, prefix = place.split(".")
        return databricks.ModelServingAiGatewayInferenceTableConfigArgs(
            catalog_name=self._around.catalogs[domain], schema_name=schema, table_name_prefix=prefix, enabled=True
        )


def _traffic(model: ServingModel) -> databricks.ModelServingConfigTrafficConfigArgs | None:
    """Of an only model the platform says itself that it gets everything."""
    if len(model.models) == 1:
        return None
    return databricks.ModelServingConfigTrafficConfigArgs(
        routes=[
            databricks.ModelServingConfigTrafficConfigRouteArgs(served_entity_name=name, traffic_percentage=served.traffic or 0)
            for name, served in sorted(model.models.items())
        ]
    )
