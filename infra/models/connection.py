"""How to reach an environment's workspace and account, and as whom. Read as an operation starts; nothing ambient has a say.

A workspace on this machine keeps its address in `server.json` (`{"host": "http://127.0.0.1:PORT", …}`) and the token of its
owner in `token`, both in its folder. Secrets come from `LAKESTEAD_SECRET_<NAME>`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.models.document import dotted, locate
from infra.models.environment import Environment
from infra.models.errors import Finding, ModelError, Unresolved, WorkspaceNotRunning
from infra.models.substitution import SECRET_PREFIX, secret_name, variables
from infra.models.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Connection:
    """An address and one way to sign in: `token`, or `client_id` with `client_secret`. Its text shows no credential."""

    host: str
    max_rate: int | None
    token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AccountConnection:
    """An account's address, its id, and the credentials of a service principal there. Its text shows no credential."""

    host: str
    id: str
    client_id: str
    client_secret: str = field(repr=False)


def connect_account(environment: Environment, process: Mapping[str, str]) -> AccountConnection | None:
    """The connection to the account of a resolved environment, if it names one. No call is made.

    Raises `Unresolved` for a secret that is not set.
    """
    account = environment.account
    if account is None:
        return None
    secret = _secret_at(environment, ("account", "client_secret"), account.client_secret, process)
    return AccountConnection(account.host.rstrip("/"), account.id, account.client_id, secret)


def connect(environment: Environment, root: Path, process: Mapping[str, str]) -> Connection:
    """The connection of a resolved environment, whose project is in `root`. No call is made.

    Raises `WorkspaceNotRunning` for a workspace on this machine that is not started, `Unresolved` for a secret that is not set.
    """
    workspace = environment.workspace
    if workspace.emulator is not None:
        return _local(root / workspace.emulator, workspace)
    host = workspace.host or ""
    if variables(host) or variables(workspace.client_id or ""):
        raise ModelError(f"the environment '{environment.name}' still holds ${{env:…}}; resolve it before connecting")
    return Connection(
        host=host.rstrip("/"),
        max_rate=workspace.max_rate,
        token=_secret(environment, "token", process),
        client_id=workspace.client_id,
        client_secret=_secret(environment, "client_secret", process),
    )


def _local(folder: Path, workspace: Workspace) -> Connection:
    try:
        host = json.loads((folder / "server.json").read_text(encoding="utf-8"))["host"]
        token = (folder / "token").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkspaceNotRunning(
            f"the workspace in {workspace.emulator} is not running; start it: lakestead workspace start"
        ) from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise WorkspaceNotRunning(
            f"{folder / 'server.json'} does not say where the workspace is; start it anew: "
            "lakestead workspace stop, then lakestead workspace start"
        ) from error
    return Connection(host=str(host), max_rate=workspace.max_rate, token=token)


def _secret(environment: Environment, key: str, process: Mapping[str, str]) -> str | None:
    reference: str | None = getattr(environment.workspace, key)
    return None if reference is None else _secret_at(environment, ("workspace", key), reference, process)


def _secret_at(environment: Environment, path: tuple[str, str], reference: str, process: Mapping[str, str]) -> str:
    variable = f"{SECRET_PREFIX}{secret_name(reference)}"
    if not process.get(variable):
        at = locate(environment.document, path)
        raise Unresolved([Finding(at, dotted(path), f"the variable {variable} is not set; it holds {reference}")])
    return process[variable]
