"""Runs a Pulumi program as the Python language host does: its folder first on `sys.path` and as working directory,
`runpy.run_path`, and an event loop whose executor has four threads for each parallel operation.

One program a process: Python caches modules, and what a cached module registered once it will not register again.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import runpy
import sys
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.errors import RunError
from pulumi.runtime import Settings, configure, run_in_stack, set_all_config
from pulumi.runtime.settings import ROOT

from infra.engine import refusals, sources
from infra.engine.project import Project
from infra.engine.rpc import quiescence, traces
from infra.engine.rpc.engine_service import EngineService
from infra.engine.rpc.monitor import Facts, Monitor

_THREADS_PER_CALL: Final = 4
#: Frames of these are left out of a traceback: they are not the user's.
_MACHINERY: Final = tuple(Path(place).parent for place in (pulumi.__file__, os.__file__, __file__))


def run(project: Project, facts: Facts, monitor: Monitor, engine: EngineService) -> str | None:
    """Run the project's program, in whose folder this process is. Answers what went wrong, in words for the user, or None."""
    sys.path.insert(0, str(project.program_folder))
    sources.read_as_written(project.program_folder)
    refusals.install(monitor.refuse)
    sys.argv = [project.entry_point]
    return contextvars.copy_context().run(_run, project, facts, monitor, engine)


def _run(project: Project, facts: Facts, monitor: Monitor, engine: EngineService) -> str | None:
    ROOT.set(None)
    quiescence.install()
    traces.install(_run)
    configure(
        Settings(
            project=facts.project,
            stack=facts.stack,
            monitor=monitor,
            engine=engine,
            parallel=facts.parallel,
            dry_run=facts.preview,
            organization="organization",
            root_directory=str(project.folder),
        )
    )
    set_all_config(dict(facts.config), sorted(facts.secret_keys))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it repeats what is reported anyway
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(facts.parallel * _THREADS_PER_CALL, thread_name_prefix="rpc"))
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(lambda: _execute(project.entry_point)))
    except SystemExit as leaving:
        return None if leaving.code in {None, 0} else _left(leaving)
    except BaseException as error:
        return explained(error)
    finally:
        _wind_up(loop)
    return None


def _left(leaving: SystemExit) -> str:
    return f"an unhandled error occurred: program exited with non-zero exit code: {leaving.code}"


def _execute(entry_point: str) -> None:
    runpy.run_path(entry_point, run_name="__main__")


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """Let calls that are under way finish, and drop what waits for others that never come."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    warnings.filterwarnings("ignore", "coroutine '.*' was never awaited", RuntimeWarning)  # of the outputs that were dropped
    loop.close()
    asyncio.set_event_loop(None)


def explained(error: BaseException) -> str:
    """An exception of a program: its traceback without the machinery around it, or only its words for a `RunError`."""
    if isinstance(error, RunError):
        return str(error)
    chain: Any = traceback.TracebackException.from_exception(error)
    part = chain
    while part is not None:
        part.stack = traceback.StackSummary.from_list([frame for frame in part.stack if not _is_machinery(frame.filename)])
        part = part.__cause__ or part.__context__
    return "Program failed with an unhandled exception:\n" + "".join(chain.format()).rstrip()


def _is_machinery(filename: str) -> bool:
    path = Path(filename)
    if filename.startswith("<frozen"):
        return True
    return any(path.is_relative_to(folder) and "site-packages" not in path.relative_to(folder).parts for folder in _MACHINERY)
