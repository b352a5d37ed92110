"""The SQL side of a workspace without its server: sessions of several principals on one lake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.emulator.identity import directory
from infra.emulator.server import ADMIN_NAME, open_workspace
from infra.emulator.sql.result import Result
from infra.emulator.sql.service import SqlService
from infra.emulator.sql.session import Session
from infra.emulator.unity import catalogs
from infra.emulator.workspace import Caller, Workspace


class Lakehouse:
    """An open workspace with the catalog `dev`, and its admin's session, in schema `dev.default`."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace = open_workspace(folder)
        self.workspace.sql = SqlService(self.workspace)
        admin = directory.caller_named(self.workspace, ADMIN_NAME)
        assert admin is not None
        self.admin: Caller = admin
        if self.workspace.store.get("catalog", "dev") is None:
            catalogs.create(self.workspace, admin, {"name": "dev"})
        self.session = self.open(admin)

    def open(self, caller: Caller) -> Session:
        """A session of a principal."""
        return Session(self.workspace, caller, catalog="dev", schema="default")

    def person(self, name: str) -> Caller:
        """A user of this name, made if there is none."""
        found = directory.caller_named(self.workspace, name)
        if found is None:
            directory.put(self.workspace, "user", {"id": directory.new_id(self.workspace), "userName": name, "active": True})
            found = directory.caller_named(self.workspace, name)
        assert found is not None
        return found

    def as_(self, name: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as a user; the rows of the last."""
        session = self.open(self.person(name))
        try:
            return [rows_of(session.execute(statement)) for statement in statements][-1]
        finally:
            session.close()

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the admin, in one session; the rows of the last."""
        return [rows_of(self.session.execute(statement)) for statement in statements][-1]

    def types(self, query: str) -> list[str]:
        """The types of a query's columns, as Databricks writes them."""
        return [kind.text() for _, kind in self.session.execute(query).columns]

    def close(self) -> None:
        """Let all go; the folder can be opened again."""
        self.session.close()
        self.workspace.sql.close()
        self.workspace.store.close()


def rows_of(result: Result) -> list[tuple[Any, ...]]:
    """Rows as Python values; maps as lists of pairs, as Arrow has them."""
    return list(zip(*(column.to_pylist() for column in result.table.columns), strict=True))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    """One lakehouse for the tests of a module."""
    opened = Lakehouse(tmp_path_factory.mktemp("lakehouse"))
    yield opened
    opened.close()


@pytest.fixture
def lakehouse(shared: Lakehouse) -> Iterator[Lakehouse]:
    """The module's lakehouse with an empty schema `dev.s`, which is the session's."""
    shared.run("drop schema if exists dev.s cascade", "create schema dev.s", "use dev.s")
    yield shared
    shared.session.temporary_views.clear()
