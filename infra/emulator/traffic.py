"""What goes over the wire: counters per endpoint, and the faults that tests inject. In memory, gone with the process.

`infra.emulator.app` consults it for each request; `infra.emulator.control` sets it over HTTP.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from infra.emulator.errors import InvalidParameter

FaultKind = Literal["latency", "status", "drop_before", "drop_after", "rate", "stale"]
_REMEMBERED = 1000


@dataclass(slots=True)
class Fault:
    """A misbehaviour of the matching requests.

    latency: answers `milliseconds` later. status: answers `status` (429, 5xx) without acting, with `retry_after` seconds
    where it is set. drop_before, drop_after: the connection breaks before, or after, the request has taken effect.
    rate: answers 429 to what exceeds `per_second`, after a burst of one second's worth. stale: a read is answered as the same
    read was the last time, with 404 if it was never asked before, as if the last writes had not arrived yet.

    method and path are shell patterns, path against the request's path without its query. The first `skip` matching
    requests are spared, the next `times` are hit (None: all).
    """

    kind: FaultKind
    method: str = "*"
    path: str = "/api/*"
    times: int | None = None
    skip: int = 0
    milliseconds: float = 0
    status: int = 503
    retry_after: float | None = None
    per_second: float = 0
    id: int = 0
    hits: int = 0
    _tokens: float = 0
    _filled_at: float = 0

    def __post_init__(self) -> None:
        self._tokens = max(self.per_second, 1)

    @classmethod
    def of(cls, body: dict[str, Any]) -> Fault:
        """From the control API's JSON. Raises InvalidParameter for an unknown key or kind."""
        known = set(cls.__dataclass_fields__) - {"id", "hits", "_tokens", "_filled_at"}
        if unknown := sorted(set(body) - known):
            raise InvalidParameter(f"unknown field '{unknown[0]}' of a fault; known are {', '.join(sorted(known))}")
        if body.get("kind") not in get_args(FaultKind):
            raise InvalidParameter(f"kind must be one of {', '.join(get_args(FaultKind))}, got '{body.get('kind')}'")
        return cls(**body)

    def strikes(self, method: str, path: str, now: float) -> bool:
        """Whether this request is hit; counts it."""
        if not (fnmatchcase(method, self.method) and fnmatchcase(path, self.path)):
            return False
        if self.kind == "stale" and method != "GET":
            return False
        if self.kind == "rate" and self._admits(now):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    def _admits(self, now: float) -> bool:
        """A token bucket that holds one second's worth, full at first."""
        elapsed, self._filled_at = now - (self._filled_at or now), now
        self._tokens = min(max(self.per_second, 1), self._tokens + elapsed * self.per_second)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def body(self) -> dict[str, Any]:
        """As the control API shows it."""
        return {key: value for key, value in asdict(self).items() if not key.startswith("_")}


@dataclass(slots=True)
class Traffic:
    """Counters and faults of one running workspace."""

    calls: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    _faults_made: int = 0
    _answers: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def add(self, fault: Fault) -> Fault:
        """Inject a fault from now on."""
        self._faults_made += 1
        fault.id = self._faults_made
        self.faults.append(fault)
        return fault

    def remember(self, read: str, answer: bytes) -> None:
        """What a read was answered, for a later stale one; the latest thousand reads are kept."""
        self._answers[read] = answer
        self._answers.move_to_end(read)
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    def recall(self, read: str) -> bytes | None:
        """What the read was answered the last time."""
        return self._answers.get(read)

    def reset(self) -> None:
        """All counters to zero; faults stay."""
        for counter in (self.calls, self.writes, self.unknown):
            counter.clear()
        self.statuses.clear()

    def body(self) -> dict[str, Any]:
        """As the control API shows it."""
        return {
            "total_calls": self.calls.total(),
            "total_writes": self.writes.total(),
            "calls": dict(self.calls),
            "writes": dict(self.writes),
            "unknown": dict(self.unknown),
            "statuses": {str(status): count for status, count in self.statuses.items()},
        }
