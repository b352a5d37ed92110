"""A stack of sixty things and its world in a folder, updated by processes forked from the test: they import nothing.

The program is a function that registers resources; `trap` is called around everything that is written or changed.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra.engine import program as programs
from infra.engine.backend import FileBackend
from infra.engine.deployment import Surroundings, perform
from infra.engine.errors import EngineError
from infra.engine.file_store import FileLog, FileStore
from infra.engine.graph import knots
from infra.engine.project import Project, StackConfig
from infra.engine.registration import Registrar
from infra.engine.request import Request
from infra.engine.resource import Goal, Resource
from infra.engine.secrets import Cipher
from infra.engine.urn import STACK_TYPE
from infra.engine.values import Secret, reveal
from tests.engine.bench import SALT
from tests.engine.traps import Trap
from tests.engine.world import World

BLOCKS = 10
TYPE = "test:index:Thing"
CIPHER = Cipher.open("x", SALT)


class Thing(NamedTuple):
    """One line of the program: what it needs comes before it."""

    name: str
    inputs: dict[str, Any]
    needs: tuple[str, ...] = ()
    home: str = ""


def program(generation: int) -> list[list[Thing]]:
    """Sixty things in each of two generations, in waves. From one to the other each block of six has one that stays, one that
    is updated, one replaced by another name, one deleted before it is made again with all that lives in it, one that goes, and
    one that comes."""
    waves: list[list[Thing]] = [[], [], []]
    for block in range(BLOCKS):
        token = Secret(f"hush-{block}")
        waves[0] += [
            Thing(f"stays-{block}", {"size": 1, "token": token}),
            Thing(f"moves-{block}", {"size": 1, "fixed": True, "home": f"place-{generation}"}),
        ]
        waves[1] += [
            Thing(f"grows-{block}", {"size": generation, "token": token}, needs=(f"stays-{block}",)),
            Thing(f"follows-{block}", {"size": 1, "fixed": True}, needs=(f"moves-{block}",), home=f"moves-{block}"),
        ]
        waves[2] += [
            Thing(f"changes-{block}", {"name": f"changes-{block}-{generation}"}, needs=(f"grows-{block}",)),
            Thing(f"only-{generation}-{block}", {"size": 1}, needs=(f"stays-{block}",)),
        ]
    return waves


def registering(generation: int) -> Callable[..., str | None]:
    """What runs instead of `program.run`: it registers by the monitor's registrar, several at once."""

    def run(project: Project, facts: Any, monitor: Any, engine: Any) -> str | None:
        try:
            register_all(monitor._registrar)
        except EngineError as error:
            return str(error)
        return None

    def register_all(registrar: Registrar) -> None:
        made: dict[str, Resource] = {}
        stack = registrar.register(Goal(type=STACK_TYPE, name="p-s", custom=False, properties={}))

        def register(thing: Thing) -> None:
            inputs = {"name": thing.name, **thing.inputs}
            if thing.home:
                inputs["home"] = made[thing.home].outputs["serial"]
            needs = tuple(made[name].urn for name in thing.needs)
            by_property = {"home": (made[thing.home].urn,)} if thing.home else {}
            made[thing.name] = registrar.register(
                Goal(
                    type=TYPE,
                    name=thing.name,
                    custom=True,
                    properties=inputs,
                    parent=stack.urn,
                    dependencies=needs,
                    property_dependencies=by_property,
                )
            )

        with ThreadPoolExecutor(4) as pool:
            for wave in program(generation):
                list(pool.map(register, wave))

    return run


class Yard:
    """A stack and its world in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(folder / "world.jsonl")
        self.backend = FileBackend(folder, "p", "s")

    @property
    def error(self) -> str:
        """What the last update failed with."""
        return (self.folder / "error.txt").read_text()

    def up(self, generation: int, trap: Trap = lambda place, moment: None, *, wait: float = 0) -> int:
        """Run an update in a process of its own; answers how that ended (negative: by a signal)."""
        return ended(self.start(generation, trap, wait=wait))

    def start(self, generation: int, trap: Trap = lambda place, moment: None, *, wait: float = 0) -> int:
        """Begin an update in a process of its own, which may `wait` so many seconds for the lock; answers its number."""
        child = os.fork()
        if child == 0:
            status = 2
            try:
                with trapped(trap):
                    self.world.trap = lambda moment: trap("call", moment)
                    status = self._up(generation, wait)
            except BaseException as error:
                (self.folder / "error.txt").write_text(repr(error))
            finally:
                os._exit(status)
        return child

    def _up(self, generation: int, wait: float) -> int:
        programs.run = registering(generation)
        request = Request(kind="up", project=self.folder, stack="s", plugins={"test": self.world}, passphrase="x", parallel=4)
        project = Project(self.folder, "p", self.folder, self.folder)
        surroundings = Surroundings(project=project, config=StackConfig(), backend=self.backend, cipher=CIPHER)
        with self.backend.locked(wait=wait):
            result = perform(request, surroundings, lambda event: None)
        (self.folder / "error.txt").write_text(str(result.error))
        return 0 if result.succeeded else 1


def ended(child: int) -> int:
    """How a process has ended, once it has."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def trapped(trap: Trap) -> Iterator[None]:
    """Call `trap` around everything that is written."""
    append, write, create, delete = FileLog.append, FileStore.write, FileStore.create, FileStore.delete

    def appended(self: FileLog, data: bytes, *, durable: bool) -> None:
        trap("journal", "before")
        if trap("journal", "torn"):
            append(self, data[: len(data) // 2], durable=durable)
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, data, durable=durable)
        trap("journal", "after")

    def written(self: FileStore, key: str, text: str, *, keep_previous: bool = False) -> None:
        trap("file", "before")
        write(self, key, text, keep_previous=keep_previous)
        trap("file", "after")

    def created(self: FileStore, key: str, text: str) -> bool:
        trap("file", "before")
        answer = create(self, key, text)
        trap("file", "after")
        return answer

    def deleted(self: FileStore, key: str) -> None:
        trap("file", "before")
        delete(self, key)
        trap("file", "after")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileLog, "append", appended)
        patch.setattr(FileStore, "write", written)
        patch.setattr(FileStore, "create", created)
        patch.setattr(FileStore, "delete", deleted)
        yield


def copy(yard: Yard, folder: Path) -> Yard:
    shutil.copytree(yard.folder, folder)
    return Yard(folder)


def check(yard: Yard) -> None:
    """State and world hold exactly the second generation, and the same."""
    resources = yard.backend.load("x").resources
    things = yard.world.things()
    wanted = sorted(thing.inputs.get("name", thing.name) for wave in program(2) for thing in wave)

    assert wanted == sorted(inputs["name"] for inputs in things.values())
    assert {resource.id: reveal(resource.inputs) for resource in resources if resource.type == TYPE} == things
    assert knots(resources) == []
    assert (yard.backend.load("x").pending, yard.backend.has_journal()) == ((), False)
    assert yard.backend.store.names("locks/organization/p/s") == []
