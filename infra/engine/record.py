"""What an operation leaves behind: a journal while it runs, then the checkpoint and an entry of the history.

The journal opens with the entry as it would be if nothing came after, so that whoever folds the journal of an interrupted
operation can tell of it (`backend`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from infra.engine.backend import Backend
from infra.engine.clock import Clock, rfc3339
from infra.engine.errors import BackendError, LockedError
from infra.engine.history import Entry
from infra.engine.journal import Journal
from infra.engine.resource import Resource
from infra.engine.state import Codec, PendingOperation, encode_checkpoint


class Record:
    """One operation's record. `entry` says of it what is known when it begins.

    `secrets_state` and `metadata` are the checkpoint's; `codec` is the one that has decoded it.
    """

    def __init__(
        self,
        backend: Backend,
        codec: Codec,
        entry: Entry,
        *,
        secrets_state: str,
        metadata: Mapping[str, Any],
        clock: Clock,
    ) -> None:
        self._backend, self._codec, self._entry, self._clock = backend, codec, entry, clock
        self._secrets_state, self._metadata = secrets_state, metadata
        self._journal: Journal | None = None

    def begin(self) -> Journal:
        """Open the journal. Nothing is written before there is something to write."""
        self._journal = self._backend.journal(self._codec, self._entry, secrets=self._secrets_state)
        return self._journal

    def write(self, resources: Sequence[Resource], pending: Sequence[PendingOperation]) -> None:
        """Replace the checkpoint before the operation begins. Raises `BackendError`."""
        self._backend.write(self._text(resources, pending))

    def end(
        self,
        resources: Sequence[Resource],
        pending: Sequence[PendingOperation],
        *,
        succeeded: bool,
        changes: Mapping[str, int],
    ) -> None:
        """Write the checkpoint and the history; the journal goes. Raises `BackendError` if it cannot, and the journal stays."""
        if self._journal is None:
            return
        ended = self._clock() // 1_000_000_000
        entry = replace(self._entry, ended=ended, succeeded=succeeded, changes=changes)
        try:
            self._backend.fold(self._journal, self._text(resources, pending), entry)
        except LockedError:
            raise
        except BackendError as error:
            kept = "What was done is in the journal, and the stack stays locked. " if self._journal.begun else ""
            raise BackendError(f"{error}. {kept}Mend that, and run again: the next operation goes on from there") from error

    def _text(self, resources: Sequence[Resource], pending: Sequence[PendingOperation]) -> str:
        return encode_checkpoint(
            self._backend.full_name,
            resources,
            pending,
            self._codec,
            time=rfc3339(self._clock()),
            secrets_state=self._secrets_state,
            metadata=self._metadata,
        )
