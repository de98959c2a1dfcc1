"""Every route is authenticated or on one list of public ones; every public address has a policy."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Unauthenticated
from kernel.service import Service
from kernel.web.edge import PUBLIC, EdgeRoute
from services.gateway.domain.policy import Policy
from services.gateway.domain.routes import ROUTES, Route

SERVICES = sorted(file.parent.name for file in Path(__file__).parents[2].glob("services/*/app.py"))

PUBLIC_ROUTES = {
    "catalog": {
        "GET /v1/procedures/{code}/versions",
        "GET /v1/procedures/{code}/differences",
        "GET /v1/procedures/{code}/offerings",
        "GET /v1/procedures/{code}/measured-time",
        "GET /v1/procedure-figures",
        "GET /v1/standard-reasons",
        "GET /v1/forms",
        "GET /v1/forms/{procedure}",
        "GET /v1/forms/{procedure}/versions",
        "GET /v1/pages",
        "GET /v1/pages/{code}",
        "GET /v1/directory",
        "GET /v1/feeds/procedures",
        "GET /v1/feeds/sectors/{code}",
        "GET /v1/feeds/agencies/{code}",
        "GET /v1/feeds/procedures/{code}",
        "GET /v1/procedures/{code}/sheet",
        "GET /v1/procedures/{code}/fragment",
        # Trying answers changes nothing; an address itself confirms, and the link in a mail ends.
        "POST /v1/forms/{procedure}/validation",
        "POST /v1/subscriptions",
        "POST /v1/subscriptions/confirmation",
        "POST /v1/subscriptions/ending",
        "GET /v1/procedures",
        "GET /v1/suggestions",
        "GET /v1/open-data/procedures.json",
        "GET /v1/open-data/procedures.csv",
        "GET /v1/procedures/{code}",
        "GET /v1/agencies",
        "GET /v1/agencies/{code}",
        "GET /v1/agencies/{code}/offerings",
        "GET /v1/administrative-levels",
        "GET /v1/administrative-units",
        "GET /v1/administrative-units/{code}",
        "GET /v1/one-stop-points",
        "GET /v1/sectors",
        "GET /v1/calendars/{code}/{year}",
        "GET /v1/calendars/{code}/{year}/versions",
        "GET /v1/calendars/{code}/{year}/differences",
        "GET /v1/agencies/{code}/working-hours",
        "GET /v1/legal-documents",
        "GET /v1/legal-document",
        "GET /v1/legal-flags",
        "GET /v1/one-stop-points/{code}/postings",
        "GET /v1/one-stop-points/{code}/posting-sheets",
        "GET /v1/interlinked-groups",
        "GET /v1/interlinked-groups/{code}",
        "GET /v1/interlinked-groups/{code}/versions",
        "GET /v1/interlinked-groups/{code}/differences",
        "GET /v1/interlinked-groups/{code}/components",
        "GET /v1/interlinked-groups/{code}/appointment",
    },
    "dossier": {
        # What the server speaks of tus; and a link that is its own key, for ten seconds to an hour.
        "OPTIONS /v1/uploads",
        "GET /v1/file-links/{token}",
        # Numbers, counters and waiting times hang on the hall's wall; a ticket's id is known to its holder.
        "GET /v1/queues/{point}",
        "GET /v1/tickets/{ticket_id}",
        "GET /v1/displays/{point}",
        "GET /v1/queues/{point}/groups/{code}/slots",
        # Whoever holds a paper may ask what it is.
        "GET /v1/verification/{token}",
    },
    "notify": set(),
    "survey": {
        "GET /v1/invitations/{token}",
        "POST /v1/invitations/{token}/response",
        # Without an account the receipt's reference and code open a petition.
        "POST /v1/open-petitions",
        "POST /v1/petition-look-ups",
        "POST /v1/petition-look-ups/information",
        "POST /v1/petition-look-ups/rating",
        "GET /v1/published-petitions",
        "GET /v1/published-petitions/{petition_id}",
    },
    "gateway": {
        # A ministry shows a key of its own.
        "POST /connectors/{source}/statuses",
        # Tracking needs the slip's secret, not an account.
        "GET /",
        "GET /thu-tuc/{code}",
        "GET /phan-anh",
        "GET /phan-anh/{number}",
        "GET /bieu-mau/{code}",
        "POST /bieu-mau/{code}",
        "POST /theo-doi",
        "GET /theo-doi/da-gui",
        "GET /theo-doi/xac-nhan/{token}",
        "POST /theo-doi/xac-nhan/{token}",
        "GET /theo-doi/ngung/{token}",
        "POST /theo-doi/ngung/{token}",
        "GET /tra-cuu",
        "POST /tra-cuu",
        "GET /qr/{token}",
        # Whoever holds a paper may ask what it is.
        "GET /xac-minh/{token}",
        # A survey's link is its own key: whoever was sent it has no account to sign in with.
        "GET /khao-sat/cam-on",
        "GET /khao-sat/{token}",
        "POST /khao-sat/{token}",
        # Signing in and out cannot need to be signed in; signing out needs the session itself.
        "GET /session/login",
        "GET /session/callback",
        "POST /session/link",
        "DELETE /session",
        "POST /session/sign-out",
        "POST /session/back-channel",
        "GET /nop-ho-so",
        "GET /dong-bo-cong",
        # A session of one's own is asked for inside; its forms are taken from our own pages only.
        "GET /dang-nhap",
        "GET /tai-khoan",
        "POST /tai-khoan/them",
        "POST /tai-khoan/lien-ket",
        "POST /tai-khoan/huy",
        "GET /oidc/.well-known/openid-configuration",
        "GET /oidc/jwks",
        "POST /oidc/token",
        "GET /oidc/authorize",
        "POST /oidc/authorize",
        # The province's own exchange adapter calls these with its key (GATEWAY_PORTAL_ADAPTER_KEY).
        "GET /VXPAdapter/RestService/forward/{path}",
        "GET /XrdAdapter/RestService/forward/{path}",
        "POST /VXPAdapter/RestService/forward/{path}",
        "POST /XrdAdapter/RestService/forward/{path}",
        "GET /VXPAdapter/RestService/forward/downloadfile/{attachment_id}",
        "GET /XrdAdapter/RestService/forward/downloadfile/{attachment_id}",
        "GET /portal-files/{token}",
    },
}
"""Nothing is public but what stands here."""

PUBLIC_ADDRESSES = {
    "GET /api/v1/tracking",
    "GET /api/v1/tracking/changes",
    "OPTIONS /api/v1/uploads",
    "GET /api/v1/file-links/{}",
    "GET /api/v1/verification/{}",
    "POST /api/v1/invitations/{}/response",
    "POST /api/v1/forms/{}/validation",
    "POST /api/v1/subscriptions",
    "POST /api/v1/subscriptions/confirmation",
    "POST /api/v1/subscriptions/ending",
    "GET /api/v1/invitations/{}",
    "POST /api/v1/open-petitions",
    "POST /api/v1/petition-look-ups",
    "POST /api/v1/petition-look-ups/information",
    "POST /api/v1/petition-look-ups/rating",
    "GET /api/v1/published-petitions",
    "GET /api/v1/published-petitions/{}",
    *(
        f"GET /api/v1/{path}"
        for path in (
            "forms",
            "forms/{}",
            "forms/{}/versions",
            "pages",
            "pages/{}",
            "directory",
            "feeds/procedures",
            "feeds/sectors/{}",
            "feeds/agencies/{}",
            "feeds/procedures/{}",
            "procedures/{}/sheet",
            "procedures/{}/fragment",
            "procedures",
            "suggestions",
            "open-data/procedures.json",
            "open-data/procedures.csv",
            "procedures/{}",
            "agencies",
            "agencies/{}",
            "sectors",
            "calendars/{}/{}",
            "calendars/{}/{}/versions",
            "calendars/{}/{}/differences",
            "agencies/{}/working-hours",
            "legal-documents",
            "legal-document",
            "legal-flags",
            "one-stop-points/{}/postings",
            "one-stop-points/{}/posting-sheets",
            "agencies/{}/offerings",
            "administrative-levels",
            "administrative-units",
            "administrative-units/{}",
            "one-stop-points",
            "procedures/{}/versions",
            "procedures/{}/measured-time",
            "procedures/{}/differences",
            "procedures/{}/offerings",
            "procedure-figures",
            "queues/{}",
            "tickets/{}",
            "displays/{}",
            "queues/{}/groups/{}/slots",
            "standard-reasons",
            "interlinked-groups",
            "interlinked-groups/{}",
            "interlinked-groups/{}/versions",
            "interlinked-groups/{}/differences",
            "interlinked-groups/{}/components",
            "interlinked-groups/{}/appointment",
        )
    ),
}


def shape(method: str, path: str) -> str:
    """Return a route's name with the names of its parameters left out."""
    return f"{method} " + "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def unprotected(routers: Iterator[APIRouter]) -> set[str]:
    """Return the routes that anybody may call."""
    found = set()
    for router in routers:
        for route in router.routes:
            is_open = not isinstance(route, EdgeRoute) or (route.openapi_extra or {}).get("security") == []
            methods = getattr(route, "methods", None) or {"ANY"}
            if is_open:
                found |= {shape(method, getattr(route, "path", "?")) for method in methods - {"HEAD"}}
    return found


def service_of(name: str) -> Service:
    """Return a service's declaration."""
    service: Service = import_module(f"services.{name}.app").service
    return service


@pytest.mark.parametrize("name", SERVICES)
def test_a_route_is_authenticated_or_listed_public(name: str) -> None:
    listed = {shape(*route.split(" ")) for route in PUBLIC_ROUTES[name]}
    assert unprotected(iter(service_of(name).routers)) - listed == set()


@pytest.mark.parametrize("name", SERVICES)
def test_the_public_list_names_no_route_that_is_gone(name: str) -> None:
    listed = {shape(*route.split(" ")) for route in PUBLIC_ROUTES[name]}
    if name != "gateway":
        listed &= {shape(route.method, route.upstream_path) for route in ROUTES if route.service == name}
    assert listed - unprotected(iter(service_of(name).routers)) == set()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_public_address_has_a_policy(route: Route) -> None:
    assert route.policy != Policy(), "nobody could pass"
    is_listed = shape(route.method, route.path) in PUBLIC_ADDRESSES
    assert route.policy.is_public is is_listed
    if not is_listed:
        with pytest.raises(Unauthenticated):
            route.policy.admit(None)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "gateway"])
def test_every_route_of_a_service_has_an_address_at_the_door(name: str) -> None:
    at_the_door = {shape(route.method, route.upstream_path) for route in ROUTES if route.service == name}
    served = {
        shape(method, route.path)
        for router in service_of(name).routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods - {"HEAD"}
    }
    assert served - at_the_door == set(), "routes nobody can reach"
    assert at_the_door - served == set(), "addresses that lead nowhere"


def test_an_unlisted_open_route_is_found() -> None:
    router = APIRouter()
    edge = APIRouter(route_class=EdgeRoute)

    async def nothing() -> None:
        """Answer nothing."""

    router.add_api_route("/open", nothing)
    edge.add_api_route("/public", nothing, openapi_extra=PUBLIC)
    edge.add_api_route("/closed", nothing)
    assert unprotected(iter([router, edge])) == {"GET /open", "GET /public"}


def test_a_policy_for_nobody_lets_nobody_pass() -> None:
    for kind in CallerKind:
        with pytest.raises(Exception, match="Không có quyền"):
            Policy().admit(Caller(subject="x", kind=kind, roles=frozenset({"ADMIN"})))
