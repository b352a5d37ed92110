"""The embedded engine behind the port: it runs in a process forked from this one, on a state folder or bucket."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.engine.backend import Backend
from infra.engine.event_stream import streamed
from infra.engine.events import Event
from infra.engine.masking import masked
from infra.engine.operation import Kind, Request, Result, run
from infra.engine.ports import Plugin
from infra.engine.values import reveal
from infra.operations.engines.port import Listener, Options
from infra.operations.settings import ENVIRONMENTS_VARIABLE, Settings
from infra.operations.stack_state import backend_of


class EmbeddedEngine:
    """`passphrase` is asked for only by what needs it; `before` puts another plugin before the Databricks one."""

    def __init__(
        self,
        settings: Settings,
        stack: str,
        passphrase: Callable[[], str | None],
        *,
        before: Callable[[Plugin], Plugin] = lambda plugin: plugin,
    ) -> None:
        self._settings, self._stack, self._passphrase, self._before = settings, stack, passphrase, before

    def run(self, kind: Kind, options: Options, listener: Listener) -> Result:
        """Run the program of the project."""
        # The SDK below it takes a second to import, which nobody should wait for who is told of a wrong file.
        from infra.providers.databricks import plugin  # noqa: PLC0415

        request = Request(
            kind=kind,
            project=self._settings.root,
            stack=self._stack,
            plugins={plugin.name: self._before(plugin)},
            passphrase=self._passphrase(),
            # The program must read the same files that were judged here.
            environment={ENVIRONMENTS_VARIABLE: str(self._settings.environments)},
            message=options.message,
            parallel=options.parallel,
            show_secrets=options.show_secrets,
            refresh=options.refresh,
            wait=options.wait,
            targets=options.chosen.targets,
            target_dependents=options.chosen.target_dependents,
            excludes=(*options.chosen.excludes, *self._protected(options)),
            exclude_dependents=options.chosen.exclude_dependents,
            replaces=options.chosen.replaces,
            backend=self._settings.place,
            detailed=options.stream is not None,
        )
        return run(request, listener if options.stream is None else _both(streamed(options.stream), listener))

    def outputs(self, *, show_secrets: bool) -> Mapping[str, Any] | None:
        """Read from the state; the workspace is not asked."""
        backend = self._backend
        if not backend.exists():
            return None
        values = backend.load(self._passphrase() if show_secrets else None).outputs
        return {key: reveal(value) if show_secrets else masked(value) for key, value in values.items()}

    def history(self) -> Sequence[Mapping[str, Any]]:
        """Read from the state."""
        return self._backend.history()

    def checkpoint(self, version: int) -> str:
        """Read from the state."""
        return self._backend.history_checkpoint(version)

    def cancel(self) -> list[str]:
        """Fold what the owner left, first."""
        return self._backend.cancel()

    def _protected(self, options: Options) -> tuple[str, ...]:
        if not options.chosen.exclude_protected:
            return ()
        return tuple(resource.urn for resource in self._backend.load().resources if resource.protect)

    @property
    def _backend(self) -> Backend:
        return backend_of(self._settings, self._stack)


def _both(*listeners: Listener) -> Listener:
    def listen(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return listen
