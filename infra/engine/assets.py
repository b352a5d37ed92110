"""Assets and archives: content that a program hands over as text, by path or by URI, and the hash by which it is compared.

In property maps they are dicts with a signature, as on the wire and in the state: `{text|path|uri, hash}` for an asset,
`{assets|path|uri, hash}` for an archive. Two are alike if their hashes are, wherever they come from. Relative paths start at
the working directory, which is the program's folder.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import join
from typing import Any, Final
from urllib.parse import urlsplit

from infra.engine import tar_stream
from infra.engine.errors import PlanError
from infra.engine.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE_KEY, Properties, Secret, Value

_TARS: Final = (".tar", ".tgz", ".tar.gz")
_ZIPS: Final = (".zip", ".jar")
#: What Pulumi keeps in a folder for itself.
_SKIPPED: Final = ".pulumi"
_PATIENCE: Final = 30.0


def is_asset(value: Value) -> bool:
    """Whether a value is an asset or an archive."""
    return isinstance(value, dict) and value.get(SIGNATURE_KEY) in {ASSET_SIGNATURE, ARCHIVE_SIGNATURE}


def hashed(value: Properties) -> Properties:
    """An asset or an archive with its hash. Raises `PlanError` for content that cannot be read."""
    if value.get("hash"):
        return value
    digest = hashlib.sha256()
    for chunk in _hashable(value):
        digest.update(chunk)
    return {**value, "hash": digest.hexdigest()}


def content(asset: Properties) -> bytes:
    """The bytes of an asset. Raises `PlanError` if they cannot be read, or if it is none."""
    if asset.get(SIGNATURE_KEY) != ASSET_SIGNATURE:
        raise PlanError("an asset is wanted here, as pulumi.FileAsset or pulumi.StringAsset make it")
    if asset.get("path"):
        return _read(str(asset["path"]))
    if asset.get("uri"):
        return _fetched(str(asset["uri"]))
    return str(asset.get("text", "")).encode()


def files(archive: Properties) -> Iterator[tuple[str, bytes]]:
    """Names and contents of what is in an archive, folders and archives within it included, in Pulumi's order."""
    if path := archive.get("path"):
        yield from _members(str(path), _read(str(path)) if _is_packed(str(path)) else None)
    elif uri := archive.get("uri"):
        yield from _members(urlsplit(str(uri)).path, _fetched(str(uri)))
    else:
        for name, item in sorted((archive.get("assets") or {}).items()):
            if item.get(SIGNATURE_KEY) == ASSET_SIGNATURE:
                yield name, content(item)
            else:
                yield from ((join(name, inner), data) for inner, data in files(item))


def alike(one: Value, other: Value) -> bool:
    """Whether two values are equal, assets by their hashes and secrets by what they hold."""
    if isinstance(one, Secret) or isinstance(other, Secret):
        return alike(_opened(one), _opened(other))
    if is_asset(one) and is_asset(other):
        return bool(one.get("hash") == other.get("hash"))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def _hashable(value: Properties) -> Iterator[bytes]:
    """What the hash is made of: content itself, or a tar stream of what is not packed already."""
    place = str(value.get("path") or value.get("uri") or "")
    if value[SIGNATURE_KEY] == ASSET_SIGNATURE:
        yield content(value)
    elif place and _is_packed(urlsplit(place).path):
        yield _read(place) if value.get("path") else _fetched(place)
    else:
        yield from tar_stream.stream(files(value))


def _members(path: str, packed: bytes | None) -> Iterator[tuple[str, bytes]]:
    if packed is None:
        root = Path(path)
        if not root.is_dir():
            raise PlanError(f"archive {path!r}: neither a folder nor a file that ends in {', '.join((*_TARS, *_ZIPS))}")
        yield from ((file.relative_to(root).as_posix(), _read(str(file))) for file in _walked(root))
    elif path.endswith(_ZIPS):
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            yield from ((item.filename, archive.read(item)) for item in archive.infolist() if not item.is_dir())
    else:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            yield from ((item.name, _extracted(archive, item)) for item in archive if item.isfile())


def _walked(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name == _SKIPPED or (path.is_symlink() and path.is_dir()):
            continue
        if path.is_dir():
            yield from _walked(path)
        else:
            yield path


def _extracted(archive: tarfile.TarFile, item: tarfile.TarInfo) -> bytes:
    file: Any = archive.extractfile(item)
    data: bytes = file.read()
    return data


def _is_packed(path: str) -> bool:
    return path.endswith((*_TARS, *_ZIPS))


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise PlanError(f"asset {path!r} (from {Path.cwd()}): {error.strerror}") from error


def _fetched(uri: str) -> bytes:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return _read(parts.path)
    if parts.scheme not in {"http", "https"}:
        raise PlanError(f"asset {uri!r}: this engine reads file, http and https; use one of these")
    try:
        with urllib.request.urlopen(uri, timeout=_PATIENCE) as answer:  # noqa: S310 - the scheme is checked
            data: bytes = answer.read()
            return data
    except (urllib.error.URLError, OSError) as error:
        raise PlanError(
            f"asset {uri!r}: cannot be fetched from here ({getattr(error, 'reason', error)}); hand it over as a file"
        ) from error


def _opened(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value
