"""Clusters as records and states, their policies and pools: what the server fills in, fixes and refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient, errors
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.compute import Library, PythonPyPiLibrary, State
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from tests.emulator.conftest import LiveWorkspace

SPARK = "16.4.x-scala2.12"


@pytest.fixture
def slow(workspace: LiveWorkspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWorkspace]:
    """Clusters take ten seconds to start; the clock comes back afterwards."""
    monkeypatch.setattr(workspace.inside, "cluster_start_seconds", 10)
    yield workspace
    workspace.inside.clock.offset = 0.0


def created(admin: WorkspaceClient, **more: Any) -> str:
    settings: dict[str, Any] = {"spark_version": SPARK, "node_type_id": "i3.xlarge", "num_workers": 1} | more
    waiting: Any = admin.clusters.create(**settings)
    return str(waiting.response.cluster_id)


def test_a_cluster_goes_from_pending_to_running_to_terminated(slow: LiveWorkspace) -> None:
    """By the workspace's clock: a start takes its time, an idle one ends; what ended long ago is gone."""
    admin, clock = slow.client(), slow.inside.clock
    cluster = created(admin, autotermination_minutes=20)
    states = []
    for seconds in (0, 10, 20 * 60 + 1):
        clock.offset += seconds
        states.append(admin.clusters.get(cluster).state)
    assert states == [State.PENDING, State.RUNNING, State.TERMINATED]
    clock.offset += 31 * 86_400
    with pytest.raises(NotFound, match="does not exist"):
        admin.clusters.get(cluster)


def test_the_server_fills_in_what_was_not_said(admin: WorkspaceClient) -> None:
    """The driver's type, what the cloud needs, tags, who made it."""
    details = admin.clusters.get(created(admin, cluster_name="plain"))
    assert (details.driver_node_type_id, details.aws_attributes and details.aws_attributes.zone_id) == ("i3.xlarge", "auto")
    assert details.default_tags == {
        "Vendor": "Databricks",
        "Creator": details.creator_user_name,
        "ClusterName": "plain",
        "ClusterId": details.cluster_id,
    }


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"spark_version": "new"}, "Spark version 'new' is not supported"),
        ({"node_type_id": ""}, "Exactly one of instance_pool_id and node_type_id"),
        ({"num_workers": -1}, "num_workers must not be negative"),
        ({"autotermination_minutes": 5}, "autotermination_minutes must be 0 or between 10 and 43200"),
    ],
)
def test_what_no_cluster_can_be_is_refused(admin: WorkspaceClient, settings: dict[str, Any], why: str) -> None:
    """By name."""
    with pytest.raises(InvalidParameterValue, match=why):
        created(admin, **settings)


def test_a_policy_fixes_and_forbids(admin: WorkspaceClient) -> None:
    """What is fixed is filled in, another value refused, and so is what is forbidden."""
    definition = {
        "autotermination_minutes": {"type": "fixed", "value": 30},
        "spark_conf.a": {"type": "fixed", "value": "1"},
        "instance_pool_id": {"type": "forbidden"},
    }
    policy = admin.cluster_policies.create(name="strict", definition=json.dumps(definition)).policy_id
    details = admin.clusters.get(created(admin, policy_id=policy))
    assert (details.autotermination_minutes, details.spark_conf) == (30, {"a": "1"})
    with pytest.raises(InvalidParameterValue, match=r'autotermination_minutes, the value must be 30 \(is "60"\)'):
        created(admin, policy_id=policy, autotermination_minutes=60)


def test_who_may_not_make_clusters_may_under_a_policy(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """CAN USE on a policy is enough; without either it is refused."""
    principal = admin.service_principals.create(display_name="maker")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    maker = workspace.client(token)
    policy = str(admin.cluster_policies.create(name="open", definition="{}").policy_id)
    with pytest.raises(PermissionDenied, match="not authorized to create clusters"):
        created(maker)
    with pytest.raises(PermissionDenied, match="CAN_USE"):
        created(maker, policy_id=policy)
    entry = AccessControlRequest(service_principal_name=str(principal.application_id), permission_level=PermissionLevel.CAN_USE)
    admin.permissions.set("cluster-policies", policy, access_control_list=[entry])
    assert maker.clusters.get(created(maker, policy_id=policy)).creator_user_name == principal.application_id


def test_a_create_that_is_repeated_makes_one_cluster(admin: WorkspaceClient) -> None:
    """By its idempotency token."""
    body = {"spark_version": SPARK, "node_type_id": "i3.xlarge", "num_workers": 0, "idempotency_token": "once"}
    answers = [admin.api_client.do("POST", "/api/2.1/clusters/create", body=body) for _ in range(2)]
    assert answers[0] == answers[1]


def test_a_pinned_cluster_is_not_deleted(admin: WorkspaceClient) -> None:
    """Until it is unpinned."""
    cluster = created(admin)
    admin.clusters.pin(cluster)
    with pytest.raises(InvalidParameterValue, match="unpin the cluster first"):
        admin.clusters.permanent_delete(cluster)
    admin.clusters.unpin(cluster)
    admin.clusters.permanent_delete(cluster)
    with pytest.raises(NotFound):
        admin.clusters.get(cluster)


def test_a_library_leaves_with_the_restart(admin: WorkspaceClient) -> None:
    """Of a running cluster; its status says so until then."""
    cluster, library = created(admin), Library(pypi=PythonPyPiLibrary(package="dbt-databricks"))

    def statuses() -> list[str]:
        return [str(status.status and status.status.value) for status in admin.libraries.cluster_status(cluster)]

    admin.libraries.install(cluster, [library])
    seen = [statuses()]
    admin.libraries.uninstall(cluster, [library])
    seen.append(statuses())
    admin.clusters.restart(cluster)
    seen.append(statuses())
    assert seen == [["INSTALLED"], ["UNINSTALL_ON_RESTART"], []]


def test_nothing_runs_on_a_cluster(admin: WorkspaceClient) -> None:
    """It is said so."""
    with pytest.raises(errors.NotImplemented, match="Clusters of this workspace run nothing"):
        admin.api_client.do("POST", "/api/1.2/contexts/create", body={"clusterId": "x", "language": "sql"})


def test_a_pool_keeps_its_node_type(admin: WorkspaceClient) -> None:
    """Its sizes and tags can change."""
    pool = str(admin.instance_pools.create("ready", "i3.xlarge", max_capacity=2).instance_pool_id)
    admin.instance_pools.edit(pool, "readier", "i3.xlarge", max_capacity=3)
    found = admin.instance_pools.get(pool)
    assert (found.instance_pool_name, found.max_capacity, found.node_type_id) == ("readier", 3, "i3.xlarge")
    with pytest.raises(BadRequest, match="node type of an instance pool cannot change"):
        admin.instance_pools.edit(pool, "ready", "i4.xlarge")
