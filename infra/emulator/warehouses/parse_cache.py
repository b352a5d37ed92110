"""What dbt has parsed, kept for the next task of the same project and connection: dbt's own `partial_parse.msgpack`.

dbt decides by checksums what of it still holds. The file names the project's folder by its absolute path, and each task
has a folder of its own; all of these paths are of one length, so that one can take another's place in the binary file.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from threading import Lock

_NAME = "partial_parse.msgpack"
#: Files to keep: one is some megabytes.
_MOST = 16


class ParseCache:
    """A folder of parsed projects, by the text of the profile they were parsed with: it names project and connection."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keeping = Lock()

    def fill(self, project: Path, profile: str) -> None:
        """Put what is known of the project into its `target` folder."""
        try:
            cached = self._path(profile).read_bytes()
        except FileNotFoundError:
            return
        target = project / "target"
        target.mkdir(exist_ok=True)
        (target / _NAME).write_bytes(cached.replace(_stand_in(project), os.fsencode(project)))

    def keep(self, project: Path, profile: str, secret: str) -> None:
        """Remember what dbt has parsed of the project, without the secret, in place of what has not been used for longest."""
        parsed = project / "target" / _NAME
        if not parsed.exists():
            return
        content = parsed.read_bytes().replace(os.fsencode(project), _stand_in(project))
        content = content.replace(secret.encode(), b"*" * len(secret))
        path = self._path(profile)
        with self._keeping:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.replace(path)
            kept = sorted(self._folder.glob("*.msgpack"), key=lambda each: each.stat().st_mtime, reverse=True)
            for old in kept[_MOST:]:
                old.unlink()

    def _path(self, profile: str) -> Path:
        return self._folder / f"{hashlib.sha256(profile.encode()).hexdigest()[:32]}.msgpack"


def _stand_in(project: Path) -> bytes:
    """Takes the project's path's place, byte for byte, while the parse is nobody's."""
    return b"\x01" * len(os.fsencode(project))
