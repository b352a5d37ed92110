"""The workspace that is deployed to: the emulator as a process of its own, asked over HTTP alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.commands import bytecode_kept

_CONTROL: Final = "/api/lakestead"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
#: Seconds that a stopping server gets before it is killed.
_PATIENCE: Final = 15


@dataclass(frozen=True, slots=True)
class Traffic:
    """What reached the server since the counters were last reset; `refused` are answers of 429, which `calls` leaves out."""

    calls: int
    refused: int
    writes: int


@dataclass(frozen=True, slots=True)
class Served:
    """One request of the server's log: when it came, when it was answered."""

    began: float
    ended: float


class Server:
    """A running workspace."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self._folder, self._process = folder, process
        self.host = str(json.loads((folder / "server.json").read_text())["host"])
        self.token = (folder / "token").read_text().strip()

    @property
    def signed(self) -> dict[str, str]:
        """The header of who may do everything."""
        return {"authorization": f"Bearer {self.token}"}

    def add_fault(self, fault: Mapping[str, Any]) -> None:
        """Let the server misbehave from now on (`infra.emulator.traffic.Fault`)."""
        self._ask("POST", "/control/faults", fault)

    def reset(self) -> None:
        """Counters to zero."""
        self._ask("DELETE", "/control/counters")

    def traffic(self) -> Traffic:
        """The counters now."""
        found = self._ask("GET", "/control/counters")
        refused = int(found["statuses"].get("429", 0))
        return Traffic(calls=found["total_calls"] - refused, refused=refused, writes=found["total_writes"])

    def counts(self) -> dict[str, int]:
        """How many objects of each kind there are."""
        counts: dict[str, int] = self._ask("GET", "/status")["counts"]
        return counts

    def cpu_seconds(self) -> float:
        """CPU time of the server so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / _TICKS

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        headers = self.signed | {"content-type": "application/json"}
        request = urllib.request.Request(self.host + _CONTROL + path, content, headers, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A fresh workspace in `folder` for as long as the block runs; its log is complete afterwards (`served`)."""
    command = [sys.executable, "-m", "infra.emulator", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=bytecode_kept(os.environ)) as process:
        assert process.stdout is not None
        try:
            if not process.stdout.readline():
                raise RuntimeError(f"the emulator did not start: it ended with code {process.wait()}")
            yield Server(folder, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def served(folder: Path) -> list[Served]:
    """Every request that a stopped server's log holds, its control API left out."""
    found = []
    with (folder / "logs" / "access.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if not entry["path"].startswith(_CONTROL):
                found.append(Served(entry["at"] - entry["ms"] / 1000, entry["at"]))
    return found
