"""The dbt profile of an environment: where dbt connects, as whom, and where it builds. Pure.

No credential stands in it: it names variables, which dbt keeps out of its logs because of their prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.models import Connection, Environment

TOKEN_VARIABLE = "DBT_ENV_SECRET_LAKESTEAD_TOKEN"
CLIENT_SECRET_VARIABLE = "DBT_ENV_SECRET_LAKESTEAD_CLIENT_SECRET"


def profile(environment: Environment, connection: Connection, warehouse_id: str, name: str) -> dict[str, Any]:
    """The content of `profiles.yml` with one profile called `name`; the environment has a `dbt`."""
    dbt = environment.dbt
    if dbt is None:
        raise ValueError(f"{environment.name} has no dbt project")
    output: dict[str, Any] = {
        "type": "databricks",
        "catalog": environment.catalog_name(dbt.catalog),
        "schema": dbt.schema_,
        "threads": dbt.threads,
        **_address(connection.host, warehouse_id),
    }
    if connection.token is not None:
        output["token"] = _variable(TOKEN_VARIABLE)
    else:
        output |= {"auth_type": "oauth", "client_id": connection.client_id, "client_secret": _variable(CLIENT_SECRET_VARIABLE)}
    return {name: {"target": dbt.target, "outputs": {dbt.target: output}}}


def credentials(connection: Connection) -> dict[str, str]:
    """The variables that the profile names."""
    given = {TOKEN_VARIABLE: connection.token, CLIENT_SECRET_VARIABLE: connection.client_secret}
    return {name: value for name, value in given.items() if value is not None}


def _address(host: str, warehouse_id: str) -> Mapping[str, Any]:
    path = f"/sql/1.0/warehouses/{warehouse_id}"
    if host.startswith("https://"):
        return {"host": host.removeprefix("https://"), "http_path": path}
    # The adapter builds an https address from host and path; a workspace on this machine is reached by the whole one.
    parameters = {"_connection_uri": f"{host}{path}", "_retry_stop_after_attempts_count": 2}
    return {"host": host, "http_path": path, "connection_parameters": parameters}


def _variable(name: str) -> str:
    return f"{{{{ env_var('{name}') }}}}"
