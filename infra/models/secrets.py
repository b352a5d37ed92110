"""Secret scopes: which secrets a workspace holds and who may read them. Values never stand in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from infra.models.record import Key, Record
from infra.models.substitution import SecretReference, Text


class SecretScope(Record):
    """A scope; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    keys: Mapping[Key, SecretReference] = {}
    """The secrets in it, each `${secret:NAME}`."""
    acls: Mapping[Key, Literal["READ", "WRITE", "MANAGE"]] = {}
    """Who may do what with all of them."""


class Secrets(Record):
    """Where the values of `${secret:NAME}` come from, and the scopes that they go to."""

    source: Literal["env", "none"] = "env"
    """`env`: the variable `LAKESTEAD_SECRET_<NAME>` of the process. `none`: made at random once, and kept on this laptop."""
    scopes: Mapping[Key, SecretScope] = {}
    """Secret scopes."""
