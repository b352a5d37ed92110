"""`extends:` — one environment file on top of another. Pure but for the reading of files.

Maps merge key by key, everything else is replaced, `null` takes an inherited key away. Every node keeps the position of
the file that it comes from, so an error in an inherited key names the file where it has to be mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from infra.models.document import Node, Removed, read_document
from infra.models.errors import EnvironmentNotFound, Finding, InvalidEnvironment, Position
from infra.models.record import key_problem
from infra.models.suggestion import did_you_mean

#: Keys that steer the reading of files and are not part of what an environment says.
STEERING = frozenset({"extends", "template"})


def environment_names(folder: Path) -> list[str]:
    """The environments of a folder: its `.yaml` files that do not say `template: true`. A broken file counts as one."""
    return [path.stem for path in sorted(folder.glob("*.yaml")) if not _is_template(path)]


def read_chain(name: str, folder: Path) -> Node:
    """The merged tree of `<folder>/<name>.yaml` and all it extends."""
    chain = _chain(name, folder)
    template = chain[0].child("template")
    if template is not None and template.value is True:
        raise InvalidEnvironment(
            [Finding(template.at, "template", f"'{name}' is for others to extend, and no environment itself")]
        )
    if problem := key_problem(name):
        raise InvalidEnvironment([Finding(chain[0].at, "the file's name", problem)])
    chain = [_without_steering(node) for node in chain]
    merged = chain[-1]
    for node in reversed(chain[:-1]):
        merged = merge(merged, node)
    return without_removed(merged)


def merge(base: Node, over: Node) -> Node:
    """`over` on top of `base`."""
    if not (isinstance(base.value, Mapping) and isinstance(over.value, Mapping)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        inherited = merged.get(key)
        merged[key] = node if inherited is None else merge(inherited, node)
    return Node(merged, over.at)


def without_removed(node: Node) -> Node:
    """The tree without the keys that are set to `null`."""
    if isinstance(node.value, Mapping):
        kept = {key: without_removed(value) for key, value in node.value.items() if not isinstance(value.value, Removed)}
        return Node(kept, node.at)
    if isinstance(node.value, tuple):
        return Node(tuple(without_removed(item) for item in node.value if not isinstance(item.value, Removed)), node.at)
    return node


def _chain(name: str, folder: Path) -> list[Node]:
    """The trees from `name` down to the file that extends nothing."""
    chain: list[Node] = []
    names: list[str] = []
    asked_by: Position | None = None
    current: str | None = name
    while current is not None:
        if current in names:
            assert asked_by is not None
            circle = " -> ".join([*names[names.index(current) :], current])
            raise InvalidEnvironment([Finding(asked_by, "extends", f"goes in a circle: {circle}")])
        names.append(current)
        node = _read(current, folder, asked_by)
        assert isinstance(node.value, Mapping)
        chain.append(node)
        parent = node.value.get("extends")
        current = None
        if parent is not None:
            if not isinstance(parent.value, str):
                raise InvalidEnvironment([Finding(parent.at, "extends", "expected the name of one other environment")])
            current, asked_by = parent.value, parent.at
    return chain


def _without_steering(node: Node) -> Node:
    assert isinstance(node.value, Mapping)
    return Node({key: value for key, value in node.value.items() if key not in STEERING}, node.at)


def _read(name: str, folder: Path, asked_by: Position | None) -> Node:
    path = folder / f"{name}.yaml"
    if path.is_file() and path.stem == name and path.parent == folder:
        return read_document(path, f"{folder.resolve().name}/{path.name}")
    known = sorted(other.stem for other in folder.glob("*.yaml"))
    if asked_by is not None:
        message = f"there is no {folder.name}/{name}.yaml{did_you_mean(name, known)}"
        raise InvalidEnvironment([Finding(asked_by, "extends", message)])
    if not known:
        raise EnvironmentNotFound(f"there are no environment files in {folder}; name their folder with --environments")
    there = ", ".join(environment_names(folder))
    raise EnvironmentNotFound(f"there is no environment '{name}' in {folder}{did_you_mean(name, known)}; there are {there}")


def _is_template(path: Path) -> bool:
    try:
        node = read_document(path, path.name).child("template")
    except InvalidEnvironment:
        return False
    return node is not None and node.value is True
