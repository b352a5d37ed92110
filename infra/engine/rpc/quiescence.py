"""Waits for what a program has begun: the SDK's `wait_for_rpcs`, in time that grows with the outputs and not with their square.

The SDK waits for all outputs anew whenever one of them is there. A thousand resources have fifteen thousand outputs, so that
took a quarter of an update's CPU time, and of ten thousand resources it would take nearly all.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from pulumi.runtime import stack
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

#: Seconds until outputs made meanwhile are looked at too: for each output that is waited for, and at least.
_SHARE: Final = 5e-5
_LEAST: Final = 0.1


def install() -> None:
    """Let the programs of this process be waited for in this way."""
    stack.wait_for_rpcs = wait_for_rpcs


async def wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:
    """Return when no call is under way and no output is open. Raises what a call or an output raised."""
    calls = _get_rpc_manager()
    while True:
        await _calls_answered(calls)
        if await_all_outstanding_tasks:
            await _outputs_there()
        if not calls.rpcs:
            return


async def _calls_answered(calls: Any) -> None:
    while calls.rpcs:
        await asyncio.sleep(0)  # calls that were queued just now begin
        try:
            await calls.rpcs.pop()
        except Exception as error:
            raise error from calls.unhandled_exception
    if calls.unhandled_exception is not None:
        raise calls.unhandled_exception.with_traceback(calls.exception_traceback)


async def _outputs_there() -> None:
    while pending := _taken():
        patience = max(_LEAST, _SHARE * len(pending))
        done, rest = await asyncio.wait(pending, timeout=patience, return_when=asyncio.FIRST_EXCEPTION)
        for output in done:
            try:
                await output
            except stack.ResourceRegistrationFailed:
                continue  # whoever consumes the output may recover from it
        with SETTINGS.lock:
            SETTINGS.outputs.update(rest)


def _taken() -> list[asyncio.Task[Any]]:
    """The open outputs, which no longer count as such: those that are made from now on do."""
    with SETTINGS.lock:
        taken = list(SETTINGS.outputs)
        SETTINGS.outputs.clear()
    return taken
