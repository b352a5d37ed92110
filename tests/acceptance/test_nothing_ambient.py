"""Whatever the shell and the home folder say of another workspace, every command talks to its own alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.acceptance.conftest import Project, copy_project

#: In an order in which each has something to do.
COMMANDS = (
    ("validate",),
    ("preview", "local"),
    ("up", "local", "--yes"),
    ("outputs", "local"),
    ("history", "local"),
    ("run", "local", "streaming"),
    ("dbt", "local", "--", "debug"),
    ("refresh", "local", "--yes"),
    ("drift", "local"),
    ("import", "local", "--dry-run"),
    ("preview", "local", "--json"),
    ("destroy", "local", "--yes"),
)


def test_another_workspace_in_the_environment_is_never_called(project: Project, tmp_path: Path) -> None:
    """By variables of every kind of login, a profile file and a .netrc; its access log stays empty."""
    (tmp_path / "other").mkdir()
    other = copy_project(tmp_path / "other")
    other.lakestead("workspace", "start")
    try:
        home = tmp_path / "home"
        home.mkdir()
        (home / ".databrickscfg").write_text(f"[DEFAULT]\nhost = {other.host}\ntoken = {other.admin_token}\n")
        (home / ".netrc").write_text(f"machine 127.0.0.1 login token password {other.admin_token}\n")
        misled = replace(
            project,
            variables={
                "HOME": str(home),
                "DATABRICKS_HOST": other.host,
                "DATABRICKS_TOKEN": other.admin_token,
                "DATABRICKS_CONFIG_PROFILE": "DEFAULT",
                "DATABRICKS_CLIENT_ID": "somebody",
                "DATABRICKS_CLIENT_SECRET": "something",
                "DATABRICKS_ACCOUNT_ID": "elsewhere",
                "DATABRICKS_SERVER_HOSTNAME": other.host,
                "DBT_PROFILES_DIR": str(home),
            },
        )
        other.client().api_client.do("DELETE", "/api/lakestead/control/counters")
        for command in COMMANDS:
            misled.lakestead(*command)
        counted = other.client().api_client.do("GET", "/api/lakestead/control/counters")
        assert isinstance(counted, dict)
        assert counted["calls"] == {}
    finally:
        other.lakestead("workspace", "stop")
