"""What every part of an environment has in common: frozen, nothing unknown in it, no value turned into another type."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict


class WrongAt(ValueError):
    """What a validator of a whole record finds wrong at one of its keys; `path` leads there from the record."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


class Record(BaseModel):
    """A part of an environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]{0,254}")


def key_problem(value: str) -> str:
    """What is wrong with a name; empty if nothing is."""
    if _KEY.fullmatch(value):
        return ""
    return f"'{value}' is not a name; use small letters, digits, '-' and '_', a letter first, 63 at most"


def _key(value: str) -> str:
    if problem := key_problem(value):
        raise ValueError(problem)
    return value


def _identifier(value: str) -> str:
    if not _IDENTIFIER.fullmatch(value):
        raise ValueError(
            f"'{value}' cannot name a catalog, schema or volume here; use small letters, digits and '_', no digit first"
        )
    return value


#: A name inside the file; resources are named after it.
Key = Annotated[str, AfterValidator(_key)]
#: A name in SQL that needs no quotes and is the same in any case: Unity Catalog keeps names in small letters.
Identifier = Annotated[str, AfterValidator(_identifier)]
