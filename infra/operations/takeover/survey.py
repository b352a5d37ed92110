"""Reading a workspace: what the environment file would say of it. Nothing is written anywhere.

What is the platform's own (`system`, `samples`, `information_schema`) is passed over. What the file could say but this does not
read yet is counted and told by kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from infra.operations.keys import Keys
from infra.operations.rewriting import Edit
from infra.operations.takeover.principals import Directory, display_names
from infra.providers.databricks.client import Client

_UNITY: Final = "/api/2.1/unity-catalog"
_SYSTEM: Final = ("system", "samples", "hive_metastore")
_PLATFORM: Final = ("SYSTEM_CATALOG", "INTERNAL_CATALOG", "DELTASHARING_CATALOG", "FOREIGN_CATALOG")
#: What is there as well and stays as it is: a word for it, and the list that counts it.
_LEFT_ALONE: Final = (
    ("jobs", "/api/2.2/jobs/list", "jobs"),
    ("pipelines", "/api/2.0/pipelines", "statuses"),
    ("secret scopes", "/api/2.0/secrets/scopes/list", "scopes"),
    ("dashboards", "/api/2.0/lakeview/dashboards", "dashboards"),
)


@dataclass(frozen=True, slots=True)
class Survey:
    """`edits` for the environment file; `left_alone` counts what is not brought in, by kind."""

    edits: tuple[Edit, ...]
    left_alone: Mapping[str, int]


def survey(workspace: Client, environment: str, me: str, catalogs: frozenset[str] = frozenset()) -> Survey:
    """Look at a workspace as `me`; only at these catalogs if any are named."""
    directory = Directory(environment, display_names(workspace))
    reader = _Reader(workspace, environment, me, directory)
    found = {
        "storage": {} if catalogs else reader.storage(),
        "catalogs": reader.catalogs(catalogs),
        "warehouses": {} if catalogs else reader.warehouses(),
    }
    said = {"identities": directory.identities(), **found}
    edits = tuple(
        Edit((section, *inner), value) for section, content in said.items() for inner, value in _entries(section, content)
    )
    return Survey(edits, dict(_left_alone(workspace)))


def _entries(section: str, content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if section in ("identities", "storage"):
        yield from (((kind, key), value) for kind, entries in content.items() for key, value in entries.items())
    else:
        yield from (((key,), value) for key, value in content.items())


def _left_alone(workspace: Client) -> Iterator[tuple[str, int]]:
    for word, path, field in _LEFT_ALONE:
        count = len(list(_pages(workspace, path, field)))
        if count:
            yield word, count


def _pages(workspace: Client, path: str, field: str, query: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        answer = workspace.call("GET", path, query={**(query or {}), **({"page_token": token} if token else {})})
        yield from answer.get(field) or ()
        token = answer.get("next_page_token") or ""
        if not token:
            return


class _Reader:
    def __init__(self, workspace: Client, environment: str, me: str, directory: Directory) -> None:
        self._workspace, self._me, self._directory = workspace, me, directory
        self._environment = environment
        self._credentials = Keys(environment, separator="_")

    def catalogs(self, wanted: frozenset[str]) -> dict[str, Any]:
        keys = Keys(self._environment, separator="_")
        found = {}
        for catalog in _pages(self._workspace, f"{_UNITY}/catalogs", "catalogs"):
            name = str(catalog["name"])
            if name in _SYSTEM or catalog.get("catalog_type") in _PLATFORM or (wanted and name not in wanted):
                continue
            isolation = {"isolation": "isolated"} if catalog.get("isolation_mode") == "ISOLATED" else {}
            found[keys.key(name)] = {
                **keys.named(name),
                **self._common("catalog", name, catalog),
                **isolation,
                **({"storage": catalog["storage_root"]} if catalog.get("storage_root") else {}),
                **_some("properties", catalog.get("properties")),
                "schemas": self._schemas(name),
                **self._granted("catalog", name),
            }
        return found

    def _schemas(self, catalog: str) -> dict[str, Any]:
        found = {}
        for schema in _pages(self._workspace, f"{_UNITY}/schemas", "schemas", {"catalog_name": catalog}):
            name = str(schema["name"])
            if name == "information_schema":
                continue
            full_name = f"{catalog}.{name}"
            found[name] = {
                **self._common("schema", full_name, schema),
                **({"storage": schema["storage_root"]} if schema.get("storage_root") else {}),
                **_some("properties", schema.get("properties")),
                **_some("volumes", self._volumes(catalog, name)),
                **self._granted("schema", full_name),
            }
        return found

    def _volumes(self, catalog: str, schema: str) -> dict[str, Any]:
        query = {"catalog_name": catalog, "schema_name": schema}
        return {
            str(volume["name"]): {
                **self._common("volume", str(volume["full_name"]), volume),
                **({"location": volume["storage_location"]} if volume.get("volume_type") == "EXTERNAL" else {}),
                **self._granted("volume", str(volume["full_name"])),
            }
            for volume in _pages(self._workspace, f"{_UNITY}/volumes", "volumes", query)
        }

    def storage(self) -> dict[str, Any]:
        locations = Keys(self._environment, separator="_")
        credentials = {
            self._credentials.key(str(each["name"])): {
                **self._credentials.named(str(each["name"])),
                "role": each["aws_iam_role"]["role_arn"],
                **self._common("storage_credential", str(each["name"]), each),
                **({"read_only": True} if each.get("read_only") else {}),
                **self._granted("storage_credential", str(each["name"])),
            }
            for each in _pages(self._workspace, f"{_UNITY}/storage-credentials", "storage_credentials")
            if "aws_iam_role" in each
        }
        return {
            "credentials": credentials,
            "locations": {
                locations.key(str(each["name"])): {
                    **locations.named(str(each["name"])),
                    "url": each["url"],
                    "credential": self._credentials.key(str(each["credential_name"])),
                    **self._common("external_location", str(each["name"]), each),
                    **({"read_only": True} if each.get("read_only") else {}),
                    **self._granted("external_location", str(each["name"])),
                }
                for each in _pages(self._workspace, f"{_UNITY}/external-locations", "external_locations")
                if self._credentials.key(str(each["credential_name"])) in credentials
            },
        }

    def warehouses(self) -> dict[str, Any]:
        keys = Keys(self._environment, separator="-")
        return {
            keys.key(str(each["name"])): {**keys.named(str(each["name"])), **_warehouse(each), **self._levels(str(each["id"]))}
            for each in _pages(self._workspace, "/api/2.0/sql/warehouses", "warehouses")
        }

    def _levels(self, warehouse: str) -> dict[str, Any]:
        answer = self._workspace.call("GET", f"/api/2.0/permissions/warehouses/{warehouse}")
        levels = {}
        for entry in answer.get("access_control_list") or ():
            name = entry.get("service_principal_name") or entry.get("user_name") or entry.get("group_name")
            own = [each for each in entry.get("all_permissions") or () if not each.get("inherited")]
            if own and own[0]["permission_level"] != "IS_OWNER":
                levels[self._directory.key(str(name))] = own[0]["permission_level"]
        return _some("permissions", levels)

    def _common(self, _kind: str, _name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Comment and owner; what we own ourselves needs no word."""
        owner = document.get("owner")
        return {
            **({"comment": document["comment"]} if document.get("comment") else {}),
            **({"owner": self._directory.key(str(owner))} if owner and owner != self._me else {}),
        }

    def _granted(self, securable_type: str, name: str) -> dict[str, Any]:
        answer = self._workspace.call("GET", f"{_UNITY}/permissions/{securable_type}/{quote(name, safe='')}")
        grants = {
            self._directory.key(str(each["principal"])): sorted(each["privileges"])
            for each in answer.get("privilege_assignments") or ()
        }
        return _some("grants", grants)


def _some(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _warehouse(document: Mapping[str, Any]) -> dict[str, Any]:
    """A warehouse in the file's words; what is the file's own default is left out."""
    channel = str((document.get("channel") or {}).get("name") or "CHANNEL_NAME_CURRENT").replace("CHANNEL_NAME_", "CHANNEL_")
    tags = {each["key"]: each["value"] for each in (document.get("tags") or {}).get("custom_tags") or ()}
    said = {
        "auto_stop": (document.get("auto_stop_mins"), 10),
        "min_clusters": (document.get("min_num_clusters"), 1),
        "max_clusters": (document.get("max_num_clusters"), 1),
        "channel": (channel, "CHANNEL_CURRENT"),
        "type": (document.get("warehouse_type"), "PRO"),
        "serverless": (bool(document.get("enable_serverless_compute")), True),
        "photon": (bool(document.get("enable_photon")), True),
        "spot_policy": (document.get("spot_instance_policy"), "COST_OPTIMIZED"),
    }
    changed = {key: value for key, (value, default) in said.items() if value is not None and value != default}
    return {"size": document["cluster_size"], **changed, **_some("tags", tags)}
