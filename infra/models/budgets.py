"""What an environment may cost, who is told before it does, and how serverless usage is tagged. Budgets are the account's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, model_validator

from infra.models.notifications import MailAddress
from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

#: Tags that the platform keeps for itself, and how many a policy may have (Budget Policy API).
_RESERVED: Final = frozenset({"budget-policy-name", "budget-policy-id", "budget-policy-resolution-result"})
_MOST_TAGS: Final = 20


class BudgetPolicy(Record):
    """Tags that serverless usage gets by itself; its name in the account is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    tags: Mapping[str, Text] = Field(min_length=1)
    """The tags."""

    @model_validator(mode="after")
    def _tags(self) -> BudgetPolicy:
        kept = sorted(_RESERVED.intersection(self.tags))
        if kept:
            raise WrongAt(("tags", kept[0]), "is a tag that the platform keeps for itself; name another")
        if len(self.tags) > _MOST_TAGS:
            raise WrongAt(("tags",), f"has {len(self.tags)} tags; {_MOST_TAGS} is the platform's limit")
        return self


class Budgets(Record):
    """What the environment's workspace may cost in a month, at list prices, and who is told when."""

    monthly_usd: Annotated[int, Field(ge=1)] | None = None
    """Dollars a month, at list prices."""
    alert_at: tuple[Annotated[float, Field(gt=0, le=10)], ...] = (1.0,)
    """At which parts of it word is sent: 0.5 is half of it."""
    notify: tuple[MailAddress, ...] = ()
    """Mail addresses; the account knows no other destinations."""
    tags: Mapping[str, tuple[Text, ...]] = {}
    """Which usage counts: that with one of these values of each tag; left out, all of the workspace's."""
    policies: Mapping[Key, BudgetPolicy] = {}
    """Tags that serverless usage gets by itself; jobs, pipelines and endpoints name them."""

    @model_validator(mode="after")
    def _told(self) -> Budgets:
        if self.monthly_usd is not None and not self.notify:
            raise WrongAt(("monthly_usd",), "tells nobody when it is spent; give mail addresses in 'notify'")
        if self.monthly_usd is None and self.notify:
            raise WrongAt(("notify",), "has nothing to tell; say what may be spent in 'monthly_usd'")
        if len(set(self.alert_at)) != len(self.alert_at):
            raise WrongAt(("alert_at",), "says a part twice")
        return self
