"""The provider resources of one operation, configured: who serves which resource.

It answers for provider resources what a `Provider` answers for others (check, diff, create…), with a plugin behind each.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Final

from infra.engine import urn as urns
from infra.engine.errors import PluginError
from infra.engine.ports import CheckResult, DiffResult, Plugin, Provider
from infra.engine.resource import Resource
from infra.engine.unconfigured import Unconfigured
from infra.engine.values import Properties, contains_unknown

#: What the engine itself keeps among a provider resource's inputs.
_OWN_INPUTS: Final = frozenset({"version", "__internal"})


class ConfiguredProviders:
    """Providers by reference. `built_in`: what the engine serves by itself.

    `base` holds the provider resources of the state, configured again when something needs them.
    """

    def __init__(
        self, plugins: Mapping[str, Plugin], base: Sequence[Resource], built_in: Mapping[str, Plugin] | None = None
    ) -> None:
        self._plugins, self._built_in = plugins, built_in or {}
        self._base = {resource.reference: resource for resource in base if resource.is_provider}
        self._inputs: dict[str, Properties] = {}
        self._providers: dict[str, Provider] = {}
        self._superseded: list[Provider] = []
        self._lock = threading.Lock()
        self._first = threading.Lock()

    def plugin(self, package: str) -> Plugin:
        """The plugin of a package. Raises `PluginError` if nobody serves it."""
        plugin = self._built_in.get(package) or self._plugins.get(package)
        if plugin is None:
            known = ", ".join(sorted(self._plugins)) or "none"
            raise PluginError(
                f"no plugin serves the package {package!r} (served here: {known}): install one that declares an entry point "
                "in the group lakestead.plugins, or run the project with the Pulumi CLI"
            )
        return plugin

    def check(self, type: str, olds: Properties | None, news: Properties) -> CheckResult:
        """Check the inputs of a provider resource."""
        own = {key: value for key, value in news.items() if key in _OWN_INPUTS}
        answer = self.plugin(urns.provider_package(type)).check_config(olds and _config(olds), _config(news))
        return CheckResult(answer.inputs | own, answer.failures)

    def diff(self, type: str, old: Properties, new: Properties) -> DiffResult:
        """Compare the inputs of a provider resource."""
        return self.plugin(urns.provider_package(type)).diff_config(_config(old), _config(new))

    def configure(self, resource: Resource) -> None:
        """Let this provider resource serve those that name it."""
        config = _config(resource.inputs)
        plugin = self.plugin(urns.provider_package(resource.type))
        provider: Provider = Unconfigured() if contains_unknown(config) else plugin.configure(config)
        with self._lock:
            former = self._providers.get(resource.reference)
            if former is not None:
                self._superseded.append(former)
            self._providers[resource.reference] = provider
            self._inputs[resource.reference] = resource.inputs

    def get(self, reference: str) -> Provider:
        """The provider that a resource names, configured from the state if this operation has not yet registered it."""
        provider = self._providers.get(reference)
        if provider is not None:
            return provider
        with self._first:  # else each of the threads that come at once would get a provider of its own
            if reference not in self._providers:
                resource = self._base.get(reference)
                if resource is None:
                    raise PluginError(f"provider {reference} is neither registered by the program nor in the state")
                self.configure(resource)
            return self._providers[reference]

    def is_known(self, reference: str) -> bool:
        """Whether a provider's configuration is wholly known; if not, it can answer no remote call."""
        return not contains_unknown(self._inputs.get(reference, {}))

    def moved(self, old: str, new: str, renames: Mapping[str, str]) -> bool:
        """Whether a resource must be replaced because it goes from one provider resource to another."""
        if old == new:
            return False
        if not old or not new:
            return True
        old_urn, new_urn = urns.split_reference(old)[0], urns.split_reference(new)[0]
        if renames.get(old_urn) == new_urn:
            return False
        former = self._base.get(old)
        if former is None or new not in self._inputs:
            return False
        return bool(self.diff(former.type, former.inputs, self._inputs[new]).replaces)

    def close(self) -> None:
        """Close every provider; the first failure is raised when all have been asked."""
        failures: list[Exception] = []
        for provider in [*self._superseded, *self._providers.values()]:
            try:
                provider.close()
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]


def _config(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key not in _OWN_INPUTS}
