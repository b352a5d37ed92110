"""Those who act as the account's, and how service principals sign in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.conftest import ENVIRONMENTS
from tests.stacks.program import Project, Registered, number

VARIABLES = {"LAKESTEAD_SECRET_ACCOUNT": "dose-of-the-test"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    run = Project.make(tmp_path_factory.mktemp("account") / "root", ENVIRONMENTS).run("account", VARIABLES)
    assert (run.errors, run.code) == ("", 0)
    return run


def made_at(run: Registered, type: str) -> set[str]:
    """The logical names of the providers that a type's resources go through."""
    return {one["provider"].split("::")[-2] for one in run.of(type).values()}


def inputs(run: Registered, type: str) -> dict[str, Any]:
    return {name: one["inputs"] for name, one in run.of(type).items()}


def test_the_account_is_the_one_of_the_environment(account: Registered) -> None:
    """Address, id and credentials come from the file and from variables of ours; the secret is secret."""
    assert account.inputs("databricks", "account") == {
        "host": "https://accounts.cloud.databricks.com",
        "accountId": "11111111-2222-3333-4444-555555555555",
        "authType": "oauth-m2m",
        "clientId": "0a1b",
        "clientSecret": {**SECRET, "value": "dose-of-the-test"},
    }


def test_whoever_is_the_accounts_is_made_there(account: Registered) -> None:
    """Without entitlements, which an account has none of; who exists is not made."""
    assert inputs(account, "ServicePrincipal") == {
        "runner": {"displayName": "runner-account", "api": "account", "disableAsUserDeletion": False}
    }
    assert inputs(account, "User") == {
        "ann": {"userName": "ann@example.com", "displayName": "Ann", "api": "account", "disableAsUserDeletion": False}
    }
    assert inputs(account, "Group") == {"team": {"displayName": "team", "api": "account"}}
    for type in ("ServicePrincipal", "User", "Group", "GroupMember", "MwsPermissionAssignment"):
        assert made_at(account, type) == {"account"}


def test_everyone_made_is_assigned_to_the_workspace(account: Registered) -> None:
    """As a user of it, or as its administrator."""
    assignments = inputs(account, "MwsPermissionAssignment")

    assert {name: (one["workspaceId"], one["permissions"]) for name, one in assignments.items()} == {
        "runner": ("4711", ["USER"]),
        "ann": ("4711", ["ADMIN"]),
        "team": ("4711", ["USER"]),
    }
    assert assignments["runner"]["principalId"] == number("runner")


def test_entitlements_are_given_in_the_workspace(account: Registered) -> None:
    """After the assignment, without which the workspace does not know whom they are for."""
    entitlements = account.of("Entitlements")

    assert {name: one["inputs"] for name, one in entitlements.items()} == {
        "runner": {"servicePrincipalId": number("runner"), "workspaceAccess": True, "databricksSqlAccess": True},
        "visitor": {"servicePrincipalId": "77", "workspaceConsume": True},
        "ann": {"userId": "ann-id", "workspaceAccess": True, "databricksSqlAccess": True},
        "team": {"groupId": "team-id", "allowClusterCreate": True},
    }
    assert made_at(account, "Entitlements") == {"workspace"}
    assert {urn.rpartition("::")[2] for urn in entitlements["ann"]["depends_on"]} == {"ann"}
    assert any(urn.endswith("MwsPermissionAssignment::ann") for urn in entitlements["ann"]["depends_on"])


def test_members_may_be_there_already(account: Registered) -> None:
    """They go by the number that the file gives."""
    members = {name: one["memberId"] for name, one in inputs(account, "GroupMember").items()}

    assert members == {"team/runner": number("runner"), "team/visitor": "77", "team/ann": "ann-id", "team/bob": "12"}


def test_a_pipeline_signs_in_without_a_secret(account: Registered) -> None:
    """Its identity provider's word is trusted for one subject, said in the account."""
    assert inputs(account, "ServicePrincipalFederationPolicy") == {
        "visitor/pipeline": {
            "servicePrincipalId": 77,
            "policyId": "pipeline-account",
            "description": "The pipeline of the team's repository",
            "oidcPolicy": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:acme/data:environment:prod",
                "audiences": ["https://github.com/acme"],
            },
        }
    }
    assert made_at(account, "ServicePrincipalFederationPolicy") == {"account"}


def test_an_oauth_secret_goes_into_its_scope(account: Registered) -> None:
    """Its value is the platform's, and secret on its way."""
    assert account.inputs("ServicePrincipalSecret", "runner") == {
        "servicePrincipalId": number("runner"),
        "lifetime": "2592000s",
        "api": "account",
    }
    assert account.inputs("Secret", "runner") == {
        "scope": "delivery-account",
        "key": "runner-secret",
        "stringValue": {**SECRET, "value": "secret-of-runner"},
    }


def test_people_are_named_by_their_address(account: Registered) -> None:
    """In ACLs, grants and permissions alike."""
    assert account.inputs("SecretAcl", "delivery/ann")["principal"] == "ann@example.com"
