"""What a cluster is asked to be: the fields that are kept, what the server fills in, what a policy fixes.

databricks-sdk `compute.CreateCluster`, `EditCluster`, `ClusterSpec`; https://docs.databricks.com/api/workspace/clusters.
"""

from __future__ import annotations

import re
from typing import Any

from infra.emulator.compute import cluster_policies, instance_pools
from infra.emulator.errors import InvalidParameter, PermissionDenied
from infra.emulator.identity import access_levels, directory
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

FIELDS = (
    *("autoscale", "autotermination_minutes", "aws_attributes", "azure_attributes", "cluster_log_conf", "cluster_name"),
    *("custom_tags", "data_security_mode", "dependency_mode", "docker_image", "driver_instance_pool_id"),
    *("driver_node_type_flexibility", "driver_node_type_id", "enable_elastic_disk", "enable_local_disk_encryption"),
    *("gcp_attributes", "init_scripts", "instance_pool_id", "is_single_node", "kind", "node_type_id", "num_workers"),
    *("policy_id", "remote_disk_throughput", "runtime_engine", "single_user_name", "spark_conf", "spark_env_vars"),
    *("spark_version", "ssh_public_keys", "total_initial_remote_disk_size", "use_ml_runtime"),
    *("worker_node_type_flexibility", "workload_type"),
)
_AWS = {
    "availability": "SPOT_WITH_FALLBACK",
    "first_on_demand": 1,
    "spot_bid_price_percent": 100,
    "zone_id": "auto",
}
_SPARK = re.compile(r"^\d+\.[\dx]+\.[\w.-]*scala2\.1[23]$|^custom:.+$|^apache-spark-.+$")
_MODES = frozenset(
    {
        *("NONE", "SINGLE_USER", "USER_ISOLATION", "LEGACY_TABLE_ACL", "LEGACY_PASSTHROUGH", "LEGACY_SINGLE_USER"),
        *("LEGACY_SINGLE_USER_STANDARD", "DATA_SECURITY_MODE_AUTO", "DATA_SECURITY_MODE_DEDICATED"),
        "DATA_SECURITY_MODE_STANDARD",
    }
)
_ALIASES = {"DATA_SECURITY_MODE_DEDICATED": "SINGLE_USER", "DATA_SECURITY_MODE_STANDARD": "USER_ISOLATION"}
_LONGEST_IDLE, _SHORTEST_IDLE = 43_200, 10


def settled(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """A request's settings, checked and completed. Raises InvalidParameter, or PermissionDenied for who may make no cluster."""
    asked = {field: body[field] for field in FIELDS if body.get(field) not in (None, "", {}, [])}
    if policy_id := asked.get("policy_id"):
        policy = cluster_policies.fetch(workspace, str(policy_id))
        access_levels.require(workspace, caller, "CAN_USE", cluster_policies.TYPE, str(policy_id))
        _obey(asked, cluster_policies.rules(policy), defaults=bool(body.get("apply_policy_default_values")))
    elif not caller.is_admin and "allow-cluster-create" not in directory.entitlements(workspace, caller.id):
        raise PermissionDenied("You are not authorized to create clusters. Please contact your administrator.")
    _check_size(workspace, caller, asked)
    _check_rest(asked)
    return _completed(asked)


def _obey(asked: Document, rules: dict[str, dict[str, Any]], *, defaults: bool) -> None:
    """Fill in what a policy fixes, refuse what it forbids."""
    for attribute, rule in rules.items():
        holder, _, name = attribute.partition(".")
        given = (asked.get(holder) or {}).get(name) if name else asked.get(attribute)
        if rule["type"] == "forbidden" and given is not None:
            raise InvalidParameter(f"Validation failed for {attribute}, the value must not be set.")
        wanted = rule.get("value") if rule["type"] == "fixed" else rule.get("defaultValue") if defaults else None
        if wanted is None or attribute == "cluster_type":
            continue
        if given is None:
            if name:
                asked.setdefault(holder, {})[name] = wanted
            else:
                asked[attribute] = wanted
        elif rule["type"] == "fixed" and given != wanted:
            raise InvalidParameter(f'Validation failed for {attribute}, the value must be {wanted} (is "{given}").')


def _check_size(workspace: Workspace, caller: Caller, asked: Document) -> None:
    if not _SPARK.match(str(asked.get("spark_version", ""))):
        raise InvalidParameter(f"Spark version '{asked.get('spark_version', '')}' is not supported.")
    for field in ("instance_pool_id", "driver_instance_pool_id"):
        if field in asked:
            instance_pools.fetch(workspace, str(asked[field]))
            access_levels.require(workspace, caller, "CAN_ATTACH_TO", instance_pools.TYPE, str(asked[field]))
    if "instance_pool_id" not in asked and "node_type_id" not in asked:
        raise InvalidParameter("Exactly one of instance_pool_id and node_type_id must be specified.")
    if "instance_pool_id" in asked and "node_type_id" in asked:
        raise InvalidParameter("The field 'node_type_id' cannot be supplied when an instance pool ID is provided.")
    scale = asked.get("autoscale")
    if scale is not None and int(scale.get("max_workers") or 0) < max(int(scale.get("min_workers") or 0), 1):
        raise InvalidParameter("autoscale.max_workers must be at least 1 and not below min_workers.")
    if scale is not None and asked.get("num_workers"):
        raise InvalidParameter("Only one of num_workers and autoscale can be specified.")
    if int(asked.get("num_workers") or 0) < 0:
        raise InvalidParameter("num_workers must not be negative.")


def _check_rest(asked: Document) -> None:
    minutes = int(asked.get("autotermination_minutes") or 0)
    if minutes and not _SHORTEST_IDLE <= minutes <= _LONGEST_IDLE:
        raise InvalidParameter(f"autotermination_minutes must be 0 or between {_SHORTEST_IDLE} and {_LONGEST_IDLE}.")
    mode = asked.get("data_security_mode")
    if mode is not None and mode not in _MODES:
        raise InvalidParameter(f"data_security_mode '{mode}' is not one of {', '.join(sorted(_MODES))}.")
    if len([field for field in ("aws_attributes", "azure_attributes", "gcp_attributes") if field in asked]) > 1:
        raise InvalidParameter("A cluster has the attributes of one cloud only.")
    if asked.get("azure_attributes") or asked.get("gcp_attributes"):
        raise InvalidParameter("This workspace is on AWS: it takes aws_attributes only.")


def _completed(asked: Document) -> Document:
    filled: Document = {"cluster_name": "", "autotermination_minutes": 0, "enable_local_disk_encryption": False, **asked}
    filled["aws_attributes"] = {**_AWS, **asked.get("aws_attributes", {})}
    filled["data_security_mode"] = _ALIASES.get(str(asked.get("data_security_mode")), asked.get("data_security_mode") or "NONE")
    if "node_type_id" in filled:
        filled.setdefault("driver_node_type_id", filled["node_type_id"])
        filled.setdefault("enable_elastic_disk", False)
    else:
        filled.setdefault("driver_instance_pool_id", filled["instance_pool_id"])
    if "autoscale" not in filled:
        filled.setdefault("num_workers", 0)
    return filled
