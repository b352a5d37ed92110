"""Where the workspace sends word: notification destinations, and lists of them. Addresses of services are secrets."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Record, WrongAt
from infra.models.substitution import SecretReference, Text


def _address(value: str) -> str:
    if "@" not in value and "${env:" not in value:
        raise ValueError(f"'{value}' is no mail address")
    return value


MailAddress = Annotated[Text, AfterValidator(_address)]
#: A mail address, or a key of `notifications`.
Recipients = tuple[Text, ...]


class Slack(Record):
    """A Slack channel."""

    url: SecretReference
    """The incoming webhook's address."""


class Teams(Record):
    """A channel of Microsoft Teams."""

    url: SecretReference
    """The incoming webhook's address."""


class PagerDuty(Record):
    """A service of PagerDuty."""

    key: SecretReference
    """The integration key."""


class Webhook(Record):
    """Any other service."""

    url: SecretReference
    """Where the message is posted."""
    username: Text | None = None
    """For basic authentication."""
    password: SecretReference | None = None
    """For basic authentication."""

    @model_validator(mode="after")
    def _both(self) -> Webhook:
        if (self.username is None) != (self.password is None):
            missing, given = ("username", "password") if self.username is None else ("password", "username")
            raise WrongAt((given,), f"goes with '{missing}'; give both or neither")
        return self


class Destination(Record):
    """A notification destination; its name in the workspace is `<key>-<environment>`. Exactly one kind."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    email: tuple[MailAddress, ...] = Field(default=())
    """Mail addresses."""
    slack: Slack | None = None
    """A Slack channel."""
    teams: Teams | None = None
    """A channel of Microsoft Teams."""
    pagerduty: PagerDuty | None = None
    """A service of PagerDuty."""
    webhook: Webhook | None = None
    """Any other service."""

    @model_validator(mode="after")
    def _one_kind(self) -> Destination:
        kinds = [kind for kind in ("email", "slack", "teams", "pagerduty", "webhook") if getattr(self, kind)]
        if len(kinds) != 1:
            said = "says no kind" if not kinds else f"says {' and '.join(kinds)}"
            raise ValueError(f"{said}; a destination is exactly one of email, slack, teams, pagerduty, webhook")
        return self
