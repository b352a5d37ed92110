"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.engine.errors import BackendError

_ADVICE: Final[Mapping[int, str]] = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there, or ask for a bigger quota",
    errno.EFBIG: "let files grow there (ulimit -f)",
    errno.EROFS: "mount it writable, or let state live elsewhere",
    errno.EACCES: "give this user the right to do that, or let state live elsewhere",
    errno.EPERM: "give this user the right to do that, or let state live elsewhere",
}


def write(path: Path, text: str, *, keep_previous: bool = False, mode: int = 0o600) -> None:
    """Put `text` at `path` in one step that survives a power cut. `keep_previous`: the file of before becomes `<name>.bak`.

    Raises `BackendError` for a full disk, a read-only folder and the like; what was there before then still is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(mode)
            if keep_previous and path.exists():
                _keep(path)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync(path.parent)
    except OSError as error:
        raise failure("write", path, error, "the file of before is untouched") from error


def create(path: Path, text: str, *, mode: int = 0o600) -> bool:
    """Put `text` at `path` unless something is there; whole, or not at all. Answers whether it did. Raises `BackendError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(mode)
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            Path(temporary).unlink(missing_ok=True)
        sync(path.parent)
    except OSError as error:
        raise failure("write", path, error) from error
    return True


def check_writable(folder: Path) -> None:
    """Raise `BackendError` if files could not be made in a folder, which need not be there yet; nothing is written."""
    while not folder.exists() and folder.parent != folder:
        folder = folder.parent
    if not folder.is_dir():
        raise failure("write to", folder, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise failure("write to", folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def failure(doing: str, path: Path, error: Exception, *also: str) -> BackendError:
    """What the user is told of a file that cannot be read or written: what, where, why, and what to do."""
    reason, number = str(error), 0
    if isinstance(error, OSError) and error.strerror:
        reason, number = error.strerror, error.errno or 0
    advice = [_ADVICE[number]] if number in _ADVICE else []
    return BackendError(f"cannot {doing} {path}: {'; '.join([reason, *also, *advice])}")


def _keep(path: Path) -> None:
    """Make `<name>.bak` another name of the file: `path` itself is there all the time."""
    backup = path.with_name(f"{path.name}.bak")
    link = path.with_name(f".{path.name}.bak.{os.getpid()}")
    link.unlink(missing_ok=True)
    os.link(path, link)
    link.replace(backup)


def sync(folder: Path) -> None:
    """Wait until the disk has a folder's entries."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
