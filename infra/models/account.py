"""The Databricks account that the workspace belongs to, and as whom it is entered.

Only what is the account's needs it: its users, groups and service principals, budgets, federation. Nothing of it is read from
the shell.
"""

from __future__ import annotations

from pydantic import model_validator

from infra.models.record import Record, WrongAt
from infra.models.substitution import SecretReference, Text


class Account(Record):
    """The account, entered by a service principal of its own."""

    host: Text
    """The account console's address, such as https://accounts.cloud.databricks.com."""
    id: Text
    """The account's id."""
    workspace_id: Text
    """The number of the environment's workspace in the account."""
    client_id: Text
    """The service principal's application id."""
    client_secret: SecretReference
    """The service principal's OAuth secret."""

    @model_validator(mode="after")
    def _address(self) -> Account:
        if not self.host.startswith(("https://", "http://127.0.0.1", "http://localhost", "${env:")):
            raise WrongAt(("host",), f"'{self.host}' is no https address; write https://…")
        if not self.workspace_id.isdecimal() and "${env:" not in self.workspace_id:
            raise WrongAt(("workspace_id",), f"'{self.workspace_id}' is no workspace's number; its address has it as ?o=…")
        return self
