"""The provider protocol's messages (`pulumi/provider.proto`) and the records of `infra.engine.ports`, either way. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi.runtime.proto import provider_pb2

from infra.engine.ports import CheckResult, Created, DiffResult, Found, Subject, Timeouts
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.urn import name_of, type_of
from infra.engine.values import Properties

#: What the CLI keeps among a provider's configuration for itself.
_OWN_INPUTS = frozenset({"version", "__internal"})


def subject(request: Any, **timeouts: float | None) -> Subject:
    """The resource that a request is about. A CLI that sends only the URN is served too."""
    return Subject(
        urn=request.urn,
        type=request.type or type_of(request.urn),
        name=request.name or name_of(request.urn),
        timeouts=Timeouts(**timeouts),
    )


def properties(struct: Any) -> Properties:
    """The property map of a request's Struct."""
    return from_struct(struct)


def known_before(struct: Any) -> Properties | None:
    """A property map, None for an empty one: a new resource has no old inputs, and the CLI sends an empty Struct."""
    return from_struct(struct) or None


def configuration(request: Any) -> Properties:
    """A provider's inputs in a ConfigureRequest: `args`, or the texts of older CLIs."""
    if request.HasField("args"):
        return plain_configuration(request.args)
    return {key.rpartition(":")[2]: text for key, text in request.variables.items()}


def plain_configuration(struct: Any) -> Properties:
    """A provider's inputs without what the CLI adds."""
    return {key: value for key, value in from_struct(struct).items() if key not in _OWN_INPUTS}


def checked(result: CheckResult) -> Any:
    """The answer to Check and CheckConfig."""
    return provider_pb2.CheckResponse(
        inputs=to_struct(result.inputs),
        failures=[provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in result.failures],
    )


def difference(result: DiffResult, ignored: Sequence[str] = ()) -> Any:
    """The answer to Diff and DiffConfig. What the program ignores by its top-level name is left out, also where the state has
    drifted from it."""
    keys = [key for key in result.keys if key not in ignored]
    changes = result.changes and bool(keys or not result.keys)
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=keys,
        replaces=[path for path in result.replaces if path not in ignored],
        stables=list(result.stables),
        deleteBeforeReplace=result.delete_before_replace,
        hasDetailedDiff=result.detailed is not None,
    )
    for path, item in (result.detailed or {}).items():
        if _top_level(path) not in ignored:
            response.detailedDiff[path].kind = provider_pb2.PropertyDiff.Kind.Value(item.kind.upper().replace("-", "_"))
            response.detailedDiff[path].inputDiff = item.input_diff
    return response


def created(result: Created) -> Any:
    """The answer to Create."""
    return provider_pb2.CreateResponse(id=result.id, properties=to_struct(result.outputs))


def updated(outputs: Properties) -> Any:
    """The answer to Update."""
    return provider_pb2.UpdateResponse(properties=to_struct(outputs))


def found(result: Found | None) -> Any:
    """The answer to Read; one without an id says that there is no such resource."""
    if result is None:
        return provider_pb2.ReadResponse()
    return provider_pb2.ReadResponse(id=result.id, properties=to_struct(result.outputs), inputs=to_struct(result.inputs))


def invoked(outputs: Properties) -> Any:
    """The answer to Invoke."""
    response = provider_pb2.InvokeResponse()
    to_struct(outputs, getattr(response, "return"))  # the field's name is a keyword of Python
    return response


def _top_level(path: str) -> str:
    if path.startswith('["'):
        return path[2:].partition('"]')[0]
    return path.partition(".")[0].partition("[")[0]
