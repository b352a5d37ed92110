"""What dbt says while it runs, line by line: nodes that end, what went wrong, the final count.

Reads dbt-core's default text log (1.8 to 1.11). Lines that it does not know are no error: they stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

NodeStatus = Literal["success", "pass", "warn", "fail", "error", "skipped", "no-op"]
#: The statuses that make a run fail.
FAILED: frozenset[NodeStatus] = frozenset({"fail", "error"})

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_TIME = r"(?:\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:\s+|$))?"
_NODE = re.compile(
    rf"^{_TIME}(?P<index>\d+) of (?P<total>\d+) (?P<verb>"
    r"OK created|OK loaded|OK snapshotted|OK|PARTIALLY created|ERROR creating|ERROR loading|ERROR snapshotting|"
    r"ERROR STALE|ERROR|PASS|WARN(?: \d+)?|FAIL \d+|SKIP|NO-OP)"
    r" (?P<what>.*?) \.*\s*\[(?P<result>[^\]]*)\]\s*$"
)
_SECONDS = re.compile(r" in (\d+(?:\.\d+)?)s$")
_DONE = re.compile(
    rf"^{_TIME}Done\. PASS=(?P<pass>\d+) WARN=(?P<warn>\d+) ERROR=(?P<error>\d+) SKIP=(?P<skip>\d+)"
    r"(?: NO-OP=(?P<noop>\d+))? TOTAL=(?P<total>\d+)"
)
_PROBLEM = re.compile(
    rf"^{_TIME}(?P<what>[A-Z][A-Za-z ]*?|Failure|Warning) in "
    r"(?:(?P<kind>model|seed|snapshot|test|unit_test|source|operation|function|sql operation) )?"
    r"(?P<name>\S+) \((?P<path>[^)]*)\)"
)
_STATUS: dict[str, NodeStatus] = {
    "OK": "success",
    "PARTIALLY": "error",
    "ERROR": "error",
    "PASS": "pass",
    "WARN": "warn",
    "FAIL": "fail",
    "SKIP": "skipped",
    "NO-OP": "no-op",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A node that ended. `kind` and `relation` are as dbt names them ("table model", "gold.dim_shows")."""

    index: int
    total: int
    status: NodeStatus
    kind: str
    relation: str
    result: str
    seconds: float | None

    @property
    def name(self) -> str:
        """The node's own name, without its schema."""
        return self.relation.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a node failed or warned: dbt's words, below its heading."""

    heading: str
    name: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Counts:
    """dbt's last line."""

    passed: int = 0
    warned: int = 0
    errors: int = 0
    skipped: int = 0
    no_op: int = 0
    total: int = 0


def plain(line: str) -> str:
    """The line without colours."""
    return _ANSI.sub("", line)


def node(line: str) -> Node | None:
    """The node that ends on this line, if one does."""
    match = _NODE.match(plain(line))
    if match is None:
        return None
    result = match["result"]
    seconds = _SECONDS.search(result)
    kind, relation = _subject(match["what"].rstrip(" ."), match["verb"])
    return Node(
        index=int(match["index"]),
        total=int(match["total"]),
        status=_STATUS[match["verb"].split()[0]],
        kind=kind,
        relation=relation,
        result=_SECONDS.sub("", result),
        seconds=float(seconds[1]) if seconds else None,
    )


def counts(lines: Iterable[str]) -> Counts | None:
    """The sum of all `Done.` lines (a task may run several commands); None if there is none."""
    found = [match for line in lines if (match := _DONE.match(plain(line)))]
    if not found:
        return None

    def total(key: str) -> int:
        return sum(int(match[key] or 0) for match in found)

    return Counts(
        passed=total("pass"),
        warned=total("warn"),
        errors=total("error"),
        skipped=total("skip"),
        no_op=total("noop"),
        total=total("total"),
    )


def problems(lines: Iterable[str]) -> list[Problem]:
    """What dbt tells about failures and warnings after a run, in its order."""
    found: list[Problem] = []
    heading: re.Match[str] | None = None
    body: list[str] = []
    for raw in [*lines, "Done."]:
        line = plain(raw)
        match = _PROBLEM.match(line)
        ends = re.match(rf"^{_TIME}(?:Done\.|Finished running|\d+ of \d+ |Running with dbt)", line) is not None
        if (match or ends) and heading:
            message = _message(body)
            # dbt says "Failure in model x" before "Database Error in model x", which tells all.
            if message or match is None or match["name"] != heading["name"]:
                found.append(Problem(_heading(heading), heading["name"], heading["path"], message))
            heading = None
        if match:
            heading, body = match, []
        elif heading:
            body.append(line)
    return found


def _heading(match: re.Match[str]) -> str:
    return f"{match['what']} in {match['kind'] + ' ' if match['kind'] else ''}{match['name']}"


def _message(body: list[str]) -> str:
    kept = [re.sub(rf"^{_TIME}", "", line).strip() for line in body]
    return "\n".join(line for line in kept if line and not line.startswith("compiled code at "))


def _subject(what: str, verb: str) -> tuple[str, str]:
    """Split "sql table model gold.dim_shows" into its kind and its name; of a test and a snapshot only the name is told."""
    words = what.split()
    if len(words) < 2:
        return "snapshot" if verb.endswith(("snapshotting", "snapshotted")) else "test", what
    kind = " ".join(words[:-1]).removeprefix("sql ")
    return kind, words[-1]
