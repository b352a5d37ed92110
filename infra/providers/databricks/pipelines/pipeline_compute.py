"""Where a pipeline runs: the classic clusters of one that is not serverless. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, mapping, number, text, texts, zero_blocks
from infra.providers.databricks.unity.spelling import any_case


def clusters() -> Field:
    """Clusters by label: `default`, `updates`, `maintenance`."""
    return zero_blocks(
        "clusters",
        flag("applyPolicyDefaultValues"),
        block(
            "autoscale",
            integer("maxWorkers", required=True),
            integer("minWorkers", required=True),
            text("mode", alike=any_case),
        ),
        *_clouds(),
        block("clusterLogConf", _place("dbfs"), _s3(), _place("volumes")),
        mapping("customTags"),
        text("driverInstancePoolId"),
        text("driverNodeTypeId", computed=True),
        flag("enableLocalDiskEncryption", computed=True),
        blocks("initScripts", *(_place(name) for name in ("abfss", "dbfs", "file", "gcs", "volumes", "workspace")), _s3()),
        text("instancePoolId"),
        text("label"),
        text("nodeTypeId", computed=True),
        integer("numWorkers"),
        text("policyId"),
        mapping("sparkConf"),
        mapping("sparkEnvVars"),
        texts("sshPublicKeys"),
        wire="cluster",
        api="clusters",
        absent=[],
    )


def _place(name: str) -> Field:
    return block(name, text("destination", required=True))


def _s3() -> Field:
    return block(
        "s3",
        text("cannedAcl"),
        text("destination", required=True),
        flag("enableEncryption"),
        text("encryptionType"),
        text("endpoint"),
        text("kmsKey"),
        text("region"),
    )


def _clouds() -> tuple[Field, ...]:
    return (
        block(
            "awsAttributes",
            text("availability"),
            integer("ebsVolumeCount"),
            integer("ebsVolumeIops"),
            integer("ebsVolumeSize"),
            integer("ebsVolumeThroughput"),
            text("ebsVolumeType"),
            integer("firstOnDemand"),
            text("instanceProfileArn"),
            integer("spotBidPricePercent"),
            text("zoneId"),
        ),
        block(
            "azureAttributes",
            text("availability"),
            text("capacityReservationGroup"),
            integer("firstOnDemand"),
            block("logAnalyticsInfo", text("logAnalyticsPrimaryKey"), text("logAnalyticsWorkspaceId")),
            number("spotBidMaxPrice"),
        ),
        block(
            "gcpAttributes",
            text("availability"),
            text("confidentialComputeType"),
            integer("firstOnDemand"),
            text("googleServiceAccount"),
            integer("localSsdCount"),
            text("zoneId"),
        ),
    )
