"""The ASGI application: authentication, faults, dispatch, errors, counters and the access log around the families' routes.

Plain ASGI rather than a framework's stack of middlewares, because a deploy is thousands of small requests. It leaves out
what each endpoint does: a family's module has its `routes`, listed in `FAMILIES`.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from infra.emulator import auth, control, secret_scopes
from infra.emulator.access_log import AccessLog
from infra.emulator.ai import experiments, serving_endpoints, vector_search
from infra.emulator.compute import cluster_policies, clusters, instance_pools, libraries
from infra.emulator.cost import budget_policies, budgets
from infra.emulator.errors import NotFound, WorkspaceError
from infra.emulator.files import git_credentials, object_api, repos, volume_file_api
from infra.emulator.identity import account, federation_policies, permissions, scim, tokens
from infra.emulator.jobs import jobs, run_outputs, run_repairs, runs
from infra.emulator.network import ip_access_lists
from infra.emulator.pipelines import pipelines
from infra.emulator.recovery import failover_groups, stable_urls
from infra.emulator.rendering import as_json, failure, injected
from infra.emulator.requests import Request, Response, Route
from infra.emulator.routing import Router
from infra.emulator.settings import default_namespace, notification_destinations, workspace_conf
from infra.emulator.sharing import recipients, shares
from infra.emulator.sql_objects import alerts_v2, dashboards, saved
from infra.emulator.traffic import Fault
from infra.emulator.unity import (
    artifact_allowlists,
    bindings,
    catalogs,
    connections,
    credentials,
    external_locations,
    grants,
    metastores,
    models,
    policies,
    quality_monitors,
    quotas,
    schemas,
    secrets,
    system_schemas,
    tables,
    tag_assignments,
    tag_policies,
    volumes,
)
from infra.emulator.warehouses import statements, thrift, warehouse_config, warehouses
from infra.emulator.workspace import Caller, Workspace

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: The modules whose `routes` make up the workspace, one a family.
FAMILIES: tuple[Any, ...] = (
    *(auth, tokens, scim, account, federation_policies, control, permissions),
    *(failover_groups, stable_urls),
    *(clusters, libraries, cluster_policies, instance_pools),
    *(budgets, budget_policies, ip_access_lists, workspace_conf, default_namespace, notification_destinations),
    *(metastores, catalogs, schemas, volumes, tables, grants, bindings, quotas),
    *(credentials, external_locations, connections, system_schemas, artifact_allowlists, models, quality_monitors),
    *(tag_policies, tag_assignments, policies, secrets),
    *(warehouses, warehouse_config, thrift, statements, secret_scopes, object_api, volume_file_api),
    *(jobs, runs, run_repairs, run_outputs, pipelines),
    *(saved, alerts_v2, dashboards),
    *(shares, recipients),
    *(repos, git_credentials, experiments, serving_endpoints, vector_search),
)

NOBODY = Caller(id="", name="", display_name="")


def create_app(workspace: Workspace, families: Iterable[Any] = FAMILIES) -> Application:
    """The application of an open workspace."""
    return Application(workspace, [route for family in families for route in family.routes])


class Application:
    """An ASGI application for `http` scopes; has no lifespan. `close` when the server has stopped."""

    def __init__(self, workspace: Workspace, routes: Iterable[Route]) -> None:
        self._workspace = workspace
        self._router = Router(routes)
        self._threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="emulator")
        self._log = AccessLog(workspace.folder / "logs")

    def close(self) -> None:
        """End the threads, write the log's rest."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._log.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"this application answers http, not {scope['type']}")
        started = time.perf_counter()
        content = await _content(receive)
        method, raw_path = scope["method"], scope["raw_path"].decode("latin-1")
        match = self._router.match(method, raw_path)
        route = match[0] if match else None
        fault = None if raw_path.startswith(control.PREFIX) else await self._strike(method, unquote(raw_path))
        self._count(method, raw_path, route)
        caller = NOBODY
        if fault is None or fault.kind == "drop_after":
            request = _request(scope, raw_path, match[1] if match else {}, content)
            try:
                caller, response = await self._answer(route, request)
            except asyncio.CancelledError:  # the server stops: whether the request takes effect is not known any more
                await _drop(scope)
                return
        elif fault.kind == "drop_before":
            response = Response(b"", 0)
        elif fault.kind == "stale":
            response = self._stale(scope)
        else:
            response = injected(fault)
        self._workspace.traffic.statuses[response.status] += 1
        self._log.write(
            method,
            raw_path,
            response.status,
            caller=caller.name,
            seconds=time.perf_counter() - started,
            fault=fault.kind if fault else None,
        )
        if method == "GET" and response.status == 200 and fault is None:
            self._workspace.traffic.remember(_read(scope), response.content)
        if fault is not None and fault.kind in ("drop_before", "drop_after"):
            await _drop(scope)
        else:
            await self._send(send, response)

    async def _strike(self, method: str, path: str) -> Fault | None:
        """The first fault other than latency that hits this request; latency is waited for here."""
        for fault in tuple(self._workspace.traffic.faults):
            if not fault.strikes(method, path, time.monotonic()):
                continue
            if fault.kind != "latency":
                return fault
            await asyncio.sleep(fault.milliseconds / 1000)
        return None

    def _stale(self, scope: Scope) -> Response:
        """The answer of the same read's last time, or that there is nothing yet."""
        content = self._workspace.traffic.recall(_read(scope))
        missing = NotFound("The requested object does not exist (a stale read was injected).")
        return failure(missing, scim=False) if content is None else Response(content)

    def _count(self, method: str, raw_path: str, route: Route | None) -> None:
        traffic = self._workspace.traffic
        if route is None:
            traffic.unknown[f"{method} {raw_path}"] += 1
        elif not route.template.startswith(control.PREFIX) and route.template.startswith("/api/"):
            traffic.calls[f"{method} {route.template}"] += 1
            if route.is_write:
                traffic.writes[f"{method} {route.template}"] += 1

    async def _answer(self, route: Route | None, request: Request) -> tuple[Caller, Response]:
        """Authenticate, call the handler, render; every exception becomes an error answer."""
        caller = NOBODY
        try:
            if route is None or not route.open:
                caller = auth.authenticate(self._workspace, request.headers.get("authorization", ""))
            if route is None:
                raise NotFound(f"No API found for '{request.method} {request.path}'", code="ENDPOINT_NOT_FOUND")
            if route.slow:
                loop = asyncio.get_running_loop()
                body = await loop.run_in_executor(self._threads, route.handler, self._workspace, caller, request)
            else:
                body = route.handler(self._workspace, caller, request)
        except WorkspaceError as error:
            return caller, failure(error, scim=route is not None and route.scim and caller is not NOBODY)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return caller, failure(WorkspaceError(f"{type(error).__name__}: {error}"), scim=False)
        return caller, body if isinstance(body, Response) else as_json(200, {} if body is None else body)

    async def _send(self, send: Send, response: Response) -> None:
        headers = [
            (b"content-type", response.content_type.encode()),
            (b"content-length", str(len(response.content)).encode()),
            (b"x-databricks-org-id", str(self._workspace.id).encode()),
            *((name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()),
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.content})


async def _content(receive: Receive) -> bytes:
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = [message["body"]]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def _request(scope: Scope, raw_path: str, parameters: dict[str, str], content: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=unquote(raw_path),
        parameters=parameters,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        content=content,
    )


def _read(scope: Scope) -> str:
    """A read's path and query, and who asks, not in clear."""
    who = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return f"{scope['raw_path'].decode('latin-1')}?{scope['query_string'].decode('latin-1')} {hash(who)}"


async def _drop(scope: Scope) -> None:
    """Cut the connection without a word. The server's protocol puts its transport in the scope (`infra.emulator.server`)."""
    scope["state"]["transport"].abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
