"""The way in: run one operation on one stack in a process of its own.

What it leaves out: asking whether to go on, and showing (a listener gets the events).
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from infra.engine import process
from infra.engine.backend import Backend, FileBackend, opened_cipher
from infra.engine.deployment import Surroundings, perform
from infra.engine.digest import with_output
from infra.engine.errors import EngineError, ProcessDiedError, ProjectError
from infra.engine.events import Diagnostic, Event, ProgramOutput, Summary
from infra.engine.project import Project, StackFile, load_project, load_stack_file, resolved_config
from infra.engine.request import Kind, Request, Result
from infra.engine.s3_store import S3Store
from infra.engine.secrets import Cipher

__all__ = ["Kind", "Request", "Result", "run", "stack_backend"]


def run(request: Request, listener: Callable[[Event], None]) -> Result:
    """Run `request`; `listener` gets each event in this process, in order.

    Raises `EngineError` for what keeps the operation from starting (project files, passphrase, a held lock, an unreadable
    state), and for a state that cannot be written. A failed step, a program's exception or a killed process is no exception:
    `Result.error` tells.
    """
    if request.parallel < 1:
        raise EngineError(f"parallel: {request.parallel} calls at once is none; give 1 or more")
    begun = time.monotonic()
    project = load_project(request.project)
    file = load_stack_file(project, request.stack)
    backend = stack_backend(project, request.stack, request.backend)
    with _locked(request, backend, lambda text: listener(Diagnostic("info", text))):
        with _no_looking_for_garbage():
            cipher = _warmed_up(request, backend, file)
        surroundings = Surroundings(
            project=project,
            config=resolved_config(project, file, request.config, cipher),
            backend=backend,
            cipher=cipher,
        )
        if cipher is not None and not file.salt and not request.is_preview:
            file.keep_salt(cipher.state)
        told: list[Diagnostic | ProgramOutput] = []

        def listen(event: Event) -> None:
            if isinstance(event, Diagnostic | ProgramOutput):
                told.append(event)
            listener(event)

        try:
            result = process.run(lambda tell: perform(request, surroundings, tell), listen)
            return replace(result, digest=with_output(result.digest, told)) if result.digest else result
        except ProcessDiedError as death:
            listener(Diagnostic("error", str(death)))
            seconds = time.monotonic() - begun
            listener(Summary("failed", {}, {}, seconds))
            return Result(succeeded=False, changes={}, outputs={}, error=str(death), digest={}, seconds=seconds)


def _locked(request: Request, backend: Backend, told: Callable[[str], None]) -> AbstractContextManager[None]:
    return nullcontext() if request.is_preview else backend.locked(wait=request.wait, told=told)


def stack_backend(project: Project, stack: str, folder: Path | str | None = None) -> Backend:
    """Where a stack's state lives: in `folder` (or at an `s3://` URL), or where the project says.

    Raises `ProjectError` if nobody says.
    """
    place = folder or project.state_folder
    if place is None:
        raise ProjectError(
            f"{project.folder / 'Pulumi.yaml'}: backend.url: not set, so nobody says where state lives; set it to "
            "file://<folder>, or set PULUMI_BACKEND_URL"
        )
    return (
        FileBackend(place.absolute(), project.name, stack)
        if isinstance(place, Path)
        else Backend(S3Store(place), project.name, stack)
    )


def _warmed_up(request: Request, backend: Backend, file: StackFile) -> Cipher | None:
    """The stack's cipher; its key is made while the big modules that most programs need are imported."""
    secrets_state = backend.secrets_state() or file.salt
    made: list[Cipher | None] = []
    failed: list[BaseException] = []

    def make() -> None:
        try:
            made.append(
                opened_cipher(request.passphrase, secrets_state, writes=request.runs_program and not request.is_preview)
            )
        except BaseException as error:
            failed.append(error)

    maker = threading.Thread(target=make, name="key")
    maker.start()
    if request.warm and request.runs_program:
        for package in request.plugins:
            if importlib.util.find_spec(f"pulumi_{package}") is not None:
                importlib.import_module(f"pulumi_{package}")
    maker.join()
    if failed:
        raise failed[0]
    return made[0]


@contextmanager
def _no_looking_for_garbage() -> Iterator[None]:
    """What an import makes, or a state, stays: to look through it again and again while it comes would double its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
