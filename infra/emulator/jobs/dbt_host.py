"""A process that has dbt imported, kept warm for the tasks to come, and the commands that run in it.

Started with the first command, ended by `close` or after a while without one, and by the kernel when the server dies. What
a command is (project, profile, principal) is for `infra.emulator.jobs.dbt_tasks`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PROGRAM = Path(__file__).with_name("dbt_process.py")
#: Of the server's own environment only this reaches dbt: a project must not depend on the shell of whoever runs the server.
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ")
#: Seconds in which a process that is told to end does so by itself.
_PATIENCE = 0.5


class DbtUnavailable(Exception):
    """dbt cannot be run on this machine, or the process that ran it died."""


@dataclass(slots=True)
class Command:
    """A dbt command under way. `exit_code` is set when `done` is, or `failure` says why there is none."""

    id: int
    host: DbtHost
    done: threading.Event = field(default_factory=threading.Event)
    exit_code: int = 0
    failure: str = ""

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, negative for a signal; None if it still runs. Raises DbtUnavailable if its host was lost."""
        if not self.done.wait(timeout):
            return None
        if self.failure:
            raise DbtUnavailable(self.failure)
        return self.exit_code

    def interrupt(self) -> None:
        """Ask dbt to cancel its queries and end."""
        self.host.signal(self, signal.SIGINT)

    def kill(self) -> None:
        """End it, and whatever it started, at once."""
        self.host.signal(self, signal.SIGKILL)


class DbtHost:
    """The warm process, if there is one. All methods can be called from any thread."""

    def __init__(self, folder: Path, *, idle_seconds: float = 600) -> None:
        self._folder = folder
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._commands: dict[int, Command] = {}
        self._last_id = 0
        self._closed = False

    def start(
        self, arguments: Sequence[str], *, directory: Path, environment: Mapping[str, str], log: Path, secrets: Sequence[str]
    ) -> Command:
        """Run `dbt arguments…`; its output is appended to `log` line by line, `secrets` blanked out.

        `environment` is all that the command sees besides PATH and the locale. Raises DbtUnavailable.
        """
        with self._lock:
            if self._closed:
                raise DbtUnavailable("the workspace is shutting down")
            if self._channel is None:
                self._channel = self._launch()
            self._last_id += 1
            command = Command(self._last_id, self)
            self._commands[command.id] = command
            self._send(
                {
                    "run": command.id,
                    "arguments": list(arguments),
                    "directory": str(directory),
                    "environment": {**_inherited(), **environment},
                    "log": str(log),
                    "secrets": list(secrets),
                }
            )
        return command

    def signal(self, command: Command, number: int) -> None:
        """Send a signal to a command, if it still runs."""
        with self._lock:
            if command.id in self._commands:
                self._send({"stop": command.id, "signal": number})

    def close(self) -> None:
        """End the process and what runs in it. No command can be started any more."""
        with self._lock:
            self._closed = True
            self._hang_up()
            thread = self._thread
        if thread is None:
            return
        thread.join(_PATIENCE)
        with self._lock:
            if self._process is not None:  # still importing: it does not listen yet, and has nothing to end
                self._process.kill()
        thread.join()

    def _launch(self) -> socket.socket:
        for package in ("dbt.cli", "dbt.adapters.databricks"):
            if not _installed(package):
                raise DbtUnavailable(
                    f"{package} is not installed beside the emulator, so it cannot run dbt tasks. Install lakestead[dbt]."
                )
        ours, theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._tend, args=(ours, theirs), name="dbt-host", daemon=True)
        self._thread.start()
        return ours

    def _tend(self, channel: socket.socket, theirs: socket.socket) -> None:
        """The process's whole life, in one thread: on Linux it dies with the thread that started it."""
        logs = self._folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        path = logs / "dbt_host.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", str(_PROGRAM)],
                stdin=theirs.fileno(), stdout=log, stderr=log, cwd=self._folder, env=_inherited(), start_new_session=True,
            )  # fmt: skip
        theirs.close()
        with self._lock:
            self._process = process
        self._listen(channel)
        channel.close()
        process.wait()
        with self._lock:
            if self._process is process:
                self._process = None
        tail = path.read_text(errors="replace").strip().splitlines()[-1:]
        self._abandon(
            channel, f"the process that runs dbt ended with code {process.returncode}: {''.join(tail) or 'no output'}"
        )

    def _listen(self, channel: socket.socket) -> None:
        channel.settimeout(self._idle_seconds)
        received = b""
        while True:
            try:
                content = channel.recv(65536)
            except TimeoutError:
                if self._idle(channel):
                    return
                continue
            except ConnectionResetError:
                return
            if not content:
                return
            *lines, received = (received + content).split(b"\n")
            for message in map(json.loads, lines):
                if "ended" in message:
                    self._ended(message["ended"], message["code"])

    def _idle(self, channel: socket.socket) -> bool:
        """Whether nothing has been asked for; then nothing can be asked of this process any more."""
        with self._lock:
            if self._commands or self._channel is not channel:
                return self._channel is not channel
            self._channel = None
            return True

    def _ended(self, identifier: int, code: int) -> None:
        with self._lock:
            command = self._commands.pop(identifier)
        command.exit_code = code
        command.done.set()

    def _abandon(self, channel: socket.socket, failure: str) -> None:
        """The process is gone: whoever waits for a command of it learns so, the next command starts another one."""
        with self._lock:
            if self._channel not in (channel, None):
                return
            self._channel = None
            lost, self._commands = self._commands, {}
        for command in lost.values():
            command.failure = failure
            command.done.set()

    def _send(self, message: dict[str, object]) -> None:
        if self._channel is None:
            return
        try:
            self._channel.sendall(json.dumps(message).encode() + b"\n")
        except OSError:  # it has just died; its thread tells whoever waits
            return

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._channel.shutdown(socket.SHUT_RDWR)
            self._channel = None


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
