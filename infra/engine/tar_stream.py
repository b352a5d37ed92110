"""A tar stream as Pulumi writes it to hash an archive: byte for byte what Go's `archive/tar` makes of names and contents.

Only so is the hash of a folder the same under both engines. What it leaves out: everything but plain files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import join, split
from typing import Final

_BLOCK: Final = 512
_NAME: Final = 100
_PREFIX: Final = 155
_ZERO: Final = b"0000000\0"


def stream(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of an archive of these files; of several with one name the first counts."""
    seen: set[str] = set()
    for name, content in files:
        if name in seen:
            continue
        seen.add(name)
        yield from _headers(name, len(content))
        yield _padded(content)
    yield bytes(2 * _BLOCK)


def _headers(name: str, size: int) -> Iterator[bytes]:
    if name.isascii() and len(name) <= _NAME:
        yield _header(name, size)
        return
    prefix, rest = _divided(name)
    if rest:
        yield _header(rest, size, prefix=prefix)
        return
    record = _record("path", name)
    folder, file = split(name)
    yield _header(_ascii(join(folder, "PaxHeaders.0", file))[:_NAME].rstrip("/"), len(record), kind=b"x", mode=0, device=b"")
    yield _padded(record)
    yield _header(_ascii(name)[:_NAME], size)


def _divided(name: str) -> tuple[str, str]:
    """A long name as the format's two fields hold it; empty if they cannot."""
    if not name.isascii():
        return "", ""
    end = min(len(name), _PREFIX + 1)
    at = name[:end].rfind("/")
    rest = name[at + 1 :]
    return (name[:at], rest) if at > 0 and 0 < len(rest) <= _NAME else ("", "")


def _header(
    name: str, size: int, *, prefix: str = "", kind: bytes = b"0", mode: int = 0o600, device: bytes = 2 * _ZERO
) -> bytes:
    before = name.encode().ljust(_NAME, b"\0") + b"%07o\0" % mode + 2 * _ZERO + b"%011o\0" % size + b"%011o\0" % 0
    after = kind + bytes(100) + b"ustar\x0000" + bytes(64) + device.ljust(16, b"\0") + prefix.encode().ljust(_PREFIX, b"\0")
    checksum = sum(before) + 8 * ord(" ") + sum(after)
    return _padded(before + b"%06o\0 " % checksum + after)


def _record(key: str, value: str) -> bytes:
    """A record of an extended header; its length counts its own digits."""
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def _ascii(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character != "\0")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _BLOCK)
