"""Where the passphrase of a stack comes from."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.operations.errors import PassphraseError
from infra.operations.passphrase import local_passphrase, passphrase_of_process


def test_a_local_passphrase_is_made_once(tmp_path: Path) -> None:
    first = local_passphrase(tmp_path / "passphrases", "local")

    assert len(first) >= 32
    assert local_passphrase(tmp_path / "passphrases", "local") == first


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "passphrases"
    local_passphrase(folder, "local")

    assert stat.S_IMODE((folder / "local").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["local"]


def test_two_environments_have_different_passphrases(tmp_path: Path) -> None:
    assert local_passphrase(tmp_path, "local") != local_passphrase(tmp_path, "drill")


def test_those_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: local_passphrase(tmp_path / "p", "local"), range(16)))

    assert len(made) == 1


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    local_passphrase(tmp_path, "local")
    (tmp_path / "local").chmod(0o644)

    with pytest.raises(PassphraseError, match="chmod 600"):
        local_passphrase(tmp_path, "local")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "local").touch(mode=0o600)

    with pytest.raises(PassphraseError, match="is empty"):
        local_passphrase(tmp_path, "local")


def test_the_process_gives_the_passphrase_of_other_environments(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from the file\n")

    assert passphrase_of_process("prod", {"PULUMI_CONFIG_PASSPHRASE": "itself"}) == "itself"
    assert passphrase_of_process("prod", {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}) == "from the file"


def test_without_one_both_names_are_told() -> None:
    with pytest.raises(PassphraseError, match="passphrase of prod") as missing:
        passphrase_of_process("prod", {})

    assert "PULUMI_CONFIG_PASSPHRASE_FILE" in missing.value.remedy


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PassphraseError, match="which is not a file"):
        passphrase_of_process("prod", {"PULUMI_CONFIG_PASSPHRASE_FILE": str(tmp_path / "none")})
