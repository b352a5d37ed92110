"""Sixty resources of twelve types in a workspace, in two generations: an update creates, changes and deletes.

In each of four blocks six stay and change (a schema, its grants, a job, who may run it, a warehouse, a file), eight are of one
generation only (a schema, a volume in it, a job, a group, a service principal, a warehouse, a scope, a secret in it).
"""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import httpx

from infra.engine.registration import Registrar
from infra.engine.resource import Goal, Resource
from infra.engine.values import Properties
from tests.providers.forked import Program, token

BLOCKS: Final = 4
LISTED: Final = ("group", "job", "schema", "secretScope", "servicePrincipal", "sqlEndpoint", "volume")
_CATALOG: Final = "/api/2.1/unity-catalog"


class Ref(NamedTuple):
    """An output of another resource."""

    name: str
    output: str = "id"


class Want(NamedTuple):
    """One resource; what its inputs refer to comes in an earlier wave."""

    kind: str
    name: str
    inputs: dict[str, Any]


def waves(generation: int) -> list[list[Want]]:
    """What a generation registers, wave by wave."""
    groups = [Want("group", f"team-{number}", {"displayName": f"team-{number}"}) for number in range(3)]
    found: list[list[Want]] = [[Want("catalog", "estate", {"name": "estate"}), *groups], [], [], []]
    for block in range(BLOCKS):
        for wave, wanted in zip(found[1:], _block(block, generation), strict=True):
            wave.extend(wanted)
    return found


def _block(block: int, generation: int) -> tuple[list[Want], list[Want], list[Want]]:
    own = f"g{generation}-{block}"
    content = base64.b64encode(f"select {generation}".encode()).decode()
    first = [
        _schema(f"stays_{block}", f"Generation {generation}"),
        _schema(f"own_{generation}_{block}", ""),
        Want("job", f"job-{block}", {"name": f"job-{block}", "maxConcurrentRuns": generation}),
        Want("job", f"job-{own}", {"name": f"job-{own}"}),
        Want("group", f"group-{own}", {"displayName": f"group-{own}"}),
        Want("servicePrincipal", f"runner-{own}", {"displayName": f"runner-{own}"}),
        _warehouse(f"warehouse-{block}", minutes=10 * generation),
        _warehouse(f"warehouse-{own}", minutes=10),
        Want("secretScope", f"scope-{own}", {"name": f"scope-{own}"}),
        Want("workspaceFile", f"file-{block}", {"path": f"/Shared/file-{block}.sql", "contentBase64": content}),
    ]
    second = [
        Want("secret", f"secret-{own}", {"scope": Ref(f"scope-{own}"), "key": "k", "stringValue": "hush"}),
        Want(
            "volume",
            f"volume-own_{generation}_{block}",
            {
                "catalogName": "estate",
                "schemaName": Ref(f"own_{generation}_{block}", "name"),
                "name": "landing",
                "volumeType": "MANAGED",
            },
        ),
        Want(
            "permissions",
            f"access-{block}",
            {
                "jobId": Ref(f"job-{block}"),
                "accessControls": [
                    {"groupName": "users", "permissionLevel": "CAN_VIEW" if generation == 1 else "CAN_MANAGE_RUN"}
                ],
            },
        ),
    ]
    third = [
        Want(
            "grants",
            f"grants-{block}",
            {
                "schema": Ref(f"stays_{block}"),
                "grants": [{"principal": "account users", "privileges": ["USE_SCHEMA", "SELECT"][:generation]}],
            },
        )
    ]
    return first, second, third


def _schema(name: str, comment: str) -> Want:
    return Want("schema", name, {"catalogName": Ref("estate", "name"), "name": name, "comment": comment})


def _warehouse(name: str, minutes: int) -> Want:
    inputs = {"name": name, "clusterSize": "2X-Small", "warehouseType": "PRO", "enableServerlessCompute": True}
    return Want("sqlEndpoint", name, inputs | {"autoStopMins": minutes})


def program(generation: int) -> Program:
    """Registers a generation, four resources at a time."""

    def register(registrar: Registrar, provider: str) -> None:
        made: dict[str, Resource] = {}

        def one(want: Want) -> None:
            refs = {key: value for key, value in want.inputs.items() if isinstance(value, Ref)}
            inputs: Properties = want.inputs | {key: _output(made[ref.name], ref.output) for key, ref in refs.items()}
            needs = {key: (made[ref.name].urn,) for key, ref in refs.items()}
            made[want.name] = registrar.register(
                Goal(
                    type=token(want.kind),
                    name=want.name,
                    custom=True,
                    properties=inputs,
                    provider=provider,
                    dependencies=tuple(dict.fromkeys(urn for urns in needs.values() for urn in urns)),
                    property_dependencies=needs,
                )
            )

        with ThreadPoolExecutor(4) as pool:
            for wave in waves(generation):
                list(pool.map(one, wave))

    return register


def _output(resource: Resource, name: str) -> Any:
    return resource.id if name == "id" else resource.outputs[name]


def names(generation: int) -> dict[str, list[str]]:
    """What the workspace must have of a generation, by kind, of those that `listed` lists."""
    found: dict[str, list[str]] = {}
    for want in (want for wave in waves(generation) for want in wave):
        found.setdefault(want.kind, []).append(want.name)
    return {kind: sorted(found[kind]) for kind in LISTED}


def listed(workspace: httpx.Client) -> dict[str, dict[str, str]]:
    """Ids and names of what the workspace has, by kind; what it has by itself left out."""

    def get(path: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = workspace.get(path).raise_for_status().json().get(key, [])
        return found

    scim = "/api/2.0/preview/scim/v2"
    schemas = get(f"{_CATALOG}/schemas?catalog_name=estate", "schemas")
    volumes = [
        volume
        for schema in schemas
        for volume in get(f"{_CATALOG}/volumes?catalog_name=estate&schema_name={schema['name']}", "volumes")
    ]
    jobs = get("/api/2.2/jobs/list?limit=100", "jobs")
    groups = [item for item in get(f"{scim}/Groups", "Resources") if "-" in item["displayName"]]
    warehouses = [item for item in get("/api/2.0/sql/warehouses", "warehouses") if item["name"].startswith("warehouse-")]
    return {
        "group": {item["id"]: item["displayName"] for item in groups},
        "job": {str(item["job_id"]): item["settings"]["name"] for item in jobs},
        "schema": {item["full_name"]: item["name"] for item in schemas if item["name"] != "information_schema"},
        "secretScope": {item["name"]: item["name"] for item in get("/api/2.0/secrets/scopes/list", "scopes")},
        "servicePrincipal": {item["id"]: item["displayName"] for item in get(f"{scim}/ServicePrincipals", "Resources")},
        "sqlEndpoint": {item["id"]: item["name"] for item in warehouses},
        "volume": {item["full_name"]: f"volume-{item['schema_name']}" for item in volumes},
    }
