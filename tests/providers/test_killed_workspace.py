"""The real provider on a workspace, killed at any call of an update, then run again.

Nothing is there twice, nothing is orphaned, nothing is lost. Before a call the server has not acted; after it it has, and the
engine does not know. Updates go to and fro between the two generations of `estate`. By default a sample is tried;
LAKESTEAD_KILLS=all kills at every call, before and after.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.engine.graph import knots
from infra.providers.databricks.client import Answer
from infra.providers.databricks.transport import Transport
from tests.emulator.conftest import LiveWorkspace, serve
from tests.engine.traps import Count, Instants, Kill, Trap, sampled
from tests.providers import estate, forked

SAMPLE = 10
#: What is written whole, and never read: nobody can tell whether it has arrived, so it is sent again.
AGAIN = {"POST /api/2.0/secrets/put", "POST /api/2.0/secrets/delete", "POST /api/2.0/workspace/import"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWorkspace]:
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        yield live


@pytest.fixture(scope="module")
def control(live: LiveWorkspace) -> Iterator[httpx.Client]:
    """Plain HTTP as the admin."""
    with httpx.Client(base_url=live.host, headers={"authorization": f"Bearer {live.token}"}, timeout=60) as client:
        yield client


class Estate:
    """A deployed estate and its state; it changes between its two generations."""

    def __init__(self, folder: Path, live: LiveWorkspace, control: httpx.Client) -> None:
        self.folder, self._live, self._control = folder, live, control
        self.generation = 1

    def up(self, trap: Trap = lambda place, moment: None) -> int:
        """Update to the generation that is due; one call at a time, so that none but the one at the trap is under way."""
        return forked.run(
            "up", self.folder, self._live, estate.program(self.generation), within=lambda: trapped(trap), parallel=1
        )

    def turn(self) -> None:
        """The other generation is due; counters begin anew."""
        self.generation = 3 - self.generation
        self._control.delete("/api/lakestead/control/counters").raise_for_status()

    def writes(self) -> Counter[str]:
        """What was asked to change since the last turn."""
        counters: dict[str, Any] = self._control.get("/api/lakestead/control/counters").raise_for_status().json()
        return Counter({call: count for call, count in counters["writes"].items() if call not in AGAIN})

    def check(self) -> None:
        """Workspace and state hold exactly the generation that is due, and the same."""
        listed = estate.listed(self._control)
        checkpoint = forked.backend(self.folder).load("x")
        known = {
            kind: {item.id: item.name for item in checkpoint.resources if item.type == forked.token(kind)}
            for kind in estate.LISTED
        }

        assert estate.names(self.generation) == {kind: sorted(found.values()) for kind, found in listed.items()}
        assert {kind: set(found) for kind, found in listed.items()} == {kind: set(ids) for kind, ids in known.items()}
        assert (checkpoint.pending, knots(checkpoint.resources)) == ((), [])
        assert not forked.backend(self.folder).has_journal()


def trapped(trap: Trap) -> None:
    """From now on, in this process, every request passes the trap."""
    send = Transport.send

    def sent(self: Transport, *arguments: Any, **more: Any) -> Answer:
        trap("call", "before")
        answer = send(self, *arguments, **more)
        trap("call", "after")
        return answer

    Transport.send = sent  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def deployed(live: LiveWorkspace, control: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """An estate in its first generation."""
    found = Estate(tmp_path_factory.mktemp("estate"), live, control)
    assert found.up() == 0, forked.said(found.folder)
    found.check()
    return found


@pytest.fixture(scope="module")
def undisturbed(deployed: Estate) -> tuple[Counter[str], Instants]:
    """What an update does when nothing goes wrong, and how many calls it makes."""
    count = Count(deployed.folder / "instants.txt")
    deployed.turn()
    assert deployed.up(count) == 0, forked.said(deployed.folder)
    deployed.check()
    return deployed.writes(), count.instants()


def test_killed_at_any_call_and_run_again(
    deployed: Estate, undisturbed: tuple[Counter[str], Instants], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both runs together have changed what one undisturbed run changes, by the same calls."""
    expected, instants = undisturbed
    chosen = sampled(instants, SAMPLE)
    killed = 0
    for place, moment, number in chosen:
        where = f"killed {moment} the {place} number {number}"
        deployed.turn()
        killed += deployed.up(Kill(place, moment, number)) == -signal.SIGKILL
        assert deployed.up() == 0, f"{where}: {forked.said(deployed.folder)}"
        deployed.check()
        assert expected == deployed.writes(), where
    with capsys.disabled():
        print(f"\n{len(chosen)} of {instants.total()} instants, {killed} kills")
    assert killed > 0.9 * len(chosen)
