"""Pulumi.yaml and Pulumi.<stack>.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.engine.errors import ProjectError, SecretsError
from infra.engine.project import StackFile, load_project, load_stack_file, resolved_config, state_folder
from infra.engine.secrets import Cipher

CIPHER = Cipher.create("x")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "__main__.py").touch()
    return tmp_path


def project(folder: Path, text: str) -> None:
    (folder / "Pulumi.yaml").write_text(text)


def test_a_project_says_what_runs_and_where_state_lies(folder: Path) -> None:
    """`main` may be a folder, a relative state folder is the project's."""
    (folder / "stacks").mkdir()
    (folder / "stacks/__main__.py").touch()
    project(folder, "name: shop\nruntime: {name: python}\nmain: stacks\nbackend: {url: file://.lakestead/state}\n")

    loaded = load_project(folder)

    assert ("shop", folder / "stacks", ".", folder / ".lakestead/state") == (
        loaded.name,
        loaded.program_folder,
        loaded.entry_point,
        loaded.state_folder,
    )


def test_main_may_be_a_file(folder: Path) -> None:
    """It runs in its own folder."""
    (folder / "app.py").touch()
    project(folder, "name: shop\nruntime: python\nmain: app.py\n")

    assert (folder, "app.py") == (load_project(folder).program_folder, load_project(folder).entry_point)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("runtime: python\n", "name: None: a project needs a name"),
        ("name: shop\nruntime: nodejs\n", "runtime: 'nodejs' is not supported"),
        ("name: shop\nruntime: python\nmain: nowhere\n", "main: no program at .*nowhere"),
        ("- a\n", "a mapping of keys"),
        ("a: [\n", "not YAML"),
        ("name: shop\nruntime: python\nbackend: {url: 'gs://bucket'}\n", "backend gs://bucket: .* and buckets"),
    ],
)
def test_what_is_wrong_with_a_project_is_named(folder: Path, text: str, complaint: str) -> None:
    """File, key, and what would be right."""
    project(folder, text)
    with pytest.raises(ProjectError, match=complaint):
        load_project(folder)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(ProjectError, match=r"no Pulumi.yaml in"):
        load_project(tmp_path)


@pytest.mark.parametrize(
    ("url", "expected"),
    [("file:///var/state", "/var/state"), ("file://state", "/base/state"), ("file://./state?no_tmp_dir=true", "/base/state")],
)
def test_state_urls_are_folders(url: str, expected: str) -> None:
    """Absolute, or relative to a base."""
    assert Path(expected) == state_folder(url, Path("/base"))


def test_configuration_is_defaults_then_file_then_extra(folder: Path) -> None:
    """Keys without a namespace are the project's; objects become JSON; secrets are decrypted and marked."""
    project(
        folder, "name: shop\nruntime: python\nconfig:\n  size: {default: 3}\n  color: red\n  aws:region: {value: us-east-1}\n"
    )
    (folder / "Pulumi.dev.yaml").write_text(
        f"config:\n  color: blue\n  shop:deep: {{a: [1, {{secure: '{CIPHER.encrypt('two')}'}}]}}\n  other:flag: true\n"
    )
    loaded = load_project(folder)

    config = resolved_config(loaded, load_stack_file(loaded, "dev"), {"other:flag": "no"}, CIPHER)

    assert config.values == {
        "aws:region": "us-east-1",
        "other:flag": "no",
        "shop:color": "blue",
        "shop:deep": '{"a":[1,"two"]}',
        "shop:size": "3",
    }
    assert config.secret_keys == {"shop:deep"}
    assert "two" not in str(config.stored)


def test_a_secure_value_needs_the_passphrase(folder: Path) -> None:
    """The error names the key."""
    project(folder, "name: shop\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("config:\n  shop:token: {secure: 'v1:a:b'}\n")
    loaded = load_project(folder)

    with pytest.raises(SecretsError, match=r"config.shop:token is secure"):
        resolved_config(loaded, load_stack_file(loaded, "dev"), {}, None)


def test_another_secrets_provider_is_refused(folder: Path) -> None:
    """By its name."""
    project(folder, "name: shop\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text("secretsprovider: awskms://key\n")

    with pytest.raises(SecretsError, match="awskms"):
        load_stack_file(load_project(folder), "dev")


def test_a_salt_is_added_to_what_a_stack_file_says(tmp_path: Path) -> None:
    """Comments and order stay."""
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("# ours\nconfig: {}\n")

    StackFile(path).keep_salt("v1:s:v1:n:c")

    assert path.read_text() == "encryptionsalt: v1:s:v1:n:c\n# ours\nconfig: {}\n"
