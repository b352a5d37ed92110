"""Catalogs, their schemas and volumes, and who may do what there. The key of a catalog is its domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.substitution import Text

#: Principal -> privileges (`SELECT`) or roles (`reader`).
Grants = Mapping[Key, tuple[str, ...]]


class Volume(Record):
    """A place for files in a schema."""

    comment: Text | None = None
    """What it holds."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    location: Text | None = None
    """Where the files are, for an external volume (`s3://…`); a managed one has none."""
    grants: Grants = Field(default={})
    """Who may read and write its files."""
    protect: bool | None = None
    """Whether it may be removed; says the schema where left out."""


class Schema(Record):
    """A schema; its key is its name."""

    comment: Text | None = None
    """What it holds."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    properties: Mapping[str, Text] = {}
    """Free properties, kept with the schema."""
    volumes: Mapping[Identifier, Volume] = {}
    """Places for files."""
    grants: Grants = Field(default={})
    """Who may do what in it. dbt owns the grants on its tables; the environment's end here."""
    protect: bool | None = None
    """Whether it may be removed; says the catalog where left out."""


class Catalog(Record):
    """A domain's catalog; its name is `<domain>_<environment>`."""

    name: Identifier | None = None
    """Its name, where it is not `<domain>_<environment>`."""
    comment: Text | None = None
    """What it holds."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    isolation: Literal["open", "isolated"] = "open"
    """Isolated: usable from the workspaces that it is bound to, at first this one."""
    storage: Text | None = None
    """Where its managed tables are kept (`s3://…`), where not in the metastore's own storage."""
    properties: Mapping[str, Text] = {}
    """Free properties, kept with the catalog."""
    schemas: Mapping[Identifier, Schema] = {}
    """Its schemas."""
    grants: Grants = Field(default={})
    """Who may do what in all of it."""
    protect: bool | None = None
    """Whether it may be removed; says the environment where left out."""

    @model_validator(mode="after")
    def _names(self) -> Catalog:
        if "information_schema" in self.schemas:
            raise WrongAt(("schemas", "information_schema"), "is the platform's own, in every catalog; name another")
        return self
