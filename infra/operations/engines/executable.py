"""Where the Pulumi CLI is. Apart from what drives it, because that takes half a second to import."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Final

from infra.operations.errors import EngineUnavailable

#: The CLI that goes with the SDK of this project; its events, its JSON and its state are what is read here.
OLDEST: Final = "3.259.0"
REMEDY: Final = (
    f"Install the CLI named `pulumi`, version {OLDEST} or newer, and put it on PATH. Or take the embedded engine, which needs "
    "nothing: --engine embedded."
)


def pulumi_executable(variables: Mapping[str, str]) -> str:
    """The path of the `pulumi` that the variables' PATH leads to; raises `EngineUnavailable` if there is none."""
    path = shutil.which("pulumi", path=variables.get("PATH", ""))
    if path is None:
        raise EngineUnavailable(
            "the Pulumi CLI is not there", why="The engine `pulumi` needs an executable `pulumi` on PATH.", remedy=REMEDY
        )
    return path
