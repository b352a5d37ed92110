"""How a workspace's REST API is asked: which failures are waited out, which requests may be sent again.

429 is waited out (`Retry-After`), and slows down what follows (`pace`). A connection that was refused is tried again: nothing
was sent. Of what may have reached the server only repeatable requests are sent again; any other raises `Unconfirmed`, and who
sent it looks first. databricks-sdk is imported by the first call (`transport`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from infra.engine.ports import ProviderError
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Unconfirmed
from infra.providers.databricks.pace import Pace

if TYPE_CHECKING:
    from infra.providers.databricks.transport import Transport

Answer = dict[str, Any]

_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE"})


class Passing(ProviderError):
    """A failure that may pass. `patience`: seconds to go on trying; `sent`: whether the server may have acted."""

    patience: float = 60.0
    sent = True

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class Throttled(Passing):
    """429: the workspace asks to wait."""

    patience = 300.0
    sent = False


class Unreachable(Passing):
    """No connection was made."""

    patience = 20.0
    sent = False


class Unavailable(Passing):
    """The connection broke, or a gateway answered for the server."""


class Client:
    """A workspace's REST API, callable from many threads. No call is made before the first `call`.

    `patience`: seconds after which no failure is waited out any longer, however long it would be otherwise.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        parallel: int = 64,
        patience: float = math.inf,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = credentials.host
        self.account_id = credentials.account_id
        self._credentials = credentials
        self._parallel, self._patience = parallel, patience
        self._sleep, self._now = sleep, now
        self._pace = Pace(credentials.rate, now=now, sleep=sleep)
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | bytes | None = None,
        files: Mapping[str, Any] | None = None,
        repeatable: bool = False,
        headers: tuple[str, ...] = (),
    ) -> Answer:
        """Send a request, answer its JSON (`{}` if it has none; a list under `items`; asked-for headers beside it).

        `repeatable` says that a POST or PATCH may be sent twice with the same effect as once.
        """
        again = repeatable or method in _SAFE
        failed_at, pause = None, 0.25
        transport = self._connected()
        while True:
            self._pace.wait()
            try:
                return transport.send(method, path, query=query, body=body, files=files, headers=headers)
            except Passing as error:
                if error.sent and not again:
                    raise Unconfirmed(f"{error}; whether the change was made is not known") from error
                failed_at = self._now() if failed_at is None else failed_at
                if self._now() - failed_at >= min(error.patience, self._patience):
                    raise
                if isinstance(error, Throttled) or error.after is not None:
                    self._pace.refused(error.after)
                if error.after:
                    continue  # the pace holds back this request, and all others too
            self._sleep(pause)
            pause = min(pause * 2, 8.0)

    def _connected(self) -> Transport:
        with self._lock:
            if self._transport is None:
                from infra.providers.databricks.transport import Transport  # noqa: PLC0415 - brings databricks-sdk

                self._transport = Transport(self._credentials, self._parallel)
            return self._transport

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
                self._transport = None
