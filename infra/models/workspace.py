"""Which Databricks workspace an environment is in, and as whom it is entered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.record import Record, WrongAt
from infra.models.substitution import SecretReference, Text


class Workspace(Record):
    """Either `emulator`, a workspace on this machine, or `host` with credentials of its own."""

    emulator: str | None = None
    """The folder of a workspace on this machine, from the project's folder; its address and token are read from there."""
    host: Text | None = None
    """The workspace's address, such as https://dbc-1234.cloud.databricks.com."""
    auth: Literal["token", "oauth-m2m"] | None = None
    """How to sign in: a personal access token, or a service principal's OAuth credentials."""
    token: SecretReference | None = None
    """The access token, with `auth: token`."""
    client_id: Text | None = None
    """The service principal's application id, with `auth: oauth-m2m`."""
    client_secret: SecretReference | None = None
    """The service principal's OAuth secret, with `auth: oauth-m2m`."""
    max_rate: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests a second at most; left out, as many as the workspace answers well."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Workspace:
        named = {key for key in ("host", "auth", "token", "client_id", "client_secret") if getattr(self, key) is not None}
        if self.emulator is not None:
            if named:
                key = min(named)
                raise WrongAt((key,), "goes with no 'emulator': the workspace on this machine knows its own address")
            return self
        if self.host is None or self.auth is None:
            raise ValueError("needs either 'emulator', or 'host' and 'auth'")
        wanted = {"token"} if self.auth == "token" else {"client_id", "client_secret"}
        credentials = named - {"host", "auth"}
        if credentials != wanted:
            right = " and ".join(f"'{key}'" for key in sorted(wanted))
            raise WrongAt(("auth",), f"'{self.auth}' goes with {right}, and with no other credential")
        if not self.host.startswith(("https://", "http://127.0.0.1", "http://localhost", "${env:")):
            raise WrongAt(("host",), f"'{self.host}' is no https address; write https://…")
        return self
