"""Changing an environment file: its comments, its order and its style stay, and it is judged before it is written."""

from __future__ import annotations

import difflib
import io
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

from infra.models import Environment, load_environment

_WIDTH: Final = 120
#: The longest map or list that is written on one line.
_ON_ONE_LINE: Final = 72
#: Takes a key away.
GONE: Final = object()


@dataclass(frozen=True, slots=True)
class Edit:
    """One key of the file and its new value, `GONE` to take it away."""

    path: tuple[str, ...]
    value: Any


class Rewriting:
    """New text of one environment's file. Nothing is written before `write`."""

    def __init__(self, folder: Path, name: str, edits: Iterable[Edit]) -> None:
        """Make the edits in memory. Raises `InvalidEnvironment` if the environment would be wrong with them."""
        self.path = folder / f"{name}.yaml"
        self._old = self.path.read_text(encoding="utf-8")
        self._new = self._old
        listed = tuple(edits)
        self._new = _edited(self._old, listed, inherited=frozenset())
        judged = self._judged(folder, name)
        inherited = frozenset(edit.path for edit in listed if edit.value is GONE and _says(judged, edit.path))
        if inherited:
            self._new = _edited(self._old, listed, inherited)
            judged = self._judged(folder, name)
        self.environment = judged

    def _judged(self, folder: Path, name: str) -> Environment:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / folder.name
            shutil.copytree(folder, copy)
            (copy / self.path.name).write_text(self._new, encoding="utf-8")
            return load_environment(name, copy)

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self._new != self._old

    def diff(self) -> str:
        """What changes, as a unified diff."""
        name = f"{self.path.parent.name}/{self.path.name}"
        lines = difflib.unified_diff(self._old.splitlines(keepends=True), self._new.splitlines(keepends=True), name, name)
        return "".join(lines)

    def write(self) -> None:
        """Replace the file at once, or not at all."""
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self._new)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(self.path, temporary)
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _says(environment: Environment, path: tuple[str, ...]) -> bool:
    node = environment.document
    for step in path:
        child = node.child(step)
        if child is None:
            return False
        node = child
    return True


def _edited(text: str, edits: tuple[Edit, ...], inherited: frozenset[tuple[str, ...]]) -> str:
    """The text with the edits; what comes from another file is taken away by a `null`."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null"))
    root = yaml.load(text) or CommentedMap()
    for edit in edits:
        _apply(root, edit, inherited=edit.path in inherited)
    stream = io.StringIO()
    yaml.dump(root, stream)
    return stream.getvalue()


def _apply(root: Any, edit: Edit, *, inherited: bool) -> None:
    node = root
    for step in edit.path[:-1]:
        if not isinstance(node.get(step), dict):
            if edit.value is GONE and not inherited:
                return
            node[step] = CommentedMap()
        node = node[step]
    if edit.value is not GONE:
        _put(node, edit.path[-1], _styled(edit.value))
    elif inherited:
        node[edit.path[-1]] = None
    else:
        node.pop(edit.path[-1], None)


def _put(node: CommentedMap, key: str, value: Any) -> None:
    """Set a key; the empty lines after a map stay after it when it gets a new last key."""
    last = next(reversed(node), None)
    is_new = key not in node
    node[key] = value
    comment = node.ca.items.get(last, [None] * 4)[2] if is_new and last is not None else None
    if comment is not None and "\n\n" in comment.value:
        own, gap, rest = comment.value.partition("\n")
        comment.value = own + gap
        node.ca.items[key] = [None, None, CommentToken(gap + rest, CommentMark(0)), None]


def _styled(value: Any) -> Any:
    """Small maps and lists on one line, as the environment files have them."""
    if isinstance(value, dict):
        styled: Any = CommentedMap({key: _styled(item) for key, item in value.items()})
    elif isinstance(value, list | tuple):
        styled = CommentedSeq(_styled(item) for item in value)
    else:
        return value
    if len(str(value)) <= _ON_ONE_LINE:
        styled.fa.set_flow_style()
    return styled
