"""The content of a dbt project, where it is kept, and its files in the workspace."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from infra.components.content import keep, read_content
from infra.models import ModelError
from tests.stacks.program import DBT, Registered


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "dbt"
    for name, text in DBT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_release_is_its_paths_and_their_content(project: Path) -> None:
    """Another byte, another name or another file is another release; the same again is the same."""
    versions = [read_content(project).version]
    (project / "models" / "a.sql").write_text("select 2 as a\n")
    versions.append(read_content(project).version)
    (project / "models" / "a.sql").rename(project / "models" / "b.sql")
    versions.append(read_content(project).version)
    (project / "models" / "c.sql").touch()
    versions.append(read_content(project).version)
    (project / "models" / "c.sql").unlink()

    assert len(set(versions)) == 4
    assert read_content(project).version == versions[2]


@pytest.mark.parametrize(
    "left", ["target/manifest.json", "logs/dbt.log", "dbt_packages/x/dbt_project.yml", "profiles.yml", ".user.yml"]
)
def test_what_dbt_leaves_behind_is_no_part_of_a_release(project: Path, left: str) -> None:
    """Running dbt in the working tree changes no release, and no credentials are ever uploaded."""
    before = read_content(project)
    (project / left).parent.mkdir(parents=True, exist_ok=True)
    (project / left).write_text("anything")

    assert read_content(project) == before


def test_a_link_is_refused(project: Path) -> None:
    """What it points at could change without the project changing."""
    (project / "models" / "b.sql").symlink_to("a.sql")

    with pytest.raises(ModelError, match=r"b\.sql is a link"):
        read_content(project)


def test_every_file_is_kept_under_its_hash(project: Path, tmp_path: Path) -> None:
    """With nothing half-written beside it; files of the same content are kept once; what is there stays as it is."""
    (project / "models" / "same.sql").write_text(DBT["models/a.sql"])
    assets = tmp_path / "assets"
    kept = hashlib.sha256(DBT["models/a.sql"].encode()).hexdigest()

    keep(read_content(project), assets)
    before = (assets / kept).stat().st_mtime_ns
    keep(read_content(project), assets)

    assert {one.name: one.read_text() for one in assets.iterdir()} == {
        hashlib.sha256(text.encode()).hexdigest(): text for text in DBT.values()
    }
    assert (assets / kept).stat().st_mtime_ns == before


def test_a_file_that_changes_meanwhile_is_refused(project: Path, tmp_path: Path) -> None:
    """A release never holds content under another content's hash."""
    content = read_content(project)
    (project / "models" / "a.sql").write_text("select 3 as a\n")

    with pytest.raises(ModelError, match=r"a\.sql changed while it was read; run again"):
        keep(content, tmp_path / "assets")


def test_releases_go_with_their_environment(rich: Registered) -> None:
    """The folder that holds them all is removed with everything in it, and after the files of the last one."""
    file = rich.of("WorkspaceFile")[f"{rich.outputs['release']}/dbt_project.yml"]

    assert rich.inputs("Directory", "dbt") == {"path": "/Shared/lakestead/rich", "deleteRecursive": True}
    assert [urn.rpartition("::")[2] for urn in file["depends_on"]] == ["dbt"]


def test_the_first_file_of_a_folder_goes_ahead(rich: Registered) -> None:
    """Whoever comes second finds the folder made; the official provider fails where two files make it at once."""
    files, version = rich.of("WorkspaceFile"), rich.outputs["release"]

    for name in ("models/a.sql", "seeds/empty.csv"):
        waits_for = [urn.rpartition("::")[2] for urn in files[f"{version}/{name}"]["depends_on"]]
        assert waits_for == [f"{version}/dbt_project.yml"]


def test_files_of_a_release_are_added_and_never_changed(rich: Registered) -> None:
    """Name and path hold the version, deletes keep the file, and the source is the kept content, seen from the program."""
    version = rich.outputs["release"]
    sha256 = hashlib.sha256(DBT["models/a.sql"].encode()).hexdigest()
    file = rich.of("WorkspaceFile")[f"{version}/models/a.sql"]

    assert set(rich.of("WorkspaceFile")) == {f"{version}/{name}" for name in DBT}
    assert file["retain_on_delete"] is True
    assert file["inputs"] == {
        "path": f"/Shared/lakestead/rich/releases/{version}/models/a.sql",
        "source": f"../.lakestead/state/assets/{sha256}",
    }
