"""The values behind `${secret:NAME}`: from the process environment, or made once on this laptop.

`source: env` reads the variable `LAKESTEAD_SECRET_<NAME>`. `source: none` makes a random value the first time it is asked for
and keeps it in `.lakestead/secrets/<environment>.json`, readable by its owner alone, so that the next run finds the same.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from infra.models import Environment, Finding, ModelError, Unresolved
from infra.models.document import Node, dotted, locate
from infra.models.substitution import SECRET_PREFIX, is_secret, secret_name

#: `${secret:NAME}` as it stands in the file -> value.
SecretValues = Mapping[str, str]

#: Credentials: they are read where a provider is made, and go to no resource.
_CREDENTIALS: Final = frozenset({"workspace", "account"})


def secret_values(environment: Environment, root: Path, process: Mapping[str, str]) -> SecretValues:
    """The values of all secrets that go to a resource. Raises `Unresolved` with a finding for each place without one."""
    places = dict(_references(environment.document, ()))
    names = {path: secret_name(reference) for path, reference in places.items()}
    if environment.secrets.source == "none":
        values = _made_here(sorted(set(names.values())), root / ".lakestead" / "secrets" / f"{environment.name}.json")
    else:
        values = _from_process(environment, names, process)
    return {reference: values[names[path]] for path, reference in places.items()}


def _references(node: Node, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node.value, Mapping):
        for key, inner in node.value.items():
            if path or key not in _CREDENTIALS:
                yield from _references(inner, (*path, key))
    elif isinstance(node.value, tuple):
        for index, inner in enumerate(node.value):
            yield from _references(inner, (*path, index))
    elif isinstance(node.value, str) and is_secret(node.value):
        yield path, node.value


def _from_process(
    environment: Environment, names: Mapping[tuple[str | int, ...], str], process: Mapping[str, str]
) -> Mapping[str, str]:
    missing = []
    for path, name in names.items():
        if not process.get(SECRET_PREFIX + name):
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
