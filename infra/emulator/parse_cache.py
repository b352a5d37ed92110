"""What dbt has parsed, kept for the next task of the same project and connection: dbt's own `partial_parse.msgpack`.

dbt decides by checksums what of it still holds. The file names the project's folder by its absolute path, and each task
has a folder of its own; all of these paths are of one length, so that one can take another's place in the binary file.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_NAME = "partial_parse.msgpack"


class ParseCache:
    """A folder of parsed projects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(self, project: Path, *identity: str) -> None:
        """Put what is known of the project into its `target` folder. `identity`: all by which dbt would parse anew."""
        cached = self._path(identity)
        if not cached.exists():
            return
        target = project / "target"
        target.mkdir(exist_ok=True)
        (target / _NAME).write_bytes(cached.read_bytes().replace(_stand_in(project), os.fsencode(project)))

    def keep(self, project: Path, *identity: str, secrets: tuple[str, ...] = ()) -> None:
        """Remember what dbt has parsed of the project, without the secrets."""
        parsed = project / "target" / _NAME
        if not parsed.exists():
            return
        content = parsed.read_bytes().replace(os.fsencode(project), _stand_in(project))
        for secret in secrets:
            content = content.replace(secret.encode(), b"*" * len(secret.encode()))
        cached = self._path(identity)
        cached.parent.mkdir(parents=True, exist_ok=True)
        fresh = cached.with_name(f"{cached.name}.{os.getpid()}.{id(content)}")
        fresh.write_bytes(content)
        fresh.replace(cached)

    def _path(self, identity: tuple[str, ...]) -> Path:
        return self._folder / f"{hashlib.sha256(chr(0).join(identity).encode()).hexdigest()[:32]}.msgpack"


def _stand_in(project: Path) -> bytes:
    """Takes the project's path's place, byte for byte, while the parse is nobody's."""
    return b"\x01" * len(os.fsencode(project))
