"""The REST API of an environment's workspace, for what operations do beside the engine. Nothing ambient is read."""

from __future__ import annotations

import math

from infra.models import Connection
from infra.providers.databricks.client import Client
from infra.providers.databricks.credentials import Credentials


def client(connection: Connection, *, patience: float = math.inf) -> Client:
    """A client with the environment's own credentials; no call is made yet. `patience` as in `Client`."""
    return Client(
        Credentials(
            host=connection.host,
            token=connection.token or "",
            client_id=connection.client_id or "",
            client_secret=connection.client_secret or "",
        ),
        patience=patience,
    )
