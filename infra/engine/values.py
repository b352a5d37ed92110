"""The property values that programs, providers and state exchange.

A value is JSON (None, bool, int, float, str, list, dict) and three kinds more: `UNKNOWN`, what a preview cannot know yet;
`Secret`, a value that may never be written in clear; and `Asset`/`Archive`, content handed over by reference. The wire
forms (protobuf) are in `infra.engine.rpc`, the stored forms (JSON with ciphertexts) in `infra.engine.state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

#: Any property value. `Any`, because JSON nests and mypy has no cheap recursive alias for it.
Value: TypeAlias = Any
Properties: TypeAlias = dict[str, Value]

#: Marks in a dict of the wire or of the state what a plain JSON value cannot say.
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
#: What stands for an unknown value where only a string can stand.
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
#: Above this a float stands for no particular integer, and is no integer here.
EXACT: Final = 2.0**53


class Unknown:
    """A value that exists only after the update: the type of `UNKNOWN`, its one instance."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unknown:
        return self

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that is encrypted wherever it is written. Never nested: a secret's value holds no secret."""

    value: Value

    def __repr__(self) -> str:
        return "Secret([secret])"


def contains_unknown(value: Value) -> bool:
    """Whether anything in `value`, at any depth, is unknown."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Secret):
        return contains_unknown(value.value)
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return False


def contains_secret(value: Value) -> bool:
    """Whether anything in `value`, at any depth, is secret."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, dict):
        return any(contains_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_secret(item) for item in value)
    return False


def reveal(value: Value) -> Value:
    """`value` with every secret replaced by what it holds: for a provider's call, never for anything that is written."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value
