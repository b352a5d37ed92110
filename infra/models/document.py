"""A YAML file as a tree that remembers where each key stands. It knows nothing of what an environment may say.

Scalars are read as people mean them: only `true` and `false` are booleans, only decimal digits are numbers; `yes`, `0x1f`,
`12:30` and dates stay text. Quoted scalars are always text. Duplicate keys, tags and merge keys (`<<`) are findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from infra.models.errors import Finding, InvalidEnvironment, Position

_WHOLE: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?")
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Removed:
    """The value of a key that is set to `null`: it takes the inherited key away."""


REMOVED: Final = Removed()


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where its key stands (an item of a list: the item itself)."""

    value: str | int | float | bool | Removed | Mapping[str, Node] | tuple[Node, ...]
    at: Position

    def child(self, step: str | int) -> Node | None:
        """The node under a key or an index; None if there is none."""
        if isinstance(self.value, Mapping) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, tuple) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def plain(self) -> Any:
        """The values alone: dicts, tuples, scalars."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return tuple(node.plain() for node in self.value)
        return self.value


def locate(root: Node, path: tuple[str | int, ...]) -> Position:
    """Where the key at `path` stands; for what is not in the file, where the nearest key around it stands."""
    node = root
    for step in path:
        inner = node.child(step)
        if inner is None:
            break
        node = inner
    return node.at


def dotted(path: tuple[str | int, ...]) -> str:
    """`("tasks", 0, "run")` as people write it: `tasks[0].run`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def read_document(path: Path, shown_as: str) -> Node:
    """The file's tree, a map at its root. Raises `InvalidEnvironment` with everything that is wrong in its YAML."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise InvalidEnvironment([Finding(Position(shown_as, 1), "", f"is not UTF-8 text: {error.reason}")]) from error
    except OSError as error:
        raise InvalidEnvironment([Finding(Position(shown_as, 1), "", f"cannot be read: {error.strerror}")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidEnvironment([Finding(Position(shown_as, line), "", f"is not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise InvalidEnvironment([Finding(Position(shown_as, 1), "", f"is not YAML: {error}")]) from error
    if root is None:
        return Node({}, Position(shown_as, 1))
    reader = _Reader(shown_as)
    node = reader.node(root, reader.position(root), ())
    if not isinstance(node.value, Mapping):
        reader.findings.append(Finding(node.at, "", "an environment is a map of keys, such as `extends: base`"))
    if reader.findings:
        raise InvalidEnvironment(reader.findings)
    return node


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._open: set[int] = set()

    def position(self, node: yaml.Node) -> Position:
        return Position(self.file, node.start_mark.line + 1)

    def node(self, node: yaml.Node, at: Position, path: tuple[str | int, ...]) -> Node:
        if id(node) in self._open:
            self._find(at, path, "contains itself through an anchor; write it out")
            return Node("", at)
        if not (node.tag or "").startswith("tag:yaml.org,2002:"):
            self._find(at, path, f"the tag {node.tag} means nothing here; leave it out")
            return Node("", at)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return Node(dict(self._items(node, path)), at)
            if isinstance(node, yaml.SequenceNode):
                items = (self.node(item, self.position(item), (*path, index)) for index, item in enumerate(node.value))
                return Node(tuple(items), at)
            return Node(self._scalar(node, at, path), at)
        finally:
            self._open.discard(id(node))

    def _items(self, mapping: yaml.MappingNode, path: tuple[str | int, ...]) -> Iterator[tuple[str, Node]]:
        seen: dict[str, int] = {}
        for key, value in mapping.value:
            at = self.position(key)
            if not isinstance(key, yaml.ScalarNode):
                self._find(at, path, "a key is one word, not a list or a map")
                continue
            inner = (*path, key.value)
            if key.tag == "tag:yaml.org,2002:merge":
                self._find(at, inner, "merge keys are not read; use `extends`, or write the keys out")
            elif key.value in seen:
                self._find(at, inner, f"stands twice; it is on line {seen[key.value]} already")
            else:
                seen[key.value] = at.line
                yield key.value, self.node(value, at, inner)

    def _scalar(self, node: yaml.Node, at: Position, path: tuple[str | int, ...]) -> str | int | float | bool | Removed:
        text: str = node.value
        match node.tag.removeprefix("tag:yaml.org,2002:"):
            case "null" if not text:
                self._find(at, path, "has no value; give it one, or leave the key out (`null` takes an inherited one away)")
                return ""
            case "null":
                return REMOVED
            case "bool" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "int" if _WHOLE.fullmatch(text):
                return int(text)
            case "float" if _DECIMAL.fullmatch(text):
                return float(text)
        return text

    def _find(self, at: Position, path: tuple[str | int, ...], message: str) -> None:
        self.findings.append(Finding(at, dotted(path), message))
