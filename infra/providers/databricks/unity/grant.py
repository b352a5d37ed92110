"""`databricks:index/grant:Grant`: what one principal may do with one securable; other principals are left alone.

The answer of a change holds every assignment, so nothing is read before or after: privileges that the principal held besides
are seen there, and taken away by a second change.
"""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.resource import Resource, exactly_one, joined
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text, texts
from infra.providers.databricks.unity import securables
from infra.providers.databricks.workspace import Workspace


class Grant(Resource):
    """One principal's privileges. Its id is `<securable>/<full name>/<principal>`."""

    token = "databricks:index/grant:Grant"
    shape = Shape(
        *securables.fields(),
        text("principal", required=True, replaces=True),
        texts("privileges", required=True, unordered=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        return exactly_one(inputs, tuple(securables.SECURABLES), "a grant")

    def identity(self, inputs: Properties) -> str:
        securable, principal = securables.identity(inputs), joined(inputs, "principal")
        return f"{securable}/{principal}" if securable and principal else ""

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        return id, self._hold(workspace, id, set(), inputs)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._hold(workspace, id, set(olds.get("privileges") or ()), news)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        at, principal = id.rsplit("/", 1)
        try:
            held = securables.current(workspace, *securables.from_identity(at)).get(principal)
        except Absent:
            return None
        return self._stored(workspace, id, held) if held else None

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        at, principal = id.rsplit("/", 1)
        change = securables.difference(principal, remove=outputs.get("privileges") or ())
        securables.change(workspace, *securables.from_identity(at), [change])

    def _hold(self, workspace: Workspace, id: str, held: set[str], inputs: Properties) -> Properties:
        at, principal = id.rsplit("/", 1)
        name, full_name = securables.from_identity(at)
        wanted = securables.normal(inputs["privileges"])
        now = held
        for _ in range(2):
            change = securables.difference(principal, add=wanted - now, remove=now - wanted)
            if len(change) > 1:
                now = securables.change(workspace, name, full_name, [change]).get(principal, set())
        return self._stored(workspace, id, now)

    def _stored(self, workspace: Workspace, id: str, privileges: set[str]) -> Properties:
        at, principal = id.rsplit("/", 1)
        name, full_name = securables.from_identity(at)
        answer = {"principal": principal, "privileges": sorted(privileges)}
        return self.outputs(workspace, id, answer, {name: full_name})
