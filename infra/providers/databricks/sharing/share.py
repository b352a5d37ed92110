"""`databricks:index/share:Share`: what is shared, Unity Catalog's `/api/2.1/unity-catalog/shares`.

A share is made empty; its owner and objects take a second call. What the workspace fills in is kept as `effective…`, apart from
what the program says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted
from infra.providers.databricks.shapes import Shape, block, blocks, flag, integer, text
from infra.providers.databricks.workspace import Workspace

_SHARES: Final = "/api/2.1/unity-catalog/shares"
#: What of an object the workspace fills in, by property and by its name in the API.
_FILLED: Final = {
    "cdfEnabled": "cdf_enabled",
    "historyDataSharingStatus": "history_data_sharing_status",
    "sharedAs": "shared_as",
    "startVersion": "start_version",
    "stringSharedAs": "string_shared_as",
}
_EFFECTIVE: Final = tuple(f"effective_{name}" for name in _FILLED.values())


class Share(Resource):
    """A share. Its id is its name."""

    token = "databricks:index/share:Share"
    shape = Shape(
        text("comment", computed=True),
        integer("createdAt", output=True),
        text("createdBy", output=True),
        text("effectiveOwner", output=True),
        text("name", replaces=True),
        blocks(
            "objects",
            integer("addedAt", computed=True, derived=True),
            text("addedBy", computed=True, derived=True),
            flag("cdfEnabled"),
            text("comment"),
            text("content"),
            text("dataObjectType", required=True),
            flag("effectiveCdfEnabled", computed=True, derived=True),
            text("effectiveHistoryDataSharingStatus", computed=True, derived=True),
            text("effectiveSharedAs", computed=True, derived=True),
            integer("effectiveStartVersion", computed=True, derived=True),
            text("effectiveStringSharedAs", computed=True, derived=True),
            text("historyDataSharingStatus"),
            text("name", required=True),
            blocks(
                "partitions",
                blocks(
                    "values",
                    text("name", required=True),
                    text("op", required=True),
                    text("recipientPropertyKey"),
                    text("value"),
                    wire="value",
                    api="values",
                    absent=[],
                ),
                wire="partition",
                api="partitions",
                absent=[],
            ),
            text("sharedAs"),
            integer("startVersion"),
            text("status", computed=True, derived=True),
            text("stringSharedAs"),
            wire="object",
            api="objects",
            absent=[],
        ),
        text("owner"),
        block("providerConfig", text("workspaceId", required=True), computed=True, local=True, listed=True),
        text("storageLocation", output=True),
        text("storageRoot"),
        integer("updatedAt", output=True),
        text("updatedBy", output=True),
        framework=True,
    )

    @property
    def has_own_id(self) -> bool:
        """Kept from the time before the plugin framework."""
        return True

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(_found(workspace, id), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id, wanted = str(inputs["name"]), documents.body(self.shape, inputs)
        first = picked(wanted, "name", "comment", "storage_root")
        answer = posted(workspace, _SHARES, first, lambda: _found(workspace, id))
        updates = [{"action": "ADD", "data_object": each} for each in _objects(wanted)]
        if updates or "owner" in wanted:
            try:
                answer = workspace.patch(path(_SHARES, id), picked(wanted, "owner") | ({"updates": updates} if updates else {}))
            except ProviderError as error:
                raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = _found(workspace, id)
        return None if answer is None else self._stored(workspace, id, answer, _still(answer, known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, news)
        before = {str(each["name"]): each for each in (_found(workspace, id) or {}).get("objects") or ()}
        after = {str(each["name"]): each for each in _objects(wanted)}
        updates = [{"action": "REMOVE", "data_object": each} for name, each in before.items() if name not in after]
        for name, each in after.items():
            if name not in before:
                updates.append({"action": "ADD", "data_object": each})
            elif any(before[name].get(key) != value for key, value in each.items()) or _dropped(olds, news, name):
                updates.append({"action": "UPDATE", "data_object": each})
        change = picked(wanted, "comment", "owner", "storage_root") | ({"updates": updates} if updates else {})
        return self._stored(workspace, id, workspace.patch(path(_SHARES, id), change), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_SHARES, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        """Of an answer what the program has not said goes into the effective properties alone."""
        said = _by_name(known)
        order = list(said)
        objects = []
        for each in answer.get("objects") or ():
            mine = said.get(str(each["name"]), {})
            shown = {key: value for key, value in each.items() if key not in _FILLED.values()}
            shown |= {f"effective_{key}": each[key] for key in _FILLED.values() if key in each}
            objects.append(shown | {key: mine[name] for name, key in _FILLED.items() if mine.get(name) is not None})
        objects.sort(key=lambda each: order.index(each["name"]) if each["name"] in order else len(order))
        shown = {key: value for key, value in answer.items() if key != "owner"}
        shown |= {"objects": objects, "effective_owner": answer.get("owner")}
        shown |= {"owner": known["owner"]} if known.get("owner") else {}
        outputs = self.outputs(workspace, id, shown, {})
        del outputs["providerConfig"]
        return outputs


def _found(workspace: Workspace, name: str) -> Answer | None:
    return found(workspace, path(_SHARES, name), include_shared_data=True)


def _by_name(values: Properties) -> dict[str, Properties]:
    return {str(each["name"]): each for each in values.get("objects") or ()}


def _objects(wanted: Answer) -> Iterator[Answer]:
    """What is shared, without what only the workspace says."""
    for each in wanted.get("objects") or ():
        yield {key: value for key, value in each.items() if key not in {*_EFFECTIVE, "added_at", "added_by", "status"}}


def _dropped(olds: Properties, news: Properties, name: str) -> bool:
    """Whether the program has stopped to say something of an object."""
    before, after = _by_name(olds).get(name, {}), _by_name(news).get(name, {})
    return any(before.get(key) is not None and after.get(key) is None for key in (*_FILLED, "comment", "content"))


def _still(answer: Answer, known: Properties) -> Properties:
    """What the program has said, as far as the workspace still says the same as it did; else what that says now."""
    said = _by_name(known)
    objects = []
    for each in answer.get("objects") or ():
        mine = dict(said.get(str(each["name"]), {"name": each["name"]}))
        for name, key in _FILLED.items():
            if mine.get(name) is not None and mine[name] != each.get(key):
                mine[name] = each.get(key)
        objects.append(mine)
    owner = known.get("owner")
    return {"owner": answer.get("owner") if owner else None, "objects": objects}
