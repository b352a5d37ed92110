"""Where a program makes its resources: the SDK's stack traces, made without looking at source files.

The SDK asks the file system about the source of every frame, for every resource, and puts each path into a URI anew: a third of
the time that a program takes to register a thousand resources. What it tells the engine is the same, but for the frames of
whoever runs the program, which are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

#: Constructors between the SDK's call and the user's code: Resource, CustomResource or ComponentResource, the class itself.
_CONSTRUCTORS: Final = 3

_Place = tuple[str, int | None]


def install(runner: Callable[..., object]) -> None:
    """Let the resources of this process be traced in this way. `runner` is the function that runs the program."""
    resource._get_stack_trace = lambda: stack_trace(runner.__code__)


def stack_trace(runner: CodeType | None = None) -> source_pb2.StackTrace:
    """The frames from the user's code that makes a resource outwards, up to `runner`; empty if no constructor was called."""
    frame: FrameType | None = sys._getframe(1)
    constructors = 0
    while frame is not None:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
        if constructors == _CONSTRUCTORS:
            return _trace(tuple(_places(frame, runner)))
    return source_pb2.StackTrace()


def _places(frame: FrameType | None, runner: CodeType | None) -> list[_Place]:
    places = []
    while frame is not None and frame.f_code is not runner:
        places.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return places


@cache
def _trace(places: tuple[_Place, ...]) -> source_pb2.StackTrace:
    return source_pb2.StackTrace(frames=[_frame(place) for place in places])


@cache
def _frame(place: _Place) -> source_pb2.StackFrame:
    name, line = place
    path = Path(name)
    if line is None or not path.is_absolute():  # code that no file holds
        return source_pb2.StackFrame()
    return source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=path.as_uri(), line=line))
