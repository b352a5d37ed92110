"""Principals whom a workspace names and an environment file does not yet: how the file says who they are. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

_APPLICATION: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_application(name: str) -> bool:
    """Whether a name in grants and access lists is a service principal's application id."""
    return _APPLICATION.fullmatch(name) is not None


def spoken(name: str) -> str:
    """What a key is to be made of: an address without its domain, an application id's beginning, a group's name."""
    return f"sp-{name[:8]}" if is_application(name) else name.partition("@")[0]


def introduction(key: str, name: str) -> tuple[str, dict[str, Any]]:
    """The map of `identities` that a principal belongs to, and what it says under a key: that they exist, and are who."""
    if is_application(name):
        return "service_principals", {"application_id": name}
    if "@" in name:
        return "users", {"email": name, "existing": True}
    return "groups", {"existing": True} if key == name else {"name": name, "existing": True}
