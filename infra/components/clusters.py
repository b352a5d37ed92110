"""Classic compute: cluster policies, instance pools, all-purpose clusters, and how a job's own clusters are said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.components.surroundings import Names, Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.cluster import AllPurposeCluster, Cluster, ClusterPolicy, InstancePool, PolicyRule

_ACCESS: Final = {"dedicated": "SINGLE_USER", "standard": "USER_ISOLATION"}
#: What makes a cluster of one machine (https://docs.databricks.com/api/workspace/clusters/create).
_SINGLE_NODE_CONF: Final = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
_SINGLE_NODE_TAG: Final = {"ResourceClass": "SingleNode"}


@dataclass(frozen=True, slots=True)
class ClustersArgs:
    """The environment whose `compute` is to be; whom its permissions may name."""

    environment: Environment
    principals: Principals


class Clusters(pulumi.ComponentResource):
    """`policies`, `pools` and `clusters` are ids by the keys of the environment file."""

    def __init__(self, name: str, args: ClustersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:compute:Clusters", name, None, opts)
        self._environment, self._principals = args.environment, args.principals
        self._inside = pulumi.ResourceOptions(parent=self)
        compute = args.environment.compute
        self.policies: Names = {key: self._policy(key, model) for key, model in compute.policies.items()}
        self.pools: Names = {key: self._pool(key, model) for key, model in compute.pools.items()}
        self.clusters: Names = {key: self._cluster(key, model) for key, model in compute.clusters.items()}
        self.register_outputs({"policies": self.policies, "pools": self.pools, "clusters": self.clusters})

    def _policy(self, key: str, model: ClusterPolicy) -> pulumi.Output[str]:
        definition = json.dumps({path: _rule(rule) for path, rule in model.rules.items()}, sort_keys=True)
        policy = databricks.ClusterPolicy(
            key,
            name=self._environment.own_name(key, model.name),
            description=model.description,
            policy_family_id=model.family,
            definition=None if model.family else definition,
            policy_family_definition_overrides=definition if model.family and model.rules else None,
            max_clusters_per_user=model.max_clusters_per_user,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"policy/{key}",
                cluster_policy_id=policy.id,
                access_controls=self._principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return policy.id

    def _pool(self, key: str, model: InstancePool) -> pulumi.Output[str]:
        pool = databricks.InstancePool(
            key,
            instance_pool_name=self._environment.own_name(key, model.name),
            node_type_id=model.node_type,
            min_idle_instances=model.min_idle,
            max_capacity=model.max_capacity,
            idle_instance_autotermination_minutes=model.idle_minutes,
            aws_attributes=databricks.InstancePoolAwsAttributesArgs(availability=model.availability),
            preloaded_spark_versions=list(model.runtimes) or None,
            custom_tags=model.tags or None,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"pool/{key}",
                instance_pool_id=pool.id,
                access_controls=self._principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return pool.id

    def _cluster(self, key: str, model: AllPurposeCluster) -> pulumi.Output[str]:
        cluster = databricks.Cluster(
            key,
            cluster_name=self._environment.own_name(key, model.name),
            **cluster_arguments(model, self.policies, self.pools),
            single_user_name=self._principals.name(model.user) if model.user else None,
            autotermination_minutes=model.auto_stop,
            libraries=cast(Any, libraries(model.libraries)) or None,
            # A cluster bills from its start: it is made, and starts when somebody wants it.
            no_wait=True,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"cluster/{key}",
                cluster_id=cluster.id,
                access_controls=self._principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return cluster.id


def job_clusters(clusters: dict[str, Cluster], surroundings: Surroundings) -> list[dict[str, Any]]:
    """The clusters of a job, in the order of their keys."""
    return [
        {
            "job_cluster_key": key,
            "new_cluster": cluster_arguments(model, surroundings.cluster_policies, surroundings.pools),
        }
        for key, model in sorted(clusters.items())
    ]


def cluster_arguments(model: Cluster, policies: Names, pools: Names) -> dict[str, Any]:
    """What the Clusters API and the Jobs API call a cluster alike; what is not said is left out."""
    single = model.workers == 0 and model.max_workers is None
    given: dict[str, Any] = {
        "spark_version": model.runtime,
        "node_type_id": model.node_type,
        "driver_node_type_id": model.driver_node_type,
        "instance_pool_id": pools[model.pool] if model.pool else None,
        "policy_id": policies[model.policy] if model.policy else None,
        "num_workers": model.workers if model.max_workers is None else None,
        "autoscale": {"min_workers": model.workers, "max_workers": model.max_workers} if model.max_workers else None,
        "data_security_mode": _ACCESS[model.access],
        # A pool says itself what its machines are.
        "aws_attributes": _machines(model) if model.pool is None else None,
        "runtime_engine": "PHOTON" if model.photon else "STANDARD",
        "spark_conf": {**(_SINGLE_NODE_CONF if single else {}), **model.spark_conf} or None,
        "spark_env_vars": dict(model.environment_variables) or None,
        "custom_tags": {**(_SINGLE_NODE_TAG if single else {}), **model.tags} or None,
        "init_scripts": [_script(path) for path in model.init_scripts] or None,
    }
    return {key: value for key, value in given.items() if value is not None}


def libraries(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each as the Libraries API knows it: a path of a wheel or a JAR, or a Python requirement."""
    return [_library(text) for text in sorted(texts)]


def _library(text: str) -> dict[str, Any]:
    if "/" in text and text.endswith((".whl", ".jar")):
        return {text[-3:]: text}
    return {"pypi": {"package": text}}


def _machines(model: Cluster) -> dict[str, Any]:
    profile = {"instance_profile_arn": model.instance_profile} if model.instance_profile else {}
    return {"availability": model.availability, "first_on_demand": 1, **profile}


def _script(path: str) -> dict[str, Any]:
    return {"volumes" if path.startswith("/Volumes/") else "workspace": {"destination": path}}


def _rule(rule: PolicyRule) -> dict[str, Any]:
    words = {
        "type": rule.type,
        "value": rule.value,
        "values": list(rule.values) if rule.values is not None else None,
        "pattern": rule.pattern,
        "minValue": _number(rule.min),
        "maxValue": _number(rule.max),
        "defaultValue": rule.default,
        "isOptional": rule.optional,
        "hidden": rule.hidden,
    }
    return {word: value for word, value in words.items() if value is not None}


def _number(value: float | None) -> float | None:
    """A whole number as one: the definition is compared as text."""
    return int(value) if value is not None and value.is_integer() else value
