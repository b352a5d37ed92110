"""`databricks:index/notificationDestination:NotificationDestination`: where alerts and jobs send notifications to.

`/api/2.0/notification-destinations`. Answers are silent about what is secret and say that it is set, so the state keeps what
the program gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, path, posted
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Field, Shape, block, flag, text, texts
from infra.providers.databricks.workspace import Workspace

_DESTINATIONS: Final = "/api/2.0/notification-destinations"
#: What each kind of destination needs.
_NEEDED: Final = {
    "email": "addresses",
    "genericWebhook": "url",
    "microsoftTeams": "url",
    "pagerduty": "integrationKey",
    "slack": "url",
}


def _hidden(*names: str) -> Iterator[Field]:
    """Secret texts, each with the flag that says that it is set."""
    for name in names:
        yield text(name, secret=True)
        yield flag(f"{name}Set", computed=True, derived=True)


class NotificationDestination(Resource):
    """A destination; the server makes its id."""

    token = "databricks:index/notificationDestination:NotificationDestination"
    shape = Shape(
        block(
            "config",
            block("email", texts("addresses"), replaces=True),
            block("genericWebhook", *_hidden("password", "url", "username"), replaces=True),
            block("microsoftTeams", *_hidden("appId", "authSecret", "channelUrl", "tenantId", "url"), replaces=True),
            block("pagerduty", *_hidden("integrationKey"), replaces=True),
            block("slack", *_hidden("channelId", "oauthToken", "url"), replaces=True),
        ),
        text("destinationType", computed=True, derived=True),
        text("displayName", required=True),
        text("notificationDestinationId", wire="id", computed=True, derived=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        config = inputs.get("config") or {}
        if config is UNKNOWN:
            return
        given = [name for name in _NEEDED if config.get(name)]
        if len(given) != 1:
            yield CheckFailure("config", f"give exactly one of {', '.join(_NEEDED)}: {' and '.join(given) or 'none'} is given")
        for name in given:
            if config[name] is not UNKNOWN and not config[name].get(_NEEDED[name]):
                yield CheckFailure(f"config.{name}.{_NEEDED[name]}", "is needed")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = _named(workspace, str(inputs["displayName"]))
        return None if answer is None else str(answer["id"])

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = str(inputs["displayName"])
        answer = posted(workspace, _DESTINATIONS, documents.body(self.shape, inputs), lambda: _named(workspace, name))
        id = str(answer["id"])
        return id, self.outputs(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_DESTINATIONS, id))
        return None if answer is None else self.outputs(workspace, id, answer, {"config": known.get("config")})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        answer = workspace.patch(path(_DESTINATIONS, id), documents.body(self.shape, news))
        return self.outputs(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_DESTINATIONS, id))


def _named(workspace: Workspace, name: str) -> Answer | None:
    """The destination of this name, whole."""
    listed = pages(workspace, Listing(_DESTINATIONS, "results", "id"))
    entry = next((entry for entry in listed if entry.get("display_name") == name), None)
    return None if entry is None else workspace.get(path(_DESTINATIONS, str(entry["id"])))
