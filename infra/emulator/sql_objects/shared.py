"""What saved queries, alerts and dashboards have in common: a folder, an owner, times, update masks, a trash."""

from __future__ import annotations

from infra.emulator.errors import InvalidParameter
from infra.emulator.files import objects
from infra.emulator.identity import access_levels, directory
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

ACTIVE, TRASHED = "ACTIVE", "TRASHED"
_PAGE, _LONGEST_PAGE = 20, 100


def now(workspace: Workspace) -> str:
    """As these APIs give times: RFC 3339, in UTC."""
    return workspace.clock.datetime().isoformat().replace("+00:00", "Z")


def folder(workspace: Workspace, caller: Caller, given: object) -> str:
    """The normalized path of the folder that something is to be in, the caller's home if it is not said. Raises NotFound."""
    path = objects.normalize(str(given)) if given else f"/Users/{caller.name}"
    objects.require(workspace, caller, "CAN_EDIT", objects.fetch(workspace, path))
    return path


def masked(before: Document, given: Document, mask: str, known: tuple[str, ...]) -> Document:
    """`before` with the fields of an update mask as `given` has them, gone where it does not. Raises InvalidParameter."""
    names = list(known) if mask == "*" else [name.strip().partition(".")[0] for name in mask.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise InvalidParameter(f"Invalid update_mask '{mask}': it names some of {', '.join(known)}.")
    after = {name: value for name, value in before.items() if name not in names}
    return after | {name: given[name] for name in names if given.get(name) is not None}


def owner(workspace: Workspace, given: object) -> str:
    """The name of the user or service principal that is to be owner. Raises InvalidParameter."""
    found = directory.find(workspace, str(given))
    if found is None or found[0] == "group":
        raise InvalidParameter(f"There is no user '{given}' in this workspace.")
    return str(given)


def seen(workspace: Workspace, caller: Caller, found: list[Document], type_name: str) -> list[Document]:
    """Those that the caller may see, the oldest first."""
    level = access_levels.TYPES[type_name].levels[0]
    ordered = sorted(found, key=lambda each: (each["create_time"], each["id"]))
    return [each for each in ordered if access_levels.has(workspace, caller, level, type_name, str(each["id"]))]


def page(request: Request, found: list[Document], field: str) -> Document:
    """One page, by `page_size` and `page_token`."""
    start = int(decode(request.query.get("page_token", "")) or 0)
    end = start + min(request.number("page_size", _PAGE) or _PAGE, _LONGEST_PAGE)
    answer: Document = {field: found[start:end]} if found[start:end] else {}
    return answer | ({"next_page_token": encode(str(end))} if end < len(found) else {})
