"""What an environment file says, as frozen models. No Pulumi, no SDK: whoever validates a file needs neither.

environment = load_environment("prod", Path("environments"))     # every error at once, with file and line
environment = resolve(environment, os.environ)                   # ${env:NAME}, when the values are needed
connection = connect(environment, root, os.environ)              # where the workspace is, and as whom
"""

from infra.models.connection import AccountConnection, Connection, connect, connect_account
from infra.models.environment import Environment
from infra.models.errors import (
    EnvironmentNotFound,
    Finding,
    InvalidEnvironment,
    ModelError,
    Position,
    Unresolved,
    WorkspaceNotRunning,
)
from infra.models.loading import environment_names, load_environment, resolve

__all__ = [
    "AccountConnection",
    "Connection",
    "Environment",
    "EnvironmentNotFound",
    "Finding",
    "InvalidEnvironment",
    "ModelError",
    "Position",
    "Unresolved",
    "WorkspaceNotRunning",
    "connect",
    "connect_account",
    "environment_names",
    "load_environment",
    "resolve",
]
