"""Making an end of drift: by taking it into the environment file, or by putting the workspace right.

Either way the state first learns what the workspace holds; then the environment is brought up as its file says. After an
adoption that changes nothing in the workspace but gives what was adopted a resource of its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from urllib.parse import quote

from infra.engine.operation import Result
from infra.models import InvalidEnvironment
from infra.operations.deployment import Listener, Options
from infra.operations.drift.detection import Deployed
from infra.operations.drift.edits import Together, Unsaid, adoption
from infra.operations.drift.findings import Drift, Unmanaged
from infra.operations.refresh import refresh
from infra.operations.rewriting import Rewriting
from infra.operations.target import Target
from infra.operations.up import up
from infra.operations.workspace_api import client
from infra.providers.databricks.client import Client


def rewriting(target: Target, drift: Drift, deployed: Deployed) -> tuple[Rewriting, tuple[Unsaid, ...]]:
    """The environment file with the drift in it, not yet written, and what it cannot or must not say, with the reasons."""
    changes, unsaid = adoption(target.environment, drift, deployed)
    while True:
        try:
            return Rewriting(target.settings.environments, target.name, chain.from_iterable(changes)), unsaid
        except InvalidEnvironment as error:
            judged = [(edits, _refusal(edits, error)) for edits in changes]
            if not any(why for _, why in judged):
                raise
            changes = tuple(edits for edits, why in judged if not why)
            unsaid += tuple(Unsaid(".".join(edits[-1].path), why) for edits, why in judged if why)


def _refusal(edits: Together, error: InvalidEnvironment) -> str:
    """What is wrong with what edits would say, empty if nothing is."""
    keys = tuple(f"{'.'.join(edit.path)}." for edit in edits)
    return "; ".join(finding.message for finding in error.findings if f"{finding.key}.".startswith(keys))


def adopt(target: Target, changes: Rewriting, options: Options, listener: Listener) -> Result:
    """Write the file, then settle by it."""
    changes.write()
    return settle(target, replace(options, message=options.message or "Drift adopted"), listener)


def revert(target: Target, drift: Drift, options: Options, listener: Listener) -> Result:
    """Take away what nobody here gave, then settle by the file as it is."""
    workspace = client(target.connection)
    for found in drift.unmanaged:
        _remove(workspace, found)
    return settle(target, replace(options, message=options.message or "Drift reverted"), listener)


def settle(target: Target, options: Options, listener: Listener) -> Result:
    """Let the state learn what is, and bring the environment up; the result is that of the update, or of a failed refresh."""
    looked = refresh(target, options, listener)
    return up(target, options, listener) if looked.succeeded else looked


def _remove(workspace: Client, found: Unmanaged) -> None:
    name = quote(found.securable, safe="")
    if found.kind == "grant":
        changes = [{"principal": found.who, "remove": list(found.what)}]
        path = f"/api/2.1/unity-catalog/permissions/{found.securable_type}/{name}"
        workspace.call("PATCH", path, body={"changes": changes}, repeatable=True)
    else:
        removed = [{"workspace_id": int(found.who), "binding_type": found.what[0]}]
        path = f"/api/2.1/unity-catalog/bindings/{found.securable_type}/{name}"
        workspace.call("PATCH", path, body={"remove": removed}, repeatable=True)
