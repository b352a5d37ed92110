"""What the metastore's objects have in common: grants on them, the workspaces that see them, and where files are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text, variables

#: Principal -> privileges (`SELECT`) or roles (`reader`).
Grants = Mapping[Key, tuple[str, ...]]

_WORKSPACE_ID: Final = re.compile(r"[0-9]{1,20}")
# A bucket's name by https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, then any path.
_URL: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")


def _workspace_id(value: str) -> str:
    if not variables(value) and not _WORKSPACE_ID.fullmatch(value):
        raise ValueError(f"'{value}' is not the number of a workspace; it stands after '?o=' in the workspace's address")
    return value


def _url(value: str) -> str:
    if not variables(value) and not _URL.fullmatch(value):
        raise ValueError(f"'{value}' is no place in S3; write s3://bucket/path, a bucket of small letters, digits, '-', '.'")
    return value


#: The number of a workspace; text, since `${env:NAME}` may stand for it.
WorkspaceId = Annotated[Text, AfterValidator(_workspace_id)]
#: A place in S3.
Url = Annotated[Text, AfterValidator(_url)]


class Binding(Record):
    """A workspace from which something isolated can be used."""

    id: WorkspaceId
    """The workspace's number, quoted; it stands after `?o=` in its address."""
    access: Literal["read-write", "read-only"] = "read-write"
    """What can be done from there; other than catalogs, everything is bound for reading and writing."""


class Bound(Record):
    """What may be kept from other workspaces of the metastore."""

    isolation: Literal["open", "isolated"] = "open"
    """Isolated: usable only from the workspaces that it is bound to; it is bound to this one by being made here."""
    workspaces: Mapping[Key, Binding] = {}
    """The other workspaces that it is bound to, by names of your own."""

    @model_validator(mode="after")
    def _isolated(self) -> Bound:
        if self.workspaces and self.isolation == "open":
            raise WrongAt(("workspaces",), "bind nothing: whatever is open is usable everywhere; say isolation: isolated")
        return self
