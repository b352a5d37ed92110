"""The values behind `${secret:NAME}`: from the process environment, or made once on this laptop.

`source: env` reads the variable `LAKESTEAD_SECRET_<NAME>`. `source: none` makes a random value the first time it is asked for
and keeps it in `.lakestead/secrets/<environment>.json`, readable by its owner alone, so that the next run finds the same.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from infra.models import Environment, Finding, ModelError, Unresolved
from infra.models.document import dotted, locate
from infra.models.substitution import SECRET_PREFIX, secret_name

#: Scope -> key -> value.
ScopeValues = dict[str, dict[str, str]]


def secret_values(environment: Environment, root: Path, process: Mapping[str, str]) -> ScopeValues:
    """The values of every key of every scope. Raises `Unresolved` with a finding for each that has none."""
    names = {
        (scope, key): secret_name(reference)
        for scope, model in environment.secrets.scopes.items()
        for key, reference in model.keys.items()
    }
    if environment.secrets.source == "none":
        values = _made_here(sorted(set(names.values())), root / ".lakestead" / "secrets" / f"{environment.name}.json")
    else:
        values = _from_process(environment, names, process)
    return {
        scope: {key: values[names[scope, key]] for key in model.keys} for scope, model in environment.secrets.scopes.items()
    }


def _from_process(
    environment: Environment, names: Mapping[tuple[str, str], str], process: Mapping[str, str]
) -> Mapping[str, str]:
    missing = []
    for (scope, key), name in names.items():
        if not process.get(SECRET_PREFIX + name):
            path = ("secrets", "scopes", scope, "keys", key)
            message = f"the variable {SECRET_PREFIX}{name} is not set; it holds ${{secret:{name}}}"
            missing.append(Finding(locate(environment.document, path), dotted(path), message))
    if missing:
        raise Unresolved(missing)
    return {name: process[SECRET_PREFIX + name] for name in names.values()}


def _made_here(names: list[str], path: Path) -> Mapping[str, str]:
    values = _read(path)
    new = [name for name in names if name not in values]
    if new:
        values = {**values, **{name: secrets.token_urlsafe(32) for name in new}}
        _write(path, values)
    return values


def _read(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        raise ModelError(f"{path} is not JSON: {error}; mend it, or remove it to have its secrets made anew") from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise ModelError(f"{path} is not a map of names to texts; mend it, or remove it to have its secrets made anew")
    return values


def _write(path: Path, values: Mapping[str, str]) -> None:
    """Written beside and moved into place: a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2, sort_keys=True)
    beside.replace(path)
