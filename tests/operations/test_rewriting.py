"""Environment files changed by edits: what is not edited stays as it was, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.models import InvalidEnvironment, load_environment
from infra.operations.rewriting import GONE, Edit, Rewriting

_BASE = """\
template: true
identities: {groups: {people: {existing: true}}}
warehouses:
  etl: {size: 2X-Small, permissions: {people: CAN_USE}}
  bi: {size: Small, permissions: {people: CAN_USE}}
"""
_LOCAL = """\
# What a comment says, stays.
extends: base

workspace:
  emulator: .lakestead/workspace     # on this machine

warehouses:
  etl:
    size: "X-Small"                  # enough

catalogs:
  shop:
    comment: 'all of the shop'
    schemas:
      bronze: {comment: raw}         # as it comes
      gold: {}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "base.yaml").write_text(_BASE)
    (tmp_path / "environments" / "local.yaml").write_text(_LOCAL)
    return tmp_path / "environments"


def lines_changed(changes: Rewriting) -> list[str]:
    return [line for line in changes.diff().splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_no_edit_changes_nothing(folder: Path) -> None:
    """Not a space."""
    changes = Rewriting(folder, "local", [])
    assert not changes.changed
    assert changes.diff() == ""


def test_a_value_is_replaced_where_it_stands(folder: Path) -> None:
    """In the quotes that it had, with the comment behind it."""
    changes = Rewriting(folder, "local", [Edit(("warehouses", "etl", "size"), "Large")])
    changes.write()
    assert lines_changed(changes) == [
        '-    size: "X-Small"                  # enough',
        '+    size: "Large"                    # enough',
    ]
    assert load_environment("local", folder).warehouses["etl"].size == "Large"


def test_a_new_key_comes_last_in_its_map(folder: Path) -> None:
    """Maps on one line stay on one line; an empty line after a map stays after it."""
    edits = [
        Edit(("catalogs", "shop", "schemas", "bronze", "comment"), "changed"),
        Edit(("warehouses", "etl", "max_clusters"), 3),
        Edit(("catalogs", "shop", "properties"), {"team": "shop"}),
    ]
    changes = Rewriting(folder, "local", edits)
    assert lines_changed(changes) == [
        "+    max_clusters: 3",
        "-      bronze: {comment: raw}         # as it comes",
        "+      bronze: {comment: changed}     # as it comes",
        "+    properties: {team: shop}",
    ]


def test_what_is_inherited_is_taken_away_by_null(folder: Path) -> None:
    """What stands in the file itself is removed."""
    edits = [Edit(("warehouses", "bi"), GONE), Edit(("catalogs", "shop", "schemas", "gold"), GONE)]
    changes = Rewriting(folder, "local", edits)
    assert lines_changed(changes) == ["+  bi: null", "-      gold: {}"]
    changes.write()
    environment = load_environment("local", folder)
    assert set(environment.warehouses) == {"etl"}
    assert set(environment.catalogs["shop"].schemas) == {"bronze"}


def test_a_wrong_file_is_never_written(folder: Path) -> None:
    """It is judged first, with all that it extends."""
    before = (folder / "local.yaml").read_text()
    with pytest.raises(InvalidEnvironment, match=r"warehouses\.etl\.size"):
        Rewriting(folder, "local", [Edit(("warehouses", "etl", "size"), "Huge")])
    assert (folder / "local.yaml").read_text() == before
    assert sorted(path.name for path in folder.iterdir()) == ["base.yaml", "local.yaml"]
