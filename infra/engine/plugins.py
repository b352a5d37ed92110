"""Which packages are served, and by what: entry points of the group `lakestead.plugins`, or `name=module:attribute`.

The engine imports no provider; this is the one place where it meets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from infra.engine.errors import PluginError
from infra.engine.ports import Plugin

GROUP: Final = "lakestead.plugins"


class InstalledPlugins(Mapping[str, Plugin]):
    """Plugins by the name of their package; each is imported when it is first asked for, because their SDKs are big."""

    def __init__(self, entries: Mapping[str, EntryPoint], given: Mapping[str, Plugin]) -> None:
        self._entries, self._loaded = entries, dict(given)

    def __getitem__(self, name: str) -> Plugin:
        if name not in self._loaded:
            self._loaded[name] = cast("Plugin", self._entries[name].load())
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._entries, **self._loaded})

    def __len__(self) -> int:
        return len({**self._entries, **self._loaded})


def discover(extra: Iterable[str] = ()) -> InstalledPlugins:
    """All installed plugins, with those of `extra` (`name=module:attribute`) over them. Raises `PluginError` for an `extra`
    that cannot be loaded."""
    return InstalledPlugins({entry.name: entry for entry in entry_points(group=GROUP)}, dict(map(_named, extra)))


def _named(text: str) -> tuple[str, Plugin]:
    name, _, place = text.partition("=")
    module, _, attribute = place.partition(":")
    if not (name and module and attribute):
        raise PluginError(f"plugin {text!r}: write it as name=module:attribute")
    try:
        return name, cast("Plugin", getattr(import_module(module), attribute))
    except (ImportError, AttributeError) as error:
        raise PluginError(f"plugin {text!r} cannot be loaded: {error}") from error
