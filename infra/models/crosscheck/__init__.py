"""What no part of an environment can know alone: whether the names that one part uses are said by another. Pure.

One module a concern; each check takes the environment and yields a path into the file with what is wrong there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.models.crosscheck.access import permissions
from infra.models.crosscheck.ai import ai
from infra.models.crosscheck.backups import backups
from infra.models.crosscheck.catalogs import catalogs
from infra.models.crosscheck.compliance import compliance
from infra.models.crosscheck.compute import compute
from infra.models.crosscheck.controls import controls
from infra.models.crosscheck.dbt import dbt
from infra.models.crosscheck.delivery import delivery
from infra.models.crosscheck.governance import governance
from infra.models.crosscheck.grants import grants, owners
from infra.models.crosscheck.identities import identities
from infra.models.crosscheck.jobs import jobs
from infra.models.crosscheck.names import names
from infra.models.crosscheck.secrets import secrets
from infra.models.crosscheck.storage import storage
from infra.models.crosscheck.tables import tables
from infra.models.crosscheck.words import Wrong
from infra.models.document import dotted, locate
from infra.models.environment import Environment
from infra.models.errors import Finding

_CHECKS: Final[tuple[Callable[[Environment], Wrong], ...]] = (
    storage,
    catalogs,
    tables,
    names,
    owners,
    grants,
    governance,
    compliance,
    backups,
    permissions,
    identities,
    secrets,
    dbt,
    jobs,
    compute,
    delivery,
    ai,
    controls,
)


def crosscheck(environment: Environment) -> list[Finding]:
    """Everything in which the parts do not fit one another."""
    return [
        Finding(locate(environment.document, path), dotted(path), message)
        for check in _CHECKS
        for path, message in check(environment)
    ]
