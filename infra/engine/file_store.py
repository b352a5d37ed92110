"""State in a folder of this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from infra.engine import files

#: The one file of a log.
_LOG: Final = "journal.jsonl"


class FileStore:
    """`root` is the folder `.pulumi`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, key: str) -> str:
        """The path of the file."""
        return str(self.root / key)

    def read(self, key: str) -> str | None:
        """The text of the file."""
        path = self.root / key
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise files.failure("read", path, error) from error

    def write(self, key: str, text: str, *, keep_previous: bool = False) -> None:
        """Replace the file."""
        files.write(self.root / key, text, keep_previous=keep_previous)

    def create(self, key: str, text: str) -> bool:
        """Make the file, unless it is there."""
        return files.create(self.root / key, text)

    def renew(self, key: str, text: str) -> bool:
        """Write into the file as it is: one that somebody has removed does not come back by it."""
        path = self.root / key
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise files.failure("write", path, error) from error
        try:
            os.pwrite(descriptor, text.encode(), 0)
            return os.fstat(descriptor).st_nlink > 0
        except OSError as error:
            raise files.failure("write", path, error) from error
        finally:
            os.close(descriptor)

    def delete(self, key: str) -> None:
        """Remove the file."""
        path = self.root / key
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise files.failure("remove", path, error) from error

    def names(self, folder: str) -> list[str]:
        """What lies in a folder."""
        path = self.root / folder
        try:
            return sorted(item.name for item in path.iterdir() if not item.name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise files.failure("list", path, error) from error

    def check_writable(self, folder: str) -> None:
        """Look at the rights on the folder."""
        files.check_writable(self.root / folder)

    def appender(self, folder: str) -> FileLog:
        """A log of one file."""
        return FileLog(self.root / folder / _LOG)

    def log(self, folder: str) -> bytes:
        """The log's content."""
        path = self.root / folder / _LOG
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise files.failure("read", path, error) from error


class FileLog:
    """A file that grows. What fails to be appended is cut off again, so that the file ends with a whole line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._length = 0

    def append(self, data: bytes, *, durable: bool) -> None:
        """Write at the end, and wait for the disk if `durable`."""
        try:
            if self._descriptor is None:
                self._descriptor = self._opened()
            self._write(self._descriptor, data)
            if durable:
                os.fdatasync(self._descriptor)
        except OSError as error:
            raise files.failure("write", self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        files.sync(self._path.parent)
        return descriptor

    def _write(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(descriptor, view) :]
        except OSError:
            os.ftruncate(descriptor, self._length)
            raise
        self._length += len(data)
