"""Where a job's tasks run: serverless environments, clusters made for a run, libraries. Shapes only.

Of a classic cluster the properties that a cluster policy usually leaves open are supported; the others are refused by name.
"""

from __future__ import annotations

from infra.providers.databricks.shapes import (
    Field,
    blocks,
    flag,
    integer,
    mapping,
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


def new_cluster() -> Field:
    """A classic cluster."""
    return zero_block("newCluster", *_sizes(), *_settings(), *_refused())


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
    destinations = (zero_block(place, text("destination", required=True)) for place in places)
    return blocks("initScripts", *zeroed(*destinations, unsupported("s3")), absent=[])


def _refused() -> tuple[Field, ...]:
    return (
        unsupported("__applyPolicyDefaultValuesAllowLists", "texts", wire="__apply_policy_default_values_allow_list"),
        unsupported("azureAttributes"),
        unsupported("clusterLogConf"),
        unsupported("clusterMountInfos", "blocks", wire="cluster_mount_info", absent=[]),
        unsupported("dockerImage"),
        unsupported("driverNodeTypeFlexibility"),
        unsupported("gcpAttributes"),
        unsupported("libraries", "blocks", wire="library", absent=[]),
        unsupported("providerConfig"),
        unsupported("workerNodeTypeFlexibility"),
        unsupported("workloadType"),
    )
