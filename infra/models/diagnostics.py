"""pydantic's errors in the words of this project: the key, what is wrong, what would be right."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from infra.models.document import Node, dotted, locate
from infra.models.errors import Finding
from infra.models.record import WrongAt
from infra.models.suggestion import did_you_mean

Path = tuple[str | int, ...]

_EXPECTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list, such as [a, b]",
    "mapping_type": "a map of keys",
    "dict_type": "a map of keys",
    "model_type": "a map of keys",
    "model_attributes_type": "a map of keys",
}

#: What a value is called where its own key is a name that the user chose.
_NOUNS: Final = {"permissions": "permission level", "acls": "permission level"}


def findings(error: ValidationError, model: type[BaseModel], document: Node) -> Iterator[Finding]:
    """One finding for each of pydantic's errors, in the places of the file."""
    details = error.errors(include_url=False)
    for detail in details:
        path = tuple(step for step in detail["loc"] if step != "[key]")
        if detail["type"] == "too_short" and any(_below(other, detail) for other in details):
            continue  # it is not empty: pydantic counts only the items that are right
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, WrongAt):
            path = (*path, *cause.path)
        yield Finding(locate(document, path), dotted(path), _message(detail, path, model))


def _below(one: ErrorDetails, other: ErrorDetails) -> bool:
    depth = len(other["loc"])
    return len(one["loc"]) > depth and one["loc"][:depth] == other["loc"]


def _message(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "missing":
        return _missing(path, model)
    if kind == "literal_error":
        return _no_key(given, path, model) if detail["loc"][-1] == "[key]" else _no_choice(given, path, model)
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, not {_shown(given)}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "greater_than_equal":
        return f"{given} is too small; the least is {detail['ctx']['ge']}"
    if kind == "less_than_equal":
        return f"{given} is too large; the most is {detail['ctx']['le']}"
    if kind == "too_short":
        return f"is empty; at least {detail['ctx']['min_length']} has to be there"
    return detail["msg"]


def _unknown_key(path: Path, model: type[BaseModel]) -> str:
    if path == ("name",):
        return "unknown key; the name of an environment is that of its file"
    known = sorted(_fields(_annotation(model, path[:-1])))
    meant = did_you_mean(str(path[-1]), known)
    return f"unknown key{meant or '; there are ' + ', '.join(known)}"


def _missing(path: Path, model: type[BaseModel]) -> str:
    description = _fields(_annotation(model, path[:-1])).get(str(path[-1]), "")
    first = description.split(". ")[0].removesuffix(".")
    return f"is missing; give {first[:1].lower()}{first[1:]}" if first else "is missing"


def _no_choice(given: Any, path: Path, model: type[BaseModel]) -> str:
    choices = _choices(_annotation(model, path))
    parent = path[-2] if len(path) > 1 else None
    noun = _NOUNS.get(str(parent), str(path[-1]).replace("_", " "))
    article = "an" if noun[0] in "aeiou" else "a"
    return f"{_shown(given)} is not {article} {noun}; use one of {', '.join(choices)}"


def _no_key(given: Any, path: Path, model: type[BaseModel]) -> str:
    keys = [str(key) for key in get_args(get_args(_without_none(_annotation(model, path[:-1])))[0])]
    meant = did_you_mean(str(given), keys) or f"; use one of {', '.join(keys)}"
    return f"{_shown(given)} is no key of '{path[-2]}'{meant}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, tuple):
        return "a list"
    return str(value)


def _annotation(annotation: Any, path: Path) -> Any:
    """The type that `path` leads to, from a model's own type on."""
    for step in path:
        annotation = _inside(annotation, step)
    return annotation


def _inside(annotation: Any, step: str | int) -> Any:
    annotation = _without_none(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if step in (field.alias, name):
                return field.annotation
        return None
    arguments = get_args(annotation)
    if isinstance(step, int):
        return arguments[0] if arguments else None
    return arguments[1] if len(arguments) == 2 else None


def _without_none(annotation: Any) -> Any:
    """`X` of `X | None` and of `Annotated[X, …]`."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [one for one in get_args(annotation) if one is not type(None)]
        return _without_none(inner[0])
    if hasattr(annotation, "__metadata__"):
        return _without_none(get_args(annotation)[0])
    return annotation


def _fields(annotation: Any) -> dict[str, str]:
    """The keys of a model's type, with what they say."""
    annotation = _without_none(annotation)
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return {}
    return {field.alias or name: field.description or "" for name, field in annotation.model_fields.items()}


def _choices(annotation: Any) -> list[str]:
    annotation = _without_none(annotation)
    return [str(choice) for choice in get_args(annotation)] if get_origin(annotation) is Literal else []
