"""What `import` is told to take over: resources of the command line or of a file in the CLI's shape. Pure.

A file has `resources`, each with `type`, `name` and `id`, and where needed `logicalName`, `parent`, `provider` (names of
resources of the file, or of its `nameTable`, which gives them URNs), `version`, `properties`, `inputs`, `component`. What it
leaves out, and refuses by name: `outputs`, `remote`, `parameterization`, `extension` and `providerInputs`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from infra.engine import urn as urns
from infra.engine.errors import PlanError, UnsupportedError

_KNOWN: Final = frozenset(
    {
        *("type", "name", "logicalName", "id", "parent", "provider", "version", "pluginDownloadUrl"),
        *("properties", "inputs", "component"),
    }
)
_REFUSED: Final = frozenset({"outputs", "remote", "parameterization", "extension"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec:
    """One resource. `parent` and `provider` are URNs, empty for the stack and for the default provider; `label` is what a
    program may call it. `properties` are the inputs to keep, none for all."""

    urn: str
    type: str
    name: str
    label: str
    id: str = ""
    parent: str = ""
    provider: str = ""
    version: str = ""
    properties: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    component: bool = False
    protect: bool = True


def inline(
    type: str, name: str, id: str, *, properties: Sequence[str] = (), parent: str = "", provider: str = ""
) -> dict[str, Any]:
    """The file that says what a command line says. `parent` and `provider` are `name=URN`, or a URN."""
    table: dict[str, str] = {}
    resource: dict[str, Any] = {"type": type, "name": name, "id": id, "properties": list(properties)}
    for key, spec in (("parent", parent), ("provider", provider)):
        if spec:
            label, equals, urn = spec.partition("=")
            label, urn = (label, urn) if equals else (key, spec)
            if not urn.startswith("urn:pulumi:") or urn.count("::") < 3:
                raise PlanError(f"--{key} {spec}: write it as name=URN")
            if label in table:
                raise PlanError(f"provider and parent must have distinct names, both were '{label}'")
            table[label] = urn
            resource[key] = label
    return {"nameTable": table, "resources": [resource]}


def parsed(document: Any, *, stack: str, project: str, protect: bool) -> tuple[ImportSpec, ...]:
    """The resources of an import file, parents before children. Raises `PlanError` with everything that is wrong."""
    if not isinstance(document, dict) or not isinstance(document.get("resources", []), list):
        raise PlanError("an import file is an object with a list of `resources`")
    if document.get("providerInputs"):
        raise UnsupportedError("providerInputs: declare the provider in `resources`, and its configuration as its `inputs`")
    raw = [item | {"name": item.get("name") or item.get("logicalName")} for item in document.get("resources") or []]
    problems = [problem for index, item in enumerate(raw) for problem in _problems(index, item)]
    if problems:
        raise PlanError("\n".join(problems))
    return _Naming(stack, project, document.get("nameTable") or {}, raw).resolved(protect)


def _problems(index: int, item: Mapping[str, Any]) -> Iterator[str]:
    about = described(index, item)
    if refused := sorted(_REFUSED & {key for key, value in item.items() if value}):
        yield f"{about}: {', '.join(refused)} is not supported"
    if unknown := sorted(item.keys() - _KNOWN - _REFUSED):
        yield f"{about}: unknown key {', '.join(unknown)}"
    if not item.get("type"):
        yield f"{about} has no type"
    if not item.get("name"):
        yield f"{about} has no name"
    is_provider = urns.is_provider(str(item.get("type", "")))
    if is_provider and item.get("id"):
        yield f"{about} has an ID, but is a provider, which is created rather than read"
    if is_provider and item.get("component"):
        yield f"{about} is a provider and may not be marked as a component"
    if not is_provider and not item.get("component") and not item.get("id"):
        yield f"{about} has no ID"
    if item.get("component") and item.get("id"):
        yield f"{about} has an ID, but is marked as a component"


def described(index: int, item: Mapping[str, Any]) -> str:
    """A resource as messages call it."""
    name = f"'{item['name']}'" if item.get("name") else f"'{item['id']}'" if item.get("id") else str(index)
    return f"resource {name}" + (f" of type '{item['type']}'" if item.get("type") else "")


class _Naming:
    """Names into URNs: a child's needs its parent's."""

    def __init__(self, stack: str, project: str, table: Mapping[str, str], raw: Sequence[Mapping[str, Any]]) -> None:
        self._stack, self._project, self._table, self._raw = stack, project, table, raw
        self._times = Counter(str(item["name"]) for item in raw)
        self._urns: dict[str, str] = dict(table)

    def resolved(self, protect: bool) -> tuple[ImportSpec, ...]:
        found: list[ImportSpec] = []
        waiting = list(enumerate(self._raw))
        while waiting:
            ready = [(index, item) for index, item in waiting if self._is_ready(index, item)]
            if not ready:
                names = ", ".join(described(index, item) for index, item in waiting)
                raise PlanError(f"{names}: the parents go round in a circle")
            found += [self._spec(index, item, found, protect) for index, item in ready]
            waiting = [pair for pair in waiting if pair not in ready]
        return tuple(replace(spec, provider=self._provider_of(spec)) for spec in found)

    def _is_ready(self, index: int, item: Mapping[str, Any]) -> bool:
        parent = item.get("parent")
        if not parent or parent in self._urns:
            return True
        if self._times[parent] > 1:
            raise PlanError(f"{described(index, item)} has an ambiguous parent")
        if not self._times[parent]:
            raise PlanError(f"the parent '{parent}' for {described(index, item)} has no entry in 'nameTable'")
        return False

    def _spec(self, index: int, item: Mapping[str, Any], found: Sequence[ImportSpec], protect: bool) -> ImportSpec:
        parent = self._urns[item["parent"]] if item.get("parent") else ""
        name = str(item.get("logicalName") or item["name"])
        urn = urns.make(self._stack, self._project, parent, str(item["type"]), name)
        if any(other.urn == urn for other in found) or urn in self._table.values():
            raise PlanError(f"{described(index, item)} has an ambiguous URN, set name (or logical name) to be unique")
        self._urns.setdefault(str(item["name"]), urn)
        return ImportSpec(
            urn=urn,
            type=str(item["type"]),
            name=name,
            label=str(item["name"]),
            id=str(item.get("id") or ""),
            parent=parent,
            provider=str(item.get("provider") or ""),
            version=str(item.get("version") or "").removeprefix("v"),
            properties=tuple(item.get("properties") or ()),
            inputs=item.get("inputs") or {},
            component=bool(item.get("component")),
            protect=protect,
        )

    def _provider_of(self, spec: ImportSpec) -> str:
        if not spec.provider:
            return ""
        if self._times[spec.provider] > 1:
            raise PlanError(f"resource '{spec.label}' of type '{spec.type}' has an ambiguous provider")
        urn = self._urns.get(spec.provider)
        if urn is None:
            raise PlanError(
                f"the provider '{spec.provider}' for resource '{spec.label}' of type '{spec.type}' has no entry in 'nameTable' "
                "or 'resources'"
            )
        if not urns.is_provider(urns.type_of(urn)):
            raise PlanError(f"the provider '{spec.provider}' for resource '{spec.label}' is not a provider")
        return urn
