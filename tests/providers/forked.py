"""Updates by the engine and the real provider, each in a process forked from the test: programs are functions that register."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.engine import program as programs
from infra.engine.backend import FileBackend
from infra.engine.deployment import Surroundings, perform
from infra.engine.errors import EngineError
from infra.engine.project import Project, StackConfig
from infra.engine.registration import Registrar
from infra.engine.request import Kind, Request, Result
from infra.engine.resource import Goal, Resource
from infra.engine.secrets import Cipher
from infra.engine.urn import STACK_TYPE
from infra.engine.values import Properties, Secret
from infra.providers.databricks import plugin
from tests.emulator.conftest import LiveWorkspace
from tests.engine.bench import SALT

CIPHER = Cipher.open("x", SALT)

#: What registers: it gets the registrar and the reference of a provider of the workspace.
Program = Callable[[Registrar, str], None]


def run(
    kind: Kind,
    folder: Path,
    live: LiveWorkspace,
    program: Program,
    *,
    within: Callable[[], None] = lambda: None,
    parallel: int = 16,
) -> int:
    """Run an operation on the stack in `folder`; answers how its process ended (0, 1 for a failed one, negative: by a signal).

    `within` is called in that process before anything else.
    """
    child = os.fork()
    if child == 0:
        status = 2
        try:
            within()
            result = _performed(kind, folder, live, program, parallel)
            (folder / "said.txt").write_text(str(result.error or dict(result.changes)))
            status = 0 if result.succeeded else 1
        except BaseException as error:
            (folder / "said.txt").write_text(repr(error))
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def said(folder: Path) -> str:
    """What the last operation failed with, or what it has changed."""
    return (folder / "said.txt").read_text()


def backend(folder: Path) -> FileBackend:
    """Where the stack's state lies."""
    return FileBackend(folder, "p", "s")


def token(kind: str) -> str:
    """The resource type of a kind such as `schema`."""
    return f"databricks:index/{kind}:{kind[0].upper()}{kind[1:]}"


def _performed(kind: Kind, folder: Path, live: LiveWorkspace, program: Program, parallel: int) -> Result:
    def registering(project: Project, facts: Any, monitor: Any, engine: Any) -> str | None:
        try:
            _register(monitor._registrar)
        except EngineError as error:
            return str(error)
        return None

    def _register(registrar: Registrar) -> None:
        settings: Properties = {"host": live.host, "token": Secret(live.token)}
        registrar.register(Goal(type=STACK_TYPE, name="p-s", custom=False, properties={}))
        provider: Resource = registrar.register(
            Goal(type="pulumi:providers:databricks", name="w", custom=True, properties=settings)
        )
        program(registrar, provider.reference)

    programs.run = registering
    place = backend(folder)
    request = Request(kind=kind, project=folder, stack="s", plugins={"databricks": plugin}, passphrase="x", parallel=parallel)
    surroundings = Surroundings(
        project=Project(folder, "p", folder, folder), config=StackConfig(), backend=place, cipher=CIPHER
    )
    if request.is_preview:
        return perform(request, surroundings, lambda event: None)
    with place.locked():
        return perform(request, surroundings, lambda event: None)
