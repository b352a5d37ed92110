"""What failover groups and stable URLs have in common: a parent, an id that the program gives, and a name made of both.

`/api/disaster-recovery/v1/<name>`, the name `accounts/<account>/<collection>/<id>`. Their id in the state is the word `id`
(the official provider has none for them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.resource import Resource, found, made_since, posted
from infra.providers.databricks.workspace import Workspace

API: Final = "/api/disaster-recovery/v1"
_ONLY_ID: Final = "id"


class Named(Resource):
    """A group or a URL."""

    #: `failover-groups` or `stable-urls`; the property that has the id, and how a create's query calls it.
    collection: ClassVar[str]
    own: ClassVar[str]
    query: ClassVar[str]
    #: What is asked for and never answered.
    first: ClassVar[str]

    def official_id(self, id: str, outputs: Properties) -> str:
        return _ONLY_ID

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        """After an import nobody can tell what it began with: then a program may say anything."""
        untold = olds.get(self.first) is None
        return (change for change in super().differences(olds, news) if not (untold and change[0] == self.first))

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        return _ONLY_ID if made_since(found(workspace, self._at(inputs)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        at = f"{API}/{inputs['parent']}/{self.collection}"
        query: dict[str, Any] = {self.query: inputs[self.own]}
        answer = posted(workspace, at, self._body(inputs), lambda: found(workspace, self._at(inputs)), **query)
        return _ONLY_ID, self._stored(workspace, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        values = known if known.get("parent") and known.get(self.own) else self._imported(id)
        answer = found(workspace, self._at(values))
        return None if answer is None else self._stored(workspace, answer, values)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(self._at(outputs))

    def _at(self, values: Properties) -> str:
        return f"{API}/{values['parent']}/{self.collection}/{values[self.own]}"

    def _imported(self, name: str) -> Properties:
        parent, _, id = name.partition(f"/{self.collection}/")
        if not id:
            raise ProviderError(f"{name!r} is no name: import it by accounts/<account>/{self.collection}/<id>")
        return {"parent": parent, self.own: id}

    def _body(self, values: Properties) -> Answer:
        given = {name: value for name, value in values.items() if name not in {"parent", self.own}}
        return documents.body(self.shape, given)

    def _stored(self, workspace: Workspace, answer: Answer, values: Properties) -> Properties:
        kept = {name: values.get(name) for name in ("parent", self.own, self.first)}
        given = {name: value for name, value in answer.items() if name != self.shape[self.first].api}
        return self.outputs(workspace, _ONLY_ID, given, kept)
