"""What was found: frozen records, and their JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["changed", "missing"]


@dataclass(frozen=True, slots=True)
class FieldDrift:
    """One property that the workspace holds otherwise than the state. None stands for not being there.

    `file` is what the environment file asks for now, `state` what was deployed, `workspace` what is.
    """

    path: str
    file: Any
    state: Any
    workspace: Any


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """A resource that was changed, or is gone. `inputs` are those of the state, `found` the workspace's."""

    kind: Kind
    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    found: Mapping[str, Any]
    fields: tuple[FieldDrift, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """Something on a securable of the environment that nobody here gave it: a grant, or a binding to a workspace.

    `who` is the principal's name in grants, or the workspace's id; `what` the privileges, or the binding's type. `place` is
    the path of the securable in the environment file.
    """

    kind: Literal["grant", "binding"]
    securable_type: str
    securable: str
    who: str
    what: tuple[str, ...]
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """All of it. `pending` counts resources that the environment file itself would change."""

    resources: tuple[ResourceDrift, ...]
    unmanaged: tuple[Unmanaged, ...]
    pending: int = 0

    def __bool__(self) -> bool:
        return bool(self.resources or self.unmanaged)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "drifted": bool(self),
            "resources": [
                {
                    "kind": found.kind,
                    "urn": found.urn,
                    "type": found.type,
                    "name": found.name,
                    "fields": [
                        {"path": field.path, "file": field.file, "state": field.state, "workspace": field.workspace}
                        for field in found.fields
                    ],
                }
                for found in self.resources
            ],
            "unmanaged": [
                {
                    "kind": found.kind,
                    "securableType": found.securable_type,
                    "securable": found.securable,
                    "who": found.who,
                    "what": list(found.what),
                }
                for found in self.unmanaged
            ],
            "pending": self.pending,
        }
