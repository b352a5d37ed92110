"""State in a bucket, under the same keys as in a folder: `s3://bucket/prefix?region=…&endpoint=…&s3ForcePathStyle=true`.

The URL is the Pulumi CLI's, credentials are found as the CLI finds them (the AWS SDK's chain; `profile=…` chooses). Locks are
made and renewed by conditional writes. A log is a folder of segments, one for each append: objects do not grow.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

from infra.engine.errors import BackendError

if TYPE_CHECKING:
    from infra.engine.store import Appender

T = TypeVar("T")

_KNOWN: Final = frozenset({"region", "endpoint", "s3ForcePathStyle", "disableSSL", "profile", "awssdk"})
_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_REFUSED: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409", *_ABSENT})


class S3Store:
    """The folder `.pulumi` of a bucket. Each process has a client of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._options = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = sorted(set(self._options) - _KNOWN)
        if parts.scheme != "s3" or not parts.netloc or unknown:
            what = f"{unknown[0]} is not known" if unknown else "write s3://bucket/prefix"
            raise BackendError(f"backend {url}: {what}; options are {', '.join(sorted(_KNOWN))}")
        self._bucket = parts.netloc
        prefix = parts.path.strip("/")
        self._root = f"{prefix}/.pulumi" if prefix else ".pulumi"
        self._clients: dict[int, Any] = {}
        self._tags: dict[str, str] = {}

    def place(self, key: str) -> str:
        """The object's address."""
        return f"s3://{self._bucket}/{self._root}/{key}"

    def read(self, key: str) -> str | None:
        """The text of the object."""
        data = self._get(key)
        return None if data is None else data.decode()

    def write(self, key: str, text: str, *, keep_previous: bool = False) -> None:
        """Replace the object."""
        if keep_previous and self.read(key) is not None:
            source = {"Bucket": self._bucket, "Key": f"{self._root}/{key}"}
            self._call("write", f"{key}.bak", lambda client, at: client.copy_object(CopySource=source, **at))
        self._call("write", key, lambda client, at: client.put_object(Body=text.encode(), **at))

    def create(self, key: str, text: str) -> bool:
        """Make the object, unless it is there."""
        return self._put_if(key, text.encode(), IfNoneMatch="*")

    def renew(self, key: str, text: str) -> bool:
        """Replace the object as it was written last by this store or its fork; a removed one does not come back."""
        tag = self._tags.get(key)
        return tag is not None and self._put_if(key, text.encode(), IfMatch=tag)

    def delete(self, key: str) -> None:
        """Remove the object."""
        self._call("remove", key, lambda client, at: client.delete_object(**at))

    def names(self, folder: str) -> list[str]:
        """The objects right in a folder."""
        prefix = f"{self._root}/{folder}/"

        def listed(client: Any, at: Any) -> list[str]:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
            return [str(entry["Key"]).removeprefix(prefix) for page in pages for entry in page.get("Contents", ())]

        return sorted(name for name in self._call("list", folder, listed) if name and not name.startswith("."))

    def check_writable(self, folder: str) -> None:
        """Policies cannot be asked: the lock is the first object that is written, before anything is changed."""

    def appender(self, folder: str) -> Appender:
        """A log of many objects."""
        return S3Log(self, folder)

    def log(self, folder: str) -> bytes:
        """All segments, one after the other."""
        return b"".join(self._get(f"{folder}/{name}") or b"" for name in self.names(folder))

    def append(self, key: str, data: bytes) -> None:
        """Write a segment, which must be new."""
        if not self._put_if(key, data, IfNoneMatch="*"):
            raise BackendError(f"cannot write {self.place(key)}: somebody else writes this journal")

    def _get(self, key: str) -> bytes | None:
        def got(client: Any, at: Any) -> bytes | None:
            try:
                return bytes(client.get_object(**at)["Body"].read())
            except client.exceptions.NoSuchKey:
                return None

        return self._call("read", key, got)

    def _put_if(self, key: str, data: bytes, **condition: str) -> bool:
        def put(client: Any, at: Any) -> bool:
            from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra; and it takes a third of a second

            try:
                self._tags[key] = client.put_object(Body=data, **at, **condition)["ETag"]
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _REFUSED:
                    return False
                raise
            return True

        return self._call("write", key, put)

    def _call(self, doing: str, key: str, call: Callable[[Any, dict[str, str]], T]) -> T:
        with _told(f"cannot {doing} {self.place(key)}"):
            return call(self._client(), {"Bucket": self._bucket, "Key": f"{self._root}/{key}"})

    def _client(self) -> Any:
        client = self._clients.get(os.getpid())
        if client is None:
            client = self._clients[os.getpid()] = self._connected()
        return client

    def _connected(self) -> Any:
        try:
            import boto3  # noqa: PLC0415 - an extra
            from botocore.config import Config  # noqa: PLC0415
        except ImportError as error:
            raise BackendError(f"backend s3://{self._bucket}: boto3 is missing: install lakestead[aws]") from error
        endpoint = self._options.get("endpoint")
        if endpoint and "://" not in endpoint:
            endpoint = f"{'http' if _is_set(self._options, 'disableSSL') else 'https'}://{endpoint}"
        session = boto3.session.Session(profile_name=self._options.get("profile"), region_name=self._options.get("region"))
        style = "path" if _is_set(self._options, "s3ForcePathStyle") else "auto"
        return session.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": style}))


class S3Log:
    """A log in a bucket. A segment that is written is durable."""

    def __init__(self, store: S3Store, folder: str) -> None:
        self._store, self._folder, self._count = store, folder, 0

    def append(self, data: bytes, *, durable: bool) -> None:
        """Write the next segment."""
        if data:
            self._count += 1
            self._store.append(f"{self._folder}/{self._count:08}.jsonl", data)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say of a failure of the SDK what could not be done."""
    try:
        yield
    except Exception as error:
        if isinstance(error, BackendError) or not type(error).__module__.startswith(("boto", "urllib3")):
            raise
        raise BackendError(f"{what}: {error}") from error


def _is_set(options: dict[str, str], name: str) -> bool:
    return options.get(name, "false").lower() in {"true", "1", ""}
