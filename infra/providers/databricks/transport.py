"""One request to a workspace, on databricks-sdk's `ApiClient`: authentication, token refresh, typed errors.

It speaks plain dicts instead of the SDK's typed services: the stored state needs every field of an answer, also those that the
pinned SDK does not know, and dataclasses built only to be taken apart again would double the CPU time of a call.

What the SDK does by itself is switched off:
- Reading the environment and `~/.databrickscfg`: every setting that it would look for is given a value, empty if need be.
- Re-sending: it repeats a POST after a time-out, so a create can happen twice. A clock that no sleep leaves in time gives each
  request one attempt; `client` decides about another.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

import requests
import urllib3.exceptions
from databricks.sdk import errors as sdk
from databricks.sdk.clock import Clock
from databricks.sdk.core import ApiClient, Config, DatabricksError
from databricks.sdk.oauth import IgnoreNetrcAuth

from infra.engine.ports import ProviderError
from infra.providers.databricks.client import Answer, Throttled, Unavailable, Unreachable
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent, Conflict, Refused

_DISCOVERY: Final = "/oidc/.well-known/oauth-authorization-server"


class _OneAttempt(Clock):
    """Time of the SDK's retry loop: to sleep is to be past every deadline, so that each request is sent once."""

    def __init__(self) -> None:
        self._local = threading.local()

    def time(self) -> float:
        return float(getattr(self._local, "now", 0.0))

    def sleep(self, seconds: float) -> None:
        self._local.now = self.time() + 1e6


class Transport:
    """Signs in and sends."""

    def __init__(self, credentials: Credentials, parallel: int) -> None:
        self._host = credentials.host
        if credentials.client_id:
            _discover(credentials)
        self._api = _api_client(credentials, parallel)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
        files: Mapping[str, Any] | None,
        headers: tuple[str, ...],
    ) -> Answer:
        """One attempt. Failures are those of `errors` and the `Passing` ones of `client`."""
        try:
            answer: Any = self._api.do(
                method,
                path,
                query=dict(query) if query else None,
                body=dict(body) if body is not None else None,
                files=dict(files) if files else None,
                response_headers=list(headers) or None,
            )
        except (DatabricksError, requests.RequestException, TimeoutError, ValueError) as error:
            raise self._failure(_cause(error), f"{method} {path}") from error
        return {"items": answer} if isinstance(answer, list) else dict(answer or {})

    def close(self) -> None:
        """Let the connections go."""
        self._api._api_client._session.close()

    def _failure(self, error: BaseException, what: str) -> ProviderError:
        if isinstance(error, DatabricksError):
            return _answered(error, what)
        if isinstance(error, requests.exceptions.JSONDecodeError):
            return Refused(f"{what}: {self._host} did not answer in JSON: is it a Databricks workspace?")
        if isinstance(error, (requests.ConnectionError, requests.Timeout)):
            if _never_sent(error):
                return Unreachable(
                    f"{what}: {self._host} cannot be reached ({_reason(error)}). Check the host, and that it is up"
                )
            return Unavailable(f"{what}: the connection to {self._host} broke ({_reason(error)})")
        return Refused(f"signing in to {self._host} for {what}: {error}")


def _answered(error: DatabricksError, what: str) -> ProviderError:
    code = str(error.error_code or type(error).__name__)
    message = f"{what} answered {code}: {error}"
    if isinstance(error, sdk.TooManyRequests):
        return Throttled(message, error.retry_after_secs)
    if isinstance(error, (sdk.TemporarilyUnavailable, sdk.DeadlineExceeded, sdk.InternalError)):
        return Unavailable(message, error.retry_after_secs)
    if isinstance(error, sdk.NotFound):
        return Absent(message, code)
    if isinstance(error, (sdk.AlreadyExists, sdk.ResourceAlreadyExists, sdk.ResourceConflict)):
        return Conflict(message, code)
    return Refused(message, code)


def _discover(credentials: Credentials) -> None:
    """Ask for the sign-in document once: the SDK would try an address that does not answer for five minutes."""
    try:
        requests.get(credentials.host + _DISCOVERY, timeout=credentials.http_timeout, auth=IgnoreNetrcAuth())
    except requests.RequestException as error:
        raise Unreachable(f"signing in to {credentials.host}: it cannot be reached ({_reason(error)})") from error


def _api_client(credentials: Credentials, parallel: int) -> ApiClient:
    explicit: dict[str, Any] = {attribute.name: attribute.transform() for attribute in Config.attributes() if attribute.env}
    explicit.update(credentials.settings())
    try:
        config = Config(
            product="lakestead",
            clock=_OneAttempt(),
            max_connection_pools=parallel,
            max_connections_per_pool=parallel,
            **explicit,
        )
    except (ValueError, DatabricksError, requests.RequestException) as error:
        raise ProviderError(f"signing in to {credentials.host} as {credentials.who}: {error}") from error
    client = ApiClient(config)
    # The SDK sizes the pool of https connections alone; a workspace on this machine is plain http.
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=parallel, pool_block=True)
    client._api_client._session.mount("http://", adapter)
    return client


def _cause(error: BaseException) -> BaseException:
    """What the single attempt failed with, out of the time-out that the SDK's retry loop makes of it."""
    return error.__cause__ if isinstance(error, TimeoutError) and error.__cause__ is not None else error


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), urllib3.exceptions.NewConnectionError)


def _reason(error: BaseException) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or inner or type(error).__name__)
