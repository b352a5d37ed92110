"""From a path to a route."""

from __future__ import annotations

from typing import Any

import pytest

from infra.emulator.app import FAMILIES
from infra.emulator.requests import Route
from infra.emulator.routing import Router


def _handler(*_: Any) -> None:
    """Never called here."""


def _router(*templates: str) -> Router:
    pairs = (template.split(" ", 1) for template in templates)
    return Router([Route(method, path, _handler) for method, path in pairs])


def _found(router: Router, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    match = router.match(method, path)
    return None if match is None else (match[0].template, match[1])


def test_a_literal_wins_over_a_parameter_and_that_over_a_tail() -> None:
    """Whatever the order of registration."""
    router = _router("GET /a/{x:path}", "GET /a/{id}", "GET /a/b", "GET /a/{id}/c")
    assert _found(router, "GET", "/a/b") == ("/a/b", {})
    assert _found(router, "GET", "/a/7") == ("/a/{id}", {"id": "7"})
    assert _found(router, "GET", "/a/b/c") == ("/a/{id}/c", {"id": "b"})
    assert _found(router, "GET", "/a/b/d/e") == ("/a/{x:path}", {"x": "b/d/e"})


def test_parameters_are_decoded_after_the_path_is_cut() -> None:
    """An encoded slash belongs to the name."""
    assert _found(_router("GET /s/{name}"), "GET", "/s/a%2Fb%20c") == ("/s/{name}", {"name": "a/b c"})


def test_another_method_or_a_longer_path_is_no_match() -> None:
    """Nothing is guessed."""
    router = _router("GET /a/{id}")
    assert [_found(router, *each) for each in (("POST", "/a/1"), ("GET", "/a"), ("GET", "/a/1/b"))] == [None] * 3


def test_two_routes_for_one_endpoint_are_refused() -> None:
    """At the start, not at the first request."""
    with pytest.raises(ValueError, match="two routes for GET"):
        _router("GET /a/{id}", "GET /a/{name}")


def test_every_route_of_the_workspace_finds_itself() -> None:
    """No family hides another's endpoint."""
    routes = [route for family in FAMILIES for route in family.routes]
    router = Router(routes)
    lost = [
        route.template
        for route in routes
        if (match := router.match(route.method, route.template)) is None or match[0] is not route
    ]
    assert lost == []
