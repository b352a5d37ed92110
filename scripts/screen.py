"""Where a command writes: results to standard output, errors and questions to standard error.

Colours appear on a terminal only, and never with NO_COLOR set; in a pipe each line is plain and is not wrapped.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text


class Screen:
    """Two consoles and what all commands do with them."""

    def __init__(self, out: Console | None = None, err: Console | None = None) -> None:
        self.out = out or Console(highlight=False, markup=False, emoji=False)
        self.err = err or Console(stderr=True, highlight=False, markup=False, emoji=False)

    @property
    def is_live(self) -> bool:
        """Whether something that redraws itself can be shown."""
        return self.out.is_terminal and not self.out.is_dumb_terminal

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and self.out.is_terminal

    def line(self, text: Text | str = "", *, style: str = "") -> None:
        """One line of the result."""
        self.out.print(text, style=style, soft_wrap=True)

    def note(self, text: Text | str) -> None:
        """A line that is no part of the result."""
        self.err.print(text, soft_wrap=True)

    def json(self, value: Any) -> None:
        """The result for a machine."""
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def raw(self, line: str) -> None:
        """A line of the result for a machine, as it is."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def failure(self, what: str, why: str = "", remedy: str = "") -> None:
        """An error: what and where, why, what to do."""
        first, *rest = what.splitlines() or [""]
        self.err.print(Text.assemble(("error: ", "bold red"), first), soft_wrap=True)
        for line in (*rest, *why.splitlines()):
            self.err.print(Text(f"  {line}"), soft_wrap=True)
        for line in remedy.splitlines():
            self.err.print(Text(f"  → {line}", style="cyan"), soft_wrap=True)

    def asks(self, question: str) -> bool:
        """Whether the answer is yes; anything else is no."""
        self.out.print(Text(f"{question} [y/N] ", style="bold"), end="")
        return sys.stdin.readline().strip().lower() in ("y", "yes")
