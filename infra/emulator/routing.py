"""From method and path to a route: a tree of path segments, so that hundreds of routes cost no more than one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from infra.emulator.requests import Route


@dataclass(slots=True)
class _Node:
    """One segment of a path: what may follow it, and the routes that end here, by method."""

    literals: dict[str, _Node] = field(default_factory=dict)
    wildcard: _Node | None = None
    tail: dict[str, Route] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """All routes of the workspace. A literal segment wins over a `{name}`, that over a `{name:path}`."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self._names: dict[int, list[str]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        target = None
        for segment in route.template.strip("/").split("/"):
            if segment.endswith(":path}"):
                names.append(segment[1:-6])
                target = node.tail
                break
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.wildcard = node.wildcard or _Node()
                node = node.wildcard
            else:
                node = node.literals.setdefault(segment, _Node())
        target = node.routes if target is None else target
        if route.method in target:
            raise ValueError(f"two routes for {route.method} {route.template}: {target[route.method].handler}, {route.handler}")
        target[route.method] = route
        self._names[id(route)] = names

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of an undecoded path and its parameters, decoded; None if no endpoint has this method and path."""
        segments = raw_path.strip("/").split("/")
        found = self._descend(self._root, segments, 0, method)
        if found is None:
            return None
        route, values = found
        return route, {name: unquote(value) for name, value in zip(self._names[id(route)], values, strict=True)}

    def _descend(self, node: _Node, segments: list[str], index: int, method: str) -> tuple[Route, list[str]] | None:
        if index == len(segments):
            route = node.routes.get(method)
            return None if route is None else (route, [])
        segment = segments[index]
        literal = node.literals.get(segment)
        if literal is not None and (found := self._descend(literal, segments, index + 1, method)):
            return found
        if node.wildcard is not None and segment and (found := self._descend(node.wildcard, segments, index + 1, method)):
            return found[0], [segment, *found[1]]
        route = node.tail.get(method)
        return None if route is None else (route, ["/".join(segments[index:])])
