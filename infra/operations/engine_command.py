"""A command of the engine's own, on an environment's stack: states changed by hand, exports, configuration, imports.

The embedded engine's is `infra.engine.__main__`, in this process; the other one's is `pulumi`. Either finds the stack, where
state lives, and the passphrase as an update of the environment would.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from infra.models import Environment, load_environment
from infra.operations.engines.executable import pulumi_executable
from infra.operations.passphrase import FILE_VARIABLE, VARIABLE
from infra.operations.settings import BACKEND_VARIABLE, Settings
from infra.operations.target import passphrase_for

#: The provider resource of every environment's stack, whose credentials an import takes.
_PROVIDER = "pulumi:providers:databricks::workspace"


def run_engine_command(settings: Settings, name: str, variables: Mapping[str, str], words: Sequence[str]) -> int:
    """Run it; answers the exit code. What it prints goes where this process's output goes.

    Raises `ModelError` for an environment that is not there, and an `OperationError` for a missing passphrase or CLI.
    """
    environment = load_environment(name, settings.environments)
    if (settings.engine or environment.engine) == "pulumi":
        return _by_the_cli(settings, name, variables, words)
    return _embedded(settings, environment, variables, words)


def importing(settings: Settings, name: str, words: Sequence[str]) -> list[str]:
    """The words of an `import`. One resource gets the environment's own provider, unless another one is named."""
    said = {word.partition("=")[0] for word in words}
    if said & {"--provider", "--file", "-f", "--help", "-h"}:
        return ["import", *words]
    return ["import", *words, "--provider", f"workspace=urn:pulumi:{name}::{settings.project}::{_PROVIDER}"]


def _embedded(settings: Settings, environment: Environment, variables: Mapping[str, str], words: Sequence[str]) -> int:
    # What a `--help` of another command need not wait for.
    from infra.engine.__main__ import main  # noqa: PLC0415

    os.environ[BACKEND_VARIABLE] = settings.backend
    os.environ.pop(FILE_VARIABLE, None)
    if not {"--help", "-h"} & set(words):
        os.environ[VARIABLE] = passphrase_for(settings, environment, variables)
    return main([*words, "--cwd", str(settings.root), "--stack", environment.name])


def _by_the_cli(settings: Settings, name: str, variables: Mapping[str, str], words: Sequence[str]) -> int:
    # The Automation API takes half a second to import.
    from infra.operations.engines.pulumi import environment  # noqa: PLC0415

    command = [pulumi_executable(variables), *words, "--stack", name]
    return subprocess.call(command, cwd=settings.root, env=environment(settings, name, variables))
