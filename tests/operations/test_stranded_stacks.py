"""Stacks in a workspace that is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.operations.settings import Settings
from infra.operations.stranded_stacks import StrandedStack, set_aside, stacks_in
from tests.operations.conftest import LOCAL, write_stack


@pytest.fixture
def deployed(settings: Settings) -> Settings:
    """`local` and `prod` are deployed, `fresh` is not, `wrong` cannot be read."""
    (settings.environments / "fresh.yaml").write_text(LOCAL)
    (settings.environments / "wrong.yaml").write_text("workspace: {planet: mars}\n")
    for name in ("local", "prod", "wrong"):
        write_stack(settings, name)
    return settings


def test_only_what_is_deployed_there_is_found(deployed: Settings) -> None:
    assert stacks_in(deployed, deployed.default_workspace) == [StrandedStack("local", 1)]
    assert stacks_in(deployed, deployed.root / "another") == []


def test_a_state_that_is_set_aside_is_kept(deployed: Settings) -> None:
    kept = Path(set_aside(deployed, "local"))

    assert kept.name == "local.json.bak"
    assert "shop-local" in kept.read_text()
    assert stacks_in(deployed, deployed.default_workspace) == []
