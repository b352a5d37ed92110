"""An update of sixty resources by the real provider, disturbed at any of its calls, then run again if need be.

Nothing is there twice, nothing is orphaned, nothing is lost. Updates go to and fro between the two generations of `estate`. By
default a sample of the calls is tried, with LAKESTEAD_KILLS=all every one.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.traps import Count, Instants, Kill, is_full, sampled
from tests.providers.deployed_estate import DeployedEstate, serving

KILLS = 10
#: What is written whole, and never read: nobody can tell whether it has arrived, so it is sent again.
AGAIN = {"POST /api/2.0/secrets/put", "POST /api/2.0/secrets/delete", "POST /api/2.0/workspace/import"}
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": "status", "status": 429, "retry_after": 0},
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503, "retry_after": 0},
    "lost": {"kind": "drop_before"},
    "unanswered": {"kind": "drop_after"},
}
#: Every how many calls one is hit, so that the update also comes to its later ones.
STRIDE = 6
#: More than an update has calls.
MANY = 150
RUNS = 10


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedEstate]:
    with serving(tmp_path_factory.mktemp("estate")) as deployed:
        yield deployed


def changes(deployed: DeployedEstate) -> Counter[str]:
    """What the workspace was asked to change since the last turn."""
    return Counter({call: count for call, count in deployed.calls("writes").items() if call not in AGAIN})


@pytest.fixture(scope="module")
def undisturbed(deployed: DeployedEstate) -> tuple[Counter[str], Instants]:
    """What an update changes when nothing goes wrong, and how many calls it makes."""
    count = Count(deployed.folder / "instants.txt")
    deployed.turn()
    assert deployed.up(count) == 0, deployed.said
    deployed.check()
    return changes(deployed), count.instants()


def test_killed_at_any_call_and_run_again(
    deployed: DeployedEstate, undisturbed: tuple[Counter[str], Instants], capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a call the server has not acted; after it it has, and the engine does not know.

    Both runs together have changed what one undisturbed run changes, by the same calls. One call is under way at a time: of
    others the server might still have been busy with one while the second run looks.
    """
    expected, instants = undisturbed
    chosen = sampled(instants, KILLS)
    killed = 0
    for place, moment, number in chosen:
        where = f"killed {moment} the {place} number {number}"
        deployed.turn()
        killed += deployed.up(Kill(place, moment, number)) == -signal.SIGKILL
        assert deployed.up() == 0, f"{where}: {deployed.said}"
        deployed.check()
        assert expected == changes(deployed), where
    with capsys.disabled():
        print(f"\n{len(chosen)} of {instants.total()} instants, {killed} kills")
    assert killed > 0.9 * len(chosen)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_whatever_befalls_any_call_the_update_comes_to_its_end(
    deployed: DeployedEstate, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another run is needed after each job or service principal that was made, or not: their names are not unique."""
    offsets = range(STRIDE) if is_full() else [list(FAULTS).index(fault)]
    hits, runs = 0, 0
    for offset in offsets:
        deployed.turn()
        for position in range(offset, MANY, STRIDE):
            # A fault counts what those before it have let through.
            deployed.misbehave({**FAULTS[fault], "skip": position - position // STRIDE, "times": 1})
        for _ in range(RUNS):
            runs += 1
            if deployed.up(parallel=4) == 0:
                break
        else:
            pytest.fail(f"{fault}, from call {offset} on: {deployed.said}")
        hits += deployed.behave()
        deployed.check()
    with capsys.disabled():
        print(f"\n{fault}: {hits} calls hit, {runs} runs for {len(offsets)} updates")
    assert hits >= 15 * len(offsets)
