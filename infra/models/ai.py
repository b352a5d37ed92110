"""Models and what they learn from: registered models, experiments, vector search, serving endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.securable import Grants
from infra.models.substitution import Text
from infra.models.trigger import InSchema


class RegisteredModel(Record):
    """A model of Unity Catalog; its versions come from training."""

    catalog: Identifier
    """The domain whose catalog it is in."""
    schema_: Annotated[Identifier, Field(alias="schema")]
    """The schema that it is in; the key is its name there."""
    comment: Text | None = None
    """What it predicts."""
    owner: Key | None = None
    """A service principal, a user or a group of `identities`."""
    location: Text | None = None
    """Where its versions are kept (`s3://…`), where not in the schema's own storage."""
    grants: Grants = Field(default={})
    """Who may do what with it."""


class Experiment(Record):
    """An MLflow experiment: a folder of training runs. Its tags are the platform's and its users'."""

    location: Text | None = None
    """Where its artifacts are kept, where not in the workspace's own storage."""
    permissions: Mapping[Key, Literal["CAN_READ", "CAN_EDIT", "CAN_MANAGE"]] = {}
    """What each principal may do with it."""


class Embedding(Record):
    """Where an index has its vectors from: it embeds text itself, or reads vectors from a column."""

    column: Text
    """The column with the text, or with the vectors."""
    model: Text | None = None
    """The serving endpoint that embeds the text: a key of `ai.serving`, or an endpoint of the platform's own."""
    dimension: Annotated[int, Field(ge=1)] | None = None
    """The length of the vectors, where the column holds vectors."""

    @model_validator(mode="after")
    def _one_source(self) -> Embedding:
        if (self.model is None) == (self.dimension is None):
            raise ValueError("needs exactly one of 'model', for text, and 'dimension', for vectors")
        return self


class SearchIndex(Record):
    """A vector index; its key is its name in the schema."""

    catalog: Identifier
    """The domain whose catalog it is in."""
    schema_: Annotated[Identifier, Field(alias="schema")]
    """The schema that it is in."""
    endpoint: Key
    """The endpoint that answers for it: a key of `ai.vector_search`."""
    primary_key: Text
    """The column that tells its rows apart."""
    table: InSchema | None = None
    """The Delta table that it follows, as <domain>.<schema>.<table>; left out, programs write to it."""
    columns: Mapping[Text, Text] = {}
    """Of one that programs write to: its columns with their types."""
    sync: Literal["TRIGGERED", "CONTINUOUS"] = "TRIGGERED"
    """Of one that follows a table: on demand, or always."""
    embedding: Embedding
    """Where it has its vectors from."""

    @model_validator(mode="after")
    def _kind(self) -> SearchIndex:
        if self.table is not None and self.columns:
            raise WrongAt(("columns",), "are the table's, which it follows; leave them out")
        if self.table is None and not self.columns:
            raise ValueError("needs a 'table' to follow, or the 'columns' that programs write")
        if self.columns and self.primary_key not in self.columns:
            raise WrongAt(("primary_key",), f"'{self.primary_key}' is none of 'columns'")
        return self


class VectorSearch(Record):
    """An endpoint that answers vector searches; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    type: Literal["STANDARD", "STORAGE_OPTIMIZED"] = "STANDARD"
    """Fast answers, or many vectors."""
    budget_policy: Key | None = None
    """How its usage is tagged: a key of `budgets.policies`."""
    permissions: Mapping[Key, Literal["CAN_USE", "CAN_MANAGE"]] = {}
    """What each principal may do with it."""


class ExternalModel(Record):
    """A model that another company serves."""

    provider: Literal["ai21labs", "anthropic", "cohere", "openai", "palm"]
    """The company. Azure OpenAI, Amazon Bedrock, Vertex AI and other workspaces are not supported here."""
    name: Text
    """The model's name there."""
    task: Literal["llm/v1/chat", "llm/v1/completions", "llm/v1/embeddings"]
    """What it does."""
    scope: Key
    """The secret scope that holds the key to it: a key of `secrets.scopes`."""
    key: Key
    """The key's key there."""


class ServedModel(Record):
    """A model behind an endpoint: a registered one, or another company's."""

    model: Text | None = None
    """A key of `ai.models`, or a model of the platform's own, such as system.ai.bge_large_en_v1_5."""
    version: Text | None = None
    """Its version."""
    size: Literal["Small", "Medium", "Large"] = "Small"
    """How many requests it answers at once."""
    compute: Literal["CPU", "GPU_SMALL", "GPU_MEDIUM", "GPU_LARGE", "MULTIGPU_MEDIUM"] = "CPU"
    """On what it runs."""
    scale_to_zero: bool = True
    """Whether it costs nothing while nobody asks; the first who asks then waits."""
    external: ExternalModel | None = None
    """Or a model that another company serves."""
    traffic: Annotated[int, Field(ge=0, le=100)] | None = None
    """Its part of the requests, in percent; of an only model, all."""

    @model_validator(mode="after")
    def _kind(self) -> ServedModel:
        if (self.model is None) == (self.external is None):
            raise ValueError("needs exactly one of 'model' and 'external'")
        if self.model is not None and self.version is None:
            raise WrongAt(("model",), f"'{self.model}' has versions; say which in 'version'")
        return self


class Serving(Record):
    """An endpoint that serves models; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    description: Text | None = None
    """What it is for."""
    models: Mapping[Key, ServedModel] = Field(min_length=1, max_length=10)
    """What it serves."""
    requests_a_minute: Annotated[int, Field(ge=1)] | None = None
    """The most requests of each user in a minute."""
    log_to: InSchema | None = None
    """Where requests and answers are kept, as <domain>.<schema>.<prefix of the table's name>."""
    usage: bool = False
    """Whether usage is kept in the system tables."""
    budget_policy: Key | None = None
    """How its usage is tagged: a key of `budgets.policies`."""
    tags: Mapping[str, Text] = {}
    """Tags; they reach the bill."""
    permissions: Mapping[Key, Literal["CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"]] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _traffic(self) -> Serving:
        parts = [one.traffic for one in self.models.values()]
        if len(parts) == 1 and parts[0] in (None, 100):
            return self
        total = sum(part or 0 for part in parts)
        if total != 100:
            raise WrongAt(("models",), f"share {total} percent of the requests; give each 'traffic', 100 together")
        return self


class Ai(Record):
    """Models and what they learn from."""

    models: Mapping[Identifier, RegisteredModel] = {}
    """Models of Unity Catalog."""
    experiments: Mapping[Key, Experiment] = {}
    """MLflow experiments."""
    vector_search: Mapping[Key, VectorSearch] = {}
    """Endpoints that answer vector searches."""
    indexes: Mapping[Identifier, SearchIndex] = {}
    """Vector indexes."""
    serving: Mapping[Key, Serving] = {}
    """Endpoints that serve models."""
