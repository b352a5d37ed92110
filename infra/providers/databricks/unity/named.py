"""What storage credentials, external locations and service credentials have in common: a name in the metastore, an owner and
an isolation mode that take a second call, and a binding to this workspace that what is isolated cannot do without.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import ClassVar

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, made_since, path, posted
from infra.providers.databricks.unity import isolation
from infra.providers.databricks.workspace import Workspace

_LATER = ("owner", "isolation_mode")


class NamedSecurable(Resource, ABC):
    """A securable of the metastore. Its id is its name, which Unity Catalog keeps in lower case."""

    #: The address of the list, the key of its items, and the type's name in the bindings API.
    collection: ClassVar[str]
    items: ClassVar[str]
    securable_type: ClassVar[str]
    #: Objects of which no answer holds the secret, by the secret's name.
    secrets: ClassVar[Mapping[str, str]] = {}

    def identity(self, inputs: Properties) -> str:
        name = inputs.get("name")
        return name.lower() if isinstance(name, str) else ""

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(self.collection, id)), since) else None

    def wanted(self, inputs: Properties) -> Answer:
        """What a create says of these inputs."""
        return documents.body(self.shape, inputs)

    def change(self, inputs: Properties) -> Answer:
        """What an update says of these inputs."""
        change = {key: value for key, value in self.wanted(inputs).items() if key != "name"}
        return change | ({"force": True} if inputs.get("forceUpdate") else {})

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = self.wanted(inputs)
        first = {key: value for key, value in wanted.items() if key not in _LATER}
        id = self.identity(inputs)
        answer = posted(workspace, self.collection, first, lambda: found(workspace, path(self.collection, id)))
        id = str(answer.get("name") or id)
        if any(key in wanted for key in _LATER):
            try:
                answer = workspace.patch(path(self.collection, id), self.change(inputs))
                isolation.bind_here(workspace, self.securable_type, id, inputs)
            except ProviderError as error:
                raise Incomplete(id, self.stored_outputs(workspace, id, answer, inputs), error) from error
        return id, self.stored_outputs(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        name = id.rpartition("|")[2]  # an import may name the metastore too
        answer = found(workspace, path(self.collection, name))
        return None if answer is None else self.stored_outputs(workspace, name, answer, self.kept(known))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(self.collection, self.items, "name", (("max_results", 0),))

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self.stored_outputs(workspace, id, item, self.kept(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        change = self.change(news) | self._forgotten(olds, news)
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        answer = workspace.patch(path(self.collection, id), change)
        if news.get("isolationMode") != olds.get("isolationMode"):
            isolation.bind_here(workspace, self.securable_type, id, news)
        return self.stored_outputs(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        isolation.bind_here(workspace, self.securable_type, id, outputs)
        query = {"force": True} if outputs.get("forceDestroy") else {}
        workspace.delete(path(self.collection, id), **query)

    def _forgotten(self, olds: Properties, news: Properties) -> Answer:
        """Texts and flags that were set and are left out now."""
        empty: dict[str, str | bool] = {"text": "", "flag": False}
        return {
            field.api: empty[field.kind]
            for field in self.shape.fields()
            if field.kind in empty and not (field.local or field.computed or field.output)
            if olds.get(field.name) and not news.get(field.name)
        }

    def kept(self, known: Properties) -> Properties:
        """Of stored outputs, what no answer holds."""
        return self.locals(known) | {name: known.get(name) for name in ("skipValidation", *self.secrets)}

    def stored_outputs(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        """Outputs out of an answer, with the secrets that were given."""
        told, kept = dict(answer), dict(known)
        for name, secret in self.secrets.items():
            field = self.shape[name]
            if not isinstance(told.get(field.api), dict):
                kept[name] = None
            elif isinstance(kept.get(name), dict):
                hidden = field.nested[secret].api
                told[field.api] = {key: value for key, value in told[field.api].items() if key != hidden}
        return self.outputs(workspace, id, told, kept)
