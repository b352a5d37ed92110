"""The state of an environment's stack, where the embedded engine keeps it: in a folder, or in a bucket."""

from __future__ import annotations

from pathlib import Path

from infra.engine.backend import Backend, FileBackend
from infra.engine.s3_store import S3Store
from infra.operations.settings import Settings


def backend_of(settings: Settings, stack: str) -> Backend:
    """One stack of the project. Raises `ProjectError` for a backend that only the Pulumi CLI reads."""
    place = settings.place
    if isinstance(place, Path):
        return FileBackend(place, settings.project, stack)
    return Backend(S3Store(place), settings.project, stack)
