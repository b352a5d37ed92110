"""Bringing a workspace under management: what is there goes into the environment file, and from there into the state.

Nothing in the workspace is changed. Interrupted, it is run again: what is in the state already stays there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from infra.engine.events import Event, StepEnded, StepStarted
from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options
from infra.operations.engines.embedded import EmbeddedEngine
from infra.operations.errors import EngineUnavailable
from infra.operations.rewriting import Edit, Rewriting
from infra.operations.takeover.adopting import AdoptingPlugin
from infra.operations.takeover.survey import Survey, survey
from infra.operations.target import Target
from infra.operations.workspace_api import client


def look(target: Target, catalogs: frozenset[str] = frozenset()) -> tuple[Survey, Rewriting]:
    """What the environment's workspace holds, and its file with that in it, not yet written.

    Raises `InvalidEnvironment` if the file would be wrong, `EngineUnavailable` for an engine that cannot take things over so.
    """
    if target.engine != "embedded":
        raise EngineUnavailable(
            f"{target.name} is deployed by the Pulumi CLI, which takes over by the ids of single resources alone",
            remedy=f"Import with the other one: lakestead import {target.name} --engine embedded. The CLI goes on from there.",
        )
    workspace = client(target.connection)
    me = str(workspace.call("GET", "/api/2.0/preview/scim/v2/Me").get("userName") or "")
    found = survey(workspace, target.name, me, catalogs)
    # What others have filled must not go with its line in the file.
    guarded = () if target.environment.document.child("protect") else (Edit(("protect",), True),)
    return found, Rewriting(target.settings.environments, target.name, (*guarded, *found.edits))


def bring_in(target: Target, changes: Rewriting, options: Options, listener: Listener) -> Result:
    """Write the file, and take over all that it says."""
    changes.write()
    engine = EmbeddedEngine(target.settings, target.name, lambda: target.passphrase, before=AdoptingPlugin)
    telling = _Telling(listener)
    result = engine.run("up", replace(options, message=options.message or "Taken over from the workspace"), telling)
    return replace(result, changes=telling.counted(result.changes))


class _Telling:
    """A listener before another: what was found where the engine would have made it is told as imported."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._imported = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepStarted | StepEnded) and event.operation == "create" and event.type.startswith("databricks:"):
            if isinstance(event, StepEnded) and event.error is None:
                self._imported += 1
            event = replace(event, operation="import")
        self._listener(event)

    def counted(self, changes: Mapping[str, int]) -> dict[str, int]:
        """The summary's counts, with imports among them."""
        counts = {**changes, "create": changes.get("create", 0) - self._imported, "import": self._imported}
        return {operation: count for operation, count in counts.items() if count > 0}
