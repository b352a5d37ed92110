"""Data that others get by Delta Sharing: what is shared, and with whom. What others share (providers) is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.network import IpAddress
from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.substitution import Text

_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){1,2}")


def _shared(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(f"'{value}' is nothing that can be shared; write <domain>.<schema>, or <domain>.<schema>.<name>")
    return value


class SharedObject(Record):
    """Something that is shared."""

    name: Annotated[str, AfterValidator(_shared)]
    """What it is: <domain>.<schema>, or <domain>.<schema>.<name>."""
    type: Literal["TABLE", "VIEW", "MATERIALIZED_VIEW", "STREAMING_TABLE", "SCHEMA", "VOLUME", "MODEL"] = "TABLE"
    """What kind of thing it is."""
    shared_as: Text | None = None
    """Its name in the share, as <schema>.<name>, where it is another."""
    comment: Text | None = None
    """What it holds."""
    changes: bool = False
    """Of a table: whether its changes can be read (change data feed)."""
    history: bool = False
    """Of a table: whether its earlier versions can be read."""
    only: Mapping[str, Text] = {}
    """Of a table: values of partition columns; nothing else is shared."""

    @model_validator(mode="after")
    def _fitting(self) -> SharedObject:
        depth = 2 if self.type == "SCHEMA" else 3
        if self.name.count(".") + 1 != depth:
            right = "<domain>.<schema>" if depth == 2 else "<domain>.<schema>.<name>"
            raise WrongAt(("name",), f"'{self.name}' is no {self.type}; write {right}")
        if self.type != "TABLE":
            for word in ("changes", "history", "only"):
                if getattr(self, word):
                    raise WrongAt((word,), f"is of tables, and this is a {self.type}; leave it out")
        if self.changes and self.history:
            raise WrongAt(("history",), "goes with no 'changes', which brings the history along; leave it out")
        return self


class Share(Record):
    """What is shared together; its name is `<key>_<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>_<environment>`."""
    comment: Text | None = None
    """What it holds."""
    owner: Key | None = None
    """A service principal, a user or a group of `identities`."""
    objects: tuple[SharedObject, ...] = Field(min_length=1)
    """What is shared."""
    recipients: tuple[Key, ...] = ()
    """Who may read it: keys of `sharing.recipients`."""


class Recipient(Record):
    """Someone elsewhere; their name is `<key>_<environment>`."""

    name: Text | None = None
    """Their name, where it is not `<key>_<environment>`."""
    comment: Text | None = None
    """Who they are."""
    owner: Key | None = None
    """A service principal, a user or a group of `identities`."""
    metastore: Text | None = None
    """Their metastore (`cloud:region:id`), where they are on Databricks; left out, they get a token."""
    addresses: tuple[IpAddress, ...] = Field(default=(), max_length=100)
    """With a token: from where they may read."""
    properties: Mapping[str, Text] = {}
    """What views may ask of them."""

    @model_validator(mode="after")
    def _addresses(self) -> Recipient:
        if self.metastore is not None and self.addresses:
            raise WrongAt(("addresses",), "are of recipients with a token; leave them out")
        reserved = [name for name in self.properties if name.startswith("databricks.")]
        if reserved:
            raise WrongAt(("properties", reserved[0]), "is a property of the platform's own; name another")
        return self


class Sharing(Record):
    """Data that others get by Delta Sharing."""

    shares: Mapping[Identifier, Share] = {}
    """What is shared."""
    recipients: Mapping[Identifier, Recipient] = {}
    """With whom."""
