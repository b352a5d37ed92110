"""The providers that everything goes through: addresses and credentials come from the environment, never the shell."""

from __future__ import annotations

import pulumi
import pulumi_databricks as databricks

from infra.models import AccountConnection, Connection


def workspace(connection: Connection) -> databricks.Provider:
    """The provider of the environment's workspace. `auth_type` keeps whatever else the shell holds out of it."""
    if connection.token is not None:
        return databricks.Provider(
            "workspace",
            host=connection.host,
            auth_type="pat",
            token=pulumi.Output.secret(connection.token),
            rate_limit=connection.max_rate,
        )
    return databricks.Provider(
        "workspace",
        host=connection.host,
        auth_type="oauth-m2m",
        client_id=connection.client_id,
        client_secret=pulumi.Output.secret(connection.client_secret),
        rate_limit=connection.max_rate,
    )


def account(connection: AccountConnection | None) -> databricks.Provider | None:
    """The provider of the environment's account, if it names one."""
    if connection is None:
        return None
    return databricks.Provider(
        "account",
        host=connection.host,
        account_id=connection.id,
        auth_type="oauth-m2m",
        client_id=connection.client_id,
        client_secret=pulumi.Output.secret(connection.client_secret),
    )
