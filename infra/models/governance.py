"""Rules over data: governed tags, the masks and row filters that follow them, and what the platform tells about its use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.securable import Grants
from infra.models.substitution import Text
from infra.models.tags import TagKey

Template = Literal["pii", "phi", "pci"]

#: What can be switched on of the catalog `system`: https://docs.databricks.com/aws/en/admin/system-tables/. Audit and lineage
#: are in `access`, costs in `billing`.
SystemSchemaName = Literal[
    "access", "billing", "compute", "data_classification", "data_quality_monitoring", "lakeflow", "marketplace", "mlflow",
    "query", "serving", "sharing", "storage",
]  # fmt: skip

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*")
_COLUMN: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){3}")


def _schema(value: str) -> str:
    if not _SCHEMA.fullmatch(value):
        raise ValueError(f"'{value}' is no schema; write <domain>.<schema>, keys of 'catalogs'")
    return value


def _column(value: str) -> str:
    if not _COLUMN.fullmatch(value):
        raise ValueError(f"'{value}' is no column; write <domain>.<schema>.<table>.<column>")
    return value


SchemaPath = Annotated[str, AfterValidator(_schema)]
ColumnPath = Annotated[str, AfterValidator(_column)]


class GovernedTag(Record):
    """A tag with a policy of the account's: who may give it, and which values it takes. Its key is the tag's."""

    description: Text | None = None
    """What it says of data."""
    values: tuple[Text, ...] = ()
    """The values that it takes; left out, it takes none."""
    existing: bool = False
    """It is there already, since another environment of the account keeps it: used here, neither created nor changed."""

    @model_validator(mode="after")
    def _each_once(self) -> GovernedTag:
        for index, value in enumerate(self.values):
            if value in self.values[:index]:
                raise WrongAt(("values", index), f"'{value}' stands twice")
        return self


class Policy(Record):
    """What masks and row filters have in common: where they hold, for which columns, and who is let through."""

    template: Template
    """Which of the ready-made rules: see docs/reference/governance.md."""
    tag: TagKey
    """The governed tag by which it finds columns."""
    values: tuple[Text, ...] = ()
    """Only columns with one of these values of the tag; left out, with any."""
    columns: tuple[ColumnPath, ...] = ()
    """Columns that are given the tag here, each `<domain>.<schema>.<table>.<column>`: it then holds for them."""
    catalogs: tuple[Identifier, ...] = ()
    """The domains in whose catalogs it holds; left out, in all."""
    except_: Annotated[tuple[Key, ...], Field(alias="except")] = ()
    """Service principals and groups who see everything as it is."""
    comment: Text | None = None
    """What it is for."""


class Mask(Policy):
    """A column mask: whoever is not let through sees a masked value. How much of it, `data_classification` says."""

    type: Literal["string", "date", "timestamp"] = "string"
    """The type of the columns; the platform wants a mask for each."""


class RowFilter(Policy):
    """A row filter: whoever is not let through sees only the rows that its template lets them."""


class SystemSchema(Record):
    """A schema of the catalog `system`, switched on."""

    grants: Grants = Field(default={})
    """Who may do what in it; they are let into the catalog `system` too."""


class Governance(Record):
    """Rules over the data of all domains."""

    warehouse: Key | None = None
    """The warehouse that Lakestead's own statements run on: they make functions and tables, and look at freshness."""
    functions: SchemaPath | None = None
    """The schema that the functions of masks and row filters are in: `<domain>.<schema>`."""
    grants: Grants = Field(default={})
    """Who may call these functions themselves; whoever only reads what they mask needs nothing."""
    notify: tuple[Text, ...] = ()
    """Addresses that get a mail when data is older than its `sla` allows."""
    tags: Mapping[TagKey, GovernedTag] = {}
    """Governed tags."""
    masks: Mapping[Key, Mask] = {}
    """Column masks."""
    row_filters: Mapping[Key, RowFilter] = {}
    """Row filters."""
    system_schemas: Mapping[SystemSchemaName, SystemSchema] = {}
    """What the platform tells about its use, as tables."""

    @property
    def policies(self) -> Mapping[tuple[str, str], Policy]:
        """Masks and row filters by where they stand: `("masks", key)`, `("row_filters", key)`."""
        both: tuple[tuple[str, Mapping[str, Policy]], ...] = (("masks", self.masks), ("row_filters", self.row_filters))
        return {(kind, key): policy for kind, policies in both for key, policy in policies.items()}

    def value_for(self, policy: Policy) -> str:
        """The value that its tag bears on the columns that a policy names: its first, or the first that the tag takes."""
        return next(iter((*policy.values, *self.tags[policy.tag].values)), "")
