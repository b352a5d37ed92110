"""Running dbt in an environment's project with a generated profile.

The profile lies in a temporary folder of this run; the credentials reach dbt as variables of its process only.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from infra.operations.dbt_profile import credentials, profile
from infra.operations.errors import EnvironmentInvalid, NotDeployed, OperationError
from infra.operations.target import Target

#: Variables of the shell that would point dbt, or the adapter below it, elsewhere.
_AMBIENT_PREFIXES = ("DATABRICKS_", "AWS_", "ARM_")
_AMBIENT = frozenset({"DBT_PROFILES_DIR", "DBT_PROFILE", "DBT_TARGET", "DBT_PROJECT_DIR", "PYTHONPATH"})
#: `-m dbt.cli.main` would import that module twice, with a warning.
_START = "import sys; from dbt.cli.main import cli; sys.argv[0] = 'dbt'; cli()"
#: What of dbt takes no `--vars`.
_WITHOUT_VARS = frozenset({"--version", "--help", "-v", "-h"})


def run_dbt(
    target: Target,
    outputs: Mapping[str, Any],
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    warehouse: str | None = None,
) -> int:
    """Run `dbt ARGUMENTS`, its output going where this process's goes; the exit code is dbt's.

    `outputs` are the stack's; `warehouse` is a key of the environment's warehouses, by default the one that its jobs use.
    """
    folder = project_folder(target)
    identifier = warehouse_id(target, outputs, warehouse)
    content = profile(target.environment, target.connection, identifier, profile_name(folder))
    with tempfile.TemporaryDirectory(prefix="lakestead-dbt-") as temporary:
        (Path(temporary) / "profiles.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
        environment = {
            **{key: value for key, value in variables.items() if not _is_ambient(key)},
            **credentials(target.connection),
            "DBT_PROFILES_DIR": temporary,
            "DBT_PROJECT_DIR": str(folder),
            "DBT_USE_COLORS": variables.get("DBT_USE_COLORS") or str(sys.stdout.isatty() and not variables.get("NO_COLOR")),
        }
        command = [sys.executable, "-P", "-c", _START, *with_vars(arguments, target.environment.dbt_vars())]
        return _wait(command, folder, environment)


def project_folder(target: Target) -> Path:
    """The folder of the environment's dbt project."""
    dbt = target.environment.dbt
    if dbt is None:
        raise EnvironmentInvalid(f"{target.name} has no dbt project", remedy="Give the environment file a `dbt:`.")
    folder = target.settings.root / dbt.project
    if not (folder / "dbt_project.yml").is_file():
        raise EnvironmentInvalid(f"{folder} is not a dbt project", why=f"`dbt.project` of {target.name} names it.")
    return folder


def profile_name(folder: Path) -> str:
    """The profile that the project asks for."""
    content = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    return str(content.get("profile") or content["name"])


def warehouse_id(target: Target, outputs: Mapping[str, Any], key: str | None) -> str:
    """The id of a warehouse of the environment; raises `NotDeployed`."""
    used = [job.warehouse for job in target.environment.jobs.values() if job.warehouse]
    chosen = key or next(iter([*used, *target.environment.warehouses]), None)
    ids = outputs.get("warehouses")
    known = ids if isinstance(ids, Mapping) else {}
    if chosen not in known:
        raise NotDeployed(
            f"{target.name} has no warehouse `{chosen}`",
            why=f"It has: {', '.join(sorted(known)) or 'none yet'}.",
            remedy=f"Provision it: lakestead up {target.name}. Or choose one: --warehouse KEY.",
        )
    return str(known[chosen])


def with_vars(arguments: Sequence[str], ours: Mapping[str, object]) -> list[str]:
    """`arguments` with the environment's variables; those on the command line win, key by key."""
    rest: list[str] = []
    theirs: dict[str, object] = {}
    items = iter(arguments)
    for item in items:
        if item == "--vars" or item.startswith("--vars="):
            text = item.removeprefix("--vars=") if "=" in item else next(items, "")
            theirs |= _parsed(text)
        else:
            rest.append(item)
    if not rest or _WITHOUT_VARS & set(rest):
        return list(arguments)
    return [*rest, "--vars", json.dumps({**ours, **theirs})]


def _parsed(text: str) -> dict[str, object]:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise OperationError("--vars is not YAML", why=str(error)) from error
    if not isinstance(value, dict):
        raise OperationError(f"--vars is {text!r}", remedy="Give a map: --vars '{key: value}'.")
    return value


def _is_ambient(name: str) -> bool:
    return name in _AMBIENT or name.startswith(_AMBIENT_PREFIXES)


def _wait(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Wait for dbt; Ctrl-C reaches it too, and it is dbt that decides how to end."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        with subprocess.Popen(command, cwd=folder, env=dict(environment)) as process:
            code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 + abs(code)
