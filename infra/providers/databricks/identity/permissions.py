"""`databricks:index/permissions:Permissions`: who may use a workspace object, `/api/2.0/permissions/<type>/<id>`.

A PUT replaces the whole list, so it always leaves the object manageable: where the official provider adds the caller as manager
and an owner, this one does. Entries of the caller, of `admins`, and inherited ones are not kept in the state unless the program
names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Refused
from infra.providers.databricks.files.objects import OBJECTS, Kind, kind_named, kind_of
from infra.providers.databricks.resource import Resource, exactly_one, found
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, blocks, text
from infra.providers.databricks.workspace import Workspace

_PERMISSIONS = "/api/2.0/permissions"
_AUTHORIZATIONS = ("tokens", "passwords")
_PRINCIPALS = ("groupName", "servicePrincipalName", "userName")


class Permissions(Resource):
    """An object's access list. Its id is `/<type>/<object id>`."""

    token = "databricks:index/permissions:Permissions"
    shape = Shape(
        blocks(
            "accessControls",
            text("groupName", absent=""),
            text("permissionLevel", absent=""),
            text("servicePrincipalName", absent=""),
            text("userName", absent=""),
            wire="access_control",
            required=True,
            unordered=True,
        ),
        *(text(name, replaces=True) for name in OBJECTS),
        text("objectType", computed=True, derived=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from exactly_one(inputs, tuple(OBJECTS), "permissions")
        name = _named(inputs)
        value = inputs.get(name)
        if name == "authorization" and value is not UNKNOWN and value not in _AUTHORIZATIONS:
            yield CheckFailure(name, f"{value!r} is not one of {', '.join(_AUTHORIZATIONS)}")
        kind = kind_named(name, str(value)) if name else None
        controls = inputs.get("accessControls")
        for index, control in enumerate(controls if isinstance(controls, list) else ()):
            yield from _control_failures(control, f"accessControls[{index}].", kind)

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        return super().differences(_in_lower_case(olds), _in_lower_case(news))

    def identity(self, inputs: Properties) -> str:
        name = _named(inputs)
        value = inputs.get(name)
        if not name or value is UNKNOWN or OBJECTS[name].by_path:
            return ""
        return f"/{OBJECTS[name].request}/{value}"

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        return self.identity(inputs) or _by_path(workspace, inputs)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs) or _by_path(workspace, inputs)
        return id, self.update(workspace, id, {}, inputs, limits)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = _list_of(workspace, id)
        outputs = None if answer is None else self._stored(workspace, id, answer, known)
        return outputs if outputs and outputs["accessControls"] else None  # a list on which nobody is left was never made

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        kind = kind_of(id)
        controls = [documents.body(self.shape["accessControls"].nested, control) for control in news["accessControls"]]
        _keep_manageable(workspace, id, kind, controls)
        answer = _put(workspace, id, kind, controls, workspace.user_name)
        return self._stored(workspace, id, answer, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        kind = kind_of(id)
        if kind.request == "pipelines":
            return  # as the official provider leaves them: its way of naming the owner would make another one
        before = _list_of(workspace, id)
        if before is None:
            return
        controls = [entry for entry in _direct(before) if entry.get("group_name") == "admins"][:1]
        owner = kind.creator(workspace, id.rsplit("/", 1)[1]) if kind.creator else ""
        if owner is not None:
            _keep_admins(id, kind, controls)
            _put(workspace, id, kind, controls + ([] if _is_root(id, kind) else _manager(workspace, kind)), owner)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        kind = kind_of(id)
        me = workspace.user_name.lower()
        given = known.get("accessControls") or ()
        levels = {_who(control): control.get("permissionLevel") for control in given}
        kept = []
        for entry in _direct(answer):
            who = next(str(entry[key]).lower() for key in entry if key != "permission_level")
            if (entry.get("group_name") == "admins" and not kind.admins) or (who == me and me not in levels):
                continue
            viewed = kind.reads_as_view and entry["permission_level"] == "CAN_READ" and levels.get(who) == "CAN_VIEW"
            kept.append(entry | ({"permission_level": "CAN_VIEW"} if viewed else {}))
        name = next((name for name in OBJECTS if known.get(name)), kind.name)
        target = {name: known.get(name) or id.rsplit("/", 1)[1]}
        return self.outputs(workspace, id, {"access_control": kept, "object_type": kind.object_type}, target)


def _named(inputs: Properties) -> str:
    return next((name for name in OBJECTS if inputs.get(name) not in (None, "")), "")


def _who(control: Properties) -> str:
    return next((str(control[name]).lower() for name in _PRINCIPALS if control.get(name)), "")


def _in_lower_case(values: Properties) -> Properties:
    """Lists in which people and service principals are written in small letters: the workspace takes them for the same."""
    controls = values.get("accessControls")
    if not isinstance(controls, list):
        return values
    lowered = ("userName", "servicePrincipalName")
    return values | {
        "accessControls": [
            {name: value.lower() if name in lowered and isinstance(value, str) else value for name, value in control.items()}
            if isinstance(control, dict)
            else control
            for control in controls
        ]
    }


def _list_of(workspace: Workspace, id: str) -> Answer | None:
    """An object's list, None if the object is gone. Of a purged cluster the workspace says so in words alone."""
    try:
        return found(workspace, _PERMISSIONS + quote(id))
    except Refused as error:
        if "Cannot access cluster" in str(error):
            return None
        raise


def _control_failures(control: Properties, at: str, kind: Kind | None) -> Iterator[CheckFailure]:
    if not isinstance(control, dict):
        return
    given = [principal for principal in _PRINCIPALS if control.get(principal)]
    if len(given) != 1:
        yield CheckFailure(at + _PRINCIPALS[0], f"name exactly one of {', '.join(_PRINCIPALS)}")
    level = control.get("permissionLevel")
    if kind and level is not UNKNOWN and level not in kind.levels:
        yield CheckFailure(at + "permissionLevel", f"{kind.name} knows {', '.join(kind.levels)}, not {level!r}")
    if kind and control.get("groupName") == "admins" and not kind.admins:
        yield CheckFailure(at + "groupName", "what admins may do cannot be changed")


def _by_path(workspace: Workspace, inputs: Properties) -> str:
    name = _named(inputs)
    status = workspace.get("/api/2.0/workspace/get-status", path=str(inputs[name]))
    return f"/{OBJECTS[name].request}/{status['object_id']}"


def _keep_manageable(workspace: Workspace, id: str, kind: Kind, controls: list[Answer]) -> None:
    """Refuse a list that would take the object out of the caller's hands; add the caller and the admins where that is usual."""
    if kind.reads_as_view:
        for control in controls:
            control["permission_level"] = {"CAN_VIEW": "CAN_READ"}.get(control["permission_level"], control["permission_level"])
    me = workspace.user_name.lower()
    mine = [
        control
        for control in controls
        if me in (str(control.get("user_name", "")).lower(), str(control.get("service_principal_name", "")).lower())
    ]
    lowered = next((control for control in mine if control["permission_level"] not in kind.managing), None)
    if lowered is not None:
        allowed = " or ".join(kind.managing)
        level = lowered["permission_level"]
        raise ProviderError(f"{workspace.user_name}, who deploys, would be left with {level}: give {allowed}, or leave it out")
    if not mine:
        controls.extend(_manager(workspace, kind))
    _keep_admins(id, kind, controls)


def _is_root(id: str, kind: Kind) -> bool:
    return bool(kind.keeps_admins) and id.endswith(f"/{kind.keeps_admins}")


def _keep_admins(id: str, kind: Kind, controls: list[Answer]) -> None:
    if _is_root(id, kind) and not any(control.get("group_name") == "admins" for control in controls):
        controls.append({"group_name": "admins", "permission_level": "CAN_MANAGE"})


def _manager(workspace: Workspace, kind: Kind) -> list[Answer]:
    return [{"user_name": workspace.user_name, "permission_level": "CAN_MANAGE"}] if kind.add_caller else []


def _put(workspace: Workspace, id: str, kind: Kind, controls: list[Answer], owner: str) -> Answer:
    if "IS_OWNER" in kind.levels and not any(control["permission_level"] == "IS_OWNER" for control in controls):
        controls = [*controls, {"user_name": owner, "permission_level": "IS_OWNER"}]
    return workspace.put(_PERMISSIONS + quote(id), {"access_control_list": controls})


def _direct(answer: Answer) -> list[Answer]:
    """The entries of a list that are set on the object itself, one for each level."""
    entries: list[Answer] = []
    for control in answer.get("access_control_list") or ():
        who = {key: str(control[key]).lower() for key in ("service_principal_name", "user_name") if control.get(key)}
        if control.get("group_name"):
            who = {"group_name": control["group_name"]}
        direct = (held for held in control.get("all_permissions") or () if not held.get("inherited"))
        entries.extend(who | {"permission_level": held["permission_level"]} for held in direct)
    return entries
