"""The modules of a program's own folder are compiled from what their files say, not from bytecode beside them.

Python takes bytecode for current if size and whole second of the source agree, so of two edits in one second the later one
could go unseen. Installed packages keep their bytecode: Pulumi's would take three times as long to import without.
"""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType


class _AsWritten(SourceFileLoader):
    """Neither reads nor writes bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def read_as_written(folder: Path) -> None:
    """From now on, for this process; `folder` is resolved. A virtual environment inside the folder counts as installed."""

    def finder(path: str) -> FileFinder:
        place = Path(path).resolve()
        if not place.is_relative_to(folder) or "site-packages" in place.relative_to(folder).parts:
            raise ImportError(f"{path} is not the program's", path=path)  # the next hook is asked
        return FileFinder(path, (_AsWritten, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.clear()
