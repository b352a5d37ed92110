"""The workspace as all its API families see it: the folder, the store, the clock, and who calls.

Operations of the families are functions `(workspace, caller, …)` that check the caller's rights, change the store and
answer Databricks' JSON; HTTP handlers and SQL statements both call them.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from infra.emulator.clock import Clock
from infra.emulator.store import Store
from infra.emulator.traffic import Traffic

if TYPE_CHECKING:
    from infra.emulator.jobs.supervisor import Supervisor
    from infra.emulator.sql.service import SqlService
    from infra.emulator.warehouses.lake import Lake

#: The group every user and service principal is in, and the one whose members may do all.
ALL_USERS = "users"
ACCOUNT_USERS = "account users"
ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    `name` is how grants and permissions name the principal: a user's `userName`, a service principal's `applicationId`.
    `groups` holds the display names of all groups the principal is in, nested ones included.
    """

    id: str
    name: str
    display_name: str
    is_service_principal: bool = False
    groups: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        """A workspace admin, who in this workspace is metastore admin as well."""
        return ADMINS in self.groups

    @property
    def principals(self) -> frozenset[str]:
        """Every name under which a privilege may have been granted to this caller."""
        return self.groups | {self.name, ACCOUNT_USERS}


@dataclass(slots=True)
class Workspace:
    """One workspace. `host` is its address (`http://127.0.0.1:PORT`), known once the server has bound its port."""

    folder: Path
    store: Store
    clock: Clock
    id: int
    metastore_id: str
    host: str = ""
    lake: Lake = field(init=False)  # set by the SQL side when it opens
    sql: SqlService = field(init=False)  # set by the server, which also closes it
    runs: Supervisor = field(init=False)  # set by the server, which also closes it
    traffic: Traffic = field(default_factory=Traffic)
    #: Callers by the hash of their token; emptied whenever a principal, membership or token changes.
    callers: dict[str, tuple[Caller, float | None]] = field(default_factory=dict)
    #: When each warehouse was last used, in seconds; one that nobody used since the start is as old as its start.
    activity: dict[str, float] = field(default_factory=dict)
    #: How long a warehouse is STARTING after the answer to its create, which always says so.
    warehouse_start_seconds: float = 0
    #: How long a cluster is PENDING after its create or start.
    cluster_start_seconds: float = 0
    #: Signs the links under which outputs are downloaded; they end with the process.
    link_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def new_uuid(self) -> str:
        """A fresh UUID, for the many ids that are one."""
        return str(uuid.uuid4())
