"""A plugin that never makes anything: what a program asks to be created is looked for by its natural key, and taken over.

So one update of the ordinary program turns what exists into the environment's own, with every resource under the URN that it
would have had. What is not there, or would have to be changed or removed, is an error.
"""

from __future__ import annotations

from typing import Any

from infra.engine.ports import CheckResult, Created, DiffResult, Finder, Plugin, Provider, ProviderError, Subject
from infra.engine.values import Properties


class AdoptingPlugin:
    """Stands before another plugin."""

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin
        self.name, self.version = plugin.name, plugin.version

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        return self._plugin.check_config(olds, news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        return self._plugin.diff_config(old_inputs, new_inputs)

    def configure(self, inputs: Properties) -> Provider:
        return AdoptingProvider(self._plugin.configure(inputs))


class AdoptingProvider:
    """Stands before a provider: looks where that would write. All else is that one's own."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        """What is there already, under its own id."""
        if preview:
            return self._provider.create(subject, inputs, preview=True)
        found = self._provider.find(subject, inputs, 0.0) if isinstance(self._provider, Finder) else None
        if found is None:
            raise ProviderError(f"{subject.type} {subject.name} is not in the workspace, and an import makes nothing")
        return Created(found.id, found.outputs)

    def update(self, subject: Subject, *_arguments: object, preview: bool) -> Properties:
        """Refused."""
        raise ProviderError(f"{subject.type} {subject.name} differs from what was deployed, and an import changes nothing")

    def delete(self, subject: Subject, *_arguments: object) -> None:
        """Refused."""
        raise ProviderError(f"{subject.type} {subject.name} is deployed and no longer said, and an import removes nothing")
