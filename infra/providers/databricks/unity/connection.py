"""`databricks:index/connection:Connection`: connections to other systems, `/api/2.1/unity-catalog/connections`.

No answer holds an option that is secret; it stays as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, made_since, path, picked, posted
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Shape,
    block,
    blocks,
    flag,
    integer,
    mapping,
    text,
    texts,
)
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_CONNECTIONS: Final = "/api/2.1/unity-catalog/connections"
_WITHHELD: Final = frozenset(
    {
        "user",
        "password",
        "personalAccessToken",
        "access_token",
        "client_secret",
        "pem_private_key",
        "OAuthPvtKey",
        "GoogleServiceAccountKeyJson",
        "bearer_token",
    }
)
#: Options that the server derives from others, and those of the built-in Hive metastore's connection that it fills in.
_DERIVED: Final = frozenset({"pem_private_key_expiration_epoch_sec", "access_token_expiration"})
_BUILTIN: Final = frozenset({"host", "port", "home_workspace_id", "database"})


class Connection(Resource):
    """A connection. Its id is `<metastore>|<name>`; renaming is an update in place."""

    token = "databricks:index/connection:Connection"
    shape = Shape(
        text("comment", replaces=True),
        text("connectionId", output=True),
        text("connectionType", replaces=True, alike=any_case),
        integer("createdAt", output=True, absent=0),
        text("createdBy", output=True, absent=""),
        text("credentialType", output=True, absent=""),
        block("environmentSettings", text("environmentVersion", absent=""), texts("javaDependencies", absent=[])),
        text("fullName", output=True),
        text("metastoreId", output=True),
        text("name", default=AUTO_NAME, alike=any_case),
        mapping("options", secret=True),
        text("owner", computed=True),
        mapping("properties", replaces=True),
        PROVIDER_CONFIG,
        blocks("provisioningInfos", text("state", absent=""), wire="provisioning_info", output=True),
        flag("readOnly", computed=True, replaces=True, absent=False),
        text("securableType", output=True, absent=""),
        integer("updatedAt", output=True, absent=0),
        text("updatedBy", output=True, absent=""),
        text("url", output=True, absent=""),
    )

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        derived = {f"options.{option}" for option in _DERIVED}
        return (change for change in super().differences(olds, news) if change[0] not in derived)

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = found(workspace, path(_CONNECTIONS, str(inputs["name"])))
        return _id(answer) if answer is not None and made_since(answer, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = documents.body(self.shape, inputs)
        owner = picked(wanted, "owner")
        at = path(_CONNECTIONS, str(wanted["name"]))
        first = {key: value for key, value in wanted.items() if key != "owner"}
        answer = posted(workspace, _CONNECTIONS, first, lambda: found(workspace, at))
        id = _id(answer)
        if owner:
            try:
                answer = workspace.patch(at, owner)
            except ProviderError as error:
                raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_CONNECTIONS, _name(id)))
        return None if answer is None else self._stored(workspace, _id(answer), answer, known)

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_CONNECTIONS, "connections", "name", (("max_results", 0),), prefix=f"{id.partition('|')[0]}|")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, _id(item), item, known)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        change = picked(documents.body(self.shape, news), "options", "owner", "environment_settings")
        change["options"] = {key: value for key, value in change.get("options", {}).items() if key not in _DERIVED}
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        if not any_case(olds.get("name"), news.get("name")):
            change["new_name"] = news["name"]
        answer = workspace.patch(path(_CONNECTIONS, _name(id)), change)
        return self._stored(workspace, _id(answer), answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_CONNECTIONS, _name(id)))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        options = dict(answer.get("options") or {})
        if options.get("builtin") == "true":
            options = {key: value for key, value in options.items() if key not in _BUILTIN}
        given = known.get("options") or {}
        options |= {key: value for key, value in given.items() if key in _WITHHELD}
        return self.outputs(workspace, id, {**answer, "options": options}, {})


def _id(answer: Answer) -> str:
    return f"{answer['metastore_id']}|{answer['name']}"


def _name(id: str) -> str:
    metastore, bar, name = id.partition("|")
    if not bar or not metastore:
        raise ValueError(f"{id!r} is no id of a connection: write <metastore id>|<name>")
    return name
