"""Where a query stands: which names it sees, and with whose rights it reads."""

from __future__ import annotations

from dataclasses import dataclass

from infra.emulator.workspace import Caller


@dataclass(frozen=True, slots=True)
class Frame:
    """`reader` needs the privileges: the session's caller, or in a view its owner. `views` are being expanded around it."""

    catalog: str
    schema: str
    reader: Caller
    sees_temporary: bool = True
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemporaryView:
    """A view of one session. Its names are resolved where it was made."""

    name: str
    definition: str
    catalog: str
    schema: str
    columns: tuple[str, ...] = ()
    comment: str | None = None
