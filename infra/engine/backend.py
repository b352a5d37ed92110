"""Where stacks live: Pulumi's file backend, a folder `.pulumi` with `meta.yaml`, `stacks`, `history`, `backups` and `locks`.

It reads and writes whole files, leaves deciding and encoding to others, and starts no operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.engine import files, history, lock
from infra.engine.clock import SYSTEM, Clock
from infra.engine.errors import BackendError, SecretsError
from infra.engine.history import Entry
from infra.engine.secrets import Cipher
from infra.engine.state import Checkpoint, Codec, decode_checkpoint, latest_of, secrets_state_of

_META: Final = "version: 1\n"


class FileBackend:
    """One stack in one state folder. `folder` is the one that holds `.pulumi` (what a `file://` URL names)."""

    def __init__(self, folder: Path, project: str, stack: str, *, clock: Clock = SYSTEM) -> None:
        self.project, self.stack = project, stack
        self._root = folder / ".pulumi"
        self._clock = clock
        self.file = self._root / "stacks" / project / f"{stack}.json"
        self._history = self._root / "history" / project / stack

    @property
    def full_name(self) -> str:
        """The stack's name as checkpoints spell it."""
        return f"organization/{self.project}/{self.stack}"

    def exists(self) -> bool:
        """Whether the stack was ever written."""
        return self.file.exists()

    def load(self, passphrase: str | None = None) -> Checkpoint:
        """The stack's state, empty if there is none. Without a passphrase every secret is `Secret(None)`."""
        secrets_state = self.secrets_state()
        cipher = Cipher.open(passphrase, secrets_state) if passphrase is not None and secrets_state else None
        return self.decode(Codec(cipher))

    def decode(self, codec: Codec) -> Checkpoint:
        """The stack's state, decoded by a codec that shall also encode what comes of it."""
        text = self.read()
        return Checkpoint() if text is None else decode_checkpoint(text, codec, source=str(self.file))

    def secrets_state(self) -> str:
        """The state of the stack's secrets provider; empty if there is none."""
        text = self.read()
        return "" if text is None else secrets_state_of(latest_of(text, source=str(self.file)))

    def read(self) -> str | None:
        """The text of the checkpoint, None if there is none. Raises `BackendError` for a layout of another version."""
        self._check_layout()
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BackendError(f"cannot read {self.file}: {error.strerror or error}") from error

    def write(self, checkpoint: str) -> None:
        """Replace the checkpoint; the one of before becomes `<stack>.json.bak`."""
        meta = self._root / "meta.yaml"
        if not meta.exists():
            files.write(meta, _META)
        files.write(self.file, checkpoint, keep_previous=True)

    def history(self) -> list[dict[str, Any]]:
        """All updates in the shape of `pulumi stack history --json`, newest first; `version` counts from 1."""
        return history.entries(self._history, self.stack)

    def history_checkpoint(self, version: int) -> str:
        """The text of the state after the update `version`. Raises `BackendError` if there is none."""
        found = history.paths(self._history, self.stack)
        if not 1 <= version <= len(found):
            raise BackendError(f"version {version} is not in the history of {self.stack}: it has 1 to {len(found)}")
        path = found[version - 1]
        return path.with_name(path.name.replace(".history.json", ".checkpoint.json")).read_text(encoding="utf-8")

    def append_history(self, entry: Entry) -> None:
        """Add an update to the history, with a copy of the state as it is now, and keep a backup of the state."""
        checkpoint = self.read() or ""
        now = self._clock()
        history.append(self._history, self.stack, entry, checkpoint, now)
        files.write(self._root / "backups" / self.project / self.stack / f"{self.stack}.{now}.json", checkpoint)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the stack's lock while the block runs. Raises `LockedError` if somebody else does."""
        self._check_layout()
        with lock.held(self._root / "locks" / "organization" / self.project / self.stack, self._clock):
            yield

    def _check_layout(self) -> None:
        meta = self._root / "meta.yaml"
        if not meta.exists():
            legacy = self._root / "stacks" / f"{self.stack}.json"
            if legacy.exists():
                raise BackendError(f"{legacy} is of Pulumi's old layout without projects: run `pulumi state upgrade` once")
            return
        found = re.search(r"^version:\s*(\d+)\s*$", meta.read_text(encoding="utf-8"), re.MULTILINE)
        if found is None or found.group(1) != "1":
            raise BackendError(f"{meta} names a layout that this engine does not know (it knows version 1)")


def opened_cipher(passphrase: str | None, secrets_state: str) -> Cipher | None:
    """The cipher of a stack: the one of `secrets_state`, or a fresh one; None where nobody gave a passphrase nor needs one."""
    if passphrase is None:
        if secrets_state:
            raise SecretsError(
                "the stack has a secrets provider, and no passphrase was given: set PULUMI_CONFIG_PASSPHRASE or "
                "PULUMI_CONFIG_PASSPHRASE_FILE"
            )
        return None
    return Cipher.open(passphrase, secrets_state) if secrets_state else Cipher.create(passphrase)
