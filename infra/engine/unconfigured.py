"""What stands for a provider whose configuration a preview cannot know yet: nobody is asked anything.

Follows the Pulumi CLI (`provider_plugin.go`): inputs are taken as they are, a difference is assumed, and outputs are unknown.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import CheckResult, Created, DiffResult, DiffUnavailable, Found, Subject
from infra.engine.values import Properties

_WARNING: Final = (
    "The provider for this resource has inputs that are not known during preview.\n"
    "This preview may not correctly represent the changes that will be applied during an update."
)


class Unconfigured:
    """A provider of a preview."""

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        """What the program gives."""
        return CheckResult(news)

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        """Raises `DiffUnavailable`."""
        raise DiffUnavailable(_WARNING)

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        """Nothing is known of the outputs."""
        return Created("", {})

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        """It is there; nothing is known of its outputs."""
        return Found(id, {}, {})

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
        """Nothing is known of the outputs."""
        return {}

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        """A preview deletes nothing."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Not called: an invoke of such a provider is unknown."""
        return {}

    def close(self) -> None:
        """Nothing is held."""
