"""An environment: everything that one file, with those it extends, says. How it is read is in `infra.models.loading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import PrivateAttr

from infra.models.catalog import Catalog, Schema, Volume
from infra.models.dbt import Dbt
from infra.models.document import Node
from infra.models.errors import Position
from infra.models.identities import Identities
from infra.models.job import Job
from infra.models.record import Identifier, Key, Record
from infra.models.secrets import Secrets
from infra.models.substitution import Text
from infra.models.warehouse import Warehouse
from infra.models.workspace import Workspace


class Environment(Record):
    """One environment. Names of what it makes end in its own name, so that two of them can share a workspace."""

    description: Text | None = None
    """What it is for."""
    engine: Literal["embedded", "pulumi"] = "embedded"
    """What deploys it: the engine that comes with Lakestead, or the Pulumi CLI."""
    protect: bool = False
    """Refuse to remove catalogs, schemas and volumes. Where false, removing one removes the data in it."""
    workspace: Workspace
    """The Databricks workspace that it is in."""
    identities: Identities = Identities()
    """Who acts in it."""
    catalogs: Mapping[Identifier, Catalog] = {}
    """A catalog a domain."""
    warehouses: Mapping[Key, Warehouse] = {}
    """SQL warehouses."""
    secrets: Secrets = Secrets()
    """Secret scopes, and where their values come from."""
    dbt: Dbt | None = None
    """The dbt project."""
    jobs: Mapping[Key, Job] = {}
    """What runs in the workspace."""

    _name: str = PrivateAttr(default="")
    _document: Node = PrivateAttr(default=Node({}, Position("", 1)))

    @property
    def name(self) -> str:
        """The file's name without `.yaml`; the Pulumi stack bears it too."""
        return self._name

    @property
    def document(self) -> Node:
        """What the files say, merged, with the position of every key."""
        return self._document

    def catalog_name(self, domain: str) -> str:
        """The name in Unity Catalog of a domain's catalog."""
        return self.catalogs[domain].name or f"{domain}_{self.name.replace('-', '_')}"

    def warehouse_name(self, key: str) -> str:
        """A warehouse's name in the workspace."""
        return self.warehouses[key].name or f"{key}-{self.name}"

    def service_principal_name(self, key: str) -> str:
        """A service principal's display name."""
        return self.identities.service_principals[key].name or f"{key}-{self.name}"

    def group_name(self, key: str) -> str:
        """A group's display name; groups are the account's, so theirs does not end in the environment."""
        return self.identities.groups[key].name or key

    def scope_name(self, key: str) -> str:
        """A secret scope's name."""
        return self.secrets.scopes[key].name or f"{key}-{self.name}"

    def job_name(self, key: str) -> str:
        """A job's name."""
        return self.jobs[key].name or f"{key}-{self.name}"

    def protects(self, catalog: Catalog, schema: Schema | None = None, volume: Volume | None = None) -> bool:
        """Whether a catalog, a schema of it or a volume of that is protected: the innermost that says so decides."""
        protect = self.protect
        for part in (catalog, schema, volume):
            if part is not None and part.protect is not None:
                protect = part.protect
        return protect

    def dbt_vars(self) -> dict[str, object]:
        """The variables that every dbt run of this environment gets."""
        given = dict(self.dbt.vars) if self.dbt else {}
        return {**given, "environment": self.name}
