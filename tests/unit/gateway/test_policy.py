"""Who may pass: the policies and the table of routes."""

import pytest

from kernel.core.errors import Forbidden, NotFound, Unauthenticated
from kernel.testing.running import a_person, a_service, a_staff_member
from services.gateway.domain.policy import ANY_CALLER, ANYBODY, OFFICERS, PERSONS, SIGNED_IN, STAFF, machines
from services.gateway.domain.route_match import MethodNotAllowed, RouteTable
from services.gateway.domain.routes import ROUTES, Route

AN, LAN, MACHINE = a_person(), a_staff_member("SPECIALIST", agency="H99.03"), a_service("portal.read")
EDITOR = a_staff_member("CATALOG_EDITOR", agency="H99")
EVERYBODY = (None, AN, LAN, EDITOR, MACHINE)


@pytest.mark.parametrize(
    ("policy", "admitted"),
    [
        (ANYBODY, set(EVERYBODY)),
        (ANY_CALLER, {AN, LAN, EDITOR, MACHINE}),
        (SIGNED_IN, {AN, LAN, EDITOR}),
        (PERSONS, {AN}),
        (STAFF, {LAN, EDITOR}),
        (OFFICERS, {LAN}),
        (machines("portal.read"), {MACHINE}),
        (machines("portal.intake"), set()),
        (PERSONS | OFFICERS, {AN, LAN}),
        (PERSONS | machines("portal.read"), {AN, MACHINE}),
    ],
)
def test_a_policy_admits_those_it_names_and_nobody_else(policy, admitted) -> None:  # type: ignore[no-untyped-def]
    for caller in EVERYBODY:
        if caller in admitted:
            policy.admit(caller)
        else:
            with pytest.raises(Unauthenticated if caller is None else Forbidden):
                policy.admit(caller)


def test_a_scope_is_no_role_and_a_role_no_scope() -> None:
    with pytest.raises(Forbidden):
        OFFICERS.admit(a_service("SPECIALIST"))
    with pytest.raises(Forbidden):
        machines("portal.read").admit(a_staff_member("portal.read", agency="H99"))


def test_every_route_is_found_at_its_own_address() -> None:
    table = RouteTable(ROUTES)
    for route in ROUTES:
        address = "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))
        assert table.find(route.method, address) is route
    assert table.find("HEAD", "/api/v1/procedures").method == "GET"


@pytest.mark.parametrize(
    "path",
    ["/api/v1", "/api/v1/", "/api/v1//procedures", "/api/v1/./procedures", "/api/v1/procedures/..", "/other"],
)
def test_no_other_spelling_is_an_address(path: str) -> None:
    with pytest.raises(NotFound):
        RouteTable(ROUTES).find("GET", path)


def test_a_name_wins_over_a_parameter() -> None:
    one, other = Route("GET", "/api/v1/a/{id}", "x", ANYBODY), Route("GET", "/api/v1/a/new", "x", ANYBODY)
    table = RouteTable([one, other])
    assert table.find("GET", "/api/v1/a/new") is other
    assert table.find("GET", "/api/v1/a/7") is one


def test_a_wrong_method_is_told_apart_from_a_wrong_address() -> None:
    with pytest.raises(MethodNotAllowed) as found:
        RouteTable(ROUTES).find("PUT", "/api/v1/dossiers")
    assert found.value.allowed == ("GET", "POST")


def test_two_routes_cannot_share_an_address() -> None:
    with pytest.raises(ValueError, match="two routes"):
        RouteTable([ROUTES[0], ROUTES[0]])
