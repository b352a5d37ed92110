"""Two spellings of one thing: names in Unity Catalog are the same in any case, directories with and without a last slash."""

from __future__ import annotations

from infra.engine.values import Value


def any_case(old: Value, new: Value) -> bool:
    """`Lake` and `lake`."""
    return isinstance(old, str) and isinstance(new, str) and old.lower() == new.lower()


def slashed(old: Value, new: Value) -> bool:
    """`s3://acme/raw` and `s3://acme/raw/`."""
    return isinstance(old, str) and isinstance(new, str) and old.rstrip("/") == new.rstrip("/")
