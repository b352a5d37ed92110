"""Where a project is and which of its environment files an operation uses. Reads `Pulumi.yaml`; decides nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.operations.errors import EngineUnavailable, ProjectError

#: The file that marks the root of a project, for Pulumi and for this command.
PROJECT_FILE = "Pulumi.yaml"
#: Tells the program under `stacks/` which folder of environment files to read.
ENVIRONMENTS_VARIABLE = "LAKESTEAD_ENVIRONMENTS"


@dataclass(frozen=True, slots=True)
class Settings:
    """One project. All paths are absolute. `engine` overrides what an environment file says; None leaves it to the file."""

    root: Path
    project: str
    state: Path
    environments: Path
    engine: str | None = None

    @property
    def home(self) -> Path:
        """The folder of everything that is kept and not in git: state, passphrases, the workspace on this machine."""
        return self.root / ".lakestead"

    @property
    def default_workspace(self) -> Path:
        """The folder of the workspace on this machine, unless another one is named."""
        return self.home / "workspace"


def locate(
    start: Path, *, project: Path | None = None, environments: Path | None = None, engine: str | None = None
) -> Settings:
    """The project that `start` lies in, or the one at `project`; raises `ProjectError` or `EngineUnavailable`."""
    root = _root(start.absolute()) if project is None else project.absolute()
    file = root / PROJECT_FILE
    if not file.is_file():
        raise ProjectError(f"{root} is not a project", why=f"It holds no {PROJECT_FILE}.")
    content = _read(file)
    name = content.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{file}: `name` is missing", remedy="Write `name: lakestead`, the project's name in every URN.")
    refuse_missing_engine(engine)
    return Settings(
        root=root,
        project=name,
        state=_state_folder(root, content),
        environments=(root / "environments" if environments is None else environments).absolute(),
        engine=engine,
    )


def refuse_missing_engine(engine: str | None) -> None:
    """Raise `EngineUnavailable` for an engine that this version cannot drive."""
    if engine in (None, "embedded"):
        return
    if engine == "pulumi":
        raise EngineUnavailable(
            "the engine `pulumi` is not there yet",
            why="This version of the command does not drive the Pulumi CLI.",
            remedy="Leave `--engine` away for the embedded engine, or run `pulumi up` itself: it reads the same project.",
        )
    raise EngineUnavailable(f"there is no engine `{engine}`", remedy="Use `embedded`.")


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


def _state_folder(root: Path, content: dict[str, Any]) -> Path:
    backend = content.get("backend")
    url = backend.get("url") if isinstance(backend, dict) else None
    if url is None:
        return root / ".lakestead" / "state"
    if not isinstance(url, str) or not url.startswith("file://"):
        raise ProjectError(
            f"{root / PROJECT_FILE}: `backend.url` is {url}",
            why="The embedded engine keeps its state in a folder.",
            remedy="Write `file://./.lakestead/state`.",
        )
    return (root / url.removeprefix("file://")).absolute()
