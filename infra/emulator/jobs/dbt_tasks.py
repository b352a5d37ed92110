"""A `dbt_task`: dbt itself, with the project from the workspace's files, on the workspace's own warehouse.

As on Databricks: a profile is generated from catalog, schema and warehouse; dbt connects as the run-as principal, whose
token is in DBT_ACCESS_TOKEN (here for the time of the task only, never on disk, in arguments or in logs); commands run in
order until one fails; what is in `target` and `logs` afterwards is kept as the task's artifacts. What differs: the dbt that
runs is the one installed beside the emulator, whatever versions the task's environment lists.
"""

from __future__ import annotations

import shlex
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import yaml

from infra.emulator import auth
from infra.emulator.errors import InvalidParameter, NotImplementedHere
from infra.emulator.files import objects
from infra.emulator.jobs.dbt_host import Command, DbtHost
from infra.emulator.jobs.job_settings import dbt_arguments
from infra.emulator.jobs.run_states import ERROR
from infra.emulator.jobs.task_outcome import Outcome, Stop
from infra.emulator.store import Document
from infra.emulator.warehouses.parse_cache import ParseCache
from infra.emulator.workspace import Caller, Workspace

ARTIFACTS: Final = "artifacts.tar.gz"
LOG: Final = "log.txt"
_TARGET: Final = "databricks_job"
#: Seconds in which an interrupted dbt may cancel its queries before it is killed.
_GRACE: Final = 5.0
_THREADS: Final = 4
_TOKEN_COMMENT: Final = "of a dbt task under way"
#: Folders of a task run that are there only while it is under way.
_SCRATCH: Final = ("project", "profiles")
_FLAGS: Final = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
    "DBT_USE_COLORS_FILE": "false",
    "DBT_TARGET_PATH": "target",
    "DBT_LOG_PATH": "logs",
}


@dataclass(frozen=True, slots=True)
class DbtRunner:
    """Runs dbt tasks."""

    workspace: Workspace
    host: DbtHost
    cache: ParseCache

    def run(self, task: Document, settings: Document, principal: Caller, folder: Path, stop: Stop) -> Outcome:
        """The task of a job with these `settings`, as `principal`, in `folder`, which keeps its log and artifacts.

        Raises WorkspaceError, DbtUnavailable.
        """
        source = task.get("source") or ("GIT" if settings.get("git_source") else "WORKSPACE")
        if source == "GIT":
            raise NotImplementedHere(
                "dbt_task.source GIT is not supported by this workspace: it has no network. Put the project into workspace"
                " files and set source to WORKSPACE."
            )
        project = folder / "project"
        try:
            directory = objects.normalize(task["project_directory"])
            write_project(objects.files_below(self.workspace, principal, directory), project)
            profile = self._profile(task, project, folder)
            with self._token(principal) as token:
                environment = self._environment(task, folder, token)
                self.cache.fill(project, profile)
                try:
                    return self._commands(task, project, environment, folder / LOG, stop)
                finally:
                    self.cache.keep(project, profile, token)
                    pack(project, folder / ARTIFACTS, token)
        finally:
            for name in _SCRATCH:
                shutil.rmtree(folder / name, ignore_errors=True)

    def _profile(self, task: Document, project: Path, folder: Path) -> str:
        """Write the generated profile, if the task names a warehouse; its text."""
        settings = project / "dbt_project.yml"
        if not settings.exists():
            raise InvalidParameter(f"There is no dbt_project.yml in '{task['project_directory']}'.")
        if not task.get("warehouse_id"):
            return str(task.get("profiles_directory", ""))
        name = _profile_name(settings, task["project_directory"])
        text = yaml.safe_dump({name: {"target": _TARGET, "outputs": {_TARGET: self._connection(task)}}}, sort_keys=False)
        profiles = folder / "profiles"
        profiles.mkdir(exist_ok=True)
        (profiles / "profiles.yml").write_text(text)
        return text

    def _connection(self, task: Document) -> dict[str, Any]:
        path = _http_path(task["warehouse_id"])
        return {
            "type": "databricks",
            "catalog": task.get("catalog") or "hive_metastore",
            "schema": task.get("schema") or "default",
            "host": self.workspace.host,
            "http_path": path,
            "token": "{{ env_var('DBT_ACCESS_TOKEN') }}",
            "threads": _THREADS,
            # Thrift over plain HTTP: the connector takes another scheme than https by its whole address alone.
            "connection_parameters": {
                "_connection_uri": f"{self.workspace.host}{path}",
                "_retry_stop_after_attempts_count": 3,
            },
        }

    @contextmanager
    def _token(self, principal: Caller) -> Iterator[str]:
        token, document = auth.issue_token(self.workspace, principal.id, comment=_TOKEN_COMMENT, lifetime=24 * 3600)
        try:
            yield token
        finally:
            auth.revoke_token(self.workspace, document["token_id"])

    def _environment(self, task: Document, folder: Path, token: str) -> dict[str, str]:
        profiles = folder / "profiles" if task.get("warehouse_id") else Path(task.get("profiles_directory") or ".")
        path = {"DBT_HTTP_PATH": _http_path(task["warehouse_id"])} if task.get("warehouse_id") else {}
        return {
            **_FLAGS,
            **path,
            "DBT_HOST": self.workspace.host,
            "DBT_ACCESS_TOKEN": token,
            "DBT_PROFILES_DIR": str(profiles),
            "HOME": str(folder),  # nothing of whoever runs the server: no profiles of dbt, no ~/.databrickscfg
        }

    def _commands(self, task: Document, project: Path, environment: dict[str, str], log: Path, stop: Stop) -> Outcome:
        secrets = [environment["DBT_ACCESS_TOKEN"]]
        for text in task["commands"]:
            if stop.reason:
                break
            arguments = dbt_arguments(text)
            with log.open("a") as file:
                file.write(f"+ dbt {shlex.join(arguments)}\n")
            command = self.host.start(arguments, directory=project, environment=environment, log=log, secrets=secrets)
            stop.then(command.interrupt)
            code = _wait(command, stop)
            if code != 0 and not stop.reason:
                error = f"'{text}' failed with exit code {code}" if code > 0 else f"'{text}' was killed by signal {-code}"
                return Outcome("FAILED", "Workload failed, see run output for details", f"{error}. See the logs for details.")
        return Outcome("SUCCESS")


def clean_up(workspace: Workspace) -> None:
    """Remove what tasks leave behind when the server is killed: their tokens, and their copies of projects."""
    for token_id, token in workspace.store.list("token"):
        if token["comment"] == _TOKEN_COMMENT:
            auth.revoke_token(workspace, token_id)
    for name in _SCRATCH:
        for folder in workspace.folder.glob(f"runs/*/*/{name}"):
            shutil.rmtree(folder, ignore_errors=True)


def _wait(command: Command, stop: Stop) -> int:
    """The exit code; a command that was asked to stop and does not is killed."""
    stopped_for = 0.0
    while (code := command.wait(0.2)) is None:
        if stop.reason:
            stopped_for += 0.2
            # Past a shutdown nobody would answer dbt's requests to cancel.
            if stop.reason == ERROR or stopped_for >= _GRACE:
                command.kill()
    return code


def _http_path(warehouse_id: str) -> str:
    return f"/sql/1.0/warehouses/{warehouse_id}"


def _profile_name(settings: Path, directory: str) -> str:
    try:
        parsed = yaml.safe_load(settings.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidParameter(f"dbt_project.yml in '{directory}' is not YAML: {error}") from error
    name = parsed.get("profile") if isinstance(parsed, dict) else None
    if not name:
        raise InvalidParameter(f"dbt_project.yml in '{directory}' names no profile, so none can be generated.")
    return str(name)


def write_project(files: Iterable[tuple[str, bytes]], project: Path) -> None:
    """Write files, by their paths below the project, into a fresh folder."""
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    for relative, content in files:
        path = project / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def pack(project: Path, archive: Path, secret: str) -> None:
    """What dbt left in `target` and `logs`, as a gzipped tar, the secret blanked out."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for name in ("target", "logs"):
            for path in sorted((project / name).rglob("*")):
                if not path.is_file() or path.suffix == ".msgpack":
                    continue
                content = path.read_bytes().replace(secret.encode(), b"*" * len(secret))
                entry = tarfile.TarInfo(str(path.relative_to(project)))
                entry.size, entry.mtime = len(content), int(path.stat().st_mtime)
                tar.addfile(entry, BytesIO(content))
