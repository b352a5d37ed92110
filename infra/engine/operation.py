"""The way in: run one operation on one stack in a process of its own.

What it leaves out: asking whether to go on, and showing (a listener gets the events).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from infra.engine.events import Event
from infra.engine.ports import Plugin
from infra.engine.values import Properties

Kind = Literal["preview", "up", "destroy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation. `project` is the folder of Pulumi.yaml.

    `config` adds to, and overrides, the stack's configuration (keys `<namespace>:<name>`); it is not written to any file.
    `environment` is set in the program's process only. `backend` overrides where state lives: the folder that holds
    `.pulumi`. `parallel` bounds how many provider calls run at once.
    """

    kind: Kind
    project: Path
    stack: str
    plugins: Mapping[str, Plugin]
    passphrase: str | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    parallel: int = 16
    show_secrets: bool = False
    backend: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an operation went. `changes` counts operations as Pulumi's summary does ("create", "same", …).

    `outputs` are the stack's, secrets masked as "[secret]" unless the request asked to show them. `digest` is what
    `pulumi preview --json` prints, for previews and destroy previews; empty otherwise.
    """

    succeeded: bool
    changes: Mapping[str, int]
    outputs: Properties
    error: str | None
    digest: Mapping[str, Any]
    seconds: float


def run(request: Request, listener: Callable[[Event], None]) -> Result:
    """Run `request`; `listener` gets each event in this process, in order.

    Raises `EngineError` for what keeps the operation from starting (project files, passphrase, a held lock, an unreadable
    state). A failed step, a program's exception or a killed process is no exception: `Result.error` tells.
    """
    raise NotImplementedError(request.kind)
