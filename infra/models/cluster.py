"""Classic compute: clusters, what limits them, and the machines that wait for them. Values as in the Clusters API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

_RUNTIME: Final = re.compile(r"\d+\.\d+\.x-(\S+-)?scala2\.1[23]")


def _runtime(value: str) -> str:
    if not _RUNTIME.fullmatch(value):
        raise ValueError(f"'{value}' is no version of the Databricks runtime, such as 15.4.x-scala2.12")
    return value


Runtime = Annotated[str, AfterValidator(_runtime)]
Availability = Literal["ON_DEMAND", "SPOT", "SPOT_WITH_FALLBACK"]


class Cluster(Record):
    """A cluster that lives as long as the run that needs it."""

    runtime: Runtime
    """The version of the Databricks runtime, such as 15.4.x-scala2.12."""
    node_type: Text | None = None
    """The type of its machines, such as i3.xlarge; that of the pool where there is one."""
    driver_node_type: Text | None = None
    """The type of its driver's machine, where it is another."""
    pool: Key | None = None
    """Where its machines come from: a key of `compute.pools`."""
    policy: Key | None = None
    """What limits it: a key of `compute.policies`."""
    workers: Annotated[int, Field(ge=0)] = 1
    """Its workers; with `max_workers` the least; 0 is a single machine."""
    max_workers: Annotated[int, Field(ge=1)] | None = None
    """The most workers that it grows to; left out, it does not grow."""
    access: Literal["dedicated", "standard"] = "dedicated"
    """For one principal alone, or for many, kept apart."""
    availability: Availability = "SPOT_WITH_FALLBACK"
    """Whether its workers may be spot machines (AWS)."""
    instance_profile: Text | None = None
    """The ARN of an instance profile for storage outside of Unity Catalog (AWS)."""
    photon: bool = False
    """Whether it runs Photon."""
    spark_conf: Mapping[str, Text] = {}
    """Spark properties."""
    environment_variables: Mapping[str, Text] = {}
    """Variables of its processes."""
    init_scripts: tuple[Text, ...] = ()
    """Scripts that run on each machine before Spark: paths of workspace files or in volumes."""
    tags: Mapping[str, Text] = {}
    """Custom tags; they reach the bill."""

    @model_validator(mode="after")
    def _machines(self) -> Cluster:
        if (self.node_type is None) == (self.pool is None):
            said = "needs 'node_type' or a 'pool'" if self.pool is None else "has machines of a pool, and a 'node_type' too"
            raise ValueError(f"{said}; say one of them")
        if self.pool is not None and self.driver_node_type is not None:
            raise WrongAt(("driver_node_type",), "is the pool's to say; leave it out")
        if self.max_workers is not None and self.max_workers < self.workers:
            raise WrongAt(("max_workers",), f"{self.max_workers} is below workers, which is {self.workers}")
        return self


class AllPurposeCluster(Cluster):
    """A cluster for people, until it is idle for too long; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    user: Key | None = None
    """Whose it is, where `access` is dedicated: a service principal, a user or a group; left out, whoever makes it."""
    auto_stop: Annotated[int, Field(ge=10, le=10_000)] = 30
    """Minutes without work after which it stops."""
    libraries: tuple[Text, ...] = ()
    """Python requirements, and paths of wheels and JARs."""
    permissions: Mapping[Key, Literal["CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"]] = {}
    """What each principal may do with it."""


class PolicyRule(Record):
    """What a policy says of one attribute of a cluster, in the words of the policy's definition."""

    type: Literal["fixed", "forbidden", "allowlist", "blocklist", "regex", "range", "unlimited"]
    """What kind of rule it is."""
    value: Any = None
    """Of `fixed`: the value."""
    values: tuple[Any, ...] | None = None
    """Of `allowlist` and `blocklist`: the values."""
    pattern: str | None = None
    """Of `regex`: the expression."""
    min: float | None = None
    """Of `range`: the least."""
    max: float | None = None
    """Of `range`: the most."""
    default: Any = None
    """What it is where nothing is said."""
    optional: bool | None = None
    """Whether it may be left out."""
    hidden: bool | None = None
    """Whether it is left out of the page."""

    @model_validator(mode="after")
    def _whole(self) -> PolicyRule:
        needed = {"fixed": "value", "allowlist": "values", "blocklist": "values", "regex": "pattern"}.get(self.type)
        if needed is not None and getattr(self, needed) is None:
            raise ValueError(f"a rule of the type '{self.type}' needs '{needed}'")
        if self.type == "range" and self.min is None and self.max is None:
            raise ValueError("a rule of the type 'range' needs 'min' or 'max'")
        return self


class ClusterPolicy(Record):
    """What clusters may be; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    description: Text | None = None
    """What it is for."""
    family: Text | None = None
    """One of the platform's own families that it builds on, such as `job-cluster`."""
    rules: Mapping[str, PolicyRule] = {}
    """What it says of each attribute, such as `node_type_id` or `aws_attributes.availability`."""
    max_clusters_per_user: Annotated[int, Field(ge=1)] | None = None
    """How many clusters a user may have by it."""
    permissions: Mapping[Key, Literal["CAN_USE"]] = {}
    """Who may make clusters by it."""

    @model_validator(mode="after")
    def _says_something(self) -> ClusterPolicy:
        if self.family is None and not self.rules:
            raise ValueError("limits nothing; give it 'rules', or a 'family' to build on")
        return self


class InstancePool(Record):
    """Machines that wait for clusters; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    node_type: Text
    """The type of its machines, such as i3.xlarge."""
    min_idle: Annotated[int, Field(ge=0)] = 0
    """Machines that always wait; the cloud bills them."""
    max_capacity: Annotated[int, Field(ge=1)] | None = None
    """The most machines, idle and used."""
    idle_minutes: Annotated[int, Field(ge=0)] = 10
    """Minutes after which an idle machine above `min_idle` goes."""
    availability: Literal["ON_DEMAND", "SPOT"] = "SPOT"
    """Whether they are spot machines (AWS)."""
    runtimes: tuple[Runtime, ...] = Field(default=(), max_length=1)
    """The version of the runtime that is loaded before anyone asks."""
    tags: Mapping[str, Text] = {}
    """Custom tags; they reach the bill."""
    permissions: Mapping[Key, Literal["CAN_ATTACH_TO", "CAN_MANAGE"]] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _capacity(self) -> InstancePool:
        if self.max_capacity is not None and self.max_capacity < self.min_idle:
            raise WrongAt(("max_capacity",), f"{self.max_capacity} is below min_idle, which is {self.min_idle}")
        return self


class Compute(Record):
    """Classic compute. Jobs run serverless where they say nothing."""

    all_purpose: bool = False
    """Whether all-purpose clusters are wanted at all: they bill idle minutes, at a price far above that of jobs."""
    policies: Mapping[Key, ClusterPolicy] = {}
    """What clusters may be."""
    pools: Mapping[Key, InstancePool] = {}
    """Machines that wait for clusters."""
    clusters: Mapping[Key, AllPurposeCluster] = {}
    """All-purpose clusters."""

    @model_validator(mode="after")
    def _asked_for(self) -> Compute:
        if self.clusters and not self.all_purpose:
            key = min(self.clusters)
            remedy = "let jobs bring their own ('jobs.<name>.clusters') or run serverless, or say 'all_purpose: true'"
            raise WrongAt(("clusters", key), f"is an all-purpose cluster, which bills idle minutes too; {remedy}")
        return self
