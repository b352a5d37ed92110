"""When a program counts as done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pulumi.runtime.settings import SETTINGS, Settings, configure

from infra.engine.rpc import quiescence


async def opened(program: Any) -> None:
    """Run `program` with outputs and calls of its own, and wait for it."""
    configure(Settings("project", "stack"))
    program()
    await quiescence.wait_for_rpcs()


def outputs(count: int) -> None:
    """Outputs that come one after the other."""

    async def after(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    SETTINGS.outputs.update(asyncio.ensure_future(after(turns)) for turns in range(count))


def test_outputs_are_waited_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not all of them anew for each that comes: the time would grow with their square."""
    rounds: list[int] = []
    wait = asyncio.wait

    def counted(pending: list[Any], **options: Any) -> Any:
        rounds.append(len(pending))
        return wait(pending, **options)

    monkeypatch.setattr(asyncio, "wait", counted)
    monkeypatch.setattr(quiescence, "_LEAST", 60)
    asyncio.run(opened(lambda: outputs(300)))
    assert rounds == [300]


def test_a_failed_output_ends_a_program_that_would_wait_for_ever() -> None:
    """Also if the output was made after the waiting had begun."""

    async def fail() -> None:
        await asyncio.sleep(0.01)
        SETTINGS.outputs.add(asyncio.ensure_future(failing()))

    async def failing() -> None:
        raise LookupError("no such thing")

    def program() -> None:
        SETTINGS.outputs.add(asyncio.get_running_loop().create_future())
        SETTINGS.outputs.add(asyncio.ensure_future(fail()))

    with pytest.raises(LookupError, match="no such thing"):
        asyncio.run(asyncio.wait_for(opened(program), 10))
