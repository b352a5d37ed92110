"""Stacks whose workspace on this machine is removed: their state would describe what is no longer there.

Such a state is set aside as the Pulumi CLI does when it removes a stack: it becomes the stack's `.bak`. The history stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.models import ModelError, environment_names, load_environment
from infra.operations.settings import Settings
from infra.operations.stack_state import backend_of


@dataclass(frozen=True, slots=True)
class StrandedStack:
    """A stack with resources in the workspace."""

    name: str
    resources: int


def stacks_in(settings: Settings, workspace: Path) -> list[StrandedStack]:
    """The stacks that have something in the workspace in this folder. An environment file that is wrong has none."""
    if not settings.environments.is_dir():
        return []
    found = []
    for name in environment_names(settings.environments):
        backend = backend_of(settings, name)
        if _is_in(settings, name, workspace) and backend.exists():
            found.append(StrandedStack(name, len(backend.load().resources)))
    return [stack for stack in found if stack.resources]


def set_aside(settings: Settings, name: str) -> str:
    """Set the state of a stack aside, answers where it is now. Raises `LockedError` if somebody is at work on it."""
    backend = backend_of(settings, name)
    with backend.locked():
        return backend.set_aside()


def _is_in(settings: Settings, name: str, workspace: Path) -> bool:
    try:
        folder = load_environment(name, settings.environments).workspace.emulator
    except ModelError:
        return False
    return folder is not None and (settings.root / folder).resolve() == workspace.resolve()
