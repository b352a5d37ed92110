"""`extends`: what of which file counts, and where an error in it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.models import EnvironmentNotFound, environment_names
from infra.models.document import Node, locate
from infra.models.errors import InvalidEnvironment, Position
from infra.models.inheritance import merge, read_chain
from tests.models.conftest import Write

keys = st.sampled_from("abc")


def trees(file: str) -> st.SearchStrategy[Node]:
    at = st.builds(Position, st.just(file), st.integers(1, 99))
    leaves = st.builds(Node, st.integers(0, 9) | st.just(()), at)
    return st.builds(
        Node,
        st.dictionaries(
            keys, st.recursive(leaves, lambda inner: st.builds(Node, st.dictionaries(keys, inner), at), max_leaves=6)
        ),
        at,
    )


def leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    if isinstance(node.value, Mapping) and node.value:
        for key, inner in node.value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, node


def at(node: Node, path: tuple[str, ...]) -> Node | None:
    current: Node | None = node
    for step in path:
        current = current.child(step) if current is not None else None
    return current


@given(base=trees("base"), over=trees("over"))
def test_what_the_extending_file_says_counts(base: Node, over: Node) -> None:
    """Every value of the file that extends is in the result, with its own position."""
    merged = merge(base, over)

    for path, leaf in leaves(over):
        found = at(merged, path)
        assert found is not None
        assert leaf.value == {} or (leaf.value, leaf.at) == (found.value, found.at)


@given(base=trees("base"), over=trees("over"))
def test_what_the_extending_file_leaves_out_is_inherited(base: Node, over: Node) -> None:
    """A value of the extended file stays, with its position, if the other one says nothing on the way to it."""
    merged = merge(base, over)

    for path, leaf in leaves(base):
        if path and at(over, path[:1]) is None:
            assert at(merged, path) == leaf


@given(tree=trees("base"))
def test_an_empty_file_changes_nothing(tree: Node) -> None:
    """Extending and saying nothing more gives the same values."""
    assert tree.plain() == merge(tree, Node({}, Position("over", 1))).plain()


def test_lists_are_replaced(write: Write) -> None:
    """A list is one value: nothing of the inherited one is left."""
    folder = write(base="a: {b: [1, 2, 3], c: 1}\n", local="extends: base\na: {b: [4]}\n")

    assert read_chain("local", folder).plain() == {"a": {"b": (4,), "c": 1}}


def test_null_takes_an_inherited_key_away(write: Write) -> None:
    """`null` is not a value: the key is as if it had never been there."""
    folder = write(
        base="warehouses: {etl: {size: Small}, bi: {size: Small}}\n", local="extends: base\nwarehouses: {bi: null}\n"
    )

    assert read_chain("local", folder).plain() == {"warehouses": {"etl": {"size": "Small"}}}


def test_a_chain_of_three_is_merged_from_its_end(write: Write) -> None:
    """The nearest file that says something about a key wins."""
    folder = write(base="a: 1\nb: 1\nc: 1\n", dev="extends: base\nb: 2\nc: 2\n", mine="extends: dev\nc: 3\n")

    assert read_chain("mine", folder).plain() == {"a": 1, "b": 2, "c": 3}


def test_an_inherited_key_is_located_in_its_own_file(write: Write) -> None:
    """An error is mended where the value stands, so that is the file and line that it is given."""
    folder = write(base="# base\na:\n  b: 1\n", local="extends: base\na: {c: 1}\n")

    assert Position("environments/base.yaml", 3) == locate(read_chain("local", folder), ("a", "b"))


def test_templates_are_no_environments(write: Write) -> None:
    """What says `template: true` is not listed, does not pass that on, and is refused by name."""
    folder = write(base="template: true\n", local="extends: base\n", prod="extends: base\n")

    assert environment_names(folder) == ["local", "prod"]
    with pytest.raises(InvalidEnvironment, match=r"base\.yaml:1: template: 'base' is for others to extend"):
        read_chain("base", folder)


def test_a_file_whose_name_names_no_environment_is_told_as_that(write: Write) -> None:
    """And no key of a file that it extends is blamed."""
    folder = write(base="dbt: {project: dbt}", **{"My Env": "extends: base"})

    with pytest.raises(InvalidEnvironment) as wrong:
        read_chain("My Env", folder)
    assert "My Env.yaml:1: the file's name: 'My Env' is not a name; use small letters" in str(wrong.value)


def test_an_unknown_environment_is_told_with_those_there_are(write: Write) -> None:
    """A mistyped name gets the nearest one, and the list."""
    folder = write(base="template: true\n", local="extends: base\n", prod="extends: base\n")

    with pytest.raises(EnvironmentNotFound, match=r"no environment 'prd' in .*; did you mean 'prod'\?; there are local, prod"):
        read_chain("prd", folder)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """Whoever names the wrong folder is told about the option that names it."""
    with pytest.raises(EnvironmentNotFound, match="--environments"):
        read_chain("local", tmp_path)


def test_a_name_cannot_leave_the_folder(write: Write) -> None:
    """Names are names, not paths."""
    folder = write(local="{}\n")
    (folder.parent / "secret.yaml").write_text("a: 1\n")

    with pytest.raises(EnvironmentNotFound):
        read_chain("../secret", folder)
