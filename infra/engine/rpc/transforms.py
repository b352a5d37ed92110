"""Transforms: what a program changes in requests before they are looked at, and what a child inherits from its parent.

Everything happens on copies of the SDK's requests, so that `goals` stays the one reader of them. Own transforms come first,
then those of the ancestors, then the stack's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pulumi.runtime.proto import alias_pb2, resource_pb2

from infra.engine import urn as urns
from infra.engine.rpc.callbacks import Callbacks
from infra.engine.rpc.wire import dependencies_of, with_dependencies

#: Options that a request and a transform name differently; the others have one name.
_LISTS: Final = (
    ("depends_on", "dependencies"),
    ("ignore_changes", "ignoreChanges"),
    ("replace_on_changes", "replaceOnChanges"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
    ("hide_diff", "hideDiffs"),
    ("replace_with", "replace_with"),
)
_TEXTS: Final = (
    ("import", "importId"),
    ("version", "version"),
    ("provider", "provider"),
    ("plugin_download_url", "pluginDownloadURL"),
    ("deleted_with", "deletedWith"),
)
_FLAGS: Final = (("protect", "protect"), ("retain_on_delete", "retainOnDelete"))
_MESSAGES: Final = (("custom_timeouts", "customTimeouts"), ("hooks", "hooks"), ("replacement_trigger", "replacement_trigger"))


class Transforms:
    """The transforms of one program, and its resources' family tree. Thread-safe."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._lock = threading.Lock()
        self._stack: list[Any] = []
        self._invokes: list[Any] = []
        self._requests: dict[str, Any] = {}

    def add(self, callback: Any) -> None:
        """A transform of every resource."""
        with self._lock:
            self._stack.append(callback)

    def add_for_invokes(self, callback: Any) -> None:
        """A transform of every invoke."""
        with self._lock:
            self._invokes.append(callback)

    def completed(self, request: Any) -> Any:
        """A RegisterResourceRequest as it is meant. Raises `StepError` for a transform that fails."""
        parent = self._requests.get(request.parent)
        callbacks = [*request.transforms, *self._of_ancestors(request.parent), *self._stack]
        if parent is None and not callbacks:
            return request
        completed = resource_pb2.RegisterResourceRequest()
        completed.CopyFrom(request)
        if parent is not None:
            _inherit(completed, parent)
        if callbacks:
            self._transform(completed, callbacks)
        return completed

    def keep(self, urn: str, request: Any) -> None:
        """A resource is registered: its children inherit from it."""
        self._requests[urn] = request

    def completed_invoke(self, request: Any) -> Any:
        """A ResourceInvokeRequest as it is meant."""
        if not self._invokes:
            return request
        completed = resource_pb2.ResourceInvokeRequest()
        completed.CopyFrom(request)
        for callback in self._invokes:
            question = resource_pb2.TransformInvokeRequest(token=completed.tok, args=completed.args)
            options = question.options
            options.provider, options.version = completed.provider, completed.version
            options.plugin_download_url = completed.pluginDownloadURL
            answer = resource_pb2.TransformInvokeResponse.FromString(self._callbacks.call(callback, question))
            if answer.HasField("args"):
                completed.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                completed.provider, completed.version = answer.options.provider, answer.options.version
                completed.pluginDownloadURL = answer.options.plugin_download_url
        return completed

    def _of_ancestors(self, urn: str) -> Iterator[Any]:
        while request := self._requests.get(urn):
            yield from request.transforms
            urn = request.parent

    def _transform(self, request: Any, callbacks: Iterable[Any]) -> None:
        own = bool(request.transforms)
        if own:
            for key, found in request.propertyDependencies.items():
                if key in request.object.fields:
                    with_dependencies(request.object.fields[key], found.urns)
        options = _options(request)
        for callback in callbacks:
            question = resource_pb2.TransformRequest(
                type=request.type,
                name=request.name,
                custom=request.custom,
                parent=request.parent,
                properties=request.object,
                options=options,
            )
            answer = resource_pb2.TransformResponse.FromString(self._callbacks.call(callback, question))
            if answer.HasField("properties"):
                request.object.CopyFrom(answer.properties)
            if answer.HasField("options"):
                options = answer.options
        _apply(options, request)
        _depend(request, anew=own)


def _inherit(request: Any, parent: Any) -> None:
    for name in ("protect", "retainOnDelete"):
        if not request.HasField(name) and parent.HasField(name):
            setattr(request, name, getattr(parent, name))
    request.deletedWith = request.deletedWith or parent.deletedWith
    package = urns.provider_package(urns.type_of(urns.split_reference(parent.provider)[0])) if parent.provider else ""
    if request.custom and not request.provider and package == urns.package_of(request.type):
        request.provider = parent.provider


def _options(request: Any) -> Any:
    options = resource_pb2.TransformResourceOptions()
    for name, field in _LISTS:
        getattr(options, name).extend(getattr(request, field))
    for name, field in _TEXTS:
        setattr(options, name, getattr(request, field))
    for name, field in _FLAGS:
        if request.HasField(field):
            setattr(options, name, getattr(request, field))
    for name, field in _MESSAGES:
        if request.HasField(field):
            getattr(options, name).CopyFrom(getattr(request, field))
    options.aliases.extend(alias_pb2.Alias(urn=urn) for urn in request.aliasURNs)
    options.aliases.extend(request.aliases)
    options.providers.update(request.providers)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _apply(options: Any, request: Any) -> None:
    for name, field in _LISTS:
        request.ClearField(field)
        getattr(request, field).extend(getattr(options, name))
    for name, field in _TEXTS:
        setattr(request, field, getattr(options, name))
    for name, field in _FLAGS:
        request.ClearField(field)
        if options.HasField(name):
            setattr(request, field, getattr(options, name))
    for name, field in _MESSAGES:
        request.ClearField(field)
        if options.HasField(name):
            getattr(request, field).CopyFrom(getattr(options, name))
    request.ClearField("aliasURNs")
    request.ClearField("aliases")
    request.aliases.extend(options.aliases)
    request.ClearField("providers")
    request.providers.update(options.providers)
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace


def _depend(request: Any, *, anew: bool) -> None:
    """Take dependencies over from the properties; `anew`: only from there, because all of them stood there."""
    found = {key: dependencies_of(value) for key, value in request.object.fields.items()}
    if not anew:
        for key, known in request.propertyDependencies.items():
            found[key] = found.get(key, set()) | set(known.urns)
    request.ClearField("propertyDependencies")
    for key, names in found.items():
        request.propertyDependencies[key].urns.extend(sorted(names))
    if anew:
        together = set(request.dependencies).union(*found.values())
        request.ClearField("dependencies")
        request.dependencies.extend(sorted(together))
