"""Waiting for what takes its time: an endpoint that comes online, an index that is filled."""

from __future__ import annotations

from collections.abc import Callable, Collection

from infra.engine.ports import ProviderError
from infra.providers.databricks.client import Answer
from infra.providers.databricks.workspace import Workspace


def awaited(
    workspace: Workspace,
    what: str,
    look: Callable[[], Answer],
    state: Callable[[Answer], str],
    *,
    done: Collection[str],
    failed: Collection[str],
    limit: float,
) -> Answer:
    """The answer of `look` once its state is one of `done`. Raises ProviderError for a failed one, or after `limit` s."""
    waited, pause = 0.0, 0.2
    while True:
        answer = look()
        now = state(answer)
        if now in done:
            return answer
        if now in failed:
            raise ProviderError(f"{what} is {now}")
        if waited >= limit:
            raise ProviderError(f"{what} is still {now} after {limit:.0f} s")
        workspace.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 10.0)
