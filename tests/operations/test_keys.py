"""Keys for things that have names already."""

from __future__ import annotations

import pytest

from infra.operations.keys import Keys
from infra.operations.takeover.principals import Directory


@pytest.mark.parametrize(
    ("name", "key"),
    [("etl-prod", "etl"), ("Main WH", "main-wh"), ("2024 loads", "x-2024-loads"), ("---", "x"), ("prod", "prod")],
)
def test_a_key_is_made_of_a_name(name: str, key: str) -> None:
    """Without what every name of the environment ends in; a letter first."""
    assert Keys("prod", separator="-").key(name) == key


def test_each_name_has_a_key_of_its_own() -> None:
    """And always the same."""
    keys = Keys("prod", separator="_")
    assert [keys.key(name) for name in ("Sales", "sales", "SALES", "sales")] == ["sales", "sales_2", "sales_3", "sales_2"]


def test_a_name_is_said_where_it_does_not_follow() -> None:
    """`<key>_<environment>` follows."""
    keys = Keys("prod", separator="_")
    assert keys.named("sales_prod") == {}
    assert keys.named("sales") == {"name": "sales"}


def test_principals_are_told_apart_by_their_names() -> None:
    """Application ids, addresses, and everything else is a group; all of them exist."""
    application = "6dee223c-16af-4c26-bd6b-93dd3a7197a6"
    directory = Directory("prod", {application: "loader-prod"})
    assert [directory.key(name) for name in (application, "pat@example.com", "Data Analysts", "owners")] == [
        "loader",
        "pat",
        "data-analysts",
        "owners",
    ]
    assert directory.identities() == {
        "service_principals": {"loader": {"application_id": application}},
        "users": {"pat": {"email": "pat@example.com", "existing": True}},
        "groups": {"data-analysts": {"name": "Data Analysts", "existing": True}, "owners": {"existing": True}},
    }
