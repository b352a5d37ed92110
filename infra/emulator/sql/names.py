"""From names as written to full names: `t` and `s.t` are completed from the session, all is in lower case."""

from __future__ import annotations

from typing import NamedTuple

from infra.emulator.sql.errors import SqlError, quoted

INFORMATION_SCHEMA = "information_schema"
SYSTEM = "system"


class FullName(NamedTuple):
    """A relation's or function's name of three parts, in lower case."""

    catalog: str
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.catalog}.{self.schema}.{self.name}"

    @property
    def parent(self) -> str:
        """The schema's full name."""
        return f"{self.catalog}.{self.schema}"

    @property
    def quoted(self) -> str:
        """As errors and SHOW CREATE TABLE write it."""
        return quoted(*self)


def complete(parts: tuple[str, ...], catalog: str, schema: str) -> FullName:
    """The full name of a relation. Raises SqlError for more than three parts."""
    if len(parts) > 3:
        raise SqlError("REQUIRES_SINGLE_PART_NAMESPACE", f"The name {quoted(*parts)} has too many parts.", "42K05")
    lower = [part.lower() for part in parts]
    return FullName(*([catalog, schema][: 3 - len(lower)] + lower))


def complete_schema(parts: tuple[str, ...], catalog: str) -> tuple[str, str]:
    """Catalog and name of a schema. Raises SqlError for more than two parts."""
    if len(parts) > 2:
        raise SqlError("REQUIRES_SINGLE_PART_NAMESPACE", f"The schema name {quoted(*parts)} has too many parts.", "42K05")
    lower = [part.lower() for part in parts]
    return (catalog, lower[0]) if len(lower) == 1 else (lower[0], lower[1])
