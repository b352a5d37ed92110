"""Keys of the environment file for things that already have names. Pure."""

from __future__ import annotations

import re


class Keys:
    """The keys of one map of the file: each name gets one of its own, and may be asked for again."""

    def __init__(self, environment: str, *, separator: str, taken: set[str] | None = None) -> None:
        """`separator` stands between a key and the environment's name in the names that are made here."""
        self._suffix = f"{separator}{environment}"
        self._separator = separator
        self._taken = set() if taken is None else taken
        self._keys: dict[str, str] = {}

    def key(self, name: str) -> str:
        """The key of a thing of this name."""
        if name not in self._keys:
            plain = re.sub(r"[^a-z0-9]+", self._separator, name.removesuffix(self._suffix).lower()).strip(self._separator)
            if not plain[:1].isalpha():
                plain = f"x{self._separator}{plain}".strip(self._separator)
            key, number = plain[:60], 2
            while key in self._taken:
                key, number = f"{plain[:56]}{self._separator}{number}", number + 1
            self._taken.add(key)
            self._keys[name] = key
        return self._keys[name]

    def named(self, name: str) -> dict[str, str]:
        """What the file has to say of the name: nothing where it follows from key and environment."""
        return {} if f"{self.key(name)}{self._suffix}" == name else {"name": name}
