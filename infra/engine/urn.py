"""Names of resources: `urn:pulumi:<stack>::<project>::<qualified type>::<name>`, and what can be read from them.

Follows `sdk/go/common/resource/urn` of Pulumi: a child's qualified type is its parent's, `$`, and its own; the root stack's is
left out.
"""

from __future__ import annotations

from typing import Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


def make(stack: str, project: str, parent: str, type: str, name: str) -> str:
    """The URN of a resource. `parent` is its parent's URN, empty for none."""
    qualifier = qualified_type(parent) if parent else ""
    prefix = "" if qualifier in {"", STACK_TYPE} else f"{qualifier}$"
    return f"urn:pulumi:{stack}::{project}::{prefix}{type}::{name}"


def child_of(parent: str, urn: str) -> str:
    """The URN that a resource would have if `parent` were its parent."""
    stack, project, _ = urn.removeprefix("urn:pulumi:").split("::", 2)
    return make(stack, project, parent, type_of(urn), name_of(urn))


def qualified_type(urn: str) -> str:
    """The types of a resource and of its parents, joined with `$`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """The resource's own type."""
    return qualified_type(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """The name that the program gave; it may itself contain `::`."""
    return urn.split("::", 3)[3]


def package_of(type: str) -> str:
    """The package of a type or a function, such as `databricks`."""
    return type.partition(":")[0]


def is_provider(type: str) -> bool:
    """Whether a type is that of a provider resource."""
    return type.startswith(PROVIDER_PREFIX)


def provider_package(type: str) -> str:
    """The package that a provider resource configures."""
    return type.removeprefix(PROVIDER_PREFIX)


def is_default_provider(urn: str) -> bool:
    """Whether a URN names a provider resource that the engine made by itself."""
    return is_provider(type_of(urn)) and name_of(urn).startswith("default")


def reference(urn: str, id: str) -> str:
    """How a resource names the provider resource that serves it."""
    return f"{urn}::{id}"


def split_reference(reference: str) -> tuple[str, str]:
    """URN and id of a provider resource, from a reference to it. Both are empty for an empty reference."""
    urn, _, id = reference.rpartition("::")
    return urn, id
