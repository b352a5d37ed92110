"""How the platform's other objects name those who act: service principals by application id, groups by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks


@dataclass(frozen=True, slots=True)
class Principals:
    """Everyone that an environment names, by their keys. The names carry the dependency on whoever is created here."""

    application_ids: Mapping[str, pulumi.Output[str]]
    group_names: Mapping[str, pulumi.Output[str]]

    def name(self, key: str) -> pulumi.Output[str]:
        """The name in grants, ownership and secret ACLs."""
        return self.application_ids[key] if key in self.application_ids else self.group_names[key]

    def access_controls(self, levels: Mapping[str, str]) -> list[databricks.PermissionsAccessControlArgs]:
        """The entries of a `Permissions` resource, in the order of their keys."""
        return [self._access_control(key, level) for key, level in sorted(levels.items())]

    def _access_control(self, key: str, level: str) -> databricks.PermissionsAccessControlArgs:
        if key in self.application_ids:
            return databricks.PermissionsAccessControlArgs(
                service_principal_name=self.application_ids[key], permission_level=level
            )
        return databricks.PermissionsAccessControlArgs(group_name=self.group_names[key], permission_level=level)
