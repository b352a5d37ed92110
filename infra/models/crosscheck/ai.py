"""Models, vector search and serving: what they name is there, and may be granted."""

from __future__ import annotations

from infra.models.crosscheck.grants import granted_on
from infra.models.crosscheck.words import Path, Wrong, budget_policy, in_schema, known, place, principal
from infra.models.environment import Environment


def ai(environment: Environment) -> Wrong:
    """Each part in turn."""
    for key, model in environment.ai.models.items():
        at: Path = ("ai", "models", key)
        yield from place(environment, at, model.catalog, model.schema_)
        yield from granted_on(environment, at, "model", model.grants)
        if model.owner is not None:
            yield from principal(environment, (*at, "owner"), model.owner)
    for key, endpoint in environment.ai.vector_search.items():
        yield from budget_policy(environment, ("ai", "vector_search", key), endpoint.budget_policy)
    yield from _indexes(environment)
    yield from _serving(environment)


def _indexes(environment: Environment) -> Wrong:
    for key, index in environment.ai.indexes.items():
        at: Path = ("ai", "indexes", key)
        yield from place(environment, at, index.catalog, index.schema_)
        endpoints = environment.ai.vector_search
        yield from known((*at, "endpoint"), index.endpoint, endpoints, "vector search endpoint", "ai.vector_search")
        if index.table is not None:
            yield from in_schema(environment, (*at, "table"), index.table)


def _serving(environment: Environment) -> Wrong:
    for key, endpoint in environment.ai.serving.items():
        at: Path = ("ai", "serving", key)
        yield from budget_policy(environment, at, endpoint.budget_policy)
        if endpoint.log_to is not None:
            yield from in_schema(environment, (*at, "log_to"), endpoint.log_to)
        for name, served in endpoint.models.items():
            inner: Path = (*at, "models", name)
            if served.model is not None and "." not in served.model:
                yield from known((*inner, "model"), served.model, environment.ai.models, "model", "ai.models")
            if served.external is not None:
                scope = environment.secrets.scopes.get(served.external.scope)
                scopes = environment.secrets.scopes
                yield from known((*inner, "external", "scope"), served.external.scope, scopes, "secret scope", "secrets.scopes")
                if scope is not None:
                    where = f"secrets.scopes.{served.external.scope}.keys"
                    yield from known((*inner, "external", "key"), served.external.key, scope.keys, "secret", where)
