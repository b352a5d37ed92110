"""A workspace as resources see it: its API, and what is asked of it once and kept (its id, who is calling)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from infra.engine.ports import ProviderError
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer, Client
from infra.providers.databricks.errors import Absent, Refused

_ORG_HEADER = "x-databricks-org-id"
_CONSOLES = ("https://accounts.", "https://accounts-dod.")
#: Seconds until a new principal is known everywhere, at most.
_INTRODUCTION = 60.0


class Workspace:
    """One configured workspace, shared by all its resources and threads."""

    def __init__(self, client: Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._lock = threading.RLock()
        self._newcomers: set[str] = set()
        self.sleep = sleep

    @property
    def host(self) -> str:
        """`https://…`, without a slash at its end."""
        return self._client.host

    def get(self, path: str, /, **query: Any) -> Answer:
        """GET."""
        return self._client.call("GET", path, query=query)

    def post(self, path: str, body: Answer, *, repeatable: bool = False, **query: Any) -> Answer:
        """POST; say `repeatable` if twice is the same as once."""
        return self._client.call("POST", path, query=query, body=body, repeatable=repeatable)

    def patch(self, path: str, body: Answer, **query: Any) -> Answer:
        """PATCH: every one that this provider sends says what should be, so it may be repeated."""
        return self._client.call("PATCH", path, query=query, body=body, repeatable=True)

    def put(self, path: str, body: Answer) -> Answer:
        """PUT."""
        return self._client.call("PUT", path, body=body)

    def delete(self, path: str, /, **query: Any) -> Answer:
        """DELETE."""
        return self._client.call("DELETE", path, query=query)

    def put_content(self, path: str, content: bytes, /, **query: Any) -> Answer:
        """PUT bytes as they are."""
        return self._client.call("PUT", path, body=content, query=query)

    def head(self, path: str, headers: tuple[str, ...]) -> Answer:
        """HEAD: these headers of the answer, which has no body."""
        return self._client.call("HEAD", path, headers=headers)

    def upload(self, path: str, parts: dict[str, Any]) -> Answer:
        """POST a form of several parts that overwrites what is there."""
        return self._client.call("POST", path, files=parts, repeatable=True)

    def introduce(self, *names: str) -> None:
        """Note principals that were made just now: other APIs may not know them for a while."""
        self._newcomers.update(name for name in names if name)

    def known(self, names: Iterable[str], call: Callable[[], Answer]) -> Answer:
        """`call`, again for a minute while it does not know a principal that was made just now."""
        waited, pause, new = 0.0, 0.5, not self._newcomers.isdisjoint(names)
        while True:
            try:
                return call()
            except Refused as error:
                if error.code != "PRINCIPAL_DOES_NOT_EXIST" or not new or waited >= _INTRODUCTION:
                    raise
            self.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 8.0)

    def meet(self) -> None:
        """Ask beforehand what every create needs afterwards, so that nothing can fail between a create and its record."""
        if not self.is_account:
            self.id  # noqa: B018 - asked for once, then kept

    @property
    def is_account(self) -> bool:
        """Whether the host is an accounts console: types of both levels are the account's unless they say otherwise."""
        return self.host.startswith(_CONSOLES)

    @property
    def account_id(self) -> str:
        """The account that account-level types are of. Raises ProviderError if the provider names none."""
        if not self._client.account_id:
            raise ProviderError(
                "this belongs to a Databricks account, and the provider names none: give it the accounts console as host,"
                " and accountId"
            )
        return self._client.account_id

    def account(self, version: str = "2.0") -> str:
        """Where the account's API begins."""
        return f"/api/{version}/accounts/{self.account_id}"

    def at_account(self, values: Properties) -> bool:
        """Whether a type of both levels is meant at the account's, by its property `api` or else by the host."""
        return values.get("api") == "account" or (not values.get("api") and self.is_account)

    @property
    def config(self) -> Properties:
        """The `providerConfig` that every resource's outputs carry."""
        return {"workspaceId": self.id}

    @property
    def id(self) -> str:
        """The workspace's number."""
        with self._lock:
            return self._id

    @property
    def me(self) -> Answer:
        """Who is calling, as SCIM describes them."""
        with self._lock:
            return self._me

    @cached_property
    def _id(self) -> str:
        try:
            found = self._client.call("GET", "/.well-known/databricks-config").get("workspace_id")
        except Absent:
            found = None  # older workspaces say it in a header alone
        if found:
            return str(found)
        answer = self._client.call("GET", "/api/2.0/preview/scim/v2/Me", headers=(_ORG_HEADER,))
        return str(answer.get(_ORG_HEADER) or "")

    @cached_property
    def _me(self) -> Answer:
        return self._client.call("GET", "/api/2.0/preview/scim/v2/Me", query={"excludedAttributes": "entitlements"})

    @property
    def user_name(self) -> str:
        """The caller's user name, or a service principal's application id."""
        return str(self.me.get("userName", ""))

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()
