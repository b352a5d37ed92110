"""What the history says of an update's surroundings: machine, program, commit. The keys are the Pulumi CLI's.

Of environment variables it keeps that they are set, never what to. Left out of the CLI's keys are flags, and what CI systems
say of their builds.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

_ARCHITECTURES: Final = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}
#: Variables that say yes or no, and nothing that is worth hiding.
_SWITCHES: Final = frozenset(
    (
        *("PULUMI_SKIP_UPDATE_CHECK", "PULUMI_SKIP_CONFIRMATIONS", "PULUMI_EXPERIMENTAL", "PULUMI_DEBUG_COMMANDS"),
        *("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "PULUMI_PREFER_YARN", "PULUMI_DEV"),
    )
)
#: What says the same where there is no repository.
_INSTEAD_OF_GIT: Final = {
    "PULUMI_VCS_REPO_OWNER": "vcs.owner",
    "PULUMI_VCS_REPO_NAME": "vcs.repo",
    "PULUMI_VCS_REPO_KIND": "vcs.kind",
    "PULUMI_VCS_REPO_ROOT": "vcs.root",
    "PULUMI_GIT_HEAD": "git.head",
    "PULUMI_GIT_HEAD_NAME": "git.headName",
    "PULUMI_GIT_COMMITTER": "git.committer",
    "PULUMI_GIT_COMMITTER_EMAIL": "git.committer.email",
    "PULUMI_GIT_AUTHOR": "git.author",
    "PULUMI_GIT_AUTHOR_EMAIL": "git.author.email",
}
_COMMIT: Final = ("git.head", "git.committer", "git.committer.email", "git.author", "git.author.email")
_FORMAT: Final = "%H%n%cn%n%ce%n%an%n%ae%n%s"
_REMOTE: Final = re.compile(
    r"(?:https?://(?:[^/@]*@)?|(?:ssh://)?[\w.-]+@)(?P<kind>[^/:]+)[/:](?P<owner>.+)/(?P<repo>[^/]+?)(?:\.git)?/?"
)
#: Seconds that git may take.
_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`message` is the commit's title, for an update that has no message of its own."""

    environment: Mapping[str, str]
    message: str = ""


def circumstances(folder: Path, variables: Mapping[str, str] = os.environ) -> Circumstances:
    """The circumstances of an update of the project in `folder`, in an environment of `variables`."""
    found = {
        "exec.kind": "embedded",
        "pulumi.arch": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "pulumi.os": platform.system().lower(),
        "pulumi.version": version("pulumi"),
        "runtime.executable": sys.executable,
        "runtime.name": "python",
        "runtime.version": platform.python_version(),
        "stack.environments": "[]",
        "updatePlan": "false",
    }
    found |= {f"pulumi.env.{name}": _told(name, value) for name, value in variables.items() if name.startswith("PULUMI_")}
    commit = _git(folder, "log", "-1", f"--format={_FORMAT}")
    if commit is None:
        found |= {key: variables[name] for name, key in _INSTEAD_OF_GIT.items() if variables.get(name)}
        return Circumstances(found, variables.get("PULUMI_GIT_COMMIT_MESSAGE", "").partition("\n")[0])
    *facts, title = commit.split("\n", len(_COMMIT))
    found |= dict(zip(_COMMIT, facts, strict=True))
    found["git.dirty"] = "true" if _git(folder, "status", "--porcelain") else "false"
    if name := _git(folder, "symbolic-ref", "--quiet", "HEAD"):
        found["git.headName"] = name
    return Circumstances(found | _remote(folder), title)


def _told(name: str, value: str) -> str:
    if name not in _SWITCHES:
        return "set"
    return "true" if value.lower() in {"1", "true"} else "false"


def _remote(folder: Path) -> dict[str, str]:
    match = _REMOTE.fullmatch(_git(folder, "remote", "get-url", "origin") or "")
    if match is None:
        return {}
    root = Path(_git(folder, "rev-parse", "--show-toplevel") or folder)
    place = Path(os.path.relpath(folder.resolve(), root.resolve())).as_posix()
    return {f"vcs.{key}": text for key, text in match.groupdict().items()} | {"vcs.root": place}


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers; None where there is no git, no repository, or no answer in time."""
    executable = shutil.which("git")
    if executable is None:
        return None
    try:
        done = subprocess.run(
            [executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
