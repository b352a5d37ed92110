"""What queries and alerts of `/api/2.0/sql` have in common: an owner set by a second call, an update mask, a trash.

A name is unique in its folder, so what a create has made is found by both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.files.tree import same_path
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, made_since, path, posted
from infra.providers.databricks.workspace import Workspace


class SqlObject(Resource):
    """A query or an alert.

    `key` is what its object is called in a request; `replaced` and `changed` are the API's names of what every update replaces,
    and of what one replaces that has changed.
    """

    at: ClassVar[str]
    key: ClassVar[str]
    replaced: ClassVar[tuple[str, ...]]
    changed: ClassVar[tuple[str, ...]]

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        made = [each for each in self._named(workspace, inputs) if made_since(each, since)]
        if len(made) > 1:
            ids = ", ".join(str(each["id"]) for each in made)
            raise ProviderError(f"several are called {inputs['displayName']!r} ({ids}): remove those that no one needs")
        return str(made[0]["id"]) if made else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = documents.compact(documents.body(self.shape, inputs))
        owner = wanted.pop("owner_user_name", None)
        body = {"auto_resolve_display_name": False, self.key: wanted}
        answer = posted(workspace, self.at, body, lambda: next(self._named(workspace, inputs), None))
        id = str(answer["id"])
        if owner:
            try:
                change = {self.key: {"owner_user_name": owner}, "update_mask": "owner_user_name"}
                answer = workspace.patch(path(self.at, id), change)
            except ProviderError as error:
                raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(self.at, id))
        if answer is None or answer.get("lifecycle_state") == "TRASHED":
            return None
        return self._stored(workspace, id, answer, {"parentPath": known.get("parentPath")})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, news)
        wanted.pop("parent_path", None)
        kept = documents.compact(wanted)
        before = documents.body(self.shape, olds)
        changed = [name for name in self.changed if (before.get(name) or None) != (wanted.get(name) or None)]
        forced = {name: wanted[name] for name in changed if isinstance(wanted.get(name), bool)}
        body = {
            "auto_resolve_display_name": False,
            self.key: kept | forced,
            "update_mask": ",".join((*self.replaced, *changed)),
        }
        return self._stored(workspace, id, workspace.patch(path(self.at, id), body), self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(self.at, id))

    def _named(self, workspace: Workspace, inputs: Properties) -> Iterator[Answer]:
        """Those of this name, in this folder if it is known which."""
        folder = inputs.get("parentPath")
        for item in pages(workspace, Listing(self.at, "results", "id", (("page_size", 100),))):
            if item.get("display_name") == inputs["displayName"]:
                answer = found(workspace, path(self.at, str(item["id"])))
                if answer is not None and (folder is None or same_path(folder, answer.get("parent_path"))):
                    yield answer

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        folder = known.get("parentPath")
        if folder is not None and same_path(folder, answer.get("parent_path")):
            answer = answer | {"parent_path": folder}
        return self.outputs(workspace, id, answer, documents.lasting(self.shape, known))
