"""`python -m infra.providers.plugin PACKAGE`: what an executable `pulumi-resource-PACKAGE` runs.

The CLI reads the port from the first line of standard output. What it passes besides (its engine's address, logging flags) is
taken and not needed. It puts each plugin into a process group of its own, which Ctrl-C on a terminal does not reach: it tells
them by Cancel. When it needs a plugin no longer it sends SIGINT, and waits five seconds for its end.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from infra.engine.errors import PluginError
from infra.engine.plugins import discover
from infra.providers.plugin.serving import serve


def main(arguments: Sequence[str]) -> int:
    """Serve the package that is named; answers the exit code."""
    package = next(iter(arguments), "")
    plugins = discover()
    if package not in plugins:
        known = ", ".join(sorted(plugins)) or "none"
        sys.stderr.write(f"error: no plugin for the package {package!r}; there are: {known}\n")
        return 1
    try:
        plugin = plugins[package]
    except (ImportError, PluginError) as error:
        sys.stderr.write(f"error: the plugin {package} cannot be loaded: {error}\n")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: sys.exit(0))
    serve(plugin, _announce)
    return 0


def _announce(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
