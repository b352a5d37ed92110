"""Content that programs hand over, and the hashes that Pulumi's own tests expect of it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from infra.engine.assets import alike, files, hashed
from infra.engine.errors import PlanError
from infra.engine.tar_stream import stream
from infra.engine.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE_KEY, Secret


def asset(**fields: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: ASSET_SIGNATURE, **fields}


def archive(**fields: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: ARCHIVE_SIGNATURE, **fields}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (asset(text="a test asset"), "e34c74529110661faae4e121e57165ff4cb4dbdde1ef9770098aa3695e6b6704"),
        (asset(text=""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            archive(assets={"foo": asset(text="a test asset")}),
            "27ab4a14a617df10cff3e1cf4e30cf510302afe56bf4cc91f84041c9f7b62fd8",
        ),
        (archive(assets={}), "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"),
    ],
)
def test_hashes_are_those_of_pulumi(value: dict[str, Any], expected: str) -> None:
    """As `sdk/go/common/resource/asset_test.go` and `archive.go` of Pulumi 3.259 have them."""
    assert hashed(value)["hash"] == expected


@pytest.mark.parametrize("name", ["a", "d/" * 60 + "a", "x" * 120, "ü" * 3])
def test_a_stream_is_a_tar(name: str) -> None:
    """Whatever the length and letters of a name, others can read it."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream([(name, b"content"), (name, b"again")])))) as found:
        (member,) = found.getmembers()
        file = found.extractfile(member)

    assert file is not None
    assert (member.name, member.mode, member.size) == (name, 0o600, 7)


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    """By name, folder by folder; what Pulumi keeps there, and links to folders, are left out."""
    for name in ("b.txt", "a/z.txt", "a.txt", ".pulumi/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert [name for name, _ in files(archive(path=str(tmp_path)))] == ["a/z.txt", "a.txt", "b.txt"]


def test_packed_archives_count_as_they_are(tmp_path: Path) -> None:
    """Within another one by what is in them."""
    packed = tmp_path / "packed.tar"
    packed.write_bytes(b"".join(stream([("x", b"1")])))

    assert list(files(archive(assets={"in": archive(path=str(packed))}))) == [("in/x", b"1")]
    assert hashed(archive(path=str(packed)))["hash"] == hashed(archive(assets={"x": asset(text="1")}))["hash"]


def test_content_counts_and_not_its_place() -> None:
    """At any depth, secret or not."""
    one, other = {"a": [hashed(asset(text="x"))]}, {"a": [{**asset(path="y"), "hash": hashed(asset(text="x"))["hash"]}]}

    assert alike(Secret(one), other)
    assert not alike(one, {"a": [hashed(asset(text="z"))]})


@pytest.mark.parametrize("value", [asset(path="/nowhere"), archive(path="/etc/hostname"), asset(uri="ftp://x")])
def test_what_cannot_be_read_is_named(value: dict[str, Any]) -> None:
    """With its place."""
    with pytest.raises(PlanError, match=r"/nowhere|/etc/hostname|ftp://x"):
        hashed(value)
