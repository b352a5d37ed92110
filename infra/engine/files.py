"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from infra.engine.errors import BackendError


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
        raise BackendError(f"cannot write {path}: {error.strerror or error}; the file of before is untouched") from error


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
        raise BackendError(f"cannot write {path}: {error.strerror or error}") from error
    return True


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
