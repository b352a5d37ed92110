"""The families of statements, one file each; `FAMILIES` says which words begin them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from infra.emulator.sql.result import Result
from infra.emulator.sql.statements import (
    alter,
    changes,
    comments,
    create,
    describe,
    drop,
    grants,
    insert,
    maintenance,
    materialized,
    merge,
    namespaces,
    restore,
    select,
    settings,
    show,
)
from infra.emulator.sql.tokens import Tokens

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

#: By the first one or two words of a statement.
FAMILIES: dict[str, Callable[[Session, Tokens], Result]] = {
    **select.STATEMENTS,
    **create.STATEMENTS,
    **drop.STATEMENTS,
    **alter.STATEMENTS,
    **comments.STATEMENTS,
    **insert.STATEMENTS,
    **changes.STATEMENTS,
    **merge.STATEMENTS,
    **grants.STATEMENTS,
    **show.STATEMENTS,
    **describe.STATEMENTS,
    **maintenance.STATEMENTS,
    **materialized.STATEMENTS,
    **namespaces.STATEMENTS,
    **restore.STATEMENTS,
    **settings.STATEMENTS,
}
