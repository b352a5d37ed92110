"""Service principals, groups and members."""

from __future__ import annotations

from tests.stacks.program import Registered, number


def test_service_principals_may_enter_and_use_sql(rich: Registered) -> None:
    """Everything else is granted, one thing at a time."""
    assert rich.inputs("ServicePrincipal", "runner") == {
        "displayName": "runner-rich",
        "workspaceAccess": True,
        "databricksSqlAccess": True,
    }
    assert rich.inputs("ServicePrincipal", "loader")["displayName"] == "The loader"


def test_groups_are_made_unless_they_exist(rich: Registered) -> None:
    """A group keeps its name; one of the identity provider's is not touched."""
    made = {name: one["inputs"] for name, one in rich.of("Group").items()}

    assert made == {"robots": {"displayName": "robots"}, "everyone": {"displayName": "All of us"}}


def test_members_are_principals_and_groups(rich: Registered) -> None:
    """One resource for each membership, so that others' memberships are left alone."""
    members = {name: one["inputs"] for name, one in rich.of("GroupMember").items()}

    assert members == {
        "robots/runner": {"groupId": "robots-id", "memberId": number("runner")},
        "robots/loader": {"groupId": "robots-id", "memberId": number("loader")},
        "everyone/robots": {"groupId": "everyone-id", "memberId": "robots-id"},
    }
