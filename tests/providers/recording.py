"""A recording of the official provider (data/wire.json), and a workspace that answers from it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.engine.values import Secret
from infra.providers.databricks import registry
from infra.providers.databricks.client import Answer, Client
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.provider import DatabricksProvider
from infra.providers.databricks.workspace import Workspace

DATA = Path(__file__).parent / "data"
WIRE: dict[str, Any] = json.loads((DATA / "wire.json").read_text())
RESOURCES: dict[str, dict[str, Any]] = {
    name: found for name, found in WIRE["resources"].items() if found["type"] in registry.RESOURCES
}
HOST = "http://127.0.0.1:18080"
ACCOUNT = "11111111-2222-3333-4444-555555555555"


def opened(value: Any) -> Any:
    """A recorded value with its secrets as the engine hands them over."""
    if isinstance(value, dict):
        if set(value) == {"$secret"}:
            return Secret(value["$secret"])
        return {key: opened(item) for key, item in value.items()}
    return [opened(item) for item in value] if isinstance(value, list) else value


def program_inputs(checked: Any) -> Any:
    """What the program had written: checked inputs without the provider's defaults."""
    if isinstance(checked, dict):
        defaulted = checked.get("__defaults", [])
        return {key: program_inputs(item) for key, item in checked.items() if key != "__defaults" and key not in defaulted}
    return [program_inputs(item) for item in checked] if isinstance(checked, list) else checked


class Replay(Client):
    """Answers from the recorded calls of one phase, and keeps what was sent."""

    def __init__(self, phase: str) -> None:
        super().__init__(Credentials(host=HOST, account_id=ACCOUNT, token="dapi-example"))
        self._answers: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.sent: list[tuple[str, str, Any]] = []
        for call in WIRE["calls"]:
            if call["phase"] == phase:
                self._answers.setdefault((call["method"], _address(call["path"])), []).append(call)

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
        self.sent.append((method, path, body))
        recorded = self.recorded(method, path, body, query)
        if recorded is None:
            raise Absent(f"{method} {path} was not recorded", "NOT_RECORDED")
        answer = recorded["response"]
        return {"items": answer} if isinstance(answer, list) else dict(answer or {})

    def recorded(self, method: str, path: str, body: Any, query: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The recorded call at this address; of several the one that is most like it."""
        known = self._answers.get((method, _address(path)), [])
        wanted = {str(value) for value in (query or {}).values()}
        return max(known, key=lambda call: _likeness(call, body, wanted), default=None)


def _address(path: str) -> str:
    return unquote(urlsplit(path).path)


def _likeness(call: dict[str, Any], body: Any, wanted: set[str]) -> int:
    query = unquote(urlsplit(call["path"]).query)
    score = sum(value in query for value in wanted)
    if isinstance(body, Mapping) and isinstance(call["request"], dict):
        score += sum(call["request"].get(key) == value for key, value in body.items())
        score += sum(verb in json.dumps(call["request"]) and verb in json.dumps(body) for verb in ("entitlements", "members"))
    return score


def replaying(phase: str) -> tuple[Replay, DatabricksProvider]:
    """A provider on the recording."""
    client = Replay(phase)
    return client, DatabricksProvider(Workspace(client, sleep=lambda _: None))


def multipart(body: str) -> list[str]:
    """The values in a recorded form."""
    return re.findall(r"\r\n\r\n(.*?)\r\n--", body)
