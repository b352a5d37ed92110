"""Tags of data: keys and values as Unity Catalog takes them.

Limits: https://docs.databricks.com/aws/en/database-objects/tags (constraints): 50 tags a securable, keys of 255 characters
without `. , - = / :`, values of 1000. Keys that begin with `class.` are the platform's own, given by its data classification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from infra.models.substitution import Text

_KEY: Final = re.compile(r"(class\.)?[A-Za-z_][A-Za-z0-9_]{0,248}")
_MOST: Final = 50


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise ValueError(f"'{value}' cannot be a tag's key; use letters, digits and '_', no digit first")
    return value


def _tags(value: Mapping[str, str]) -> Mapping[str, str]:
    if len(value) > _MOST:
        raise ValueError(f"has {len(value)} tags; {_MOST} is the platform's limit")
    return value


TagKey = Annotated[str, AfterValidator(_key)]
#: Key -> value; an empty value is a tag that says nothing but its key.
Tags = Annotated[Mapping[TagKey, Text], AfterValidator(_tags)]
