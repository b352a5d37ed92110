"""What to write into the environment file so that it says what the workspace holds. Pure.

What the file cannot say stays out, and is told with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.models import Environment
from infra.operations.drift.detection import Deployed
from infra.operations.drift.findings import Drift, FieldDrift, ResourceDrift, Unmanaged
from infra.operations.drift.places import Path, place, said, short
from infra.operations.introductions import introduction, spoken
from infra.operations.keys import Keys
from infra.operations.rewriting import GONE, Edit

_BINDINGS: Final = {"BINDING_TYPE_READ_WRITE": "read-write", "BINDING_TYPE_READ_ONLY": "read-only"}


#: Edits that make sense only together: a grant, and the principal that it introduces.
Together = tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Drift that no key of the file could say, and why."""

    what: str
    why: str


class Principals:
    """The keys by which an environment names principals, from the names that the workspace knows them by."""

    def __init__(self, environment: Environment, deployed: Deployed) -> None:
        identities = environment.identities
        self._keys: dict[str, str] = {}
        for key, runner in identities.service_principals.items():
            if runner.application_id:
                self._keys[str(runner.application_id)] = key
        for key, user in identities.users.items():
            self._keys[str(user.email)] = key
        for key in identities.groups:
            self._keys[environment.group_name(key)] = key
        for step in deployed.of_kind("ServicePrincipal"):
            outputs = step["oldState"].get("outputs", {})
            self._keys[str(outputs.get("applicationId"))] = step["urn"].rsplit("::", 1)[1]
        self._free = Keys(environment.name, separator="-", taken=set(identities.principals))
        self._introduced: dict[str, Edit] = {}

    def key(self, name: str) -> tuple[str, Together]:
        """The key of a principal, and the edit that introduces one whom the file does not name yet."""
        if name not in self._keys:
            key = self._keys[name] = self._free.key(spoken(name))
            kind, said = introduction(key, name)
            self._introduced[name] = Edit(("identities", kind, key), said)
        introduced = self._introduced.get(name)
        return self._keys[name], () if introduced is None else (introduced,)


def adoption(environment: Environment, drift: Drift, deployed: Deployed) -> tuple[tuple[Together, ...], tuple[Unsaid, ...]]:
    """The edits that adopt all of the drift, as far as the file can say it, in the order in which it was found."""
    principals = Principals(environment, deployed)
    changes: list[Together] = []
    unsaid: list[Unsaid] = []
    for found in drift.resources:
        for made in _of_resource(environment, principals, found):
            if isinstance(made, Unsaid):
                unsaid.append(made)
            else:
                changes.append(made)
    changes += [_of_unmanaged(environment, principals, other) for other in drift.unmanaged]
    gone = [edit.path for edits in changes for edit in edits if edit.value is GONE]
    return tuple(edits for edits in changes if not _is_inside(edits, gone)), tuple(unsaid)


def _is_inside(edits: Together, gone: Sequence[Path]) -> bool:
    """Whether what they say goes away with something around it."""
    return any(edit.path[: len(path)] == path != edit.path for edit in edits for path in gone)


def _of_resource(environment: Environment, principals: Principals, found: ResourceDrift) -> Iterator[Together | Unsaid]:
    at, kind = place(found.urn), short(found.type)
    if at is None:
        yield Unsaid(f"{kind} {found.name}", "the environment file has no key of its own for it")
    elif found.kind == "missing":
        yield (Edit(at, GONE),)
    elif kind == "Grant":
        yield (Edit(at, _granted(environment, found.found.get("privileges", ()))),)
    elif kind == "Permissions":
        yield _levels(principals, at, found)
    else:
        done: set[Path] = set()
        for field in found.fields:
            made = _of_field(principals, at, kind, found, field)
            if isinstance(made, Edit):
                if made.path in done:
                    continue
                done.add(made.path)
                yield (made,)
            else:
                yield made


def _of_field(principals: Principals, at: Path, kind: str, found: ResourceDrift, field: FieldDrift) -> Edit | Unsaid:
    known = said(kind, field.path)
    if known is None:
        return Unsaid(f"{kind} {found.name}: {field.path}", "the environment file does not say this property")
    root, key = known
    value = found.found.get(root, field.workspace if root == field.path else None)
    if value in (None, "", {}, []):
        return Edit((*at, *key.key), GONE)
    if key.principal:
        name, introduced = principals.key(str(value))
        if introduced:
            return Unsaid(f"{kind} {found.name}: {field.path} is {value}", "the environment does not name this principal")
        return Edit((*at, *key.key), name)
    return Edit((*at, *key.key), key.to_file(value))


def _levels(principals: Principals, at: Path, found: ResourceDrift) -> Together:
    """The whole map of who may do what: an access list is replaced as one."""
    levels: dict[str, str] = {}
    edits: Together = ()
    for entry in found.found.get("accessControls", ()):
        name = entry.get("servicePrincipalName") or entry.get("userName") or entry.get("groupName")
        key, introduced = principals.key(str(name))
        edits += introduced
        levels[key] = entry["permissionLevel"]
    return (*edits, Edit(at, levels))


def _of_unmanaged(environment: Environment, principals: Principals, found: Unmanaged) -> Together:
    if found.kind == "binding":
        access = _BINDINGS.get(found.what[0], "read-write")
        return (Edit((*found.place, "workspaces", f"workspace-{found.who}"), {"id": found.who, "access": access}),)
    key, introduced = principals.key(found.who)
    return (*introduced, Edit((*found.place, "grants", key), _granted(environment, found.what)))


def _granted(environment: Environment, privileges: Any) -> list[str]:
    """Privileges as the file writes them: by a role where one holds just these."""
    held = sorted(str(each).replace(" ", "_") for each in privileges)
    roles: Mapping[str, Any] = environment.identities.roles
    role = next((name for name, members in roles.items() if sorted(members) == held), None)
    return [role] if role is not None else held
