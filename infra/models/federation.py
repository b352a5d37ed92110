"""Connections to other databases, for Lakehouse Federation. A catalog with a `connection` shows what is on the other side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.securable import Grants
from infra.models.substitution import SecretReference, Text

ConnectionType = Literal[
    "BIGQUERY", "DATABRICKS", "GLUE", "HIVE_METASTORE", "HTTP", "MYSQL", "ORACLE", "POSTGRESQL", "REDSHIFT", "SNOWFLAKE",
    "SQLDW", "SQLSERVER", "TERADATA",
]  # fmt: skip

#: What a connection cannot do without, by https://docs.databricks.com/aws/en/query-federation (one page a type).
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "BIGQUERY": ("GoogleServiceAccountKeyJson",),
    "DATABRICKS": ("host", "httpPath", "personalAccessToken"),
    "HTTP": ("host",),
    "MYSQL": ("host", "user", "password"),
    "ORACLE": ("host", "user", "password"),
    "POSTGRESQL": ("host", "user", "password"),
    "REDSHIFT": ("host", "user", "password"),
    "SNOWFLAKE": ("host", "user", "sfWarehouse"),
    "SQLDW": ("host", "user", "password"),
    "SQLSERVER": ("host", "user", "password"),
    "TERADATA": ("host", "user", "password"),
}
_SECRET: Final = frozenset(
    {"password", "personalAccessToken", "GoogleServiceAccountKeyJson", "client_secret", "bearer_token", "pem_private_key"}
)


class ForeignConnection(Record):
    """A connection to another database; its name is `<key>_<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>_<environment>`."""
    type: ConnectionType
    """What is on the other side."""
    comment: Text | None = None
    """What is there."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    options: Mapping[str, Text] = {}
    """How to reach it, such as `host`, `port`, `user`."""
    secrets: Mapping[str, SecretReference] = {}
    """The options that are secret, such as `password`: each `${secret:NAME}`."""
    read_only: bool | None = None
    """It is good for reading alone; left out, as the platform has it for this type."""
    properties: Mapping[str, Text] = {}
    """Free properties, kept with the connection."""
    grants: Grants = Field(default={})
    """Who may use it."""

    @model_validator(mode="after")
    def _complete(self) -> ForeignConnection:
        open_secrets = sorted(_SECRET & self.options.keys())
        if open_secrets:
            raise WrongAt(("options", open_secrets[0]), "is a secret; say it under 'secrets', as ${secret:NAME}")
        both = sorted(self.options.keys() & self.secrets.keys())
        if both:
            raise WrongAt(("secrets", both[0]), "stands under 'options' too; leave one of them out")
        missing = [option for option in _NEEDED.get(self.type, ()) if option not in {*self.options, *self.secrets}]
        if missing:
            place = "secrets" if missing[0] in _SECRET else "options"
            raise WrongAt((place,), f"lacks '{missing[0]}', without which nothing of type {self.type} is reached")
        return self
