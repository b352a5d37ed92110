"""A workspace that answers from a script, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.engine.ports import Subject, Timeouts
from infra.providers.databricks.client import Answer, Client
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.provider import DatabricksProvider
from infra.providers.databricks.workspace import Workspace

HOST = "https://example.cloud.databricks.com"


class Script(Client):
    """`answers` by "METHOD path": an answer, an error to raise, or a list of them for one call after the other."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(Credentials(host=HOST, token="dapi-0"))
        self._answers = {"GET /.well-known/databricks-config": {"workspace_id": "900"}, **answers}
        self.sent: list[tuple[str, Any]] = []

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
        asked = f"{method} {path}"
        if "well-known" not in path:
            said = {"content": body} if isinstance(body, bytes) else body if body is not None else query or None
            self.sent.append((asked, None if said is None else dict(said)))
        answer = self._answers.get(asked, Absent(f"{asked} answered NOT_FOUND: not in the script", "NOT_FOUND"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    @property
    def asked(self) -> list[str]:
        """The calls, without what was sent."""
        return [asked for asked, _ in self.sent]


def provider_on(script: Script) -> DatabricksProvider:
    """A provider on a script, that never really waits."""
    return DatabricksProvider(Workspace(script, sleep=lambda _: None), ("dapi-0",))


def subject(kind: str, name: str = "it", timeouts: Timeouts | None = None) -> Subject:
    """A resource of a type named without its module: `Schema`."""
    token = f"databricks:index/{kind[0].lower()}{kind[1:]}:{kind}"
    return Subject(f"urn:pulumi:dev::test::{token}::{name}", token, name, timeouts or Timeouts())
