"""Names of resources."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.engine import urn as urns

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
types = st.from_regex(r"[a-z]{1,8}:[a-z/]{1,8}:[A-Z][a-z]{1,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ("", "urn:pulumi:dev::shop::a:b:C::x"),
        (STACK, "urn:pulumi:dev::shop::a:b:C::x"),
        ("urn:pulumi:dev::shop::k:l:M::p", "urn:pulumi:dev::shop::k:l:M$a:b:C::x"),
        ("urn:pulumi:dev::shop::k:l:M$n:o:P::p", "urn:pulumi:dev::shop::k:l:M$n:o:P$a:b:C::x"),
    ],
)
def test_a_child_carries_the_types_of_its_parents(parent: str, expected: str) -> None:
    """The root stack's type is left out."""
    assert expected == urns.make("dev", "shop", parent, "a:b:C", "x")


@given(type=types, name=st.text(min_size=1))
def test_type_and_name_are_read_back(type: str, name: str) -> None:
    """Whatever the name, colons included."""
    urn = urns.make("dev", "shop", "urn:pulumi:dev::shop::k:l:M::p", type, name)

    assert (type, name) == (urns.type_of(urn), urns.name_of(urn))


def test_a_reference_names_urn_and_id() -> None:
    """The id is what follows the last double colon."""
    urn = urns.make("dev", "shop", STACK, "pulumi:providers:databricks", "default_1_106_0")

    assert (urn, "4e39") == urns.split_reference(urns.reference(urn, "4e39"))
    assert urns.is_default_provider(urn)
