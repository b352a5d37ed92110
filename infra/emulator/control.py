"""The emulator's own API, below /api/lakestead: status, counters, faults, the clock. No Databricks workspace has it.

Status is open; the rest asks for an admin. Calls of this API are not counted and never hit by a fault.
"""

from __future__ import annotations

import os
from typing import Any

from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.requests import Request, Route
from infra.emulator.traffic import Fault
from infra.emulator.workspace import Caller, Workspace

VERSION = "1"
PREFIX = "/api/lakestead"
_COUNTED = (
    ("catalogs", "catalog"),
    ("schemas", "schema"),
    ("tables", "table"),
    ("volumes", "volume"),
    ("warehouses", "warehouse"),
    ("jobs", "job"),
    ("users", "user"),
    ("service_principals", "service_principal"),
    ("groups", "group"),
)


def _status(workspace: Workspace, _caller: Caller, _request: Request) -> dict[str, Any]:
    return {
        "version": VERSION,
        "workspace_id": workspace.id,
        "metastore_id": workspace.metastore_id,
        "host": workspace.host,
        "pid": os.getpid(),
        "counts": {name: workspace.store.count(kind) - _system(workspace, kind) for name, kind in _COUNTED},
    }


def _system(workspace: Workspace, kind: str) -> int:
    """How many of a kind every workspace has: the catalog `system` and what is in it."""
    return {"catalog": 1, "schema": workspace.store.count("schema", "system")}.get(kind, 0)


def require_admin(caller: Caller) -> None:
    """Raise PermissionDenied for anybody else."""
    if not caller.is_admin:
        raise PermissionDenied("The control API is for workspace admins.")


def _counters(workspace: Workspace, caller: Caller, _request: Request) -> dict[str, Any]:
    """Calls and writes per endpoint since the start or the last reset."""
    require_admin(caller)
    return workspace.traffic.body()


def _reset_counters(workspace: Workspace, caller: Caller, _request: Request) -> dict[str, Any]:
    require_admin(caller)
    workspace.traffic.reset()
    return {}


def _list_faults(workspace: Workspace, caller: Caller, _request: Request) -> dict[str, Any]:
    require_admin(caller)
    return {"faults": [fault.body() for fault in workspace.traffic.faults]}


def _add_fault(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """The body is a `Fault`'s fields; answers it with its id."""
    require_admin(caller)
    return workspace.traffic.add(Fault.of(request.body)).body()


def _clear_faults(workspace: Workspace, caller: Caller, _request: Request) -> dict[str, Any]:
    require_admin(caller)
    workspace.traffic.faults.clear()
    return {}


def _remove_fault(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    require_admin(caller)
    remaining = [fault for fault in workspace.traffic.faults if str(fault.id) != request.parameters["id"]]
    if len(remaining) == len(workspace.traffic.faults):
        raise NotFound(f"There is no fault {request.parameters['id']}.")
    workspace.traffic.faults[:] = remaining
    return {}


def _clock(workspace: Workspace, caller: Caller, _request: Request) -> dict[str, Any]:
    require_admin(caller)
    return {"now": workspace.clock.millis(), "offset": workspace.clock.offset}


def _set_clock(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """`offset` sets the distance to the machine's clock in seconds, `advance` adds to it."""
    require_admin(caller)
    if not set(request.body) <= {"offset", "advance"} or not request.body:
        raise InvalidParameter("the clock takes offset or advance, both in seconds")
    workspace.clock.offset = float(request.body.get("offset", workspace.clock.offset)) + float(request.body.get("advance", 0))
    workspace.lake.translations.clear()  # views may ask for the time
    return _clock(workspace, caller, request)


routes = [
    Route("GET", f"{PREFIX}/status", _status, open=True),
    Route("GET", f"{PREFIX}/control/counters", _counters),
    Route("DELETE", f"{PREFIX}/control/counters", _reset_counters),
    Route("GET", f"{PREFIX}/control/faults", _list_faults),
    Route("POST", f"{PREFIX}/control/faults", _add_fault),
    Route("DELETE", f"{PREFIX}/control/faults", _clear_faults),
    Route("DELETE", f"{PREFIX}/control/faults/{{id}}", _remove_fault),
    Route("GET", f"{PREFIX}/control/clock", _clock),
    Route("PUT", f"{PREFIX}/control/clock", _set_clock),
]
