"""Nothing on the way of a request is handed to a thread pool by accident."""

import inspect
from importlib import import_module

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from stack.plan import SERVICES


def routes_of(name):
    service = import_module(f"services.{name}.app").service
    return [route for router in service.routers for route in router.routes if isinstance(route, APIRoute)]


def pooled(routes):
    """Endpoints and dependencies that are plain functions: FastAPI runs each in a thread."""
    found, waiting = set(), [route.dependant for route in routes]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if dependant.call is not None and not inspect.iscoroutinefunction(dependant.call):
            found.add(f"{dependant.call.__module__}.{dependant.call.__qualname__}")
    return sorted(found)


@pytest.mark.parametrize("name", SERVICES)
def test_endpoints_and_their_dependencies_run_on_the_loop(name):
    routes = routes_of(name)
    assert len(routes) >= 3, "no routes were looked at"
    assert pooled(routes) == []


def test_a_planted_plain_dependency_is_seen():
    def plain():
        return 1

    async def endpoint(_value: int = Depends(plain)):
        return None

    router = APIRouter()
    router.add_api_route("/", endpoint)
    assert pooled(router.routes) == [f"{__name__}.{plain.__qualname__}"]
