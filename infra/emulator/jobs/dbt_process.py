"""The program that runs dbt: it imports dbt once (seconds), then forks for each command (milliseconds).

A program of its own, run by path and importing nothing of this project; `infra.emulator.jobs.dbt_host` starts it and speaks to
it in JSON lines over a socket that is its standard input. It ends, and ends what it started, when that socket closes: at
the latest when the server is gone. On Linux the kernel also kills it with its parent thread.

    -> {"run": id, "arguments": [...], "directory": path, "environment": {...}, "log": path, "secrets": [...]}
    -> {"stop": id, "signal": number}
    <- {"ended": id, "code": exit code, negative: the signal it died of}

Secrets arrive over the socket alone: never in arguments, never in the environment that the kernel shows of a process.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import io
import json
import os
import selectors
import signal
import socket
import sys
import threading
from multiprocessing import resource_tracker
from typing import Any, NoReturn

_PR_SET_PDEATHSIG = 1


class CommandLog(io.TextIOBase):
    """Standard output and error of one command: whole lines, appended at once, with secrets blanked out."""

    def __init__(self, file: int, secrets: list[str]) -> None:
        self._file = file
        self._secrets = secrets
        self._pending = ""
        self._lock = threading.Lock()

    @property
    def encoding(self) -> str:  # type: ignore[override,unused-ignore]
        return "utf-8"

    def fileno(self) -> int:
        return self._file

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """Keep back what is not yet a whole line, so that no secret is written in two halves."""
        with self._lock:
            lines, newline, self._pending = (self._pending + text).rpartition("\n")
            self._emit(lines + newline)
        return len(text)

    def finish(self) -> None:
        """Write the last line, if it has no end."""
        with self._lock:
            self._emit(self._pending)
            self._pending = ""

    def _emit(self, text: str) -> None:
        for secret in self._secrets:
            text = text.replace(secret, "*" * len(secret))
        content = text.encode("utf-8", "replace")
        while content:
            content = content[os.write(self._file, content) :]


class Host:
    """The parent of all commands. Single-threaded, so that a fork is safe."""

    def __init__(self, channel: socket.socket, dbt: Any) -> None:
        self._channel = channel
        self._dbt = dbt
        self._received = b""
        self._commands: dict[int, Any] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def serve(self) -> None:
        """Answer until the channel closes."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if self._wake_read in ready:
                    os.read(self._wake_read, 4096)
                    self._reap()
                if self._channel.fileno() in ready and not self._receive():
                    break
        for pid in self._commands:
            _kill_group(pid, signal.SIGKILL)

    def send(self, message: dict[str, Any]) -> None:
        """A line to the server; nothing if it has gone, which `serve` then notices."""
        try:
            self._channel.sendall(json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            return

    def _receive(self) -> bool:
        try:
            content = self._channel.recv(65536)
        except ConnectionResetError:
            return False
        *lines, self._received = (self._received + content).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "run" in message:
                self._start(message)
            else:
                self._stop(message)
        return bool(content)

    def _start(self, order: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            self._channel.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            run(order, self._dbt)
        os.setpgid(pid, pid)
        self._commands[pid] = order["run"]

    def _stop(self, message: dict[str, Any]) -> None:
        for pid, command in self._commands.items():
            if command == message["stop"]:
                # An interrupt is for dbt itself, which then cancels its queries; a kill is for all it started.
                if message["signal"] == signal.SIGKILL:
                    _kill_group(pid, signal.SIGKILL)
                else:
                    os.kill(pid, message["signal"])

    def _reap(self) -> None:
        for pid in tuple(self._commands):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                _kill_group(pid, signal.SIGKILL)
                self.send({"ended": self._commands.pop(pid), "code": os.waitstatus_to_exitcode(status)})


def run(order: dict[str, Any], dbt: Any) -> NoReturn:
    """One dbt command, in the forked process, which ends with its exit code."""
    os.setpgid(0, 0)
    die_with_parent()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    output = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    log = CommandLog(output, order["secrets"])
    sys.stdout = sys.stderr = log
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    code = _invoke(dbt, order["arguments"])
    atexit._run_exitfuncs()  # `_exit` would skip them, and with them dbt's locks would stay behind
    log.finish()
    os._exit(code)


def _invoke(dbt: Any, arguments: list[str]) -> int:
    """What the command line `dbt …` does. Its exit codes: 0 success, 1 an error that dbt handled, 2 any other."""
    try:
        dbt.main(args=arguments, prog_name="dbt", standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 2
    return 0


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends. Linux only; elsewhere the channel must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _kill_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):  # already gone; macOS says so by EPERM for a zombie
        return


def main() -> None:
    """Warm up, then serve."""
    die_with_parent()
    channel = socket.socket(fileno=os.dup(0))
    os.set_inheritable(channel.fileno(), False)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    # dbt makes locks by multiprocessing's spawn context, which would start a tracker process for every command.
    resource_tracker.ensure_running()
    importlib.import_module("dbt.adapters.databricks")
    host = Host(channel, importlib.import_module("dbt.cli.main").cli)
    gc.collect()
    gc.freeze()
    host.serve()


if __name__ == "__main__":
    main()
