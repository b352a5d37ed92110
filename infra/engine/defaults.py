"""Default providers: what serves the resources that name no provider. Each is made once an operation, when first asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from infra.engine.errors import PlanError
from infra.engine.project import StackConfig
from infra.engine.resource import Goal, Resource
from infra.engine.urn import PROVIDER_PREFIX
from infra.engine.values import Properties, Secret

#: The configuration key by which a stack forbids default providers: a JSON list of packages, or of `*`.
DISABLED_KEY = "pulumi:disable-default-providers"
#: Packages whose code is the program's own: they get all of its configuration.
_WHOLE = frozenset({"pulumi-python"})


class DefaultProviders:
    """`config` is the stack's; `register` registers a provider resource of a version."""

    def __init__(self, config: StackConfig, register: Callable[[Goal, str], Resource]) -> None:
        self._config = config
        self._register = register
        self._references: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self._disabled = frozenset(json.loads(config.values.get(DISABLED_KEY, "[]")))

    def reference(self, package: str, version: str) -> str:
        """The reference to the default provider of a package in a version. Raises `PlanError` where the stack forbids it."""
        if self._disabled & {package, "*"}:
            raise PlanError(
                f"default provider for {package!r} disabled ({DISABLED_KEY}): pass an explicit provider to the resource"
            )
        with self._lock:
            known = self._references.get((package, version))
            if known is None:
                goal = Goal(
                    type=f"{PROVIDER_PREFIX}{package}", name=_name(version), custom=True, properties=self._inputs(package)
                )
                known = self._references[package, version] = self._register(goal, version).reference
            return known

    def _inputs(self, package: str) -> Properties:
        found: Properties = {}
        for key, value in self._config.values.items():
            namespace, _, name = key.partition(":")
            if package in _WHOLE or namespace == package:
                found[key if package in _WHOLE else name] = Secret(value) if key in self._config.secret_keys else value
        return found


def _name(version: str) -> str:
    if not version:
        return "default"
    return "default_" + "".join(character if character.isalnum() else "_" for character in version)
