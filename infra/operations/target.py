"""What an operation is pointed at: one environment, judged and reachable, with its credentials and its passphrase.

Everything that can be refused is refused here, before anything is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.models import Connection, Environment, connect, load_environment, resolve
from infra.operations import local_workspace
from infra.operations.engines.executable import pulumi_executable
from infra.operations.errors import NotReachable, PassphraseError
from infra.operations.passphrase import local_passphrase, passphrase_of_process
from infra.operations.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """One environment of a project. The Pulumi stack bears its name."""

    settings: Settings
    environment: Environment
    connection: Connection
    passphrase: str | None = field(default=None, repr=False)
    #: The process environment, for what is started on the target's behalf.
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The environment's name, which is the stack's."""
        return self.environment.name

    @property
    def engine(self) -> str:
        """What deploys it."""
        return self.settings.engine or self.environment.engine

    @property
    def is_local(self) -> bool:
        """Whether its workspace is one on this machine."""
        return self.environment.workspace.emulator is not None


def open_target(settings: Settings, name: str, variables: Mapping[str, str], *, deploys: bool = True) -> Target:
    """Read the environment and find its workspace; `variables` are the process environment.

    Only what deploys needs the stack's passphrase. Raises `ModelError` for what the file says, `OperationError` for the rest.
    No call is made that needs credentials.
    """
    declared = load_environment(name, settings.environments)
    if deploys and (settings.engine or declared.engine) == "pulumi":
        pulumi_executable(variables)
    environment = resolve(declared, variables)
    connection = connect(environment, settings.root, variables)
    if environment.workspace.emulator is not None:
        _refuse_stopped(settings, environment.workspace.emulator)
    return Target(
        settings=settings,
        environment=environment,
        connection=connection,
        passphrase=passphrase_for(settings, environment, variables)
        if deploys and _has_passphrase(settings, declared)
        else None,
        variables=variables,
    )


def _has_passphrase(settings: Settings, environment: Environment) -> bool:
    """Whether the stack's secrets are encrypted with a passphrase; the Pulumi CLI has other ways."""
    engine = settings.engine or environment.engine
    return engine == "embedded" or settings.secrets_provider(environment.name) == "passphrase"


def passphrase_for(settings: Settings, environment: Environment, variables: Mapping[str, str]) -> str:
    """The passphrase of the environment's stack: made here for a workspace on this machine, else the process's."""
    if environment.workspace.emulator is not None:
        folder = settings.home / "passphrases"
        if not (folder / environment.name).exists():
            _refuse_lost_passphrase(settings, environment.name)
        return local_passphrase(folder, environment.name)
    return passphrase_of_process(environment.name, variables)


def _refuse_lost_passphrase(settings: Settings, name: str) -> None:
    """A new passphrase must not be made for a stack that was encrypted with another one."""
    file = settings.root / f"Pulumi.{name}.yaml"
    if file.is_file() and "encryptionsalt:" in file.read_text(encoding="utf-8"):
        raise PassphraseError(
            f"the passphrase of {name} is lost: {settings.home / 'passphrases' / name} is not there",
            why=f"{file} says that the stack was made with one.",
            remedy=f"Put it back. Or begin anew: remove {file.name}, and {settings.home} with the state in it.",
        )


def _refuse_stopped(settings: Settings, folder: str) -> None:
    path = settings.root / folder
    if not local_workspace.status(path).running:
        # `connect` read what a killed process left behind.
        option = "" if path == settings.default_workspace else f" --dir {path}"
        raise NotReachable(
            f"the workspace in {path} does not answer",
            why="Its process ended without saying so; its data is still there.",
            remedy=f"Start it: lakestead workspace start{option}",
        )
