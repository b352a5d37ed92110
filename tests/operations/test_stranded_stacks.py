"""Stacks in a workspace that is removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.operations.settings import Settings
from infra.operations.stranded_stacks import StrandedStack, set_aside, stacks_in

LOCAL = "workspace: {emulator: .lakestead/workspace}\n"
REMOTE = "workspace: {host: https://example.test, auth: token, token: '${secret:TOKEN}'}\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """`local` and `prod` are deployed, `fresh` is not, `wrong` cannot be read."""
    (tmp_path / "environments").mkdir()
    for name, text in (("local", LOCAL), ("fresh", LOCAL), ("prod", REMOTE), ("wrong", "workspace: {planet: mars}\n")):
        (tmp_path / "environments" / f"{name}.yaml").write_text(text)
    settings = Settings(tmp_path, "shop", f"file://{tmp_path}/state", tmp_path / "environments")
    stacks = settings.state / ".pulumi" / "stacks" / "shop"
    stacks.mkdir(parents=True)
    (settings.state / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    for name in ("local", "prod", "wrong"):
        urn = f"urn:pulumi:{name}::shop::pulumi:pulumi:Stack::shop-{name}"
        latest = {"resources": [{"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack"}]}
        checkpoint = {"stack": f"organization/shop/{name}", "latest": latest}
        (stacks / f"{name}.json").write_text(json.dumps({"version": 3, "checkpoint": checkpoint}))
    return settings


def test_only_what_is_deployed_there_is_found(settings: Settings) -> None:
    assert stacks_in(settings, settings.default_workspace) == [StrandedStack("local", 1)]
    assert stacks_in(settings, settings.root / "another") == []


def test_a_state_that_is_set_aside_is_kept(settings: Settings) -> None:
    kept = set_aside(settings, "local")

    assert kept.name == "local.json.bak"
    assert "shop-local" in kept.read_text()
    assert stacks_in(settings, settings.default_workspace) == []
