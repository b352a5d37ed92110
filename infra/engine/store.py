"""Where a state's files lie: a Protocol over keys such as `stacks/shop/dev.json`, relative to the folder `.pulumi`.

Implementations: `file_store` (a folder), `s3_store` (a bucket). Nobody here knows what keys and contents mean.
"""

from __future__ import annotations

from typing import Protocol


class Appender(Protocol):
    """A log that grows at its end."""

    def append(self, data: bytes, *, durable: bool) -> None:
        """Add whole lines. When it returns they survive the end of this process; if `durable`, also that of the machine.

        Raises `BackendError`; then nothing of `data` counts, and no more can be appended.
        """

    def close(self) -> None:
        """Let go of what the log holds open."""


class Store(Protocol):
    """Reads and writes whole objects. Failures are `BackendError`s that name the object."""

    def place(self, key: str) -> str:
        """How messages call an object."""

    def read(self, key: str) -> str | None:
        """Its text, None if there is none."""

    def write(self, key: str, text: str, *, keep_previous: bool = False) -> None:
        """Put it there whole or not at all. `keep_previous`: the one of before becomes `<key>.bak`."""

    def create(self, key: str, text: str) -> bool:
        """Put it there if there is none yet; answers whether it did."""

    def renew(self, key: str, text: str) -> bool:
        """Replace it if it is still there; answers whether it was. `text` is as long as the one of before."""

    def delete(self, key: str) -> None:
        """Remove it; one that is already gone is no error."""

    def names(self, folder: str) -> list[str]:
        """Names of the objects right in a folder, sorted; hidden ones left out."""

    def check_writable(self, folder: str) -> None:
        """Raise `BackendError` if it is certain already that nothing can be put into a folder. Nothing is written."""

    def appender(self, folder: str) -> Appender:
        """A log in a folder that holds nothing else. Nothing is written before the first `append`."""

    def log(self, folder: str) -> bytes:
        """All that was appended to the log of a folder; empty if there is none."""
