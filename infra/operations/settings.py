"""Where a project is and which of its environment files an operation uses. Reads `Pulumi.yaml`; decides nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.operations.errors import EngineUnavailable, ProjectError

#: The file that marks the root of a project, for Pulumi and for this command.
PROJECT_FILE = "Pulumi.yaml"
#: Where state lives, over what Pulumi.yaml says; the Pulumi CLI knows it too.
BACKEND_VARIABLE = "PULUMI_BACKEND_URL"
#: Tells the program under `stacks/` which folder of environment files to read.
ENVIRONMENTS_VARIABLE = "LAKESTEAD_ENVIRONMENTS"
#: What may deploy.
ENGINES = ("embedded", "pulumi")

_FILE = "file://"
_BUCKET = "s3://"


@dataclass(frozen=True, slots=True)
class Settings:
    """One project. All paths are absolute. `backend` is the URL of where state lives, as Pulumi writes it.

    `engine` overrides what an environment file says; None leaves it to the file.
    """

    root: Path
    project: str
    backend: str
    environments: Path
    engine: str | None = None

    @property
    def has_state_folder(self) -> bool:
        """Whether state lives in a folder, and not in a bucket or a service."""
        return self.backend.startswith(_FILE)

    @property
    def is_readable(self) -> bool:
        """Whether state lives where the embedded engine can read it."""
        return self.backend.startswith((_FILE, _BUCKET))

    @property
    def state(self) -> Path:
        """The folder in which state lives. Raises `ProjectError` for a backend that is none."""
        place = self.place
        if isinstance(place, str):
            raise ProjectError(f"{self.root / PROJECT_FILE}: `backend.url` is {self.backend}", why="That is not a folder.")
        return place

    @property
    def place(self) -> Path | str:
        """Where the embedded engine keeps state: a folder, or an `s3://` URL. Raises `ProjectError` for other backends."""
        if self.backend.startswith(_BUCKET):
            return self.backend
        if not self.has_state_folder:
            raise ProjectError(
                f"{self.root / PROJECT_FILE}: `backend.url` is {self.backend}",
                why="The embedded engine keeps its state in a folder or in an S3 bucket.",
                remedy="Write `file://./.lakestead/state` or `s3://…`, or deploy with the Pulumi CLI: --engine pulumi.",
            )
        return Path(self.backend.removeprefix(_FILE))

    def secrets_provider(self, stack: str) -> str | None:
        """What encrypts a stack's secrets: what Pulumi.<stack>.yaml says, else a passphrase; None leaves it to the service."""
        file = self.root / f"Pulumi.{stack}.yaml"
        said = _read(file).get("secretsprovider") if file.is_file() else None
        return str(said) if said else None if self.backend.startswith("https://") else "passphrase"

    @property
    def home(self) -> Path:
        """The folder of everything that is kept and not in git: state, passphrases, the workspace on this machine."""
        return self.root / ".lakestead"

    @property
    def default_workspace(self) -> Path:
        """The folder of the workspace on this machine, unless another one is named."""
        return self.home / "workspace"


def locate(
    start: Path,
    *,
    project: Path | None = None,
    environments: Path | None = None,
    engine: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Settings:
    """The project that `start` lies in, or the one at `project`; raises `ProjectError` or `EngineUnavailable`.

    `variables` are the process environment.
    """
    root = _root(start.absolute()) if project is None else project.absolute()
    file = root / PROJECT_FILE
    if not file.is_file():
        raise ProjectError(f"{root} is not a project", why=f"It holds no {PROJECT_FILE}.")
    content = _read(file)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{file}: `name` is missing", remedy="Write `name: lakestead`, the project's name in every URN.")
    _refuse_unknown_engine(engine)
    return Settings(
        root=root,
        project=name,
        backend=_backend(root, start, content, variables or {}),
        environments=(root / "environments" if environments is None else environments).absolute(),
        engine=engine,
    )


def _refuse_unknown_engine(engine: str | None) -> None:
    if engine not in (None, *ENGINES):
        raise EngineUnavailable(f"there is no engine `{engine}`", remedy="Use `embedded`, or `pulumi` for the Pulumi CLI.")


def _root(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise ProjectError(
        f"{start} lies in no project",
        why=f"Neither it nor a folder above holds {PROJECT_FILE}.",
        remedy="Change into the project, or name it: `--project DIR`.",
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ProjectError(f"{file} is not YAML", why=str(error)) from error
    return content if isinstance(content, dict) else {}


def _backend(root: Path, start: Path, content: dict[str, Any], variables: Mapping[str, str]) -> str:
    """The URL of the backend; a folder's is made absolute, because the two engines do not run in the same one."""
    if variables.get(BACKEND_VARIABLE):
        url, base = variables[BACKEND_VARIABLE], start
    else:
        said = content.get("backend")
        url, base = (said.get("url") if isinstance(said, dict) else None) or f"{_FILE}./.lakestead/state", root
    if not isinstance(url, str) or "://" not in url:
        raise ProjectError(f"{root / PROJECT_FILE}: `backend.url` is {url!r}", remedy="Write `file://./.lakestead/state`.")
    if not url.startswith(_FILE):
        return url
    folder = Path(url.removeprefix(_FILE)).expanduser()
    return f"{_FILE}{os.path.normpath(base.absolute() / folder)}"
