"""`databricks:index/budget:Budget`: a sum that an account means to spend a month, and who is told when it is exceeded.

`/api/2.1/accounts/<id>/budgets`. Amounts are texts, which the account answers with zeroes after the point.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Unconfirmed
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, made_since, path
from infra.providers.databricks.shapes import Shape, block, blocks, integer, integers, text, texts, zeroed
from infra.providers.databricks.workspace import Workspace

_LONGEST_NAME: Final = 128


def _same_amount(old: Value, new: Value) -> bool:
    return _plain(str(old)) == _plain(str(new))


def _plain(amount: str) -> str:
    """`4000.000` as `4000`."""
    return amount.rstrip("0").removesuffix(".") if "." in amount else amount


class Budget(Resource):
    """A budget. Its id is `account|budget`; the server makes the second part."""

    token = "databricks:index/budget:Budget"
    shape = Shape(
        text("accountId", computed=True, derived=True),
        blocks(
            "alertConfigurations",
            *zeroed(
                blocks(
                    "actionConfigurations",
                    *zeroed(text("actionConfigurationId", computed=True, derived=True), text("actionType"), text("target")),
                ),
                text("alertConfigurationId", computed=True, derived=True),
                blocks("principalOverrides", *zeroed(text("overrideThreshold"), text("principalId"))),
                text("quantityThreshold", alike=_same_amount),
                text("quantityType"),
                text("scopeType", computed=True),
                text("timePeriod"),
                text("triggerType"),
            ),
            absent=[],
        ),
        text("budgetConfigurationId", computed=True, derived=True),
        integer("createTime", computed=True, derived=True, absent=0),
        text("displayName"),
        block(
            "filter",
            blocks(
                "tags",
                *zeroed(text("key")),
                block("value", *zeroed(text("operator")), texts("values", absent=[])),
                absent=[],
            ),
            block("workspaceId", text("operator"), integers("values")),
        ),
        text("resourceType", computed=True),
        integer("updateTime", computed=True, derived=True, absent=0),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        name = inputs.get("displayName")
        if isinstance(name, str) and not 0 < len(name) <= _LONGEST_NAME:
            yield CheckFailure("displayName", f"has {len(name)} characters, not 1 to {_LONGEST_NAME}")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By its name, which others may have too: the one made since then."""
        for budget in pages(workspace, Listing(_budgets(workspace), "budgets", "budget_configuration_id")):
            if budget.get("display_name") == inputs.get("displayName") and made_since(budget, since):
                return f"{workspace.account_id}|{budget['budget_configuration_id']}"
        return None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        try:
            answer = workspace.post(_budgets(workspace), {"budget": documents.body(self.shape, inputs)})["budget"]
        except Unconfirmed as error:
            raise Unconfirmed(f"{error}; the next run looks whether {inputs.get('displayName')!r} was made") from error
        id = f"{workspace.account_id}|{answer['budget_configuration_id']}"
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, _at(workspace, id))
        return None if answer is None else self._stored(workspace, id, answer["budget"], {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, news)
        for mine, alert in zip(wanted.get("alert_configurations") or (), olds.get("alertConfigurations") or (), strict=False):
            _name(mine, alert)
        account, _, budget = id.partition("|")
        body = wanted | {"account_id": account, "budget_configuration_id": budget}
        answer = workspace.put(_at(workspace, id), {"budget": body})["budget"]
        return self._stored(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(workspace, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        account, _, budget = id.partition("|")
        return self.outputs(workspace, id, answer | {"account_id": account, "budget_configuration_id": budget}, known)


def _budgets(workspace: Workspace) -> str:
    return f"{workspace.account('2.1')}/budgets"


def _at(workspace: Workspace, id: str) -> str:
    return path(_budgets(workspace), id.rpartition("|")[2])


def _name(alert: Answer, known: Properties) -> None:
    """Say of an alert and its actions which of the known ones they are."""
    if known.get("alertConfigurationId"):
        alert["alert_configuration_id"] = known["alertConfigurationId"]
    before = known.get("actionConfigurations") or ()
    for action, old in zip(alert.get("action_configurations") or (), before, strict=False):
        if old.get("actionConfigurationId"):
            action["action_configuration_id"] = old["actionConfigurationId"]
