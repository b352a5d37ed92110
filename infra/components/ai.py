"""Registered models, experiments, vector search endpoints and their indexes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.surroundings import Names, Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.ai import Experiment, RegisteredModel, SearchIndex, VectorSearch


@dataclass(frozen=True, slots=True)
class AiArgs:
    """Whose `ai`, what it names, the names of its serving endpoints, and the folder that experiments go to."""

    environment: Environment
    surroundings: Surroundings
    serving: Names
    folder: pulumi.Input[str]


def register_models(environment: Environment, around: Surroundings, parent: pulumi.Resource) -> Names:
    """Each registered model with its grants; answers their full names, which are their ids."""
    return {key: _model(environment, around, parent, key, model) for key, model in environment.ai.models.items()}


def _model(
    environment: Environment, around: Surroundings, parent: pulumi.Resource, key: str, model: RegisteredModel
) -> pulumi.Output[str]:
    inside = pulumi.ResourceOptions(parent=parent)
    made = databricks.RegisteredModel(
        key,
        name=key,
        catalog_name=around.catalogs[model.catalog],
        schema_name=model.schema_,
        comment=model.comment,
        owner=around.principals.name(model.owner) if model.owner else None,
        storage_location=model.location,
        opts=inside,
    )
    for principal, granted in model.grants.items():
        databricks.Grant(
            f"{key}/{principal}",
            model=made.id,
            principal=around.principals.name(principal),
            privileges=list(environment.identities.privileges(granted)),
            opts=inside,
        )
    return made.id


class Ai(pulumi.ComponentResource):
    """What programs search in and write their runs to."""

    def __init__(self, name: str, args: AiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:ai:Ai", name, None, opts)
        self._args, self._around = args, args.surroundings
        self._inside = pulumi.ResourceOptions(parent=self)
        ai = args.environment.ai
        for key, experiment in ai.experiments.items():
            self._experiment(key, experiment)
        endpoints = {key: self._endpoint(key, model) for key, model in ai.vector_search.items()}
        for key, index in ai.indexes.items():
            self._index(key, index, endpoints)
        self.register_outputs({})

    def _experiment(self, key: str, model: Experiment) -> None:
        experiment = databricks.MlflowExperiment(
            key,
            name=pulumi.Output.concat(self._args.folder, "/", key),
            artifact_location=model.location,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"experiment/{key}",
                experiment_id=experiment.id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )

    def _endpoint(self, key: str, model: VectorSearch) -> databricks.VectorSearchEndpoint:
        endpoint = databricks.VectorSearchEndpoint(
            key,
            name=self._args.environment.own_name(key, model.name),
            endpoint_type=model.type,
            budget_policy_id=self._around.budget_policies[model.budget_policy] if model.budget_policy else None,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"vector_search/{key}",
                vector_search_endpoint_id=endpoint.endpoint_id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return endpoint

    def _index(self, key: str, model: SearchIndex, endpoints: dict[str, databricks.VectorSearchEndpoint]) -> None:
        databricks.VectorSearchIndex(
            key,
            name=pulumi.Output.concat(self._around.catalogs[model.catalog], f".{model.schema_}.{key}"),
            endpoint_name=endpoints[model.endpoint].name,
            primary_key=model.primary_key,
            index_type="DELTA_SYNC" if model.table else "DIRECT_ACCESS",
            delta_sync_index_spec=self._following(model, model.table) if model.table else None,
            direct_access_index_spec=None if model.table else self._written(model),
            opts=self._inside,
        )

    def _following(self, model: SearchIndex, table: str) -> databricks.VectorSearchIndexDeltaSyncIndexSpecArgs:
        source, vector = (
            databricks.VectorSearchIndexDeltaSyncIndexSpecEmbeddingSourceColumnArgs,
            databricks.VectorSearchIndexDeltaSyncIndexSpecEmbeddingVectorColumnArgs,
        )
        embedding = model.embedding
        texts = [source(name=embedding.column, embedding_model_endpoint_name=self._embedder(embedding.model))]
        vectors = [vector(name=embedding.column, embedding_dimension=embedding.dimension)]
        return databricks.VectorSearchIndexDeltaSyncIndexSpecArgs(
            source_table=self._around.qualified(table),
            pipeline_type=model.sync,
            embedding_source_columns=texts if embedding.model else None,
            embedding_vector_columns=vectors if embedding.dimension else None,
        )

    def _written(self, model: SearchIndex) -> databricks.VectorSearchIndexDirectAccessIndexSpecArgs:
        source, vector = (
            databricks.VectorSearchIndexDirectAccessIndexSpecEmbeddingSourceColumnArgs,
            databricks.VectorSearchIndexDirectAccessIndexSpecEmbeddingVectorColumnArgs,
        )
        embedding = model.embedding
        texts = [source(name=embedding.column, embedding_model_endpoint_name=self._embedder(embedding.model))]
        vectors = [vector(name=embedding.column, embedding_dimension=embedding.dimension)]
        return databricks.VectorSearchIndexDirectAccessIndexSpecArgs(
            schema_json=json.dumps(dict(model.columns), sort_keys=True),
            embedding_source_columns=texts if embedding.model else None,
            embedding_vector_columns=vectors if embedding.dimension else None,
        )

    def _embedder(self, model: str | None) -> pulumi.Input[str] | None:
        """An endpoint of this environment by its name in the workspace, or one of the platform's own as it is."""
        return self._args.serving.get(model, model) if model else None
