"""The warm process that runs dbt: exit codes, output, its environment, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.emulator.jobs.dbt_host import Command, DbtHost, DbtUnavailable
from infra.emulator.jobs.dbt_process import CommandLog

SECRET = "dapi-secret"
PROJECT = {
    "dbt_project.yml": "name: tiny\nprofile: tiny\n",
    "profiles.yml": (
        "tiny: {target: t, outputs: {t: {type: databricks, host: localhost, http_path: /x, schema: s, token: x}}}\n"
    ),
    "macros/show.sql": (
        "{% macro show(name) %}{{ log(name ~ '=' ~ env_var(name, 'nothing'), info=true) }}{% endmacro %}"
        "{% macro spin() %}{{ log('spinning', info=true) }}{% for a in range(99999) %}{% for b in range(99999) %}"
        "{% endfor %}{% endfor %}{% endmacro %}"
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project whose macros show a variable of the environment, or go on for very long."""
    folder = tmp_path_factory.mktemp("project")
    for name, content in PROJECT.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtHost]:
    """A host, warm after the first command."""
    running = DbtHost(tmp_path_factory.mktemp("host"))
    yield running
    running.close()


def start(host: DbtHost, project: Path, log: Path, *arguments: str, **environment: str) -> Command:
    """A dbt command in the project."""
    given = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false", "HOME": str(project), **environment}
    return host.start(arguments, directory=project, environment=given, log=log, secrets=[SECRET])


def show(name: str) -> list[str]:
    return ["run-operation", "show", "--args", f"{{name: {name}}}"]


def await_text(log: Path, text: str) -> None:
    """Wait until the log has the text."""
    deadline = time.monotonic() + 30
    while not (log.exists() and text in log.read_text()):
        assert time.monotonic() < deadline, f"'{text}' did not come"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [("parse --help", (0, "Usage: dbt parse")), ("bogus", (2, "No such command 'bogus'")), ("show", (2, "Error"))],
)
def test_a_command_ends_with_the_exit_code_and_output_of_the_command_line(
    host: DbtHost, project: Path, tmp_path: Path, arguments: str, expected: tuple[int, str]
) -> None:
    code, output = expected
    assert start(host, project, tmp_path / "log", *arguments.split()).wait(30) == code
    assert output in (tmp_path / "log").read_text()


def test_a_command_sees_only_the_environment_it_is_given(
    host: DbtHost, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "of-the-shell")
    log = tmp_path / "log"
    assert start(host, project, log, *show("DATABRICKS_TOKEN")).wait(30) == 0
    assert start(host, project, log, *show("GIVEN"), GIVEN="1").wait(30) == 0
    text = log.read_text()
    assert ("DATABRICKS_TOKEN=nothing" in text, "GIVEN=1" in text) == (True, True)


def test_a_secret_is_blanked_out_of_the_output(host: DbtHost, project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert start(host, project, log, *show("DBT_ACCESS_TOKEN"), DBT_ACCESS_TOKEN=SECRET).wait(30) == 0
    assert f"DBT_ACCESS_TOKEN={'*' * len(SECRET)}" in log.read_text()


def test_a_secret_written_in_two_halves_is_blanked_out_too(tmp_path: Path) -> None:
    file = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    log = CommandLog(file, [SECRET])
    for part in ("before ", SECRET[:5], SECRET[5:], " after\nlast ", SECRET[:5]):
        log.write(part)
    assert (tmp_path / "log").read_text() == f"before {'*' * len(SECRET)} after\n"
    log.finish()
    os.close(file)
    assert (tmp_path / "log").read_text().endswith(f"\nlast {SECRET[:5]}")


def test_a_command_can_be_killed(host: DbtHost, project: Path, tmp_path: Path) -> None:
    command = start(host, project, tmp_path / "log", "run-operation", "spin")
    await_text(tmp_path / "log", "spinning")
    command.kill()
    assert command.wait(10) == -signal.SIGKILL


def test_a_command_can_be_interrupted(host: DbtHost, project: Path, tmp_path: Path) -> None:
    command = start(host, project, tmp_path / "log", "run-operation", "spin")
    await_text(tmp_path / "log", "spinning")
    command.interrupt()
    assert command.wait(10) == 2


#: Says of every command that it has ended.
STAND_IN = """
import json, socket
channel = socket.socket(fileno=0)
for line in channel.makefile():
    channel.sendall(json.dumps({"ended": json.loads(line)["run"], "code": 0}).encode() + b"\\n")
"""


def test_an_idle_host_ends_and_the_next_command_starts_another(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    monkeypatch.setattr("infra.emulator.jobs.dbt_host._PROGRAM", tmp_path / "stand_in.py")
    host = DbtHost(tmp_path, idle_seconds=0.05)
    try:
        assert start(host, project, tmp_path / "log", "parse", "--help").wait(30) == 0
        thread = host._thread
        assert thread is not None
        thread.join(10)
        assert not thread.is_alive()
        assert start(host, project, tmp_path / "log", "parse", "--help").wait(30) == 0
    finally:
        host.close()
    with pytest.raises(DbtUnavailable, match="shutting down"):
        start(host, project, tmp_path / "log", "parse", "--help")


def test_a_host_that_dies_tells_who_waits(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no dbt today')")
    monkeypatch.setattr("infra.emulator.jobs.dbt_host._PROGRAM", broken)
    host = DbtHost(tmp_path)
    command = start(host, project, tmp_path / "log", "parse")
    with pytest.raises(DbtUnavailable, match="ended with code 1: no dbt today"):
        command.wait(30)
    host.close()


SERVER = """
import sys
from pathlib import Path
from tests.emulator.jobs.test_dbt_host import start
from infra.emulator.jobs.dbt_host import DbtHost
folder, project = map(Path, sys.argv[1:])
start(DbtHost(folder), project, folder / "log", "run-operation", "spin").wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_outlives_a_server_that_is_killed(project: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", SERVER, tmp_path, project], cwd=root) as server:
        await_text(tmp_path / "log", "spinning")
        family = descendants(server.pid)
        server.kill()
    deadline = time.monotonic() + 10
    while alive := {pid for pid in family if Path(f"/proc/{pid}/stat").exists() and not zombie(pid)}:
        assert time.monotonic() < deadline, f"{alive} of {family} are still there"
        time.sleep(0.02)
    assert len(family) >= 2


def descendants(root: int) -> set[int]:
    """Processes below this one."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found, frontier = set(), {root}
    while frontier := {pid for pid, parent in parents.items() if parent in frontier}:
        found |= frontier
    return found


def zombie(pid: int) -> bool:
    """Whether it has ended, and nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
