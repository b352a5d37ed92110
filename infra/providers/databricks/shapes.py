"""How a resource type's properties are declared: names, kinds, and what the official provider knows about each.

A `Shape` holds the fields of a resource or of an object inside it. Three names meet in a field: `name`, as programs and
state write it (camelCase, lists in the plural); `wire`, the Terraform attribute under it, which the official provider needs
to read our state; `api`, the key in Databricks' JSON. Checking, comparing, storing and sending all follow these declarations;
what a family's file adds is only which calls are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from infra.engine.values import Value

Kind = Literal["text", "integer", "number", "flag", "mapping", "texts", "integers", "block", "blocks"]

_UPPER: Final = re.compile(r"(?<!^)([A-Z])")


def snake(name: str) -> str:
    """`clusterSize` as `cluster_size`."""
    return _UPPER.sub(r"_\1", name).lower()


class AutoName:
    """The default of a `name`: the resource's logical name and seven random hexadecimal digits."""

    def __repr__(self) -> str:
        return "AUTO_NAME"


AUTO_NAME: Final = AutoName()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property.

    - `computed`: the server fills it in when the program leaves it out, so its absence is no difference.
    - `derived`: formally an input, but what it is follows from the rest: an import leaves it out.
    - `output`: only the server sets it.
    - `local`: never sent or answered, kept in the state alone (`forceDestroy`).
    - `default`: what the official provider fills in, and lists in `__defaults`.
    - `usual`: what the server sets by itself; equal to leaving it out.
    - `absent`: what the state holds when there is none.
    - `unordered`: a set. `key`: a list whose items are told apart by this property, whatever their order; `sorts` says that the
      state keeps them in the order of that key.
    - `alike`: whether a stored and a new value mean the same though they differ: a path with and without `/Workspace`.
    - `refused`: not supported here. `attribute`: a block that Terraform stores as null when absent, not as an empty list.
    - `numeral`: text to Pulumi, a number to Terraform.
    - `listed`: a block that Terraform's plugin framework has as a list of at most one.
    """

    name: str
    kind: Kind
    shape: Shape | None = None
    required: bool = False
    replaces: bool = False
    computed: bool = False
    derived: bool = False
    output: bool = False
    local: bool = False
    secret: bool = False
    unordered: bool = False
    sorts: bool = False
    attribute: bool = False
    numeral: bool = False
    listed: bool = False
    refused: bool = False
    key: str = ""
    default: Value = None
    usual: Value = None
    absent: Value = None
    wire: str = ""
    api: str = ""
    alike: Callable[[Value, Value], bool] | None = None
    choices: tuple[str, ...] = ()

    @property
    def nested(self) -> Shape:
        """The shape of a block's object."""
        if self.shape is None:
            raise LookupError(f"{self.name} is no block that is supported")
        return self.shape


class Shape(Mapping[str, Field]):
    """Fields by name, in the order of their declaration.

    `framework` says that the official provider has built the type on Terraform's plugin framework. Then checked inputs have no
    `__defaults`; the state has no property for what is null, and an `id` only if the API has one; blocks are plain objects.
    """

    def __init__(self, *fields: Field, framework: bool = False) -> None:
        self.framework = framework
        self._fields = {field.name: _in_framework(field) if framework else field for field in fields}

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def fields(self) -> Iterator[Field]:
        """Every field, in order."""
        return iter(self._fields.values())


def _in_framework(field: Field) -> Field:
    return field if field.shape is None else replace(field, shape=Shape(*field.shape.fields(), framework=True))


def _field(name: str, kind: Kind, **options: Any) -> Field:
    wire = options.pop("wire", "") or snake(name)
    return Field(name=name, kind=kind, wire=wire, api=options.pop("api", "") or wire, **options)


def text(name: str, **options: Any) -> Field:
    """A string."""
    return _field(name, "text", **options)


def integer(name: str, **options: Any) -> Field:
    """A whole number."""
    return _field(name, "integer", **options)


def number(name: str, **options: Any) -> Field:
    """A number, whole or not."""
    return _field(name, "number", **options)


def flag(name: str, **options: Any) -> Field:
    """A boolean."""
    return _field(name, "flag", **options)


def mapping(name: str, **options: Any) -> Field:
    """A map of strings."""
    return _field(name, "mapping", **options)


def texts(name: str, **options: Any) -> Field:
    """A list of strings, or a set of them if `unordered`."""
    return _field(name, "texts", **options)


def integers(name: str, **options: Any) -> Field:
    """A list of whole numbers, or a set of them if `unordered`."""
    return _field(name, "integers", **options)


def block(name: str, *fields: Field, **options: Any) -> Field:
    """An object; in Terraform a list of at most one."""
    return _field(name, "block", shape=Shape(*fields), **options)


def blocks(name: str, *fields: Field, **options: Any) -> Field:
    """A list of objects."""
    return _field(name, "blocks", shape=Shape(*fields), **options)


def unsupported(name: str, kind: Kind = "block", **options: Any) -> Field:
    """What the official provider knows and this one refuses by name; the state shows it as absent."""
    return _field(name, kind, refused=True, **options)


_ZERO: Final[Mapping[str, Value]] = {
    "text": "",
    "integer": 0,
    "number": 0,
    "flag": False,
    "mapping": {},
    "texts": [],
    "integers": [],
    "blocks": [],
}


def zeroed(*fields: Field) -> tuple[Field, ...]:
    """The same fields, absent as zero values, however deep: how Terraform stores what is left out inside a block of a list."""
    return tuple(_zeroed(field) for field in fields)


def _zeroed(field: Field) -> Field:
    inner = None if field.shape is None else Shape(*zeroed(*field.shape.fields()))
    return replace(field, shape=inner, absent=_ZERO.get(field.kind) if field.absent is None else field.absent)


def zero_block(name: str, *fields: Field, **options: Any) -> Field:
    """A block whose absent fields are zero values."""
    return block(name, *zeroed(*fields), **options)


def zero_blocks(name: str, *fields: Field, **options: Any) -> Field:
    """A list of objects whose absent fields are zero values."""
    return blocks(name, *zeroed(*fields), **options)


#: Every resource has it: the workspace that holds it.
PROVIDER_CONFIG: Final = block("providerConfig", text("workspaceId"), computed=True, local=True)
