"""The thread that starts jobs whose triggers are due by the workspace's clock, which tests move."""

from __future__ import annotations

import sys
import threading
import traceback
from typing import Final

from infra.emulator.identity import directory
from infra.emulator.jobs import jobs, runs, triggers
from infra.emulator.workspace import Workspace

#: Seconds between looks at the clock.
_LOOK: Final = 0.5


class Scheduler:
    """Looks at all triggers until it is closed. What was due while no server ran is not made up for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._closed = threading.Event()
        with workspace.store.transaction():
            for key, document in workspace.store.list(triggers.KIND):
                workspace.store.put(triggers.KIND, key, triggers.counted(workspace, document["trigger"]))
        self._thread = threading.Thread(target=self._live, name="scheduler", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._closed.wait(_LOOK):
            for key, _ in self._workspace.store.list(triggers.KIND):
                try:
                    self._look(key)
                except Exception:  # a job that cannot be started now is tried again when it is due next
                    traceback.print_exc(file=sys.stderr)

    def _look(self, key: str) -> None:
        with self._workspace.store.transaction():
            document = self._workspace.store.get(triggers.KIND, key)
            after = None if document is None else triggers.fired(self._workspace, document)
            if document is None or after is None:
                return
            self._workspace.store.put(triggers.KIND, key, after)
        job = jobs.fetch(self._workspace, key)
        caller = directory.caller_named(self._workspace, job["creator_user_name"])
        if caller is not None:
            runs.run_now(self._workspace, caller, job, {}, trigger=triggers.kind(document["trigger"]))
