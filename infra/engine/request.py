"""What an operation is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from infra.engine.import_file import ImportSpec
from infra.engine.ports import Plugin
from infra.engine.targets import Selection
from infra.engine.values import Properties

Kind = Literal["preview", "up", "preview-destroy", "destroy", "preview-refresh", "refresh", "preview-import", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation. `project` is the folder of Pulumi.yaml.

    `config` adds to, and overrides, the stack's configuration (keys `<namespace>:<name>`); it is not written to any file.
    `environment` is set in the program's process only. `backend` overrides where state lives: the folder that holds
    `.pulumi`, or an `s3://` URL. `parallel` bounds how many provider calls run at once. `warm`: import the SDKs of the
    plugins' packages in this process, which pays where it runs several operations. `refresh`: look at everything first.
    `wait`: seconds to wait for the stack's lock if somebody else has it. `detailed`: events bear what the CLI's event log has.

    `targets`, `excludes` and `replaces` are URNs or patterns (`targets`): what alone the operation is about, what it leaves
    alone, what it makes anew. `imports`: what an import takes over. `run_program`: a destroy runs the program, which makes
    nothing then, for its hooks and its providers' configuration.
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
    refresh: bool = False
    wait: float = 0.0
    detailed: bool = False
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    exclude_dependents: bool = False
    replaces: tuple[str, ...] = ()
    imports: tuple[ImportSpec, ...] = ()
    run_program: bool = False
    backend: Path | str | None = None
    warm: bool = True

    @property
    def is_preview(self) -> bool:
        """Whether nothing is to be changed."""
        return self.kind.startswith("preview")

    @property
    def is_destroy(self) -> bool:
        """Whether everything is to go."""
        return self.kind.endswith("destroy")

    @property
    def is_refresh(self) -> bool:
        """Whether the state is compared with the world, and nothing else is done."""
        return self.kind.endswith("refresh")

    @property
    def runs_program(self) -> bool:
        """Whether the program says what is to be done."""
        return self.run_program or not (self.is_destroy or self.is_refresh or self.is_import)

    @property
    def selection(self) -> Selection:
        """What the operation may touch; a new one for each use, because it learns."""
        return Selection(
            targets=self.targets,
            excludes=self.excludes,
            replaces=self.replaces,
            target_dependents=self.target_dependents,
            exclude_dependents=self.exclude_dependents,
        )

    @property
    def is_import(self) -> bool:
        """Whether resources that exist are taken over, and nothing else is done."""
        return self.kind.endswith("import")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an operation went. `changes` counts operations as Pulumi's summary does ("create", "same", …).

    `outputs` are the stack's, secrets masked as "[secret]" unless the request asked to show them; what a preview cannot know
    is `UNKNOWN`. `digest` is what `pulumi preview --json` prints, for previews; empty otherwise.
    """

    succeeded: bool
    changes: Mapping[str, int]
    outputs: Properties
    error: str | None
    digest: Mapping[str, Any]
    seconds: float
