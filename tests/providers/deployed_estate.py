"""A deployed estate (`estate`) with its state, in a workspace of its own that is looked into over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from infra.engine.graph import knots
from infra.providers.databricks.client import Answer, Client
from infra.providers.databricks.pace import Pace
from infra.providers.databricks.transport import Transport
from tests.emulator.conftest import LiveWorkspace, serve
from tests.engine.traps import Trap
from tests.providers import estate, forked

_CONTROL: Final = "/api/lakestead/control"


class DeployedEstate:
    """It changes between its two generations."""

    def __init__(self, folder: Path, live: LiveWorkspace, workspace: httpx.Client) -> None:
        self.folder, self._live, self._workspace = folder, live, workspace
        self.generation = 1

    @property
    def said(self) -> str:
        """What the last update failed with, or what it has changed."""
        return forked.said(self.folder)

    def up(self, trap: Trap = lambda place, moment: None, *, parallel: int = 1) -> int:
        """Update to the generation that is due; answers how its process ended. Each request passes the trap.

        It neither waits before it asks again nor slows down when it is refused: dozens of failures would stretch it to minutes.
        """
        return forked.run(
            "up",
            self.folder,
            self._live,
            estate.program(self.generation),
            within=lambda: _trapped(trap),
            parallel=parallel,
        )

    def turn(self) -> None:
        """The other generation is due; counters begin anew."""
        self.generation = 3 - self.generation
        self._workspace.delete(f"{_CONTROL}/counters").raise_for_status()

    def calls(self, what: str = "calls") -> Counter[str]:
        """How often each endpoint was called since the last turn; `what` may be `writes`."""
        counters: dict[str, Any] = self._workspace.get(f"{_CONTROL}/counters").raise_for_status().json()
        return Counter(counters[what])

    def misbehave(self, fault: Mapping[str, Any]) -> None:
        """From now on the workspace has a fault."""
        self._workspace.post(f"{_CONTROL}/faults", json=fault).raise_for_status()

    def behave(self) -> int:
        """From now on it has none any more; answers how many requests were hit."""
        faults = self._workspace.get(f"{_CONTROL}/faults").raise_for_status().json()["faults"]
        self._workspace.delete(f"{_CONTROL}/faults").raise_for_status()
        return sum(fault["hits"] for fault in faults)

    def check(self) -> None:
        """Workspace and state hold exactly the generation that is due, and the same."""
        listed = estate.listed(self._workspace)
        backend = forked.backend(self.folder)
        checkpoint = backend.load("x")
        known = {kind: {item.id for item in checkpoint.resources if item.type == forked.token(kind)} for kind in estate.LISTED}

        assert estate.names(self.generation) == {kind: sorted(found.values()) for kind, found in listed.items()}
        assert {kind: set(found) for kind, found in listed.items()} == known
        assert (checkpoint.pending, knots(checkpoint.resources), backend.has_journal()) == ((), [], False)


@contextmanager
def serving(folder: Path) -> Iterator[DeployedEstate]:
    """A fresh workspace with an estate in its first generation, for as long as the block runs."""
    with serve(folder / "workspace") as live:
        headers = {"authorization": f"Bearer {live.token}"}
        with httpx.Client(base_url=live.host, headers=headers, timeout=60) as workspace:
            (folder / "stack").mkdir()
            deployed = DeployedEstate(folder / "stack", live, workspace)
            assert deployed.up(parallel=4) == 0, deployed.said
            deployed.check()
            yield deployed


def _trapped(trap: Trap) -> None:
    """From now on, in this process, every request passes the trap, and nobody waits after a failure."""
    send, begin = Transport.send, Client.__init__
    Pace.refused = lambda self, after=None: None  # type: ignore[method-assign]

    def begun(self: Client, *arguments: Any, **more: Any) -> None:
        begin(self, *arguments, **{**more, "sleep": lambda seconds: None})

    Client.__init__ = begun  # type: ignore[method-assign]

    def sent(self: Transport, *arguments: Any, **more: Any) -> Answer:
        trap("call", "before")
        answer = send(self, *arguments, **more)
        trap("call", "after")
        return answer

    Transport.send = sent  # type: ignore[method-assign]
