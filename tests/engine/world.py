"""A world of things with ids of its own, which outlives any process: one file, one line for each change that was made.

Names are not unique in it, so that a thing made twice is seen to be there twice. `trap` is called around every call.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.engine.ports import CheckResult, Created, DiffResult, Found, PropertyDiff, ProviderError, Subject
from infra.engine.values import Properties, Secret, reveal

#: Which properties hold secrets.
SECRET = frozenset({"token"})
REPLACING = frozenset({"name", "home"})


class World:
    """The plugin `test` and what it has made, in the file `path`."""

    name = "test"
    version = "1.0.0"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trap: Callable[[str], object] = lambda moment: None
        #: Calls come from several threads: none may read a line that another is half through writing.
        self._lock = threading.Lock()

    def events(self) -> list[tuple[str, str]]:
        """Every change so far: what, and the thing's name."""
        return [(what, inputs["name"]) for what, _, inputs in self._lines()]

    def things(self) -> dict[str, Properties]:
        """What there is: inputs by id."""
        found: dict[str, Properties] = {}
        for what, id, inputs in self._lines():
            if what == "delete":
                del found[id]
            else:
                found[id] = inputs
        return found

    def change(self, what: str, id: str, inputs: Properties) -> None:
        """Make a change. The trap may end the process before or after."""
        self.trap("before")
        with self._lock:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(descriptor, (json.dumps([what, id, reveal(inputs)]) + "\n").encode())
            os.close(descriptor)
        self.trap("after")

    def _lines(self) -> list[Any]:
        with self._lock:
            text = self.path.read_text() if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        return DiffResult(changes=False)

    def configure(self, inputs: Properties) -> Keeper:
        return Keeper(self)


class Keeper:
    """The configured provider of a world. Things with a `nameless` input cannot be found."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        return CheckResult(dict(sorted(news.items())))

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        keys = tuple(key for key in sorted({*old_inputs, *new_inputs}) if old_inputs.get(key) != new_inputs.get(key))
        replaces = tuple(key for key in keys if key in REPLACING)
        detailed = {key: PropertyDiff("update-replace" if key in replaces else "update") for key in keys}
        return DiffResult(bool(keys), keys, replaces, detailed, delete_before_replace="fixed" in new_inputs)

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        id = uuid.uuid4().hex
        self._world.change("create", id, inputs)
        return Created(id, _outputs(id, inputs))

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        found = self._world.things().get(id)
        return None if found is None else Found(id, _sealed(found), _outputs(id, _sealed(found)))

    def find(self, subject: Subject, inputs: Properties, since: float) -> Found | None:
        found = [id for id, thing in self._world.things().items() if thing["name"] == inputs["name"]]
        if len(found) > 1:
            raise ProviderError(f"several things are called {inputs['name']}")
        return self.read(subject, found[0], {}, {}) if found else None

    def update(
        self,
        subject: Subject,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
    ) -> Properties:
        self._world.change("update", id, new_inputs)
        return _outputs(id, new_inputs)

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        if id in self._world.things():
            self._world.change("delete", id, inputs)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        raise ProviderError(f"{token}: no such function")

    def close(self) -> None:
        pass


def _outputs(id: str, inputs: Properties) -> Properties:
    return {**inputs, "serial": f"#{id}"}


def _sealed(inputs: Properties) -> Properties:
    return {key: Secret(value) if key in SECRET else value for key, value in inputs.items()}
