"""What a cluster is: its properties, as `Cluster` declares them. Shapes only."""

from __future__ import annotations

from typing import Final

from infra.engine.values import Value
from infra.providers.databricks.compute.libraries import libraries
from infra.providers.databricks.shapes import (
    PROVIDER_CONFIG,
    Field,
    Shape,
    flag,
    integer,
    mapping,
    number,
    text,
    texts,
    zero_block,
    zero_blocks,
)

_MODES: Final = {
    ("SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED"),
    ("USER_ISOLATION", "DATA_SECURITY_MODE_STANDARD"),
    ("SINGLE_USER", "DATA_SECURITY_MODE_AUTO"),
    ("USER_ISOLATION", "DATA_SECURITY_MODE_AUTO"),
}


def _same_mode(old: Value, new: Value) -> bool:
    """The workspace answers with other words for some modes."""
    return (old, new) in _MODES


def _place(name: str) -> Field:
    return zero_block(name, text("destination", required=True))


def _bucket() -> Field:
    return zero_block(
        "s3",
        text("cannedAcl"),
        text("destination", required=True),
        flag("enableEncryption"),
        text("encryptionType"),
        text("endpoint"),
        text("kmsKey"),
        text("region"),
    )


def _aws() -> Field:
    return zero_block(
        "awsAttributes",
        text("availability", computed=True),
        integer("ebsVolumeCount", computed=True),
        integer("ebsVolumeIops", computed=True),
        integer("ebsVolumeSize", computed=True),
        integer("ebsVolumeThroughput", computed=True),
        text("ebsVolumeType", computed=True),
        integer("firstOnDemand", computed=True),
        text("instanceProfileArn", computed=True),
        integer("spotBidPricePercent", computed=True),
        text("zoneId", computed=True),
        computed=True,
    )


def _azure() -> Field:
    return zero_block(
        "azureAttributes",
        text("availability", computed=True),
        text("capacityReservationGroup", computed=True),
        integer("firstOnDemand", computed=True),
        zero_block("logAnalyticsInfo", text("logAnalyticsPrimaryKey"), text("logAnalyticsWorkspaceId"), computed=True),
        number("spotBidMaxPrice", computed=True),
        computed=True,
    )


def _gcp() -> Field:
    return zero_block(
        "gcpAttributes",
        text("availability", computed=True),
        integer("bootDiskSize", computed=True),
        text("confidentialComputeType", computed=True),
        integer("firstOnDemand", computed=True),
        text("googleServiceAccount", computed=True),
        integer("localSsdCount", computed=True),
        flag("usePreemptibleExecutors", computed=True),
        text("zoneId", computed=True),
        computed=True,
    )


def _access() -> tuple[Field, ...]:
    return (
        text("dataSecurityMode", computed=True, alike=_same_mode),
        zero_block(
            "dockerImage",
            zero_block("basicAuth", text("password", required=True, secret=True), text("username", required=True)),
            text("url", required=True),
        ),
        text("idempotencyToken", replaces=True),
        texts("sshPublicKeys"),
        text("singleUserName"),
        zero_block(
            "workloadType",
            zero_block("clients", flag("jobs", default=True), flag("notebooks", default=True), required=True),
        ),
    )


def _machines() -> tuple[Field, ...]:
    return (
        zero_block("autoscale", integer("maxWorkers"), integer("minWorkers")),
        _aws(),
        _azure(),
        text("driverInstancePoolId", computed=True),
        zero_block("driverNodeTypeFlexibility", texts("alternateNodeTypeIds")),
        text("driverNodeTypeId", computed=True),
        flag("enableElasticDisk", computed=True),
        flag("enableLocalDiskEncryption", computed=True),
        _gcp(),
        text("instancePoolId"),
        text("nodeTypeId", computed=True),
        integer("numWorkers", absent=0),
        integer("remoteDiskThroughput"),
        integer("totalInitialRemoteDiskSize"),
        zero_block("workerNodeTypeFlexibility", texts("alternateNodeTypeIds")),
    )


def _software() -> tuple[Field, ...]:
    return (
        zero_block("clusterLogConf", _place("dbfs"), _bucket(), _place("volumes")),
        zero_blocks(
            "clusterMountInfos",
            text("localMountDirPath", required=True),
            zero_block("networkFilesystemInfo", text("mountOptions"), text("serverAddress", required=True), required=True),
            text("remoteMountDirPath"),
            wire="cluster_mount_info",
            api="cluster_mount_infos",
            absent=[],
        ),
        text("dependencyMode"),
        zero_blocks(
            "initScripts",
            *(_place(name) for name in ("abfss", "dbfs", "file", "gcs", "volumes", "workspace")),
            _bucket(),
            absent=[],
        ),
        libraries(wire="library"),
        text("runtimeEngine", choices=("PHOTON", "STANDARD")),
        mapping("sparkConf"),
        mapping("sparkEnvVars"),
        text("sparkVersion", required=True),
    )


#: A cluster's properties.
CLUSTER: Final = Shape(
    flag("applyPolicyDefaultValues"),
    integer("autoterminationMinutes", default=60),
    flag("clearCloudAttributesOnRemove", local=True, absent=False),
    text("clusterId", output=True),
    text("clusterName"),
    mapping("customTags"),
    mapping("defaultTags", output=True),
    flag("isPinned", absent=False),
    flag("isSingleNode"),
    text("kind"),
    flag("noWait", local=True, absent=False),
    text("policyId"),
    PROVIDER_CONFIG,
    text("state", output=True),
    text("url", local=True, output=True),
    flag("useMlRuntime"),
    *_access(),
    *_machines(),
    *_software(),
)
