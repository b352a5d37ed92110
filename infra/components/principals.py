"""How the platform's other objects name those who act: service principals by application id, users and groups by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks


@dataclass(frozen=True, slots=True)
class Principals:
    """Everyone that an environment names, by their keys. The names carry the dependency on whoever is created here.

    `ids` are the platform's numbers, of those that are made here or whose number the file says.
    """

    application_ids: Mapping[str, pulumi.Output[str]]
    user_names: Mapping[str, pulumi.Output[str]]
    group_names: Mapping[str, pulumi.Output[str]]
    ids: Mapping[str, pulumi.Output[str]]

    def name(self, key: str) -> pulumi.Output[str]:
        """The name in grants, ownership and secret ACLs."""
        for names in (self.application_ids, self.user_names):
            if key in names:
                return names[key]
        return self.group_names[key]

    def owner(self, key: str | None) -> pulumi.Output[str] | None:
        """The same for an `owner:` that may be left out."""
        return None if key is None else self.name(key)

    def access_controls(self, levels: Mapping[str, str]) -> list[databricks.PermissionsAccessControlArgs]:
        """The entries of a `Permissions` resource, in the order of their keys."""
        return [self._access_control(key, level) for key, level in sorted(levels.items())]

    def _access_control(self, key: str, level: str) -> databricks.PermissionsAccessControlArgs:
        return databricks.PermissionsAccessControlArgs(
            service_principal_name=self.application_ids.get(key),
            user_name=self.user_names.get(key),
            group_name=self.group_names.get(key),
            permission_level=level,
        )
