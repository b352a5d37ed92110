"""The Pulumi CLI as a process: found on PATH, new enough, and stopped the way that keeps its state whole.

The Automation API starts it through `PulumiCommand`; this one starts it in a session of its own, so that a Ctrl-C reaches it
once, through `interrupt`, and not a second time from the terminal: for the CLI a second one means to drop everything.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Final

from pulumi.automation import CommandResult, InvalidVersionError, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from infra.operations.engines.executable import OLDEST, REMEDY, pulumi_executable
from infra.operations.errors import EngineUnavailable

#: How often the CLI understands an interrupt.
_HEARD: Final = 2
#: The commands that deploy.
_OPERATIONS: Final = frozenset({"preview", "up", "refresh", "destroy"})
_MINIMUM: Final = VersionInfo.parse(OLDEST)


class Command(PulumiCommand):
    """One CLI with one environment of variables; a process at a time is under way. Operations get `flags`, too: not every verb
    of the Automation API passes on every option that its command has."""

    def __init__(self, variables: Mapping[str, str], flags: Sequence[str] = ()) -> None:
        self._variables, self._flags = dict(variables), tuple(flags)
        path = pulumi_executable(self._variables)
        try:
            super().__init__(version=_MINIMUM)
        except (InvalidVersionError, subprocess.CalledProcessError, OSError) as error:
            raise EngineUnavailable(f"the Pulumi CLI at {path} cannot be used", why=str(error), remedy=REMEDY) from error
        self.command = path
        # A CLI built by hand names no version; who switches the check off vouches for it.
        self.version = self.version or _MINIMUM
        self._process: subprocess.Popen[str] | None = None
        self._interrupts = 0

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run one command of the CLI to its end; raises a `CommandError` if it fails."""
        if self._interrupts:
            raise create_command_error(CommandResult("", "interrupted before this could begin", 130))
        printed: list[str] = []
        complained: list[str] = []
        with subprocess.Popen(
            [self.command, "--non-interactive", *args, *(self._flags if args[0] in _OPERATIONS else ())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**self._variables, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            self._process = process
            readers = [_reader(process.stdout, printed, on_output), _reader(process.stderr, complained, on_error)]
            for reader in readers:
                reader.join()
        result = CommandResult("\n".join(printed), "\n".join(complained), process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result

    def interrupt(self) -> int:
        """Ask the CLI to stop: the first time it finishes what is under way, the second time it gives up, then it is killed.

        Answers how often it was asked.
        """
        self._interrupts += 1
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT if self._interrupts <= _HEARD else signal.SIGKILL)
        return self._interrupts


def _reader(stream: IO[str] | None, lines: list[str], told: Callable[[str], object] | None) -> threading.Thread:
    """A thread that reads a pipe to its end, so that the process never waits for it."""

    def read() -> None:
        for line in stream or ():
            lines.append(line.rstrip("\n"))
            if told is not None:
                told(lines[-1])

    thread = threading.Thread(target=read, name="pulumi", daemon=True)
    thread.start()
    return thread
