"""A SQL statement, run in the workspace by the Statement Execution API. Nothing but the standard library.

What the workspace answers: https://docs.databricks.com/api/workspace/statementexecution/executestatement.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

#: As long as the API lets a call wait; after that the statement is asked after.
_WAIT: Final = "50s"
_TIMEOUT: Final = 90.0
_BETWEEN: Final = 2.0
_PENDING: Final = frozenset({"PENDING", "RUNNING"})


class StatementFailed(Exception):
    """The workspace did not run a statement, or does not answer as it should."""


class Missing(Exception):
    """What was asked for is not there."""


def execute(connection: Mapping[str, str], warehouse_id: str, statement: str) -> None:
    """Run one statement, however long the warehouse takes to wake up.

    `connection` holds `host` with `token`, or with `client_id` and `client_secret`. Raises `StatementFailed`.
    """
    token = _token(connection)
    body = {"warehouse_id": warehouse_id, "statement": statement, "wait_timeout": _WAIT}
    answer = _call(connection["host"], token, "POST", "/api/2.0/sql/statements/", body)
    while answer["status"]["state"] in _PENDING:
        time.sleep(_BETWEEN)
        answer = _call(connection["host"], token, "GET", f"/api/2.0/sql/statements/{answer['statement_id']}")
    if answer["status"]["state"] != "SUCCEEDED":
        error = answer["status"].get("error", {})
        raise StatementFailed(f"{error.get('error_code', answer['status']['state'])}: {error.get('message', 'no message')}")


def function_exists(connection: Mapping[str, str], full_name: str) -> bool:
    """Whether Unity Catalog has a function of that name."""
    path = f"/api/2.1/unity-catalog/functions/{urllib.parse.quote(full_name)}"
    try:
        _call(connection["host"], _token(connection), "GET", path)
    except Missing:
        return False
    return True


def _token(connection: Mapping[str, str]) -> str:
    if "token" in connection:
        return connection["token"]
    # https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m
    pair = f"{connection['client_id']}:{connection['client_secret']}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    form = b"grant_type=client_credentials&scope=all-apis"
    return str(_send(connection["host"], "POST", "/oidc/v1/token", headers, form)["access_token"])


def _call(host: str, token: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    return _send(host, method, path, headers, data)


def _send(host: str, method: str, path: str, headers: Mapping[str, str], data: bytes | None) -> dict[str, Any]:
    # The scheme of an environment's host is checked when its file is read: https, or http to this machine.
    request = urllib.request.Request(f"{host}{path}", data, dict(headers), method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        if error.code == 404:
            raise Missing(text) from error
        raise StatementFailed(f"{error.code} of {path}: {text}") from error
    except urllib.error.URLError as error:
        raise StatementFailed(f"{host} does not answer: {error.reason}") from error
