"""The metastore that the workspace is attached to. It is the account's: only what is granted on it is this environment's."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from infra.models.record import Record
from infra.models.securable import Grants
from infra.models.substitution import Text, variables

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _id(value: str) -> str:
    if not variables(value) and not _ID.fullmatch(value):
        raise ValueError(f"'{value}' is not the id of a metastore; `databricks metastores current` answers it")
    return value


class Metastore(Record):
    """What the environment's principals may do in the metastore."""

    id: Annotated[Text, AfterValidator(_id)]
    """The metastore's id, which grants on it name."""
    grants: Grants = Field(default={})
    """Who may make what in it."""
