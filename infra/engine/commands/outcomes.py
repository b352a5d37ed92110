"""How a command ends: the CLI's exit codes, and the errors that have one of their own.

EngineError
├── UsageError          2  options that exclude one another, or nobody to ask
├── StackNotFoundError  6
├── ExpectationError    7  `--expect-no-changes`, and there were some
└── any other           1
"""

from __future__ import annotations

from infra.engine.errors import EngineError


class UsageError(EngineError):
    """A command line that cannot be meant."""


class StackNotFoundError(EngineError):
    """The stack that a command names was never made."""


class ExpectationError(EngineError):
    """Something changed that was not to."""


def exit_code(error: EngineError) -> int:
    """What the process ends with."""
    match error:
        case UsageError():
            return 2
        case StackNotFoundError():
            return 6
        case ExpectationError():
            return 7
        case _:
            return 1
