"""Attribute-based policies on catalogs, schemas and tables: kept and served below …/policies, found for a table and a reader.

databricks-sdk `catalog.PolicyInfo`; https://docs.databricks.com/api/workspace/policies. A policy filters rows or masks a column
of every table below its securable whose tags and columns match; whether its function exists is seen when a table is read.
`applicable` is what a reader of a table has to obey; obeying is the SQL side's part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import conditions, registry
from infra.emulator.unity.privileges import require_manage, require_visible
from infra.emulator.unity.securables import CATALOG, POLICY, SCHEMA, TABLE, ancestry, check_name
from infra.emulator.unity.tag_assignments import tags_of
from infra.emulator.workspace import Caller, Workspace

_ON: Final = (CATALOG, SCHEMA, TABLE)
_OPTIONS: Final = {"POLICY_TYPE_COLUMN_MASK": "column_mask", "POLICY_TYPE_ROW_FILTER": "row_filter"}
_FIELDS: Final = (
    *("to_principals", "except_principals", "for_securable_type", "policy_type", "match_columns", "when_condition"),
    *("column_mask", "row_filter", "comment"),
)
_MOST_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class Applicable:
    """A policy that holds for a reader of a table. `columns` are the names of the table's columns by the policy's aliases;
    an alias may match several, and then the policy holds for each combination."""

    policy: Document
    columns: dict[str, list[str]]


def applicable(workspace: Workspace, caller: Caller, table: str) -> list[Applicable]:
    """The policies that hold for a caller who reads a table (its full name in lower case), outermost first."""
    relation = workspace.store.get(TABLE, table) if workspace.store.count(POLICY) else None
    if relation is None:
        return []
    found = []
    for kind, name in ancestry(TABLE, table):
        for _, policy in workspace.store.list(POLICY, f"{kind}/{name}"):
            if not _meant(policy, caller):
                continue
            condition = policy.get("when_condition")
            if condition and not conditions.holds(condition, tags_of(workspace, TABLE, table)):
                continue
            columns = _matched(policy, relation)
            if all(columns.values()):
                found.append(Applicable(policy, columns))
    return found


def _meant(policy: Document, caller: Caller) -> bool:
    to, but = set(policy["to_principals"]), set(policy.get("except_principals") or [])
    return bool(to & caller.principals) and not but & caller.principals


def _matched(policy: Document, relation: Document) -> dict[str, list[str]]:
    return {
        match.get("alias") or match["condition"]: [
            column["name"] for column in relation["columns"] if conditions.holds(match["condition"], column.get("tags", {}))
        ]
        for match in policy.get("match_columns") or []
    }


def _check(body: dict[str, Any]) -> None:
    """Raise InvalidParameter for a policy that says too little, or what does not fit together."""
    if body.get("for_securable_type") != "TABLE":
        raise InvalidParameter(f"for_securable_type must be TABLE, got '{body.get('for_securable_type')}'")
    if body.get("policy_type") not in _OPTIONS:
        raise InvalidParameter(f"policy_type must be one of {', '.join(_OPTIONS)}, got '{body.get('policy_type')}'")
    if not body.get("to_principals"):
        raise InvalidParameter("to_principals must name a principal")
    wanted = _OPTIONS[body["policy_type"]]
    for option in _OPTIONS.values():
        if bool(body.get(option)) != (option == wanted):
            raise InvalidParameter(f"{option} {'must' if option == wanted else 'cannot'} be given for {body['policy_type']}")
    matches = body.get("match_columns") or []
    if len(matches) > _MOST_COLUMNS:
        raise InvalidParameter(f"match_columns takes at most {_MOST_COLUMNS} entries, got {len(matches)}")
    for condition in (*(str(match.get("condition") or "") for match in matches), body.get("when_condition") or "TRUE"):
        conditions.check(condition)
    _check_aliases(body[wanted], {match.get("alias") for match in matches})


def _check_aliases(options: dict[str, Any], aliases: set[str | None]) -> None:
    if not options.get("function_name"):
        raise InvalidParameter("Missing required field: function_name")
    used = [options["on_column"]] if "on_column" in options else []
    used += [argument["alias"] for argument in options.get("using") or [] if argument.get("alias")]
    unknown = [alias for alias in used if alias not in aliases]
    if unknown:
        raise InvalidParameter(f"{', '.join(unknown)} is no alias of match_columns")


def _place(workspace: Workspace, kind: str, name: str) -> tuple[str, str]:
    kind, name = kind.lower(), name.lower()
    if kind not in _ON:
        raise InvalidParameter(f"on_securable_type must be one of CATALOG, SCHEMA, TABLE, got '{kind.upper()}'")
    registry.fetch(workspace, kind, name)
    return kind, name


def _fetch(workspace: Workspace, place: tuple[str, str], name: str) -> Document:
    document = workspace.store.get(POLICY, f"{place[0]}/{place[1]}/{name.lower()}")
    if document is None:
        raise NotFound(f"Policy '{name}' does not exist on {place[0].upper()} '{place[1]}'.", code="POLICY_DOES_NOT_EXIST")
    return document


def _put(workspace: Workspace, place: tuple[str, str], document: Document) -> None:
    parent = f"{place[0]}/{place[1]}"
    workspace.store.put(POLICY, f"{parent}/{document['name']}", document, parent=parent)


def _check_free(workspace: Workspace, place: tuple[str, str], name: str) -> None:
    if workspace.store.get(POLICY, f"{place[0]}/{place[1]}/{name}") is not None:
        raise AlreadyExists(f"Policy '{name}' already exists on {place[0].upper()} '{place[1]}'.", code="POLICY_ALREADY_EXISTS")


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    body = request.body
    place = _place(workspace, request.required("on_securable_type"), request.required("on_securable_fullname"))
    require_manage(workspace, caller, *place)
    name = check_name(request.required("name"), POLICY)
    _check(body)
    stamp = registry.stamp(workspace, caller)
    document: Document = {
        "id": workspace.new_uuid(),
        "name": name,
        "on_securable_type": place[0].upper(),
        "on_securable_fullname": place[1],
        **{field: body[field] for field in _FIELDS if body.get(field)},
        **{field: stamp[field] for field in ("created_at", "created_by", "updated_at", "updated_by")},
    }
    with workspace.store.transaction():
        _check_free(workspace, place, name)
        _put(workspace, place, document)
    return document


def _named(workspace: Workspace, request: Request) -> tuple[tuple[str, str], Document]:
    place = _place(workspace, request.parameters["type"], request.parameters["full_name"])
    return place, _fetch(workspace, place, request.parameters["name"])


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    place, document = _named(workspace, request)
    require_visible(workspace, caller, *place)
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """Those on the securable itself; `include_inherited` adds those of what contains it."""
    place = _place(workspace, request.parameters["type"], request.parameters["full_name"])
    require_visible(workspace, caller, *place)
    if not request.flag("include_inherited"):
        return page(workspace, request, POLICY, f"{place[0]}/{place[1]}", field="policies", show=lambda document: document)
    found = [policy for kind, name in ancestry(*place) for _, policy in workspace.store.list(POLICY, f"{kind}/{name}")]
    return {"policies": found} if found else {}


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """`update_mask` says which fields are taken from the body; without one, those that it has."""
    mask = [field for field in request.query.get("update_mask", "").split(",") if field not in ("", "*")]
    with workspace.store.transaction():
        place, document = _named(workspace, request)
        require_manage(workspace, caller, *place)
        former = document["name"]
        for field in mask or [field for field in (*_FIELDS, "name") if field in request.body]:
            if field in _FIELDS:
                document.pop(field, None)
                document |= {field: request.body[field]} if request.body.get(field) else {}
            elif field == "name":
                document["name"] = check_name(str(request.body.get("name") or ""), POLICY)
        _check(document)
        registry.touch(workspace, caller, document)
        if document["name"] != former:
            _check_free(workspace, place, document["name"])
            workspace.store.delete(POLICY, f"{place[0]}/{place[1]}/{former}")
        _put(workspace, place, document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    place, document = _named(workspace, request)
    require_manage(workspace, caller, *place)
    workspace.store.delete(POLICY, f"{place[0]}/{place[1]}/{document['name']}")


_PATH = "/api/2.1/unity-catalog/policies"
_POLICY = f"{_PATH}/{{type}}/{{full_name}}/{{name}}"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", f"{_PATH}/{{type}}/{{full_name}}", _list),
    Route("GET", _POLICY, _get),
    Route("PATCH", _POLICY, _update),
    Route("DELETE", _POLICY, _delete),
]
