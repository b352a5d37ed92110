"""Settings of a whole workspace: from where it is reached, what every warehouse does, what may be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.surroundings import Names
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.settings import SqlSettings

#: Without it lists of addresses have no effect.
_LISTS_ON = "enableIpAccessLists"


@dataclass(frozen=True, slots=True)
class WorkspaceSettingsArgs:
    """Whose `settings` and `network`; the catalogs' names by domain."""

    environment: Environment
    catalogs: Names


class WorkspaceSettings(pulumi.ComponentResource):
    """What is not said is left as the workspace has it."""

    def __init__(self, name: str, args: WorkspaceSettingsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:workspace:WorkspaceSettings", name, None, opts)
        self._name, self._environment = name, args.environment
        self._inside = pulumi.ResourceOptions(parent=self)
        settings = args.environment.settings
        self._access(self._options(settings.options))
        if settings.default_catalog is not None:
            databricks.DefaultNamespaceSetting(
                name,
                namespace=databricks.DefaultNamespaceSettingNamespaceArgs(value=args.catalogs[settings.default_catalog]),
                opts=self._inside,
            )
        if settings.sql is not None:
            self._sql(settings.sql)
        self._artifacts()
        self.register_outputs({})

    def _options(self, said: Mapping[str, str]) -> databricks.WorkspaceConf | None:
        options = {**said, **({_LISTS_ON: "true"} if self._environment.network.ip_access else {})}
        if not options:
            return None
        return databricks.WorkspaceConf(self._name, custom_config=options, opts=self._inside)

    def _access(self, options: databricks.WorkspaceConf | None) -> None:
        """Lists are refused while the workspace has them switched off, so the options come first."""
        after = pulumi.ResourceOptions(depends_on=[options] if options is not None else [])
        for key, model in self._environment.network.ip_access.items():
            databricks.IpAccessList(
                key,
                label=self._environment.own_name(key, None),
                list_type=model.type,
                ip_addresses=list(model.addresses),
                opts=pulumi.ResourceOptions.merge(self._inside, after),
            )

    def _sql(self, model: SqlSettings) -> None:
        databricks.SqlGlobalConfig(
            self._name,
            security_policy=model.security,
            sql_config_params=dict(model.parameters) or None,
            data_access_config=dict(model.data_access) or None,
            instance_profile_arn=model.instance_profile,
            opts=self._inside,
        )

    def _artifacts(self) -> None:
        allowed = self._environment.settings.artifacts
        kinds = (("INIT_SCRIPT", allowed.init_scripts), ("LIBRARY_JAR", allowed.jars), ("LIBRARY_MAVEN", allowed.maven))
        for kind, artifacts in kinds:
            if artifacts:
                matchers = [
                    databricks.ArtifactAllowlistArtifactMatcherArgs(artifact=artifact, match_type="PREFIX_MATCH")
                    for artifact in sorted(artifacts)
                ]
                databricks.ArtifactAllowlist(kind.lower(), artifact_type=kind, artifact_matchers=matchers, opts=self._inside)
