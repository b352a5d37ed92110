"""The Python that makes a program say what was imported, as `pulumi import` prints it.

Names and shapes are the SDK's own, where it is installed: its argument classes say which keys are properties (`snake_case` in
Python) and which are a map's, kept as they are. What it leaves out of the CLI's: references in the place of values that happen
to equal another resource's id or name; and secrets, in whose place `[secret]` stands.
"""

from __future__ import annotations

import importlib
import json
import keyword
import re
import typing
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from pulumi import _types

from infra.engine import urn as urns
from infra.engine.import_file import ImportSpec
from infra.engine.masking import MASK
from infra.engine.resource import Resource
from infra.engine.values import Secret, Value

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STEP: Final = "    "


def generated(specs: Sequence[ImportSpec], resources: Mapping[str, Resource]) -> str:
    """The program's text for those that are in the state; empty if none is. `resources` by URN."""
    found = [(spec, resources[spec.urn]) for spec in specs if spec.urn in resources]
    if not found:
        return ""
    names = _variables([spec for spec, _ in found], resources)
    imports = sorted({_import_line(urns.package_of(spec.type)) for spec, _ in found})
    return "\n".join(["import pulumi", *imports, "", *(_declaration(spec, resource, names) for spec, resource in found), ""])


def _declaration(spec: ImportSpec, resource: Resource, names: Mapping[str, str]) -> str:
    arguments = [json.dumps(spec.name, ensure_ascii=False)]
    shape = _arguments_of(spec.type)
    for key in sorted(resource.inputs):
        value = resource.inputs[key]
        if _is_said(key, value):
            name, kind = _named(shape, key)
            arguments.append(f"{name}={_literal(value, kind, _STEP)}")
    given = {
        "parent": names.get(spec.parent),
        "provider": names.get(spec.provider),
        "protect": "True" if spec.protect else None,
    }
    if options := ", ".join(f"{key}={value}" for key, value in given.items() if value):
        arguments.append(f"opts = pulumi.ResourceOptions({options})")
    joined = f",\n{_STEP}".join(arguments)
    return f"{names[spec.urn]} = {_class_path(spec.type)}({joined})"


def _literal(value: Value, kind: Any, margin: str) -> str:
    """Python for a value; `kind` is its type in the SDK, None where nobody knows."""
    if isinstance(value, Secret):
        return f'pulumi.Output.secret("{MASK}")'
    deeper = margin + _STEP
    if isinstance(value, dict):
        shape = _input_class(kind)
        lines = []
        for key in sorted(value):
            if _is_said(key, value[key]):
                name, inner = _named(shape, key) if shape else (key, None)
                lines.append(f"{deeper}{json.dumps(name, ensure_ascii=False)}: {_literal(value[key], inner, deeper)},\n")
        return "{\n" + "".join(lines) + margin + "}" if lines else "{}"
    if isinstance(value, list):
        inner = _element(kind)
        if len(value) < 2:
            return f"[{''.join(_literal(item, inner, margin) for item in value)}]"
        return "[\n" + "".join(f"{deeper}{_literal(item, inner, deeper)},\n" for item in value) + margin + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _is_said(key: str, value: Value) -> bool:
    """Whether a program would write it; nulls and empty objects say nothing."""
    return value is not None and value != {} and not key.startswith("__")


def _named(shape: Any, key: str) -> tuple[str, Any]:
    """A property's name in Python, and its type."""
    if shape is None:
        return _snake(key), None
    names = {property: name for name, property in _types.input_type_py_to_pulumi_names(shape).items()}
    return names.get(key, _snake(key)), _types.input_type_types(shape).get(key)


def _input_class(kind: Any) -> Any:
    """The class of arguments that a type means, None for maps and what nobody knows."""
    if isinstance(kind, type):
        return kind if _types.is_input_type(kind) else None
    inner = (_input_class(part) for part in typing.get_args(kind) if typing.get_origin(kind) not in {dict, Mapping})
    return next((found for found in inner if found is not None), None)


def _element(kind: Any) -> Any:
    """The type of a list's elements."""
    return next(iter(typing.get_args(kind)), None)


def _arguments_of(type: str) -> Any:
    module, _, name = _class_path(type).rpartition(".")
    found = getattr(_module(module), f"{name}Args", None)
    return found if found is not None and _types.is_input_type(found) else None


def _module(path: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"pulumi_{path}")
    except ImportError:
        return None


def _class_path(type: str) -> str:
    """`databricks.Schema` of `databricks:index/schema:Schema`, `aws.s3.Bucket` of `aws:s3/bucket:Bucket`."""
    if urns.is_provider(type):
        return f"{_package(urns.provider_package(type))}.Provider"
    package, _, rest = type.partition(":")
    module, _, name = rest.rpartition(":")
    within = module.partition("/")[0]
    return ".".join(part for part in (_package(package), "" if within == "index" else _snake(within), name) if part)


def _import_line(package: str) -> str:
    name = _package(package)
    return f"import pulumi_{name} as {name}"


def _package(package: str) -> str:
    return package.replace("-", "_")


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


def _variables(specs: Sequence[ImportSpec], resources: Mapping[str, Resource]) -> dict[str, str]:
    """What each is called, a second one of a name by its type too; and the parents and providers that they name."""
    names: dict[str, str] = {}
    for spec in specs:
        name = _identifier(spec.label)
        if name in names.values():
            name = f"{name}_{_snake(spec.type.rpartition(':')[2])}"
        names[spec.urn] = name
    for urn in (urn for spec in specs for urn in (spec.parent, spec.provider)):
        if urn in resources:
            names.setdefault(urn, _identifier(urns.name_of(urn)))
    return names


def _identifier(name: str) -> str:
    found = re.sub(r"\W", "_", name)
    return f"_{found}" if not found or found[0].isdigit() or keyword.iskeyword(found) else found
