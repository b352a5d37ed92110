"""The provider service: `pulumi/provider.proto` answered by one of our plugins.

The CLI starts one process for each provider resource and configures it once, so one service holds one provider. CheckConfig,
DiffConfig and GetSchema are asked before that. Calls come on many threads.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from infra.engine.ports import Plugin, Provider
from infra.providers.plugin import messages
from infra.providers.plugin.failures import Refused, told


class PluginService(provider_pb2_grpc.ResourceProviderServicer):
    """One plugin, and the provider that it is configured to be."""

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin
        self._provider: Provider | None = None
        self._cancelled = threading.Event()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The version whose behaviour this follows."""
        return plugin_pb2.PluginInfo(version=self._plugin.version)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """What values this takes: secrets as secrets; resources and outputs as plain values."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        """A CLI that did not start this process says where its engine is; nothing is asked of the engine."""
        return empty_pb2.Empty()

    @told
    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The package's name and version only: programs use the official SDK, which was made from the official schema."""
        if request.version:
            raise Refused(grpc.StatusCode.UNIMPLEMENTED, f"there is no version {request.version} of a schema here")
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self._plugin.name, "version": self._plugin.version}))

    @told
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Validate the inputs of a provider resource."""
        olds = messages.plain_configuration(request.olds) or None
        return messages.checked(self._plugin.check_config(olds, messages.plain_configuration(request.news)))

    @told
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Compare the inputs of a provider resource."""
        old, new = messages.plain_configuration(request.old_inputs), messages.plain_configuration(request.news)
        return messages.difference(self._plugin.diff_config(old, new), request.ignoreChanges)

    @told
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Become a provider with these inputs."""
        if self._provider is not None:
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, "this plugin is configured already: start one for each provider")
        self._provider = self._plugin.configure(messages.configuration(request))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    @told
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Validate and complete a resource's inputs."""
        olds, news = messages.known_before(request.olds), messages.properties(request.news)
        return messages.checked(self._configured.check(messages.subject(request), olds, news))

    @told
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Compare a resource's state with its new inputs."""
        result = self._configured.diff(
            messages.subject(request),
            request.id,
            messages.properties(request.old_inputs),
            messages.properties(request.olds),
            messages.properties(request.news),
        )
        return messages.difference(result, request.ignoreChanges)

    @told
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Make a resource, or foretell it."""
        self._admit(request.preview)
        about = messages.subject(request, create=request.timeout or None)
        return messages.created(
            self._configured.create(about, messages.properties(request.properties), preview=request.preview)
        )

    @told
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Look at a resource."""
        inputs, outputs = messages.properties(request.inputs), messages.properties(request.properties)
        return messages.found(self._configured.read(messages.subject(request), request.id, inputs, outputs))

    @told
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Change a resource in place, or foretell it."""
        self._admit(request.preview)
        outputs = self._configured.update(
            messages.subject(request, update=request.timeout or None),
            request.id,
            messages.properties(request.old_inputs),
            messages.properties(request.olds),
            messages.properties(request.news),
            preview=request.preview,
        )
        return messages.updated(outputs)

    @told
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Remove a resource."""
        self._admit(False)
        inputs, outputs = messages.properties(request.old_inputs), messages.properties(request.properties)
        self._configured.delete(messages.subject(request, delete=request.timeout or None), request.id, inputs, outputs)
        return empty_pb2.Empty()

    @told
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer a data source."""
        return messages.invoked(self._configured.invoke(request.tok, messages.properties(request.args)))

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Begin nothing any more that changes something. What is under way is finished: its outcome belongs in the state."""
        self._cancelled.set()
        return empty_pb2.Empty()

    def close(self) -> None:
        """Let the provider's connections go; called once, after the last call."""
        if self._provider is not None:
            self._provider.close()

    @property
    def _configured(self) -> Provider:
        if self._provider is None:
            raise Refused(grpc.StatusCode.FAILED_PRECONDITION, f"the provider {self._plugin.name} is not configured yet")
        return self._provider

    def _admit(self, preview: bool) -> None:
        if self._cancelled.is_set() and not preview:
            raise Refused(grpc.StatusCode.CANCELLED, "the operation was cancelled before this could begin")
