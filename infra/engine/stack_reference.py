"""Other stacks of the same backend, and what they put out."""

from __future__ import annotations

from infra.engine.backend import Backend
from infra.engine.errors import SecretsError
from infra.engine.ports import ProviderError
from infra.engine.reporter import Reporter
from infra.engine.values import Properties

_ORGANIZATION = "organization"


def stack_outputs(backend: Backend, name: str, passphrase: str | None, reporter: Reporter) -> Properties:
    """The outputs of a stack by its name (`stack`, `organization/stack` or `organization/project/stack`).

    Secrets that `passphrase` does not open are left out (they become `None`), which is told. Raises `ProviderError` for a stack
    that does not exist.
    """
    other = _named(backend, name)
    if not other.exists():
        raise ProviderError(f"unknown stack {name!r}: there is none of this name where this stack's state lives")
    try:
        return other.load(passphrase).outputs
    except SecretsError:
        reporter.diagnose("info", f"eliding undecryptable secrets for stack reference {name!r}")
        return other.load(None).outputs


def _named(backend: Backend, name: str) -> Backend:
    *qualifiers, stack = name.split("/")
    if len(qualifiers) > 2 or not stack or (qualifiers and qualifiers[0] != _ORGANIZATION):
        raise ProviderError(
            f"stack reference {name!r}: write it as <stack>, {_ORGANIZATION}/<stack> or {_ORGANIZATION}/<project>/<stack>"
        )
    project = qualifiers[1] if len(qualifiers) == 2 else backend.project
    return Backend(backend.store, project, stack)
