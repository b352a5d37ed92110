"""Remove everything that the environment has made.

The folder above all environments' releases belongs to none of them, so no stack holds it: the last one to go removes it.
"""

from __future__ import annotations

from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.target import Target
from infra.operations.workspace_api import client
from infra.providers.databricks.errors import Absent, Refused

_HOME = "/Shared/lakestead"


def preview_destroy(target: Target, options: Options, listener: Listener) -> Result:
    """Tell what would be removed; nothing is touched."""
    return deploy("preview-destroy", target, options, listener)


def destroy(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. A step that fails is told by `Result.error`."""
    result = deploy("destroy", target, options, listener)
    if result.succeeded:
        _remove_empty_home(target)
    return result


def _remove_empty_home(target: Target) -> None:
    api = client(target.connection)
    try:
        if not api.call("GET", "/api/2.0/workspace/list", query={"path": _HOME}).get("objects"):
            api.call("POST", "/api/2.0/workspace/delete", body={"path": _HOME}, repeatable=True)
    except Absent:
        pass  # another environment's destroy was faster, or there never was a release
    except Refused as refusal:
        if refusal.code != "DIRECTORY_NOT_EMPTY":  # another environment released in between
            raise
    finally:
        api.close()
