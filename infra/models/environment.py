"""An environment: everything that one file, with those it extends, says. How it is read is in `infra.models.loading`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import PrivateAttr

from infra.models.account import Account
from infra.models.ai import Ai
from infra.models.backups import Backups
from infra.models.budgets import Budgets
from infra.models.catalog import Catalog, Schema, Volume
from infra.models.classification import Compliance, DataClassification
from infra.models.cluster import Compute
from infra.models.dbt import Dbt
from infra.models.document import Node
from infra.models.durations import days
from infra.models.errors import Position
from infra.models.federation import ForeignConnection
from infra.models.governance import Governance
from infra.models.handover import variables
from infra.models.identities import Identities
from infra.models.job import Job
from infra.models.metastore import Metastore
from infra.models.network import Network
from infra.models.notifications import Destination
from infra.models.optimizations import ModelOptimizations
from infra.models.pipeline import Pipeline
from infra.models.query import Alert, Dashboard, Query
from infra.models.record import Identifier, Key, Record
from infra.models.secrets import Secrets
from infra.models.settings import Settings
from infra.models.sharing import Sharing
from infra.models.stewardship import PiiLevel
from infra.models.storage import ExternalLocation, Storage
from infra.models.substitution import Text
from infra.models.table import Table
from infra.models.warehouse import Warehouse
from infra.models.workspace import Workspace
from infra.models.workspace_object import Directory, File, Git, Notebook

Protectable = Catalog | Schema | Volume | Table | ExternalLocation


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
    account: Account | None = None
    """The Databricks account that the workspace belongs to; only what is the account's needs it."""
    identities: Identities = Identities()
    """Who acts in it."""
    metastore: Metastore | None = None
    """The metastore, for grants on it."""
    storage: Storage = Storage()
    """Storage credentials and external locations."""
    connections: Mapping[Key, ForeignConnection] = {}
    """Connections to other databases."""
    catalogs: Mapping[Identifier, Catalog] = {}
    """A catalog a domain."""
    governance: Governance = Governance()
    """Governed tags, masks, row filters, system tables."""
    data_classification: DataClassification = DataClassification()
    """How personal data is treated."""
    compliance: Compliance = Compliance()
    """The laws and standards that it answers to."""
    warehouses: Mapping[Key, Warehouse] = {}
    """SQL warehouses."""
    secrets: Secrets = Secrets()
    """Secret scopes, and where their values come from."""
    dbt: Dbt | None = None
    """The dbt project."""
    model_optimizations: ModelOptimizations = ModelOptimizations()
    """How dbt lays out and refreshes what it stores."""
    jobs: Mapping[Key, Job] = {}
    """What runs in the workspace."""
    pipelines: Mapping[Key, Pipeline] = {}
    """Declarative pipelines."""
    compute: Compute = Compute()
    """Classic compute: clusters, what limits them, machines that wait for them."""
    notebooks: Mapping[Key, Notebook] = {}
    """Notebooks, from files of the repository."""
    files: Mapping[Key, File] = {}
    """Files of the repository, in the workspace or in a volume."""
    directories: Mapping[Key, Directory] = {}
    """Folders of the workspace, kept for people."""
    git: Git = Git()
    """Git in the workspace."""
    queries: Mapping[Key, Query] = {}
    """Saved queries."""
    alerts: Mapping[Key, Alert] = {}
    """Word that is sent when a query answers something."""
    dashboards: Mapping[Key, Dashboard] = {}
    """AI/BI dashboards."""
    ai: Ai = Ai()
    """Models and what they learn from."""
    sharing: Sharing = Sharing()
    """Data that others get by Delta Sharing."""
    notifications: Mapping[Key, Destination] = {}
    """Where the workspace sends word."""
    network: Network = Network()
    """From where the workspace may be reached."""
    settings: Settings = Settings()
    """Settings of the whole workspace."""
    budgets: Budgets = Budgets()
    """What it may cost, and who is told before it does."""

    backups: Backups | None = None
    """Copies of the protected catalogs."""

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
        return self.catalogs[domain].name or self._sql_name(domain)

    def credential_name(self, key: str) -> str:
        """A storage credential's name in Unity Catalog."""
        return self.storage.credentials[key].name or self._sql_name(key)

    def location_name(self, key: str) -> str:
        """An external location's name in Unity Catalog."""
        return self.storage.locations[key].name or self._sql_name(key)

    def connection_name(self, key: str) -> str:
        """The name in Unity Catalog of a connection to another database."""
        return self.connections[key].name or self._sql_name(key)

    def _sql_name(self, key: str) -> str:
        """Names that stand in SQL hold no `-`: there they would have to be quoted."""
        return f"{key}_{self.name}".replace("-", "_")

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
        return self.own_name(key, self.jobs[key].name)

    def own_name(self, key: str, name: str | None) -> str:
        """The name of something in the workspace: what the file says, or `<key>-<environment>`."""
        return name or f"{key}-{self.name}"

    def share_name(self, key: str) -> str:
        """A share's name; Delta Sharing's names stand in SQL."""
        return self.sharing.shares[key].name or self._sql_name(key)

    def recipient_name(self, key: str) -> str:
        """The name of someone who is shared with."""
        return self.sharing.recipients[key].name or self._sql_name(key)

    def qualified(self, name: str) -> str:
        """`<domain>.<schema>` or `<domain>.<schema>.<name>` with the catalog's name in the place of the domain."""
        domain, _, rest = name.partition(".")
        return f"{self.catalog_name(domain)}.{rest}"

    def protects(self, *parts: Protectable | None) -> bool:
        """Whether a catalog, a schema of it or something in that is protected: the innermost that says so decides."""
        protect = self.protect
        for part in parts:
            if part is not None and part.protect is not None:
                protect = part.protect
        return protect

    @property
    def backed_up(self) -> tuple[str, ...]:
        """The domains whose catalogs are copied: the protected ones that hold something themselves."""
        if self.backups is None:
            return ()
        return tuple(key for key, catalog in self.catalogs.items() if catalog.connection is None and self.protects(catalog))

    def backup_catalog_name(self, domain: str) -> str:
        """The name of the catalog that a domain's tables are copied to."""
        return f"{self.catalog_name(domain)}_backup"

    def pii_level(self, domain: str, schema: str) -> PiiLevel:
        """How personal a schema's data is: as it says, or its catalog."""
        catalog = self.catalogs[domain]
        return catalog.schemas[schema].pii_level or catalog.pii_level or "none"

    def retention_days(self, domain: str, schema: str) -> int | None:
        """Days that a schema's rows are kept: as it says, or its catalog, or the classification of all data."""
        catalog = self.catalogs[domain]
        retention = self.data_classification.retention
        return catalog.schemas[schema].retention_days or catalog.retention_days or (days(retention) if retention else None)

    def dbt_vars(self) -> dict[str, object]:
        """The variables that every dbt run of this environment gets."""
        return variables(self)
