"""databricks-sdk without its catalogue of services, until somebody asks for one.

To import `databricks.sdk.config` runs the package's `__init__`, which imports every service of Databricks: half a second and
40 MB at each operation, for classes that this provider never uses. After `install` the package is there, and its `__init__`
runs when the first of its own names is looked up (`databricks.sdk.WorkspaceClient`). What is imported already stays as it is.
"""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, Final

_PACKAGE: Final = "databricks.sdk"
_lock = threading.RLock()


class _Deferred(ModuleType):
    """A package whose submodules can be imported before its own code has run."""

    _running = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
        if find_spec(f"{_PACKAGE}.{name}") is not None:
            return import_module(f"{_PACKAGE}.{name}")
        with _lock:
            if type(self) is _Deferred:
                self._run(name)
        return getattr(self, name)

    def _run(self, name: str) -> None:
        if self._running:  # its own code asks for what it has not defined yet
            raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r} yet")
        self._running = True
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        try:
            self.__spec__.loader.exec_module(self)
        finally:
            del self._running
        object.__setattr__(self, "__class__", ModuleType)  # an ordinary module from now on


def install() -> None:
    """Let the package be imported in this way."""
    with _lock:
        if _PACKAGE in sys.modules:
            return
        spec = find_spec(_PACKAGE)
        if spec is None:
            raise ImportError(f"{_PACKAGE} is not installed", name=_PACKAGE)
        package = module_from_spec(spec)
        object.__setattr__(package, "__class__", _Deferred)
        sys.modules[_PACKAGE] = package
        parent, _, name = _PACKAGE.rpartition(".")
        setattr(import_module(parent), name, package)
