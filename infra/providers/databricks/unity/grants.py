"""`databricks:index/grants:Grants`: all that anyone may do with one securable; principals not named here lose theirs."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties, contains_unknown
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.resource import Resource, exactly_one
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, blocks, text, texts
from infra.providers.databricks.unity import securables
from infra.providers.databricks.unity.securables import Privileges
from infra.providers.databricks.workspace import Workspace


class Grants(Resource):
    """All grants on a securable. Its id is `<securable>/<full name>`."""

    token = "databricks:index/grants:Grants"
    shape = Shape(
        *securables.fields(),
        blocks(
            "grants",
            text("principal", required=True),
            texts("privileges", required=True, unordered=True),
            wire="grant",
            required=True,
            unordered=True,
            key="principal",
            sorts=True,
        ),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from exactly_one(inputs, tuple(securables.SECURABLES), "a set of grants")
        grants = inputs.get("grants")
        if isinstance(grants, list) and not contains_unknown(grants):
            named = [grant["principal"] for grant in grants]
            for principal in sorted({name for name in named if named.count(name) > 1}):
                yield CheckFailure("grants", f"names {principal!r} twice: put all of its privileges into one entry")

    def identity(self, inputs: Properties) -> str:
        return securables.identity(inputs)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        return id, self._hold(workspace, id, _wanted(inputs))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._hold(workspace, id, _wanted(news))

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        try:
            held = securables.current(workspace, *securables.from_identity(id))
        except Absent:
            return None
        return self._stored(workspace, id, held) if held else None

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        changes = [
            securables.difference(grant["principal"], remove=grant["privileges"]) for grant in outputs.get("grants") or ()
        ]
        if changes:
            securables.change(workspace, *securables.from_identity(id), changes)

    def _hold(self, workspace: Workspace, id: str, wanted: Privileges) -> Properties:
        name, full_name = securables.from_identity(id)
        held = securables.current(workspace, name, full_name)
        changes = []
        for principal in sorted(wanted.keys() | held.keys()):
            new, old = wanted.get(principal, set()), held.get(principal, set())
            if new != old:
                changes.append(securables.difference(principal, add=new - old, remove=old - new))
        after = securables.change(workspace, name, full_name, changes) if changes else held
        return self._stored(workspace, id, after)

    def _stored(self, workspace: Workspace, id: str, held: Privileges) -> Properties:
        name, full_name = securables.from_identity(id)
        grants = [{"principal": principal, "privileges": sorted(privileges)} for principal, privileges in held.items()]
        return self.outputs(workspace, id, {"grant": grants}, {name: full_name})


def _wanted(inputs: Properties) -> Privileges:
    return {grant["principal"]: securables.normal(grant["privileges"]) for grant in inputs["grants"]}
