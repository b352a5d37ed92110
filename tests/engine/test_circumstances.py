"""What an update's history entry says of where and by whom it was made."""

from __future__ import annotations

import subprocess
from pathlib import Path

from infra.engine.circumstances import circumstances


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Example Author", "-c", "user.email=author@example.com"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_of_the_project_is_told(tmp_path: Path) -> None:
    """Its title is the message of an update that has none; a project may be a folder of its repository."""
    project = tmp_path / "infra"
    project.mkdir()
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "A first step\n\nand why")
    git(tmp_path, "remote", "add", "origin", "git@git.example.com:team/platform/warehouse.git")
    clean = circumstances(project, {})
    (project / "new.txt").touch()
    dirty = circumstances(project, {})

    assert clean.message == "A first step"
    assert {key: value for key, value in clean.environment.items() if key.startswith(("git.", "vcs."))} == {
        "git.head": git(tmp_path, "rev-parse", "HEAD"),
        "git.headName": "refs/heads/trunk",
        "git.committer": "Example Author",
        "git.committer.email": "author@example.com",
        "git.author": "Example Author",
        "git.author.email": "author@example.com",
        "git.dirty": "false",
        "vcs.kind": "git.example.com",
        "vcs.owner": "team/platform",
        "vcs.repo": "warehouse",
        "vcs.root": "infra",
    }
    assert dirty.environment["git.dirty"] == "true"


def test_without_a_repository_the_pipeline_says_it(tmp_path: Path) -> None:
    """By the variables that the CLI knows; values of others are kept to themselves."""
    told = circumstances(
        tmp_path,
        {
            "PULUMI_GIT_HEAD": "abc",
            "PULUMI_VCS_REPO_NAME": "warehouse",
            "PULUMI_GIT_COMMIT_MESSAGE": "Why\nmore",
            "PULUMI_CONFIG_PASSPHRASE": "1",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "HOME": "/root",
        },
    )

    assert (told.environment["git.head"], told.environment["vcs.repo"], told.message) == ("abc", "warehouse", "Why")
    assert told.environment["pulumi.env.PULUMI_CONFIG_PASSPHRASE"] == "set"
    assert told.environment["pulumi.env.PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert not any("HOME" in key for key in told.environment)
