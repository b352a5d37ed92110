"""Where a job's tasks run: serverless environments, clusters made for a run, libraries. Shapes only."""

from __future__ import annotations

from infra.providers.databricks.shapes import (
    Field,
    blocks,
    flag,
    integer,
    mapping,
    number,
    text,
    texts,
    unsupported,
    zero_block,
    zero_blocks,
    zeroed,
)


def environments() -> Field:
    """Serverless environments by key."""
    return blocks(
        "environments",
        text("environmentKey", required=True),
        zero_block(
            "spec",
            text("baseEnvironment"),
            text("client"),
            texts("dependencies"),
            text("environmentVersion"),
            texts("javaDependencies"),
        ),
        wire="environment",
        api="environments",
        key="environmentKey",
        absent=[],
    )


def libraries() -> Field:
    """What is installed before a task runs."""
    return zero_blocks(
        "libraries",
        zero_block("cran", text("package", required=True), text("repo")),
        text("egg"),
        text("jar"),
        zero_block("maven", text("coordinates", required=True), texts("exclusions"), text("repo")),
        zero_block("providerConfig", text("workspaceId")),
        zero_block("pypi", text("package", required=True), text("repo")),
        text("requirements"),
        text("whl"),
        wire="library",
        api="libraries",
        unordered=True,
        absent=[],
    )


def job_clusters() -> Field:
    """Clusters that several tasks of a run share, by key."""
    return zero_blocks(
        "jobClusters",
        text("jobClusterKey", required=True),
        new_cluster(),
        text("serverlessComputeId"),
        wire="job_cluster",
        api="job_clusters",
        key="jobClusterKey",
        absent=[],
    )


def new_cluster(*, policy_lists: bool = True) -> Field:
    """A classic cluster. Which of a policy's defaults are taken (`policy_lists`) only a job's own tasks can say."""
    lists = (unsupported("__applyPolicyDefaultValuesAllowLists", "texts", wire="__apply_policy_default_values_allow_list"),)
    return zero_block("newCluster", *_sizes(), *_settings(), *_clouds(), *_surroundings(), *(lists if policy_lists else ()))


def _sizes() -> tuple[Field, ...]:
    return (
        zero_block("autoscale", integer("maxWorkers"), integer("minWorkers")),
        text("driverInstancePoolId", computed=True),
        text("driverNodeTypeId", computed=True),
        text("instancePoolId"),
        flag("isSingleNode"),
        text("kind"),
        text("nodeTypeId", computed=True),
        integer("numWorkers"),
        text("policyId"),
        text("runtimeEngine", computed=True),
        text("sparkVersion"),
        flag("useMlRuntime"),
    )


def _settings() -> tuple[Field, ...]:
    return (
        flag("applyPolicyDefaultValues"),
        zero_block(
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
            computed=True,
        ),
        text("clusterId", computed=True),
        text("clusterName", computed=True),
        mapping("customTags"),
        text("dataSecurityMode"),
        text("dependencyMode"),
        flag("enableElasticDisk", computed=True),
        flag("enableLocalDiskEncryption", computed=True),
        text("idempotencyToken", replaces=True),
        _init_scripts(),
        integer("remoteDiskThroughput"),
        text("singleUserName"),
        mapping("sparkConf"),
        mapping("sparkEnvVars"),
        texts("sshPublicKeys"),
        integer("totalInitialRemoteDiskSize"),
    )


def _init_scripts() -> Field:
    places = ("abfss", "dbfs", "file", "gcs", "volumes", "workspace")
    return blocks("initScripts", *zeroed(*(_destination(place) for place in places), _s3()), absent=[])


def _destination(place: str) -> Field:
    return zero_block(place, text("destination", required=True))


def _s3() -> Field:
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


def _clouds() -> tuple[Field, ...]:
    return (
        zero_block(
            "azureAttributes",
            text("availability"),
            text("capacityReservationGroup"),
            integer("firstOnDemand"),
            zero_block("logAnalyticsInfo", text("logAnalyticsPrimaryKey"), text("logAnalyticsWorkspaceId")),
            number("spotBidMaxPrice"),
            computed=True,
        ),
        zero_block(
            "gcpAttributes",
            text("availability"),
            integer("bootDiskSize"),
            text("confidentialComputeType"),
            integer("firstOnDemand"),
            text("googleServiceAccount"),
            integer("localSsdCount"),
            flag("usePreemptibleExecutors"),
            text("zoneId"),
            computed=True,
        ),
    )


def _surroundings() -> tuple[Field, ...]:
    """What a cluster is given besides machines: an image, mounts, places for logs, libraries, whom it serves."""
    return (
        zero_block("clusterLogConf", _destination("dbfs"), _s3(), _destination("volumes")),
        zero_blocks(
            "clusterMountInfos",
            text("localMountDirPath", required=True),
            zero_block("networkFilesystemInfo", text("mountOptions"), text("serverAddress", required=True), required=True),
            text("remoteMountDirPath"),
            wire="cluster_mount_info",
            absent=[],
        ),
        zero_block(
            "dockerImage",
            zero_block("basicAuth", text("password", required=True, secret=True), text("username", required=True)),
            text("url", required=True),
        ),
        zero_block("driverNodeTypeFlexibility", texts("alternateNodeTypeIds")),
        libraries(),
        zero_block("providerConfig", text("workspaceId"), computed=True),
        zero_block("workerNodeTypeFlexibility", texts("alternateNodeTypeIds")),
        zero_block(
            "workloadType",
            zero_block("clients", flag("jobs", default=True), flag("notebooks", default=True), required=True),
        ),
    )
