"""Finds the route of an address in a few dictionary steps, whatever the size of the table."""

from collections.abc import Iterable
from typing import Any

from kernel.core.errors import NotFound
from services.gateway.domain.routes import Route

_ANY = "{}"
_LEAF = "\0"


class MethodNotAllowed(Exception):  # noqa: N818 - the fact is the name.
    """The address exists, but not for this method; `allowed` are those it exists for."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = tuple(sorted(allowed))


class RouteTable:
    """The routes as a tree of path segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root: dict[str, Any] = {}
        for route in routes:
            node = self._root
            for segment in route.path.strip("/").split("/"):
                node = node.setdefault(_ANY if segment.startswith("{") else segment, {})
            leaf = node.setdefault(_LEAF, {})
            if route.method in leaf:
                message = f"two routes for {route.method} {route.path}"
                raise ValueError(message)
            leaf[route.method] = route

    def find(self, method: str, path: str) -> Route:
        """Return the route; raise `NotFound` or `MethodNotAllowed`.

        Empty and dot segments are no address: what the door read and what the service would read must be
        the same path.
        """
        node = self._root
        for segment in path[1:].split("/"):
            if segment in {"", ".", ".."}:
                raise NotFound
            found = node.get(segment) or node.get(_ANY)
            if found is None:
                raise NotFound
            node = found
        leaf: dict[str, Route] | None = node.get(_LEAF)
        if leaf is None:
            raise NotFound
        route = leaf.get(method) or (leaf.get("GET") if method == "HEAD" else None)
        if route is None:
            raise MethodNotAllowed(leaf)
        return route
