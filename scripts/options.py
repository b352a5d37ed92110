"""Arguments and options that several commands share, and the project that they point at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.operations.errors import OperationError
from infra.operations.settings import ENVIRONMENTS_VARIABLE, Settings, locate

if TYPE_CHECKING:
    from infra.operations.deployment import Chosen


@dataclass(slots=True)
class Common:
    """What was given before the command's name; the same option after it wins."""

    project: Path | None = None
    environments: Path | None = None
    engine: str | None = None


def environment_names(context: typer.Context, incomplete: str) -> list[str]:
    """The environments of the project, for the shell's completion."""
    from infra.models import environment_names as names  # noqa: PLC0415 - only a completion needs the models here

    try:
        settings = project(context, context.params.get("environments"))
    except OperationError:
        return []
    return [name for name in names(settings.environments) if name.startswith(incomplete)]


def job_names(context: typer.Context, incomplete: str) -> list[str]:
    """The jobs of the environment that is named already."""
    from infra.models import ModelError, load_environment  # noqa: PLC0415 - as above

    try:
        settings = project(context, context.params.get("environments"))
        environment = load_environment(str(context.params.get("environment")), settings.environments)
    except (OperationError, ModelError):
        return []
    return [name for name in environment.jobs if name.startswith(incomplete)]


def project(context: typer.Context, environments: Path | None = None, engine: str | None = None) -> Settings:
    """The project that the command was started in, or that was named."""
    common = context.obj if isinstance(context.obj, Common) else Common()
    return locate(
        Path.cwd(),
        project=common.project,
        environments=environments or common.environments,
        engine=engine or common.engine,
        variables=os.environ,
    )


def chosen(
    targets: list[str] | None,
    excludes: list[str] | None,
    *,
    replaces: list[str] | None = None,
    target_replaces: list[str] | None = None,
    target_dependents: bool = False,
    exclude_dependents: bool = False,
    exclude_protected: bool = False,
) -> Chosen:
    """What an operation is about. Targets and exclusions are not for one command, as in the CLI."""
    from infra.operations.deployment import Chosen  # noqa: PLC0415 - only what deploys needs the engines

    both = target_replaces or []
    if (targets or both) and excludes:
        raise typer.BadParameter("--target and --exclude exclude one another", param_hint="--exclude")
    return Chosen(
        targets=(*(targets or ()), *both),
        target_dependents=target_dependents,
        excludes=tuple(excludes or ()),
        exclude_dependents=exclude_dependents,
        exclude_protected=exclude_protected,
        replaces=(*(replaces or ()), *both),
    )


EnvironmentName = Annotated[
    str,
    typer.Argument(help="The environment: environments/NAME.yaml.", metavar="ENV", autocompletion=environment_names),
]
JobName = Annotated[str, typer.Argument(help="A job: a key of `jobs`.", metavar="JOB", autocompletion=job_names)]
Environments = Annotated[
    Path | None,
    typer.Option("--environments", metavar="DIR", envvar=ENVIRONMENTS_VARIABLE, help="The folder of environment files."),
]
Engine = Annotated[
    str | None, typer.Option("--engine", metavar="embedded|pulumi", help="What deploys; overrides the environment file.")
]
Project = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="The project's folder; else the nearest with a Pulumi.yaml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Message = Annotated[str, typer.Option("--message", "-m", metavar="TEXT", help="What the history says of this update.")]
Targets = Annotated[
    list[str] | None, typer.Option("--target", "-t", metavar="URN", help="This resource only; * and ** match. Repeatable.")
]
TargetDependents = Annotated[bool, typer.Option("--target-dependents", help="And what depends on the targets.")]
Excludes = Annotated[
    list[str] | None, typer.Option("--exclude", "-x", metavar="URN", help="All but this resource; * and ** match. Repeatable.")
]
ExcludeDependents = Annotated[bool, typer.Option("--exclude-dependents", help="And but what depends on the excluded.")]
Replaces = Annotated[
    list[str] | None, typer.Option("--replace", metavar="URN", help="Make this resource anew; * and ** match. Repeatable.")
]
TargetReplaces = Annotated[
    list[str] | None, typer.Option("--target-replace", metavar="URN", help="--target and --replace. Repeatable.")
]
Refresh = Annotated[bool, typer.Option("--refresh", "-r", help="Look at everything first.")]
Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0, help="Wait so long for the stack's lock.")]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, max=256, help="Calls to the workspace at once.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show each property, before and after.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SkipPreview = Annotated[bool, typer.Option("--skip-preview", "-f", help="Do not preview first; needs --yes.")]
PreviewOnly = Annotated[bool, typer.Option("--preview-only", help="Tell what would be done, and do nothing.")]
ShowSecrets = Annotated[bool, typer.Option("--show-secrets", help="Print secret values in clear.")]
