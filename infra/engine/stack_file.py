"""Writes Pulumi.<stack>.yaml: one entry at a time, so that comments and the order of the rest stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.engine import files

_TOP = re.compile(r"[^\s#-]")
_CONFIG = re.compile(r"config:\s*(\{\s*\}\s*)?(#.*)?$")


def set_entry(path: Path, key: str, value: Any) -> None:
    """Put a configuration value there; the old one's lines go."""
    _write(path, _with_entry(_lines(path), key, _entry(key, value)))


def remove_entry(path: Path, key: str) -> None:
    """Take a configuration value away."""
    _write(path, _with_entry(_lines(path), key, []))


def seal(path: Path, entries: Mapping[str, Any], salt: str) -> None:
    """Put the state of the stack's secrets provider there, with the values that are encrypted by it, all at once."""
    lines = [f"encryptionsalt: {salt}", *(line for line in _lines(path) if not line.startswith("encryptionsalt:"))]
    for key, value in entries.items():
        lines = _with_entry(lines, key, _entry(key, value))
    _write(path, lines)


def _write(path: Path, lines: list[str]) -> None:
    files.write(path, "\n".join(lines) + "\n", mode=0o644)


def _entry(key: str, value: Any) -> list[str]:
    return yaml.safe_dump({key: value}, allow_unicode=True, default_flow_style=False, width=10**6).splitlines()


def _with_entry(lines: list[str], key: str, entry: list[str]) -> list[str]:
    start = next((number for number, line in enumerate(lines) if _CONFIG.match(line)), None)
    if start is None:
        lines, start = [*lines, "config:"], len(lines)
    end = next((number for number in range(start + 1, len(lines)) if _TOP.match(lines[number])), len(lines))
    body = lines[start + 1 : end]
    values = [line for line in body if _says_something(line)]
    indent = values[0][: len(values[0]) - len(values[0].lstrip())] if values else "  "
    found = _span(body, key, indent)
    fresh = [indent + line for line in entry]
    body = body + fresh if found is None else body[: found[0]] + fresh + body[found[1] :]
    head = "config:" if any(map(_says_something, body)) else "config: {}"
    return [*lines[:start], head, *body, *lines[end:]]


def _span(body: list[str], key: str, indent: str) -> tuple[int, int] | None:
    """The lines of an entry: its key's, and those below that are indented further."""
    spelled = tuple(f"{indent}{quoted}:" for quoted in (key, f'"{key}"', f"'{key}'"))
    for number, line in enumerate(body):
        if line.startswith(spelled):
            end = number + 1
            while end < len(body) and body[end].startswith((f"{indent} ", f"{indent}-")):
                end += 1
            return number, end
    return None


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")
