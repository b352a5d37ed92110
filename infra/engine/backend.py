"""Where stacks live: Pulumi's layout of `stacks`, `history`, `backups` and `locks` under `.pulumi`, and our `journals`.

It reads and writes whole files, leaves deciding and encoding to others, and starts no operation. A journal that an interrupted
operation left is part of the state: every reader sees the checkpoint with it, the next writer folds it in first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.engine import history, lock, replay
from infra.engine.clock import SYSTEM, Clock, rfc3339
from infra.engine.errors import BackendError, LockedError, SecretsError, StaleJournalError
from infra.engine.file_store import FileStore
from infra.engine.history import Entry
from infra.engine.journal import Journal, digest
from infra.engine.lock import Lock
from infra.engine.secrets import Cipher
from infra.engine.state import Checkpoint, Codec, decode_checkpoint, latest_of, secrets_state_of
from infra.engine.store import Store

_META: Final = "meta.yaml"
_READS: Final = 5


class Backend:
    """One stack in one store."""

    def __init__(self, store: Store, project: str, stack: str, *, clock: Clock = SYSTEM) -> None:
        self.store, self.project, self.stack = store, project, stack
        self._clock = clock
        self._key = f"stacks/{project}/{stack}.json"
        self._history = f"history/{project}/{stack}"
        self._locks = f"locks/organization/{project}/{stack}"
        self._journal = f"journals/{project}/{stack}"
        self._backups = f"backups/{project}/{stack}"
        #: The lock that this process or the one it was forked from holds.
        self.lock: Lock | None = None

    @property
    def full_name(self) -> str:
        """The stack's name as checkpoints spell it."""
        return f"organization/{self.project}/{self.stack}"

    @property
    def place(self) -> str:
        """How messages call the checkpoint."""
        return self.store.place(self._key)

    def exists(self) -> bool:
        """Whether the stack was ever written."""
        return self.read() is not None

    def load(self, passphrase: str | None = None) -> Checkpoint:
        """The stack's state, empty if there is none. Without a passphrase every secret is `Secret(None)`."""
        secrets_state = self.secrets_state()
        cipher = Cipher.open(passphrase, secrets_state) if passphrase is not None and secrets_state else None
        return self.decode(Codec(cipher))

    def decode(self, codec: Codec) -> Checkpoint:
        """The stack's state, decoded by a codec that shall also encode what comes of it."""
        text = self.read()
        return Checkpoint() if text is None else decode_checkpoint(text, codec, source=self.place)

    def secrets_state(self) -> str:
        """The state of the stack's secrets provider; empty if there is none."""
        text = self.read()
        return "" if text is None else secrets_state_of(latest_of(text, source=self.place))

    def read(self) -> str | None:
        """The text of the checkpoint, with what a journal adds to it; None if there is neither.

        Raises `BackendError` for a layout of another version, `CorruptStateError` for a journal that cannot be trusted.
        """
        self._check_layout()
        for attempt in range(_READS):
            text = self.store.read(self._key)
            log = self.store.log(self._journal)
            try:
                return self._folded(text or "", log) or None
            except StaleJournalError:
                if attempt == _READS - 1:
                    raise  # otherwise an operation has ended, and another begun, between the two reads
        raise AssertionError

    def write(self, checkpoint: str) -> None:
        """Replace the checkpoint; the one of before becomes `<stack>.json.bak`."""
        if self.store.read(_META) is None:
            self.store.write(_META, "version: 1\n")
        self.store.write(self._key, checkpoint, keep_previous=True)

    def set_aside(self) -> str:
        """Let the checkpoint be only a backup, `<stack>.json.bak`; answers where that is. For who holds the lock."""
        kept = f"{self._key}.bak"
        self.store.write(kept, self.read() or "")
        self.store.delete(self._key)
        return self.store.place(kept)

    def journal(self, codec: Codec, entry: Entry, **opening: Any) -> Journal:
        """A journal for an operation that goes on from the checkpoint as it is. There must be none (see `locked`)."""
        checkpoint, now = self.store.read(self._key) or "", self._clock()
        log = self.store.appender(self._journal)
        first = {
            "stack": self.full_name,
            "checkpoint": digest(checkpoint),
            "began": now,
            "time": rfc3339(now),
            "update": entry.document(),
            **opening,
        }
        return Journal(log, codec, first, may_go_on=self.check_lock)

    def fold(self, journal: Journal, checkpoint: str, entry: Entry) -> None:
        """Replace the checkpoint by one that holds all of a journal, which then goes, and add the update to the history."""
        self.check_lock()
        if journal.begun:
            journal.fold(checkpoint, entry.document())
        self.write(checkpoint)
        self._append_history(journal.opening["began"], entry.document(), checkpoint)
        journal.close()
        self._drop_journal()

    def has_journal(self) -> bool:
        """Whether an operation has left a journal, or is writing one."""
        return bool(self.store.names(self._journal))

    def recover(self) -> bool:
        """Fold the journal that an interrupted operation left; answers whether there was one. For who holds the lock."""
        if not self.has_journal():
            return False
        log, source = self.store.log(self._journal), self.store.place(self._journal)
        checkpoint = self.read()
        if checkpoint is not None and checkpoint != self.store.read(self._key):
            self.write(checkpoint)
        interrupted = replay.interrupted(log, now=self._clock() // 1_000_000_000, source=source)
        if interrupted is not None:
            self._append_history(interrupted.began, interrupted.update, checkpoint or "")
        self._drop_journal()
        return True

    def history(self) -> list[dict[str, Any]]:
        """All updates in the shape of `pulumi stack history --json`, newest first; `version` counts from 1."""
        return history.entries(self.store, self._history, self.stack)

    def history_checkpoint(self, version: int) -> str:
        """The text of the state after the update `version`. Raises `BackendError` if there is none."""
        found = history.names(self.store, self._history, self.stack)
        if not 1 <= version <= len(found):
            raise BackendError(f"version {version} is not in the history of {self.stack}: it has 1 to {len(found)}")
        key = f"{self._history}/{found[version - 1].replace('.history.json', '.checkpoint.json')}"
        text = self.store.read(key)
        if text is None:
            raise BackendError(f"version {version} of {self.stack}: its state {self.store.place(key)} is missing")
        return text

    def append_history(self, entry: Entry) -> None:
        """Add an update to the history, with a copy of the state as it is now, and keep a backup of the state."""
        self._append_history(self._clock(), entry.document(), self.read() or "")

    @contextmanager
    def locked(self, *, wait: float = 0, told: Callable[[str], None] = lambda text: None) -> Iterator[None]:
        """Hold the stack's lock while the block runs, waiting up to `wait` seconds for it; `told` hears what is worth telling.

        What an interrupted operation left is folded first. If the block leaves a journal (its process was killed, the disk is
        full), the lock stays, so that nobody goes on from a checkpoint that is not the whole truth. Raises `LockedError` if
        somebody else has the lock, `BackendError` if state cannot be written here.
        """
        self._check_layout()
        for folder in (self._locks, self._journal, self._history, f"stacks/{self.project}", self._backups):
            self.store.check_writable(folder)
        mine = Lock(self.store, self._locks, self._clock)
        mine.acquire(wait=wait, told=told)
        self.lock = mine
        try:
            self._take_over(mine, told)
            yield
        finally:
            self.lock = None
            if not self.has_journal():
                mine.release()

    def cancel(self, *, force: bool = False) -> list[str]:
        """Break every lock of the stack, after folding what its owner left; answers who had them.

        Raises `LockedError` for an owner that lives, or may live where it cannot be seen, unless it is to be forced.
        """
        self._check_layout()
        found = lock.owners(self.store, self._locks, self._clock)
        alive = [owner for owner in found if owner.life != "gone"]
        if alive and not force:
            raise LockedError(
                f"not cancelled: {'; '.join(owner.text for owner in alive)} may still be at work. End that process first; if "
                "it is certain that it is gone, cancel with --force"
            )
        mine = Lock(self.store, self._locks, self._clock)
        mine.seize()
        try:
            self._take_over(mine, lambda text: None)
        finally:
            if not self.has_journal():
                mine.release()
        return [owner.text for owner in found]

    def check_lock(self) -> None:
        """Raise `LockedError` if the lock that an operation holds was broken."""
        if self.lock is not None:
            self.lock.check()

    def release(self) -> None:
        """Let the lock go before the block of `locked` ends: for the process that was forked in it."""
        if self.lock is not None and not self.has_journal():
            self.lock.release()

    def _append_history(self, began: int, update: Mapping[str, Any], checkpoint: str) -> None:
        """Once for each update: the moment at which it began (in nanoseconds) tells it from others."""
        stem = f"{self._history}/{self.stack}-{began}"
        if self.store.read(f"{stem}.history.json") is None:
            history.append(self.store, stem, update, checkpoint)
            self.store.write(f"{self._backups}/{self.stack}.{began}.json", checkpoint)

    def _take_over(self, mine: Lock, told: Callable[[str], None]) -> None:
        if self.recover():
            told("an earlier operation on this stack was interrupted; what its journal holds is in the state now")
        mine.drop_superseded()

    def _drop_journal(self) -> None:
        for name in self.store.names(self._journal):
            self.store.delete(f"{self._journal}/{name}")

    def _folded(self, checkpoint: str, log: bytes) -> str:
        if not log:
            return checkpoint
        return replay.folded(
            checkpoint, log, stack=self.full_name, time=rfc3339(self._clock()), source=self.store.place(self._journal)
        )

    def _check_layout(self) -> None:
        meta = self.store.read(_META)
        if meta is None:
            legacy = f"stacks/{self.stack}.json"
            if self.store.read(legacy) is not None:
                place = self.store.place(legacy)
                raise BackendError(f"{place} is of Pulumi's old layout without projects: run `pulumi state upgrade` once")
            return
        found = re.search(r"^version:\s*(\d+)\s*$", meta, re.MULTILINE)
        if found is None or found.group(1) != "1":
            place = self.store.place(_META)
            raise BackendError(f"{place} names a layout that this engine does not know (it knows version 1)")


class FileBackend(Backend):
    """One stack in one state folder. `folder` is the one that holds `.pulumi` (what a `file://` URL names)."""

    def __init__(self, folder: Path, project: str, stack: str, *, clock: Clock = SYSTEM) -> None:
        store = FileStore(folder / ".pulumi")
        super().__init__(store, project, stack, clock=clock)
        #: The checkpoint.
        self.file = store.root / self._key


def opened_cipher(passphrase: str | None, secrets_state: str, *, writes: bool) -> Cipher | None:
    """The cipher of a stack: the one of `secrets_state`, or a fresh one. None for a look at a new stack, without a passphrase.

    What `writes` needs one from the start: which values are secret is known only when resources have been made.
    """
    if passphrase is None:
        if secrets_state or writes:
            raise SecretsError(
                f"{'the stack has a secrets provider' if secrets_state else 'the stack is new'}, and no passphrase was given: "
                "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE (an empty one is allowed)"
            )
        return None
    return Cipher.open(passphrase, secrets_state) if secrets_state else Cipher.create(passphrase)
