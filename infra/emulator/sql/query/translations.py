"""Views translated once: each becomes a temporary view of DuckDB's, which a query then names.

Written out in the place of its name, a view would be translated again for every mention, and with it all views below it: the
work doubles at each level of a medallion. A translation is kept for the whole workspace, under a name that follows from all
it was made of; a session makes the temporary view when it first needs it. What it reads is looked up again at every use, with
the rights of its readers, so that a changed table, view or grant is seen at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.emulator.identity import directory
from infra.emulator.sql import lookup, rights
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import guards
from infra.emulator.sql.types.duck import quote
from infra.emulator.unity.relations import Relation
from infra.emulator.unity.securables import TABLE

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Read:
    """A relation that a view reads: by whose rights, and what of it the translation rests on."""

    name: FullName
    reader: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Translation:
    """DuckDB SQL of a view. `reads` holds all relations below it, `parts` the views that its SQL names."""

    name: str
    sql: str
    reads: tuple[Read, ...]
    parts: tuple[Translation, ...]


def read_of(session: Session, relation: Relation, name: FullName, reader: str) -> Read:
    """What a translation has to remember of a relation that it reads."""
    rests_on: list[Any] = [
        relation["physical"],
        relation["owner"],
        relation.get("view_definition"),
        relation.get("view_catalog"),
        relation.get("view_schema"),
        [(column["name"], column["type_text"], column.get("mask")) for column in relation["columns"]],
        relation.get("row_filter"),
        guards.stamp(session, name),
    ]
    return Read(name, reader, hashlib.sha256(repr(rests_on).encode()).hexdigest())


def find(session: Session, view: Read) -> Translation | None:
    """The view's translation, if it was made for such a session and nothing that it rests on has changed.

    Raises SqlError where one of its readers may not read what it reads any more.
    """
    translation: Translation | None = session.workspace.lake.translations.get(_key(session, view))
    if translation is None or not all(_holds(session, read) for read in translation.reads):
        return None
    return translation


def _holds(session: Session, read: Read) -> bool:
    workspace = session.workspace
    reader = directory.caller_named(workspace, read.reader)
    relation = lookup.find(workspace, read.name)
    if reader is None or relation is None:
        return False
    rights.require(workspace, reader, "SELECT", TABLE, str(read.name))
    return read_of(session, relation, read.name, read.reader) == read


def keep(session: Session, view: Read, sql: str, reads: tuple[Read, ...], parts: tuple[Translation, ...]) -> Translation:
    """Remember a translation for later statements."""
    known = session.workspace.lake.translations
    if len(known) >= _MOST:
        known.clear()
    name = f"_view_{hashlib.sha256(repr((view, sql, reads)).encode()).hexdigest()[:24]}"
    translation = known[_key(session, view)] = Translation(name, sql, reads, parts)
    return translation


def make(session: Session, translation: Translation) -> None:
    """Make the temporary views that the session does not have yet, the innermost first."""
    if translation.name in session.made_views:
        return
    for part in translation.parts:
        make(session, part)
    session.cursor.execute(f"create or replace temporary view {quote(translation.name)} as {translation.sql}")
    session.made_views.add(translation.name)


def _key(session: Session, view: Read) -> tuple[Any, ...]:
    """The view as it is now. It may ask who asks, and where: such functions are translated to what they give."""
    return str(view.name), view.stamp, session.caller.name, session.caller.groups, session.catalog, session.schema
