"""Where the engine is told that a resource was made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi.runtime import resource

from infra.engine.rpc import traces

SDK = resource._get_stack_trace


class Outer:
    """The three constructors that a resource goes through."""

    def __init__(self, trace: Callable[[], Any], levels: int = 2) -> None:
        if levels:
            Outer.__init__(self, trace, levels - 1)
        else:
            self.trace = trace()


def places(trace: Any) -> list[tuple[str, int]]:
    return [(frame.pc.uri, frame.pc.line) for frame in trace.frames]


def test_a_trace_is_the_one_that_the_sdk_makes() -> None:
    """Frame by frame, code without a file included."""
    scope: dict[str, Any] = {"Outer": Outer, "SDK": SDK, "ours": traces.stack_trace}
    exec("theirs, ours = [Outer(trace).trace for trace in (SDK, ours)]", scope)

    assert places(scope["theirs"]) == places(scope["ours"])
    assert not scope["ours"].frames[0].HasField("pc")
    assert places(scope["ours"])[2][0] == Path(__file__).as_uri()


def test_what_is_made_without_a_constructor_has_no_trace() -> None:
    """As in the SDK."""
    assert places(SDK()) == places(traces.stack_trace()) == []


def test_whoever_runs_the_program_is_left_out() -> None:
    """What it is called by says nothing about the program."""

    def run() -> Any:
        return program()

    def program() -> Any:
        return Outer(lambda: traces.stack_trace(run.__code__)).trace

    first = program.__code__.co_firstlineno
    assert places(run()) == [(Path(__file__).as_uri(), first + 1)]
