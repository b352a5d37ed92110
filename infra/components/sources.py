"""The files of the repository that an environment names, read once, before anything is registered.

Those that go to the workspace as they are stay beside the state, as a release's do; texts travel in the resources themselves.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.components.content import Content, File, keep
from infra.models import Environment, InvalidEnvironment
from infra.models.sources import missing_sources, sources


@dataclass(frozen=True, slots=True)
class Sources:
    """The bytes of each file by its path in the project, and where files are kept, as the program's folder sees it."""

    contents: Mapping[str, bytes]
    kept_in: str

    def text(self, source: str) -> str:
        """A file's text."""
        return self.contents[source].decode("utf-8")

    def kept(self, source: str) -> str:
        """Where a file's content is kept."""
        return f"{self.kept_in}/{hashlib.sha256(self.contents[source]).hexdigest()}"


def read_sources(environment: Environment, root: Path, assets: Path, program: Path) -> Sources:
    """All files that the environment names; `root` is the project's folder, `program` that of the Pulumi program.

    Raises `InvalidEnvironment` with a finding for each file that is not there.
    """
    missing = missing_sources(environment, root)
    if missing:
        raise InvalidEnvironment(missing)
    contents = {source: (root / source).read_bytes() for _, source in sources(environment)}
    whole = [one.source for one in environment.files.values()]
    keep(Content(root, tuple(File(source, hashlib.sha256(contents[source]).hexdigest()) for source in whole)), assets)
    return Sources(contents, Path(os.path.relpath(assets, program)).as_posix())
