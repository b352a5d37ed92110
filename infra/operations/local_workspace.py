"""The workspace on this machine: start, stop, status and reset of `python -m infra.emulator`.

A running process is known by what it wrote into its folder (`server.json`: pid, host, port, started) and by what it
answers there; one that does not answer as that process is never signalled.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import infra
from infra.operations.errors import WorkspaceError

#: What a folder holds that is a workspace.
_METADATA = "metadata.sqlite"
STATUS_PATH = "/api/lakestead/status"
#: Seconds between two looks at a process that starts or stops.
_PAUSE = 0.05
#: What the shell must not decide for the workspace, nor for the dbt runs that it starts.
_AMBIENT = ("DATABRICKS_", "DBT_", "AWS_")


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """What is known of a workspace. `host` is also known of a stopped one, if it ever ran.

    `details` is the running one's own answer: version, workspace_id, metastore_id, counts of objects.
    """

    folder: Path
    running: bool
    host: str = ""
    pid: int | None = None
    started: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def status(folder: Path) -> WorkspaceStatus:
    """Whether the workspace in `folder` runs: its recorded process answers at the recorded address."""
    record = _record(folder)
    if record is None:
        return WorkspaceStatus(folder=folder, running=False, host=_earlier_host(folder))
    host, pid = str(record["host"]), int(record["pid"])
    details = _ask(host)
    if details is None or details.get("host") != host or details.get("pid") != pid:
        return WorkspaceStatus(folder=folder, running=False, host=host)
    return WorkspaceStatus(
        folder=folder, running=True, host=host, pid=pid, started=str(record.get("started", "")), details=details
    )


def start(folder: Path, *, port: int | None = None, seconds: float = 30.0) -> WorkspaceStatus:
    """Start the workspace in `folder` unless it runs already; returns once it answers, within `seconds`.

    Without a `port` it gets the one that it had before, or a free one. One that runs on another port than it is to have is
    refused, because whoever was told its address would not find it any more.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(folder):
        now = status(folder)
        if now.running:
            _refuse_another_port(now, port)
            return now
        log = folder / "logs" / "server.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as output:
            process = _spawn(folder, port, output.fileno())
        return _await_answer(folder, process, log, time.monotonic() + seconds)


def _refuse_another_port(now: WorkspaceStatus, port: int | None) -> None:
    if port and urlsplit(now.host).port != port:
        move = f"lakestead workspace stop --dir {now.folder}", f"lakestead workspace start --dir {now.folder} --port {port}"
        raise WorkspaceError(
            f"the workspace in {now.folder} runs already, at {now.host}",
            why=f"It cannot move to port {port} while it runs.",
            remedy=f"Stop it, and start it there:\n{move[0]}\n{move[1]}",
        )


def stop(folder: Path, *, seconds: float = 20.0) -> bool:
    """Stop the workspace in `folder` and wait until its process is gone; False if it did not run."""
    now = status(folder)
    if not now.running or now.pid is None:
        _refuse_silent_process(folder)
        return False
    os.kill(now.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _gone(now.pid):
            return True
        time.sleep(_PAUSE)
    raise WorkspaceError(
        f"the workspace in {folder} did not stop within {seconds:.0f} s",
        why=f"Process {now.pid} got SIGTERM and still runs; it may be finishing a job.",
        remedy=f"Wait and try again, or end it: kill -9 {now.pid} (it finds its data again when it starts).",
    )


def reset(folder: Path, *, stop_first: bool = False) -> bool:
    """Remove everything in the workspace; False if there was nothing. A running one is refused, or stopped first."""
    if not folder.exists():
        return False
    if status(folder).running:
        if not stop_first:
            raise WorkspaceError(
                f"the workspace in {folder} is running", remedy="Stop it: lakestead workspace stop. Or add --yes."
            )
        stop(folder)
    if any(folder.iterdir()) and not (folder / _METADATA).exists():
        raise WorkspaceError(f"{folder} is not a workspace", why=f"It holds files, but no {_METADATA}; nothing was removed.")
    shutil.rmtree(folder)
    return True


def log_tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for a message."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _spawn(folder: Path, port: int | None, output: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "infra.emulator", "--dir", str(folder)]
    if port is not None:
        command += ["--port", str(port)]
    variables = {key: value for key, value in os.environ.items() if not key.startswith(_AMBIENT)}
    # -P keeps a folder named like one of our packages in the working directory from being imported instead.
    package = str(Path(str(infra.__file__)).parent.parent)
    variables["PYTHONPATH"] = os.pathsep.join(part for part in (package, variables.get("PYTHONPATH", "")) if part)
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=variables, cwd=folder, start_new_session=True
    )


def _await_answer(folder: Path, process: subprocess.Popen[bytes], log: Path, deadline: float) -> WorkspaceStatus:
    while time.monotonic() < deadline:
        code = process.poll()
        if code is not None:
            raise WorkspaceError(
                f"the workspace in {folder} did not start (exit code {code})",
                why=log_tail(log),
                remedy=f"All it said is in {log}.",
            )
        now = status(folder)
        if now.running and now.pid == process.pid:
            process.returncode = 0  # It is meant to outlive this process; Popen would warn of it.
            return now
        time.sleep(_PAUSE)
    process.terminate()
    process.wait()
    raise WorkspaceError(
        f"the workspace in {folder} did not answer in time", why=log_tail(log), remedy=f"All it said is in {log}."
    )


def _record(folder: Path) -> dict[str, Any] | None:
    """What the process wrote; None before its first start, and while it writes."""
    try:
        record = json.loads((folder / "server.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and {"pid", "host"} <= record.keys() else None


def _earlier_host(folder: Path) -> str:
    port = folder / "port"
    return f"http://127.0.0.1:{port.read_text(encoding='utf-8').strip()}" if port.is_file() else ""


def _ask(host: str) -> dict[str, Any] | None:
    """The answer of the workspace at `host`; None if there is none. No proxy is ever asked."""
    address = urlsplit(host)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=2)
    try:
        connection.request("GET", STATUS_PATH)
        response = connection.getresponse()
        answer = json.loads(response.read()) if response.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None


def _refuse_silent_process(folder: Path) -> None:
    """The recorded process may live and not answer: it may as well be another program that got its number."""
    record = _record(folder)
    if record is None or _gone(int(record["pid"])):
        return
    raise WorkspaceError(
        f"process {record['pid']} does not answer as the workspace in {folder}, and was left alone",
        why="It hangs, or its number has gone to another program since.",
        remedy=f"Look at it: ps -p {record['pid']}. If it is the workspace: kill {record['pid']}.",
    )


def _gone(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        pass  # Not started by this process: ask by signal 0.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """One start at a time."""
    with (folder / "start.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
