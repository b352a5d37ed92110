"""A provider's own inputs (`pulumi_databricks.Provider(...)`): which are taken, and what they mean to databricks-sdk.

Credentials are explicit. `DATABRICKS_*` variables, profiles and the Databricks CLI's logins are never consulted: a shell must
not decide which workspace a run changes. So inputs that point at such sources are refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from infra.engine.ports import CheckFailure
from infra.engine.values import UNKNOWN, Properties, contains_unknown, reveal

#: Inputs that are taken, and the databricks-sdk setting that each becomes.
SETTINGS: Final[Mapping[str, str]] = {
    "host": "host",
    "accountId": "account_id",
    "token": "token",
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "authType": "auth_type",
    "httpTimeoutSeconds": "http_timeout_seconds",
    "rateLimit": "rate_limit",
}
_NUMBERS: Final = ("httpTimeoutSeconds", "rateLimit")
_BOOKKEEPING: Final = frozenset({"version", "__internal", "__defaults", "pluginDownloadURL"})
_METHODS: Final = ("pat", "oauth-m2m")
_HOW: Final = "give host with token, or host with clientId and clientSecret"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who signs in where. Made from checked inputs."""

    host: str
    #: Of the account that account-level types are of; empty for a provider that has none.
    account_id: str = ""
    token: str = ""
    client_id: str = ""
    client_secret: str = ""
    http_timeout: float = 60.0
    #: Requests a second; None for as many as there are.
    rate: float | None = None

    @property
    def who(self) -> str:
        """How messages name the caller."""
        return f"client {self.client_id}" if self.client_id else "the owner of the token"

    def settings(self) -> dict[str, Any]:
        """The explicit part of a `databricks.sdk.core.Config`."""
        return {
            "host": self.host,
            "account_id": self.account_id,
            "token": self.token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "auth_type": "oauth-m2m" if self.client_id else "pat",
            "http_timeout_seconds": self.http_timeout,
        }

    def secrets(self) -> tuple[str, ...]:
        """What no message may contain."""
        return tuple(secret for secret in (self.token, self.client_secret) if secret)


def failures(inputs: Properties) -> Iterator[CheckFailure]:
    """What is wrong with a provider's inputs."""
    for name in inputs:
        if name not in SETTINGS and name not in _BOOKKEEPING:
            yield CheckFailure(name, f"the embedded Databricks provider takes no {name!r}: {_HOW}")
    plain = reveal(inputs)
    yield from _host_failures(plain.get("host"))
    method = plain.get("authType")
    if isinstance(method, str) and method not in _METHODS:
        yield CheckFailure("authType", f"{method!r} is not supported: {' or '.join(_METHODS)}")
    yield from _number_failures(plain)
    if plain.get("host") and not contains_unknown(inputs):
        yield from _method_failures(plain)


def _host_failures(host: Any) -> Iterator[CheckFailure]:
    if host is UNKNOWN:
        return
    if not host:
        yield CheckFailure("host", f"no workspace is named, and the shell's settings are not consulted: {_HOW}")
        return
    parts = urlsplit(str(host))
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        yield CheckFailure("host", f"{host!r} is no address: write https://<workspace>")
    elif parts.username or parts.query or parts.path.strip("/"):
        yield CheckFailure("host", f"{parts.scheme}://{parts.hostname} is enough: no user, path or query belongs in it")


def _number_failures(plain: Properties) -> Iterator[CheckFailure]:
    for name in _NUMBERS:
        if plain.get(name) is not UNKNOWN:
            try:
                _number(plain.get(name))
            except ValueError as error:
                yield CheckFailure(name, str(error))


def _method_failures(plain: Properties) -> Iterator[CheckFailure]:
    token, client, secret = (bool(plain.get(name)) for name in ("token", "clientId", "clientSecret"))
    if client != secret:
        yield CheckFailure("clientSecret" if client else "clientId", "clientId and clientSecret belong together")
    elif token and client and not plain.get("authType"):
        yield CheckFailure("authType", f"both a token and a client are given: say which, {' or '.join(_METHODS)}")
    elif not token and not client:
        yield CheckFailure("token", f"no credentials: {_HOW}")


def credentials(inputs: Properties) -> Credentials | None:
    """Credentials of checked inputs; None while some are unknown, in a preview."""
    if contains_unknown(inputs):
        return None
    plain = reveal(inputs)
    method = plain.get("authType") or ("oauth-m2m" if plain.get("clientId") else "pat")
    by_client = method == "oauth-m2m"
    return Credentials(
        host=str(plain["host"]).rstrip("/"),
        account_id=str(plain.get("accountId") or ""),
        token="" if by_client else str(plain.get("token", "")),
        client_id=str(plain.get("clientId", "")) if by_client else "",
        client_secret=str(plain.get("clientSecret", "")) if by_client else "",
        http_timeout=_number(plain.get("httpTimeoutSeconds")) or 60.0,
        rate=_number(plain.get("rateLimit")),
    )


def _number(value: Any) -> float | None:
    """A provider's number: Pulumi hands it over as JSON text. Raises ValueError for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = False
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or found <= 0:
        raise ValueError(f"{value!r} is no number above 0")
    return float(found)
