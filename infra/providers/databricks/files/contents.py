"""What resources with a content have in common: `contentBase64`, or the file named by `source`, relative to the process's
working directory. `md5` in the state is the content's; that of `source` is computed again for each comparison, which is how an
edited file is noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from pathlib import Path

from infra.engine.ports import CheckFailure, ProviderError
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks.differences import Change
from infra.providers.databricks.resource import Resource, joined
from infra.providers.databricks.shapes import Field, text


def content_fields() -> tuple[Field, ...]:
    """The properties that say what the content is."""
    return (text("contentBase64", local=True), text("md5", local=True, default="different"), text("source", local=True))


class ContentResource(Resource):
    """A type whose id is its path and that has a content."""

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        given, source = inputs.get("contentBase64"), inputs.get("source")
        if (given is None) == (source is None):
            yield CheckFailure("contentBase64" if given else "source", "give exactly one of source and contentBase64")
        elif isinstance(source, str) and not Path(source).is_file():
            yield CheckFailure("source", f"there is no file {source!r} below {Path.cwd()}")
        elif isinstance(given, str) and _decoded(given) is None:
            yield CheckFailure("contentBase64", "is not base64")
        path = inputs.get("path")
        if isinstance(path, str) and path.startswith("dbfs:"):
            yield CheckFailure("path", f"is {path!r}: leave out the scheme, write {path.removeprefix('dbfs:')!r}")
        elif isinstance(path, str) and not path.startswith("/"):
            yield CheckFailure("path", f"is {path!r}, which does not start with a slash")

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "path")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        if UNKNOWN in (news.get("source"), news.get("contentBase64")):
            yield from super().differences(olds, news | {"md5": olds.get("md5")})
            return
        changes = list(super().differences(olds, news | {"md5": md5(content(news))}))
        shown = any(path == "contentBase64" for path, _, _ in changes)
        yield from (change for change in changes if change[0] != "md5" or not shown)


def content(inputs: Properties) -> bytes:
    """The bytes. Raises ProviderError for a file that cannot be read."""
    encoded = inputs.get("contentBase64")
    if encoded is not None:
        return _decoded(str(encoded)) or b""
    source = Path(str(inputs["source"]))
    try:
        return source.read_bytes()
    except OSError as error:
        raise ProviderError(f"{source} cannot be read: {error.strerror}") from error


def md5(given: bytes) -> str:
    """Hexadecimal."""
    return hashlib.md5(given, usedforsecurity=False).hexdigest()


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
