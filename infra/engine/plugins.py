"""Which packages are served, and by what: entry points of the group `lakestead.plugins`, or `name=module:attribute`.

The engine imports no provider; this is the one place where it meets them.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, cast

from infra.engine.errors import PluginError
from infra.engine.ports import Plugin

GROUP: Final = "lakestead.plugins"


def discover(extra: Iterable[str] = ()) -> dict[str, Plugin]:
    """All installed plugins by the name of their package, with those of `extra` (`name=module:attribute`) over them."""
    found = {entry.name: cast("Plugin", entry.load()) for entry in entry_points(group=GROUP)}
    found.update(_named(text) for text in extra)
    return found


def _named(text: str) -> tuple[str, Plugin]:
    name, _, place = text.partition("=")
    module, _, attribute = place.partition(":")
    if not (name and module and attribute):
        raise PluginError(f"plugin {text!r}: write it as name=module:attribute")
    try:
        return name, cast("Plugin", getattr(import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        raise PluginError(f"plugin {text!r} cannot be loaded: {error}") from error
