"""Catalogs, their schemas and volumes, and who may do what there. The key of a catalog is its domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.securable import Bound, Grants, Url
from infra.models.stewardship import Stewarded
from infra.models.substitution import Text
from infra.models.table import Table
from infra.models.tags import Tags

PredictiveOptimization = Literal["enable", "disable", "inherit"]


class Volume(Record):
    """A place for files in a schema."""

    comment: Text | None = None
    """What it holds."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    location: Url | None = None
    """Where the files are, for an external volume (`s3://…`); a managed one has none."""
    tags: Tags = Field(default={})
    """Tags of it."""
    grants: Grants = Field(default={})
    """Who may read and write its files."""
    protect: bool | None = None
    """Whether it may be removed; says the schema where left out."""


class Schema(Stewarded):
    """A schema; its key is its name."""

    comment: Text | None = None
    """What it holds."""
    storage: Url | None = None
    """Where its managed tables are kept (`s3://…`), where not with its catalog's."""
    predictive_optimization: PredictiveOptimization | None = None
    """Whether the platform optimizes and vacuums its tables by itself; says the catalog where left out."""
    properties: Mapping[str, Text] = {}
    """Free properties, kept with the schema."""
    tables: Mapping[Identifier, Table] = {}
    """Tables that the environment itself keeps; what dbt builds is not said here."""
    volumes: Mapping[Identifier, Volume] = {}
    """Places for files."""
    grants: Grants = Field(default={})
    """Who may do what in it. dbt owns the grants on its tables; the environment's end here."""
    protect: bool | None = None
    """Whether it may be removed; says the catalog where left out."""


class Catalog(Stewarded, Bound):
    """A domain's catalog; its name is `<domain>_<environment>`."""

    name: Identifier | None = None
    """Its name, where it is not `<domain>_<environment>`."""
    comment: Text | None = None
    """What it holds."""
    storage: Url | None = None
    """Where its managed tables are kept (`s3://…`), where not in the metastore's own storage."""
    encryption_key: Text | None = None
    """The id of the customer-managed key that its managed tables are encrypted with; the account knows the key by it."""
    connection: Key | None = None
    """A key of `connections`: the catalog shows the database on the other side, and holds nothing itself."""
    options: Mapping[str, Text] = {}
    """What is shown of the other side, such as `database`; with `connection`."""
    predictive_optimization: PredictiveOptimization | None = None
    """Whether the platform optimizes and vacuums its tables by itself; says the account where left out."""
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

    @model_validator(mode="after")
    def _foreign(self) -> Catalog:
        if self.connection is None and self.options:
            raise WrongAt(("options",), "go with 'connection'; leave them out, or say which database is shown")
        if self.connection is not None:
            for key in ("schemas", "storage", "encryption_key", "sla"):
                if getattr(self, key):
                    raise WrongAt((key,), "cannot go with 'connection': the catalog only shows what is on the other side")
        return self
