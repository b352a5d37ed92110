"""A configured Databricks provider: the engine's `Provider` over the registered resource types.

It does for every type what does not depend on it: completing inputs, comparing, foretelling a preview's outputs, hiding
secrets, telling what failed where. `check`, `diff` and previews make no call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from infra.engine.ports import (
    CheckFailure,
    CheckResult,
    Created,
    DiffResult,
    Found,
    PartialFailure,
    ProviderError,
    Reading,
    Subject,
    Unfindable,
    UnknownOutcome,
)
from infra.engine.values import Properties, Secret, Value, contains_secret, reveal
from infra.providers.databricks import listings
from infra.providers.databricks.client import Passing
from infra.providers.databricks.differences import detailed, ignored, top_level
from infra.providers.databricks.errors import Absent, Incomplete
from infra.providers.databricks.foretold import foretold
from infra.providers.databricks.inputs import DEFAULTS, Inputs, plain
from infra.providers.databricks.invokes import INVOKES
from infra.providers.databricks.refreshed import refreshed_inputs
from infra.providers.databricks.registry import RESOURCES, refusal
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.shapes import Field, Shape
from infra.providers.databricks.workspace import Workspace

_HIDDEN: Final = "[secret]"


class DatabricksProvider:
    """Serves the resources of one provider resource. Without a workspace (credentials not known yet) previews only."""

    def __init__(self, workspace: Workspace | None, secrets: tuple[str, ...] = ()) -> None:
        self._known_workspace = workspace
        self._secrets = secrets

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        resource = RESOURCES.get(subject.type)
        if resource is None:
            return CheckResult(news, (CheckFailure("type", refusal(subject.type)),))
        checking = Inputs(subject.name)
        completed = checking.complete(resource.shape, news, olds)
        failures = checking.failures or list(resource.verify(plain(resource.shape, completed)))
        return CheckResult(completed, tuple(failures))

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        resource = _resource(subject)
        news = plain(resource.shape, new_inputs)
        found = resource.differences(reveal(old_outputs), news)
        changes = [change for change in found if not ignored(change[0], subject.ignored)]
        replaces = tuple(sorted({top_level(path) for path, _, forces in changes if forces}))
        return DiffResult(
            changes=bool(changes),
            keys=tuple(sorted({top_level(path) for path, _, _ in changes})),
            replaces=replaces,
            detailed=detailed(changes),
            delete_before_replace=bool(replaces) and _same_place(resource, id, news, new_inputs),
        )

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        resource = _resource(subject)
        news = plain(resource.shape, inputs)
        if preview:
            return Created("", _sealed(resource, foretold(resource, {}, news), inputs))
        with self._told(f"creating {_shown(subject)}", inputs):
            self._workspace.meet()
            try:
                id, outputs = resource.create(self._workspace, news, subject.timeouts)
            except Incomplete as error:
                made = Created(error.id, _sealed(resource, resource.stored(error.outputs), inputs))
                raise PartialFailure(made, [self._hidden(str(error), inputs)]) from error
        return Created(id, _sealed(resource, resource.stored(outputs), inputs))

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        resource = _resource(subject)
        known = reveal(outputs)
        with self._told(f"reading {_shown(subject)} ({id})", inputs):
            found = resource.read(self._workspace, str(known.get("id") or id), known)
        return _found(Reading(subject, id, inputs, outputs), listings.Known(resource, id, known), found)

    def read_many(self, readings: Sequence[Reading]) -> Mapping[Reading, Found | None]:
        asked: dict[listings.Known, Reading] = {}
        for reading in readings:
            outputs = reveal(reading.outputs)
            asked[listings.Known(_resource(reading.subject), str(outputs.get("id") or reading.id), outputs)] = reading
        with self._told("reading lists", {}):
            answers = listings.read(self._workspace, list(asked))
        return {asked[known]: _found(asked[known], known, answer) for known, answer in answers.items()}

    def find(self, subject: Subject, inputs: Properties, since: float) -> Found | None:
        resource = _resource(subject)
        wanted = plain(resource.shape, inputs)
        with self._told(f"looking for {_shown(subject)}", inputs):
            id = resource.locate(self._workspace, wanted, since)
        if id is None:
            return None
        unseen = {field.name for field in resource.shape.fields() if field.secret}  # nobody can read whether these arrived
        return self.read(subject, id, inputs, {name: value for name, value in wanted.items() if name not in unseen})

    def update(
        self,
        subject: Subject,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
    ) -> Properties:
        resource = _resource(subject)
        olds, news = reveal(old_outputs), plain(resource.shape, new_inputs)
        if preview:
            return _sealed(resource, foretold(resource, olds, news), new_inputs)
        with self._told(f"updating {_shown(subject)} ({id})", new_inputs):
            outputs = resource.update(self._workspace, str(olds.get("id") or id), olds, news, subject.timeouts)
        return _sealed(resource, resource.stored(outputs), new_inputs)

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        resource = _resource(subject)
        known = reveal(outputs)
        with self._told(f"deleting {_shown(subject)} ({id})", inputs):
            try:
                resource.delete(self._workspace, str(known.get("id") or id), known)
            except Absent:
                return  # it is gone already, which is what was asked for

    def invoke(self, token: str, arguments: Properties) -> Properties:
        invoke = INVOKES.get(token)
        if invoke is None:
            known = ", ".join(sorted(supported.rsplit(":", 1)[1] for supported in INVOKES))
            raise ProviderError(f"{token} is not supported by the embedded Databricks provider: it knows {known}")
        with self._told(f"asking {token.rsplit(':', 1)[1]}", arguments):
            return invoke(self._workspace, reveal(arguments))

    def close(self) -> None:
        if self._known_workspace is not None:
            self._known_workspace.close()

    @property
    def _workspace(self) -> Workspace:
        if self._known_workspace is None:
            raise ProviderError("the provider's host or credentials are not known yet: nothing can be asked of the workspace")
        return self._known_workspace

    @contextmanager
    def _told(self, doing: str, inputs: Properties) -> Iterator[None]:
        """Say of a failure what was being done, with nothing secret in it."""
        try:
            yield
        except (PartialFailure, Unfindable):
            raise
        except (ProviderError, ValueError) as error:
            unknown = isinstance(error, UnknownOutcome) or (isinstance(error, Passing) and error.sent)
            raise (UnknownOutcome if unknown else ProviderError)(self._hidden(f"{doing}: {error}", inputs)) from error

    def _hidden(self, message: str, inputs: Properties) -> str:
        for secret in (*self._secrets, *_secret_texts(inputs)):
            message = message.replace(secret, _HIDDEN)
        return message


def _resource(subject: Subject) -> Resource:
    resource = RESOURCES.get(subject.type)
    if resource is None:
        raise ProviderError(refusal(subject.type))
    return resource


def _found(reading: Reading, known: listings.Known, outputs: Properties | None) -> Found | None:
    """What was read, as the engine keeps it."""
    if outputs is None:
        return None
    resource = known.resource
    fresh = _sealed(resource, resource.stored(outputs), reading.inputs | reading.outputs)
    inputs = refreshed_inputs(resource.shape, reading.inputs, fresh)
    return Found(resource.official_id(reading.id, outputs), inputs, fresh)


def _shown(subject: Subject) -> str:
    return f"{subject.type.rsplit(':', 1)[1]} {subject.name!r}"


def _same_place(resource: Resource, id: str, news: Properties, inputs: Properties) -> bool:
    """Whether the new resource would stand where the old one does: under a name the program chose, or with the same id."""
    return (resource.named and "name" not in inputs.get(DEFAULTS, ())) or resource.identity(news) == id


def _sealed(resource: Resource, outputs: Properties, inputs: Properties) -> Properties:
    """Outputs in which the secret is secret: what the type declares so, and what came from a secret input."""
    return _sealed_object(resource.shape, outputs, inputs)


def _sealed_object(shape: Shape, outputs: Properties, inputs: Properties) -> Properties:
    return {name: _sealed_value(shape.get(name), value, inputs.get(name)) for name, value in outputs.items()}


def _sealed_value(field: Field | None, value: Value, given: Value) -> Value:
    """An object keeps its secrets inside; anything else is secret as a whole."""
    if field is None or value is None or isinstance(value, Secret):
        return value
    if field.kind == "block" and isinstance(value, dict) and not isinstance(given, Secret):
        return _sealed_object(field.nested, value, given if isinstance(given, dict) else {})
    if field.kind == "blocks" and isinstance(value, list) and not contains_secret(given):
        return [_sealed_object(field.nested, item, {}) if isinstance(item, dict) else item for item in value]
    return Secret(reveal(value)) if field.secret or contains_secret(given) else value


def _secret_texts(value: Value) -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _texts(value.value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secret_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secret_texts(item)


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
