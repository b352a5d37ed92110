"""The contents of workspace files and notebooks, by their SHA-256, in `files/` of the workspace's folder.

Equal contents are kept once. A content is on disk before a document names it, and stays when none does: a release that is
deleted and made again costs nothing.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from threading import get_ident


def _path(folder: Path, digest: str) -> Path:
    return folder / "files" / digest[:2] / digest


def keep(folder: Path, content: bytes) -> str:
    """Write the content unless it is there; its digest. A reader never sees half of it."""
    digest = hashlib.sha256(content).hexdigest()
    path = _path(folder, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{digest}.{os.getpid()}.{get_ident()}")
        fresh.write_bytes(content)
        fresh.replace(path)
    return digest


def read(folder: Path, digest: str) -> bytes:
    """The content with this digest. Raises FileNotFoundError if somebody took it out of the folder."""
    return _path(folder, digest).read_bytes()
