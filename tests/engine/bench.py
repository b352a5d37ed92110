"""A project in a folder of a test, and what the engine does with it."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from infra.engine.backend import FileBackend
from infra.engine.events import Event
from infra.engine.operation import Kind, Request, Result, run
from infra.engine.resource import Resource
from tests.engine.stand_in import StandIn

PRELUDE = """
import pulumi
from pulumi import ResourceOptions

class Thing(pulumi.CustomResource):
    serial: pulumi.Output[str]
    def __init__(self, resource_name, opts=None, **props):
        super().__init__("test:index:Thing", resource_name, {"serial": None, **props}, opts)

class Group(pulumi.ComponentResource):
    def __init__(self, resource_name, opts=None, **props):
        super().__init__("test:index:Group", resource_name, props, opts)

class Provider(pulumi.ProviderResource):
    def __init__(self, resource_name, opts=None, **props):
        super().__init__("test", resource_name, props, opts)
"""


#: Of the passphrase `x`; the same for all, because a key takes its time to make.
SALT = "v1:i8qBwzmuu4A=:v1:lGki/S0uxbASLP1l:/v9L7rOaQQX3qe/L5PkNF5XDSDNrWw=="


class Bench:
    """The stack `dev` of the project `bench`. Programs are texts; `PRELUDE` gives them Thing, Group and Provider."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.cloud = StandIn(folder / "cloud", **options)
        self.events: list[Event] = []
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\nbackend:\n  url: file://state\n")
        (folder / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\n")

    @property
    def backend(self) -> FileBackend:
        (self.folder / "state").mkdir(exist_ok=True)
        return FileBackend(self.folder / "state", "bench", "dev")

    def run(self, kind: Kind, program: str | None = None, **more: Any) -> Result:
        if program is not None:
            (self.folder / "__main__.py").write_text(PRELUDE + dedent(program))
        self.events = []
        request = Request(
            kind=kind,
            project=self.folder,
            stack="dev",
            plugins={"test": self.cloud},
            **{"passphrase": "x", "parallel": 4, **more},
        )
        return run(request, self.events.append)

    def up(self, program: str | None = None, **more: Any) -> Result:
        return self.run("up", program, **more)

    def preview(self, program: str | None = None, **more: Any) -> Result:
        return self.run("preview", program, **more)

    def destroy(self, **more: Any) -> Result:
        return self.run("destroy", **more)

    def state(self) -> dict[str, Resource]:
        """The state's resources by name; the one that waits for deletion, if any, under `<name> (old)`."""
        resources = self.backend.load("x").resources
        return {resource.name + (" (old)" if resource.delete else ""): resource for resource in resources}

    def raw_state(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.backend.file.read_text())
        return document

    def steps(self, result: Result) -> list[tuple[str, str]]:
        """Operations and names in a preview's digest, without the stack's."""
        entries = [(step["op"], step["urn"].rsplit("::", 1)[1]) for step in result.digest.get("steps", [])]
        return [entry for entry in entries if entry[1] != "bench-dev"]
