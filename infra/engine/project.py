"""Pulumi.yaml and Pulumi.<stack>.yaml: what a project is, and a stack's configuration.

What it leaves out: writing configuration (but for the salt of a new stack), and everything of Pulumi.yaml that only the CLI
uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from infra.engine import files
from infra.engine.errors import ProjectError, SecretsError
from infra.engine.secrets import Cipher

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its name, where its program lies, and where its state does: a folder, an `s3://` URL, or None for not said."""

    folder: Path
    name: str
    main: Path
    state_folder: Path | str | None
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def program_folder(self) -> Path:
        """The folder that the program runs in."""
        return self.main if self.main.is_dir() else self.main.parent

    @property
    def entry_point(self) -> str:
        """What is run there: `.` for a folder with a `__main__.py`, or the name of a file."""
        return "." if self.main.is_dir() else self.main.name


@dataclass(frozen=True, slots=True)
class StackConfig:
    """A stack's configuration as the program gets it: keys `<namespace>:<name>`, values texts (JSON for objects).

    `stored` is the same as history entries keep it, secure values encrypted.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    stored: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StackFile:
    """The content of Pulumi.<stack>.yaml; `salt` is the state of the stack's secrets provider."""

    path: Path
    salt: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    def keep_salt(self, salt: str) -> None:
        """Write the salt of a stack that had none, as the CLI does when it makes a stack. The rest of the file stays."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        files.write(self.path, f"encryptionsalt: {salt}\n{text}", mode=0o644)


def load_project(folder: Path) -> Project:
    """The project in a folder. Raises `ProjectError`, naming file and key."""
    path = next((folder / name for name in ("Pulumi.yaml", "Pulumi.yml") if (folder / name).exists()), None)
    if path is None:
        raise ProjectError(f"no Pulumi.yaml in {folder}: name the folder of a Pulumi project")
    content = _mapping(path)
    name = content.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ProjectError(f"{path}: name: {name!r}: a project needs a name of letters, digits, `-`, `_` and `.`")
    _check_runtime(path, content.get("runtime"))
    main = (folder / str(content.get("main") or ".")).resolve()
    if not (main / "__main__.py" if main.is_dir() else main).exists():
        raise ProjectError(f"{path}: main: no program at {main}: it needs a folder with a __main__.py, or a Python file")
    backend = content.get("backend") or {}
    url = backend.get("url") if isinstance(backend, dict) else None
    return Project(
        folder=folder.resolve(),
        name=name,
        main=main,
        state_folder=state_folder(str(url), folder.resolve()) if url else None,
        defaults=_defaults(path, name, content.get("config") or {}),
    )


def state_folder(url: str, base: Path) -> Path | str:
    """The folder of a `file://` backend URL, a relative one relative to `base`; an `s3://` URL as it is.

    Raises `ProjectError` for others.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return url
    if parts.scheme != "file":
        raise ProjectError(
            f"backend {url}: this engine keeps state in files (file://…) and buckets (s3://…); use the Pulumi CLI for others"
        )
    place = Path(f"{parts.netloc}{parts.path}" or ".").expanduser()
    return (base / place).resolve()


def load_stack_file(project: Project, stack: str) -> StackFile:
    """The stack's file, empty if there is none. Raises `ProjectError` or, for a secrets provider other than a passphrase,
    `SecretsError`."""
    if not _NAME.fullmatch(stack):
        raise ProjectError(f"stack {stack!r}: a stack's name has letters, digits, `-`, `_` and `.` only")
    path = project.folder / f"Pulumi.{stack}.yaml"
    if not path.exists():
        return StackFile(path)
    content = _mapping(path)
    provider = content.get("secretsprovider")
    if provider not in {None, "", "passphrase", "default"}:
        raise SecretsError(f"{path}: secretsprovider: {provider!r} is not supported, only passphrase is")
    config = content.get("config") or {}
    if not isinstance(config, dict):
        raise ProjectError(f"{path}: config: a mapping of keys to values is expected")
    return StackFile(path, str(content.get("encryptionsalt") or ""), {_qualified(project, key): config[key] for key in config})


def resolved_config(project: Project, file: StackFile, extra: Mapping[str, str], cipher: Cipher | None) -> StackConfig:
    """The configuration that a program gets: the project's defaults, the stack's file, then `extra`."""
    raw: dict[str, Any] = {**project.defaults, **file.config}
    raw.update({_qualified(project, key): value for key, value in extra.items()})
    values = {}
    secret_keys = set()
    for key, value in raw.items():
        if _has_secure(value):
            if cipher is None:
                raise SecretsError(
                    f"{file.path}: config.{key} is secure, and no passphrase was given: set PULUMI_CONFIG_PASSPHRASE"
                )
            secret_keys.add(key)
            values[key] = _text(_decrypted(value, cipher))
        else:
            values[key] = _text(value)
    stored = {
        key: value if _has_secure(value) or isinstance(value, dict | list) else _text(value) for key, value in raw.items()
    }
    return StackConfig(dict(sorted(values.items())), frozenset(secret_keys), dict(sorted(stored.items())))


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ProjectError(f"{path}: not YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ProjectError(f"{path}: a mapping of keys to values is expected")
    return content


def _check_runtime(path: Path, runtime: Any) -> None:
    name = runtime.get("name") if isinstance(runtime, dict) else runtime
    if name != "python":
        raise ProjectError(f"{path}: runtime: {name!r} is not supported; this engine runs Python programs")


def _defaults(path: Path, project: str, declared: Any) -> dict[str, Any]:
    if not isinstance(declared, dict):
        raise ProjectError(f"{path}: config: a mapping of keys to values is expected")
    found = {}
    for key, entry in declared.items():
        value = entry
        if isinstance(entry, dict) and entry.keys() & {"type", "default", "value", "description", "secret", "items"}:
            value = entry.get("value", entry.get("default"))
        if value is not None:
            found[key if ":" in key else f"{project}:{key}"] = value
    return found


def _qualified(project: Project, key: str) -> str:
    return key if ":" in key else f"{project.name}:{key}"


def _has_secure(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(_has_secure(item) for item in value.values())
    return isinstance(value, list) and any(_has_secure(item) for item in value)


def _decrypted(value: Any, cipher: Cipher) -> Any:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return cipher.decrypt(str(value["secure"]))
        return {key: _decrypted(item, cipher) for key, item in value.items()}
    return [_decrypted(item, cipher) for item in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
