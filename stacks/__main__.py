"""The Pulumi program: one stack is one environment. Everything is read and judged before anything is registered."""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent
sys.path.insert(1, str(PROGRAM.parent))  # A language host knows this folder only, not the packages beside it.

from stacks.program import run  # noqa: E402

if __name__ == "__main__":
    run(PROGRAM)
