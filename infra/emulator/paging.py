"""Pages of a list: `max_results` and `page_token` in, `next_page_token` out, as Unity Catalog's endpoints do it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.requests import Request
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

#: The longest page of the server's own choice, which `max_results=0` asks for.
SERVER_PAGE = 1000


def encode(key: str) -> str:
    """An opaque token that says: after this key."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def decode(token: str) -> str:
    """The key in a token, empty for an empty token. Raises InvalidParameter for one that this server did not make."""
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidParameter(f"Invalid page token: {token}") from error


def page(
    workspace: Workspace,
    request: Request,
    kind: str,
    parent: str | None,
    *,
    field: str,
    show: Callable[[Document], Document | None],
    longest: int = SERVER_PAGE,
    limit_name: str = "max_results",
) -> dict[str, Any]:
    """One page of the documents below `parent`, rendered by `show`, which answers None for what the caller may not see.

    A page may be shorter than asked for, even empty, and still have a next one. An empty list is left out of the answer,
    as the real API leaves it out.
    """
    limit = request.number(limit_name, 0)
    if limit < 0:
        raise InvalidParameter(f"{limit_name} must not be negative, got {limit}")
    limit = min(limit or longest, longest)
    rows = workspace.store.list(kind, parent, after=decode(request.query.get("page_token", "")), limit=limit + 1)
    shown = [body for _, document in rows[:limit] if (body := show(document)) is not None]
    answer: dict[str, Any] = {field: shown} if shown else {}
    if len(rows) > limit:
        answer["next_page_token"] = encode(rows[limit - 1][0])
    return answer
