"""A plugin of the tests: things in a folder instead of a cloud, with every call written down.

An operation runs in a process of its own, so what a provider did is known to the test only through files.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from infra.engine.ports import (
    CheckFailure,
    CheckResult,
    Created,
    DiffResult,
    Found,
    PartialFailure,
    PropertyDiff,
    ProviderError,
    Subject,
)
from infra.engine.values import UNKNOWN, Properties, contains_unknown, reveal


class StandIn:
    """The package `test`. A thing is replaced when one of `replacing` changes, and deleted first if it has a `fixed` input.

    A thing whose input `fail` names a call ("create", "update", "delete", "partial", "die") fails in it.
    """

    name = "test"
    version = "1.0.0"

    def __init__(self, folder: Path, replacing: Iterable[str] = ("name", "home"), *, own_ids: bool = False) -> None:
        self.folder = folder
        #: Whether each thing gets an id that no other ever had, instead of its name.
        self.own_ids = own_ids
        self.replacing = frozenset(replacing)
        self.meeting: threading.Barrier | None = None
        self.sabotage: Callable[[], object] = lambda: None
        #: Seconds that a create takes; what waits is the operation's process, not the test.
        self.slow = 0.0
        #: Whether updates are only half done.
        self.halfway = False
        folder.mkdir(parents=True, exist_ok=True)

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        changed = tuple(sorted(key for key in {*old_inputs, *new_inputs} if old_inputs.get(key) != new_inputs.get(key)))
        return DiffResult(bool(changed), keys=changed, replaces=tuple(key for key in changed if key == "region"))

    def configure(self, inputs: Properties) -> Cloud:
        return Cloud(self, inputs)

    def calls(self) -> list[list[Any]]:
        """Every remote call so far: what, name of the resource, and its inputs (create, update) or id."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def things(self) -> dict[str, Any]:
        """What exists: inputs by id."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))}


class Cloud:
    """One configured provider."""

    def __init__(self, plugin: StandIn, config: Properties) -> None:
        self._plugin, self._config = plugin, config

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        failures = (CheckFailure("size", "must be a number"),) if isinstance(news.get("size"), str) else ()
        return CheckResult(dict(sorted(news.items())), failures)

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        keys = [key for key in sorted({*old_inputs, *new_inputs}) if old_inputs.get(key) != new_inputs.get(key)]
        replaces = tuple(key for key in keys if key in self._plugin.replacing)
        detailed = {key: PropertyDiff("update-replace" if key in replaces else "update") for key in keys}
        return DiffResult(
            bool(keys), keys=tuple(keys), replaces=replaces, detailed=detailed, delete_before_replace="fixed" in new_inputs
        )

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        if preview:
            return Created("", {**inputs, "serial": UNKNOWN})
        self._called("create", subject, reveal(inputs))
        self._plugin.sabotage()
        time.sleep(self._plugin.slow)
        fail = inputs.get("fail")
        if fail == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if fail == "create":
            raise ProviderError(f"{subject.name} cannot be created{_echo(inputs)}")
        if contains_unknown(inputs):
            raise AssertionError("an update must not meet an unknown")
        if self._plugin.meeting is not None:
            self._plugin.meeting.wait(timeout=20)
        id = uuid.uuid4().hex if self._plugin.own_ids else str(reveal(inputs.get("name", subject.name)))
        (self._plugin.folder / f"{id}.json").write_text(json.dumps(reveal(inputs)))
        created = Created(id, {**inputs, "serial": f"#{id}"})
        if fail == "partial":
            raise PartialFailure(created, [f"half done{_echo(inputs)}"])
        return created

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        self._called("read", subject, id)
        path = self._plugin.folder / f"{id}.json"
        if not path.exists():
            return None
        found = json.loads(path.read_text())
        return Found(id, found, {**found, "serial": f"#{id}"})

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
        if preview:
            return {**old_outputs, **new_inputs}
        self._called("update", subject, reveal(new_inputs))
        if new_inputs.get("fail") == "update":
            raise ProviderError(f"{subject.name} cannot be updated{_echo(new_inputs)}")
        (self._plugin.folder / f"{id}.json").write_text(json.dumps(reveal(new_inputs)))
        updated = {**new_inputs, "serial": f"#{id}"}
        if self._plugin.halfway:
            raise PartialFailure(Created(id, updated), ["half changed"])
        return updated

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        self._called("delete", subject, id)
        if inputs.get("fail") == "delete":
            raise ProviderError(f"{subject.name} cannot be deleted")
        (self._plugin.folder / f"{id}.json").unlink(missing_ok=True)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        if token != "test:index:answer":
            raise ProviderError(f"{token}: no such function")
        return {"answer": 42, "question": arguments.get("question", "")}

    def close(self) -> None:
        pass

    def _called(self, what: str, subject: Subject, detail: Any) -> None:
        line = json.dumps([what, subject.name, detail]) + "\n"
        descriptor = os.open(self._plugin.folder / "calls.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, line.encode())
        os.close(descriptor)


def _echo(inputs: Properties) -> str:
    """What a careless provider repeats in its errors."""
    return f" with {reveal(inputs['token'])}" if "token" in inputs else ""
