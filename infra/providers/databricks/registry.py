"""Every resource type that is supported, by token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from infra.providers.databricks.ai.mlflow_experiment import MlflowExperiment
from infra.providers.databricks.ai.model_serving import ModelServing
from infra.providers.databricks.ai.vector_search_endpoint import VectorSearchEndpoint
from infra.providers.databricks.ai.vector_search_index import VectorSearchIndex
from infra.providers.databricks.compute.cluster import Cluster
from infra.providers.databricks.compute.cluster_policy import ClusterPolicy
from infra.providers.databricks.compute.instance_pool import InstancePool
from infra.providers.databricks.compute.sql_global_config import SqlGlobalConfig
from infra.providers.databricks.compute.warehouse import SqlEndpoint
from infra.providers.databricks.cost.budget import Budget
from infra.providers.databricks.cost.budget_policy import BudgetPolicy
from infra.providers.databricks.files.directory import Directory
from infra.providers.databricks.files.file import File
from infra.providers.databricks.files.git_credential import GitCredential
from infra.providers.databricks.files.notebook import Notebook
from infra.providers.databricks.files.repo import Repo
from infra.providers.databricks.files.workspace_file import WorkspaceFile
from infra.providers.databricks.identity.account_federation_policy import AccountFederationPolicy
from infra.providers.databricks.identity.entitlements import Entitlements
from infra.providers.databricks.identity.group import Group
from infra.providers.databricks.identity.group_member import GroupMember
from infra.providers.databricks.identity.mws_permission_assignment import MwsPermissionAssignment
from infra.providers.databricks.identity.obo_token import OboToken
from infra.providers.databricks.identity.permissions import Permissions
from infra.providers.databricks.identity.service_principal import ServicePrincipal
from infra.providers.databricks.identity.service_principal_federation_policy import ServicePrincipalFederationPolicy
from infra.providers.databricks.identity.service_principal_secret import ServicePrincipalSecret
from infra.providers.databricks.identity.user import User
from infra.providers.databricks.jobs.job import Job
from infra.providers.databricks.network.ip_access_list import IpAccessList
from infra.providers.databricks.pipelines.pipeline import Pipeline
from infra.providers.databricks.recovery.failover_group import DisasterRecoveryFailoverGroup
from infra.providers.databricks.recovery.stable_url import DisasterRecoveryStableUrl
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.secrets.secret import Secret
from infra.providers.databricks.secrets.secret_acl import SecretAcl
from infra.providers.databricks.secrets.secret_scope import SecretScope
from infra.providers.databricks.settings.default_namespace_setting import DefaultNamespaceSetting
from infra.providers.databricks.settings.notification_destination import NotificationDestination
from infra.providers.databricks.settings.workspace_conf import WorkspaceConf
from infra.providers.databricks.sharing.recipient import Recipient
from infra.providers.databricks.sharing.share import Share
from infra.providers.databricks.sql_objects.alert import Alert
from infra.providers.databricks.sql_objects.alert_v2 import AlertV2
from infra.providers.databricks.sql_objects.dashboard import Dashboard
from infra.providers.databricks.sql_objects.query import Query
from infra.providers.databricks.unity.artifact_allowlist import ArtifactAllowlist
from infra.providers.databricks.unity.catalog import Catalog
from infra.providers.databricks.unity.catalog_workspace_binding import CatalogWorkspaceBinding
from infra.providers.databricks.unity.connection import Connection
from infra.providers.databricks.unity.credential import Credential
from infra.providers.databricks.unity.entity_tag_assignment import EntityTagAssignment
from infra.providers.databricks.unity.external_location import ExternalLocation
from infra.providers.databricks.unity.grant import Grant
from infra.providers.databricks.unity.grants import Grants
from infra.providers.databricks.unity.policy_info import PolicyInfo
from infra.providers.databricks.unity.quality_monitor import QualityMonitor
from infra.providers.databricks.unity.registered_model import RegisteredModel
from infra.providers.databricks.unity.schema import Schema
from infra.providers.databricks.unity.secret_uc import SecretUc
from infra.providers.databricks.unity.sql_table import SqlTable
from infra.providers.databricks.unity.storage_credential import StorageCredential
from infra.providers.databricks.unity.system_schema import SystemSchema
from infra.providers.databricks.unity.tag_policy import TagPolicy
from infra.providers.databricks.unity.volume import Volume
from infra.providers.databricks.unity.workspace_binding import WorkspaceBinding

RESOURCES: Final[Mapping[str, Resource]] = {
    resource.token: resource
    for resource in (
        AccountFederationPolicy(),
        Alert(),
        AlertV2(),
        ArtifactAllowlist(),
        Budget(),
        BudgetPolicy(),
        Catalog(),
        CatalogWorkspaceBinding(),
        DisasterRecoveryFailoverGroup(),
        DisasterRecoveryStableUrl(),
        Cluster(),
        ClusterPolicy(),
        Connection(),
        Credential(),
        Dashboard(),
        DefaultNamespaceSetting(),
        Directory(),
        Entitlements(),
        EntityTagAssignment(),
        ExternalLocation(),
        File(),
        GitCredential(),
        Grant(),
        Grants(),
        Group(),
        GroupMember(),
        InstancePool(),
        IpAccessList(),
        Job(),
        MlflowExperiment(),
        ModelServing(),
        VectorSearchEndpoint(),
        VectorSearchIndex(),
        MwsPermissionAssignment(),
        Notebook(),
        NotificationDestination(),
        OboToken(),
        Permissions(),
        Pipeline(),
        PolicyInfo(),
        QualityMonitor(),
        Query(),
        Recipient(),
        Share(),
        RegisteredModel(),
        Repo(),
        Schema(),
        Secret(),
        SecretAcl(),
        SecretScope(),
        SecretUc(),
        ServicePrincipal(),
        ServicePrincipalFederationPolicy(),
        ServicePrincipalSecret(),
        SqlEndpoint(),
        SqlGlobalConfig(),
        SqlTable(),
        StorageCredential(),
        SystemSchema(),
        TagPolicy(),
        User(),
        Volume(),
        WorkspaceBinding(),
        WorkspaceConf(),
        WorkspaceFile(),
    )
}


def refusal(token: str) -> str:
    """What to say about a type that is not supported."""
    known = ", ".join(sorted(supported.rsplit(":", 1)[1] for supported in RESOURCES))
    return f"{token} is not supported by the embedded Databricks provider. It knows {known}. Deploy others with the Pulumi CLI."
