"""`databricks:index/instancePool:InstancePool`: instances kept ready for clusters, `/api/2.0/instance-pools`.

The create answers with the id alone, and the server fills in what the cloud needs, so it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete, Unconfirmed
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found
from infra.providers.databricks.shapes import (
    PROVIDER_CONFIG,
    Field,
    Shape,
    block,
    blocks,
    flag,
    integer,
    mapping,
    number,
    text,
    texts,
    zero_block,
    zeroed,
)
from infra.providers.databricks.workspace import Workspace

_POOLS: Final = "/api/2.0/instance-pools"
_CLOUDS: Final = ("awsAttributes", "azureAttributes", "gcpAttributes")


def _automatic(old: Value, new: Value) -> bool:
    """`auto` leaves the zone to the cloud, which then has chosen one."""
    return bool(old) and str(new).lower() == "auto"


def _fleet_option(name: str) -> Field:
    strategies = ("LOWEST_PRICE", "CAPACITY_OPTIMIZED") if name == "fleetSpotOption" else ("LOWEST_PRICE",)
    return block(
        name,
        text("allocationStrategy", required=True, replaces=True, choices=strategies),
        integer("instancePoolsToUseCount"),
        replaces=True,
    )


class InstancePool(Resource):
    """A pool; the server makes its id. Names are not unique."""

    token = "databricks:index/instancePool:InstancePool"
    shape = Shape(
        block(
            "awsAttributes",
            text("availability", default="SPOT", replaces=True, choices=("ON_DEMAND", "SPOT")),
            text("instanceProfileArn", replaces=True, absent=""),
            integer("spotBidPricePercent", default=100, replaces=True),
            text("zoneId", computed=True, replaces=True, alike=_automatic),
            replaces=True,
            computed=True,
        ),
        block(
            "azureAttributes",
            text("availability", default="ON_DEMAND_AZURE", replaces=True, choices=("SPOT_AZURE", "ON_DEMAND_AZURE")),
            number("spotBidMaxPrice", replaces=True, absent=0),
            replaces=True,
            computed=True,
        ),
        mapping("customTags"),
        block(
            "diskSpec",
            integer("diskCount", absent=0),
            integer("diskSize", absent=0),
            block("diskType", *zeroed(text("azureDiskVolumeType", replaces=True), text("ebsVolumeType", replaces=True))),
            replaces=True,
        ),
        flag("enableElasticDisk", default=True, replaces=True),
        block(
            "gcpAttributes",
            text(
                "gcpAvailability",
                default="ON_DEMAND_GCP",
                replaces=True,
                choices=("ON_DEMAND_GCP", "PREEMPTIBLE_GCP", "PREEMPTIBLE_WITH_FALLBACK_GCP"),
            ),
            integer("localSsdCount", computed=True, replaces=True),
            text("zoneId", computed=True, replaces=True),
            replaces=True,
            computed=True,
        ),
        integer("idleInstanceAutoterminationMinutes", required=True),
        block(
            "instancePoolFleetAttributes",
            _fleet_option("fleetOnDemandOption"),
            _fleet_option("fleetSpotOption"),
            blocks(
                "launchTemplateOverrides",
                text("availabilityZone", required=True, replaces=True),
                text("instanceType", required=True, replaces=True),
                wire="launch_template_override",
                api="launch_template_overrides",
                required=True,
                replaces=True,
                unordered=True,
                absent=[],
            ),
            replaces=True,
            computed=True,
        ),
        text("instancePoolId", computed=True, derived=True),
        text("instancePoolName", required=True),
        integer("maxCapacity", computed=True, absent=0),
        integer("minIdleInstances", absent=0),
        block("nodeTypeFlexibility", texts("alternateNodeTypeIds", required=True, replaces=True), replaces=True),
        text("nodeTypeId", computed=True, replaces=True),
        blocks(
            "preloadedDockerImages",
            zero_block(
                "basicAuth",
                text("password", required=True, secret=True, replaces=True),
                text("username", required=True, replaces=True),
                replaces=True,
            ),
            text("url", required=True, replaces=True),
            wire="preloaded_docker_image",
            api="preloaded_docker_images",
            replaces=True,
            unordered=True,
            absent=[],
        ),
        texts("preloadedSparkVersions", replaces=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        given = [name for name in _CLOUDS if inputs.get(name)]
        if len(given) > 1:
            yield CheckFailure(given[1], f"and {given[0]} exclude each other: a workspace is in one cloud")
        if inputs.get("nodeTypeId") and inputs.get("instancePoolFleetAttributes"):
            yield CheckFailure("nodeTypeId", "and instancePoolFleetAttributes exclude each other")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By its name, if only one has it: pools do not tell when they were made."""
        listed = workspace.get(f"{_POOLS}/list").get("instance_pools") or ()
        named = [pool for pool in listed if pool.get("instance_pool_name") == inputs["instancePoolName"]]
        if len(named) > 1:
            raise ProviderError(
                f"{len(named)} instance pools are called {inputs['instancePoolName']!r}: remove those no one needs"
            )
        return str(named[0]["instance_pool_id"]) if named else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        try:
            id = str(workspace.post(f"{_POOLS}/create", _body(self.shape, inputs))["instance_pool_id"])
        except Unconfirmed as error:
            raise Unconfirmed(f"{error}; the next run looks whether {inputs['instancePoolName']!r} was made") from error
        try:
            return id, self._stored(workspace, id, workspace.get(f"{_POOLS}/get", instance_pool_id=id), inputs)
        except ProviderError as error:
            made = self.outputs(workspace, id, {"instance_pool_id": id}, inputs)
            raise Incomplete(id, made, error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_POOLS}/get", instance_pool_id=id)
        return None if answer is None else self._stored(workspace, id, answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(f"{_POOLS}/list", "instance_pools", "instance_pool_id", paging="none")

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        body = _body(self.shape, self.expected(olds, news)) | {"instance_pool_id": id}
        workspace.post(f"{_POOLS}/edit", body, repeatable=True)
        return self._stored(workspace, id, workspace.get(f"{_POOLS}/get", instance_pool_id=id), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.post(f"{_POOLS}/delete", {"instance_pool_id": id}, repeatable=True)

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, id, item, {})

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        shown = {key: value for key, value in answer.items() if value not in ({}, [])}
        secrets = {"preloadedDockerImages": known.get("preloadedDockerImages")}
        return self.outputs(workspace, id, shown | {"instance_pool_id": id}, secrets)


def _body(shape: Shape, values: Properties) -> Answer:
    """The whole pool, which a request replaces; zeroes are left out, tags never."""
    body = {key: value for key, value in documents.body(shape, values).items() if value not in ("", 0, [], {}, None)}
    required = {"idle_instance_autotermination_minutes": values["idleInstanceAutoterminationMinutes"]}
    elastic = {"enable_elastic_disk": bool(values.get("enableElasticDisk"))}
    return body | required | elastic | {"custom_tags": values.get("customTags") or None}
