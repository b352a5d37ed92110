"""One request to a workspace: databricks-sdk signs it and types its errors, urllib3 sends it.

It speaks plain dicts instead of the SDK's typed services: the stored state needs every field of an answer, also those that the
pinned SDK does not know. And it sends by itself, because the SDK's client takes three times the CPU time of the request, and
would repeat a POST after a time-out, so that a create can happen twice; `client` decides about another attempt.

The SDK's habit of reading the environment and `~/.databrickscfg` is switched off: every setting that it would look for is given
a value, empty if need be. Proxies and trusted certificates are the machine's, as the SDK takes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import certifi
import requests
import urllib3
from urllib3.filepost import encode_multipart_formdata

from infra.engine.ports import ProviderError
from infra.providers.databricks import slim_sdk
from infra.providers.databricks.client import Answer, Throttled, Unavailable, Unreachable
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent, Conflict, Refused

slim_sdk.install()

from databricks.sdk import errors as sdk  # noqa: E402
from databricks.sdk.config import Config  # noqa: E402
from databricks.sdk.errors.base import DatabricksError  # noqa: E402
from databricks.sdk.errors.parser import _Parser  # noqa: E402
from databricks.sdk.oauth import IgnoreNetrcAuth  # noqa: E402

_DISCOVERY: Final = "/oidc/.well-known/oauth-authorization-server"
#: What urllib3 raises before anything was sent.
_NOT_SENT: Final = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)


class Transport:
    """Signs in and sends."""

    def __init__(self, credentials: Credentials, parallel: int) -> None:
        self._host = credentials.host
        self._timeout = credentials.http_timeout
        if credentials.client_id:
            _discover(credentials)
        self._config = _signed_in(credentials)
        self._pool = _pool(credentials.host, parallel)
        self._headers = {"User-Agent": self._config.user_agent, "Accept-Encoding": "gzip"}

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | bytes | None,
        files: Mapping[str, Any] | None,
        headers: tuple[str, ...],
    ) -> Answer:
        """One attempt. Failures are those of `errors` and the `Passing` ones of `client`."""
        what = f"{method} {path}"
        url = f"{self._host}{path}" + (f"?{_query(query)}" if query else "")
        content, kind = _content(body, files)
        try:
            signed = self._headers | self._config.authenticate() | kind
        except (DatabricksError, requests.RequestException, ValueError) as error:
            raise self._not_signed_in(error, what) from error
        try:
            answer = self._pool.urlopen(
                method, url, body=content, headers=signed, timeout=self._timeout, retries=False, redirect=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._broken(error, what) from error
        if answer.status >= 300:
            raise _refusal(method, url, answer, what)
        return self._parsed(answer, what, headers)

    def close(self) -> None:
        """Let the connections go."""
        self._pool.clear()

    def _parsed(self, answer: urllib3.BaseHTTPResponse, what: str, headers: tuple[str, ...]) -> Answer:
        found = {name: answer.headers.get(name) for name in headers}
        if not answer.data:
            return found
        try:
            parsed = json.loads(answer.data)
        except ValueError:
            raise Refused(f"{what}: {self._host} did not answer in JSON: is it a Databricks workspace?") from None
        return {"items": parsed} if isinstance(parsed, list) else found | (parsed or {})

    def _not_signed_in(self, error: BaseException, what: str) -> ProviderError:
        if isinstance(error, (requests.ConnectionError, requests.Timeout)):
            return Unreachable(f"signing in to {self._host} for {what}: {_reason(error)}")
        return Refused(f"signing in to {self._host} for {what}: {error}")

    def _broken(self, error: BaseException, what: str) -> ProviderError:
        if isinstance(error, _NOT_SENT):
            reason = _reason(error)
            return Unreachable(f"{what}: {self._host} cannot be reached ({reason}). Check the host, and that it is up")
        if isinstance(error, urllib3.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Refused(f"{what}: the certificate of {self._host} is not trusted here ({_reason(error)})")
        return Unavailable(f"{what}: the connection to {self._host} broke ({_reason(error)})")


def _query(query: Mapping[str, Any]) -> str:
    """As Databricks reads it: `true` and `false`."""
    return urlencode(
        {key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()}, doseq=True
    )


def _content(body: Mapping[str, Any] | bytes | None, files: Mapping[str, Any] | None) -> tuple[bytes | None, dict[str, str]]:
    """A request's body and its type. `files` are parts of a form: a name of a file, or None, and content."""
    if files is not None:
        form, kind = encode_multipart_formdata({name: part if part[0] else part[1] for name, part in files.items()})
        return form, {"Content-Type": kind}
    if body is None:
        return None, {}
    if isinstance(body, bytes):
        return body, {"Content-Type": "application/octet-stream"}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def _refusal(method: str, url: str, answer: urllib3.BaseHTTPResponse, what: str) -> ProviderError:
    """What an answer other than success says, typed by the SDK."""
    error = _Parser().get_api_error(_as_requests(method, url, answer))
    if error is None:  # a redirection: this API has none
        return Refused(f"{what} points elsewhere, to {answer.headers.get('location')}: is the host the workspace's own?")
    code = str(error.error_code or type(error).__name__)
    message = f"{what} answered {code}: {error}"
    if isinstance(error, sdk.TooManyRequests):
        return Throttled(message, _after(answer))
    if isinstance(error, (sdk.TemporarilyUnavailable, sdk.DeadlineExceeded, sdk.InternalError)):
        return Unavailable(message, _after(answer))
    information = error.get_error_details().error_info
    told = information.metadata if information else {}
    if isinstance(error, sdk.NotFound):
        return Absent(message, code, told)
    if isinstance(error, (sdk.AlreadyExists, sdk.ResourceAlreadyExists, sdk.ResourceConflict)):
        return Conflict(message, code, told)
    return Refused(message, code, told)


def _as_requests(method: str, url: str, answer: urllib3.BaseHTTPResponse) -> requests.Response:
    """The answer in the form that the SDK's parser of errors takes."""
    response = requests.Response()
    response.status_code, response.reason = answer.status, answer.reason or ""
    response.headers.update(answer.headers)
    response.url = urljoin(url, answer.headers.get("location", ""))
    response.request = requests.Request(method, url).prepare()
    response._content = answer.data
    return response


def _after(answer: urllib3.BaseHTTPResponse) -> float | None:
    """Seconds of `Retry-After`; None if it is not there or not a number, as Databricks writes it."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", "")))
    except ValueError:
        return None


def _discover(credentials: Credentials) -> None:
    """Ask for the sign-in document once: the SDK would try an address that does not answer for five minutes."""
    try:
        requests.get(credentials.host + _DISCOVERY, timeout=credentials.http_timeout, auth=IgnoreNetrcAuth())
    except requests.RequestException as error:
        raise Unreachable(f"signing in to {credentials.host}: it cannot be reached ({_reason(error)})") from error


def _signed_in(credentials: Credentials) -> Config:
    explicit: dict[str, Any] = {attribute.name: attribute.transform() for attribute in Config.attributes() if attribute.env}
    explicit.update(credentials.settings())
    try:
        return Config(product="lakestead", **explicit)
    except (ValueError, DatabricksError, requests.RequestException) as error:
        raise ProviderError(f"signing in to {credentials.host} as {credentials.who}: {error}") from error


def _pool(host: str, parallel: int) -> urllib3.PoolManager:
    """Connections that are kept, through the machine's proxy and with the certificates that it trusts."""
    trusted = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
    options: dict[str, Any] = {
        "num_pools": 4,
        "maxsize": parallel,
        "block": True,
        "cert_reqs": "CERT_REQUIRED",
        "ca_cert_dir" if Path(trusted).is_dir() else "ca_certs": trusted,
    }
    proxy = requests.utils.select_proxy(host, requests.utils.get_environ_proxies(host))
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def _reason(error: BaseException) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", None) or inner or type(error).__name__)
