"""The files of the repository that an environment names: notebooks, SQL, dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from infra.models.document import dotted, locate
from infra.models.environment import Environment
from infra.models.errors import Finding


def sources(environment: Environment) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each `source` with its place in the file; paths are from the project's folder."""
    sections = (
        ("notebooks", environment.notebooks),
        ("files", environment.files),
        ("queries", environment.queries),
        ("alerts", environment.alerts),
        ("dashboards", environment.dashboards),
    )
    for section, entries in sections:
        for key, one in entries.items():
            yield (section, key, "source"), one.source


def missing_sources(environment: Environment, root: Path) -> list[Finding]:
    """A finding for each file that is not there; `root` is the project's folder."""
    return [
        Finding(locate(environment.document, path), dotted(path), f"there is no file {source} in the project")
        for path, source in sources(environment)
        if not (root / source).is_file()
    ]
