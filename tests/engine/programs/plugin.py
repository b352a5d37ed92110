"""The plugin that the command is told of: `--plugin test=tests.engine.programs.plugin:plugin`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.engine.stand_in import StandIn


def __getattr__(name: str) -> Any:
    """`plugin`, with the cloud where the environment says."""
    if name != "plugin":
        raise AttributeError(name)
    return StandIn(Path(os.environ["GADGETS"]), own_ids=os.environ.get("OWN_IDS") == "yes")
