"""VNConnect and VNeID really answering, and a browser that signs in there and comes back."""

import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.core.clock import Clock
from kernel.testing.running import TEST_KEY, RunningService
from kernel.tls import authorities
from sandbox.identity.app import create_app
from sandbox.identity.issuer import Issuer
from sandbox.identity.settings import IdentitySettings
from tests.integration.gateway.conftest import PUBLIC_URL
from tests.integration.gateway.peer import Peer, a_peer
from tests.serving import serving

OURS = {"X-Requested-With": "motcua"}
CALLBACK = "http://127.0.0.1:8000/session/callback"


@dataclass
class Issuers:
    """Both issuers; `clock` is the door's once it is open."""

    root: str
    app: Any
    http: httpx.AsyncClient

    def named(self, name: str) -> Issuer:
        found: Issuer = self.app.state.issuers[name]
        return found

    def follow(self, clock: Clock) -> None:
        for one in self.app.state.issuers.values():
            one.clock = clock

    def settings(self) -> list[dict[str, Any]]:
        """As an operator would write them."""
        return [
            {
                "issuer": f"{self.root}/{name}",
                "audience": "mot-cua",
                "client_id": "mot-cua",
                "client_secret": "bi-mat-cua-thu-nghiem",
                "userinfo_url": f"{self.root}/{name}/oauth2/userinfo",
                "portal_flag": name,
                **({"acr_values": "LoA1"} if name == "vnconnect" else {}),
            }
            for name in ("vneid", "vnconnect")
        ]


@asynccontextmanager
async def both_issuers() -> AsyncIterator[Issuers]:
    """Serve both on a free port of the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        root = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = create_app(IdentitySettings(public_url=root, redirect_uris=[CALLBACK]))
        async with serving(app, listener), httpx.AsyncClient(timeout=10, verify=authorities()) as http:
            yield Issuers(root, app, http)


@dataclass
class Browser:
    """One browser: its cookies at the door, and what it was last told."""

    door: RunningService
    issuers: Issuers
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request of this browser; its cookies change as the door says."""
        self.door.client.cookies.clear()
        header = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**({"Cookie": header} if header else {}), **more.pop("headers", {})}
        answer: httpx.Response = await self.door.client.request(method, path, headers=headers, **more)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.headers.get_list("set-cookie"):
            if gone := re.match(r'(\w+)="?"?;.*Max-Age=0', line):
                self.cookies.pop(gone[1], None)
        self.door.client.cookies.clear()
        return answer

    async def shows(self, begun: httpx.Response, who: str, *, weakly: bool = False) -> httpx.Response:
        """Sign in at the issuer the door leads to, and come back."""
        assert begun.status_code == 303, begun.text
        where = await self.at_issuer(begun.headers["location"], who, weakly=weakly)
        return await self.ask("GET", where)

    async def at_issuer(self, address: str, who: str, *, weakly: bool = False) -> str:
        """Choose an account at the issuer; return where it sends the browser back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        form = {**asked, "who": who, **({"weakly": "on"} if weakly else {})}
        answer = await self.issuers.http.post(address.partition("?")[0], data=form)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).removeprefix("http://127.0.0.1:8000")

    async def signs_in(self, name: str, who: str, query: str = "", *, weakly: bool = False) -> httpx.Response:
        """Sign in from the beginning."""
        begun = await self.ask("GET", f"/session/login?issuer={self.issuers.root}/{name}{query}")
        return await self.shows(begun, who, weakly=weakly)

    async def links(self, name: str, who: str) -> httpx.Response:
        """Show another account within this session."""
        begun = await self.ask("POST", f"/session/link?issuer={self.issuers.root}/{name}", headers=OURS)
        return await self.shows(begun, who)

    async def session(self) -> dict[str, Any]:
        """Return who the door says this is."""
        answer = await self.ask("GET", "/api/v1/session")
        return {"status": answer.status_code, **answer.json()}


World = tuple[RunningService, Issuers, Peer]


@asynccontextmanager
async def a_door_to_both(start_once: Any) -> AsyncIterator[World]:
    """Open a door that trusts both issuers, every service behind it being one peer."""
    async with both_issuers() as issuers, a_peer() as peer:
        door = await start_once(
            "gateway",
            internal_private_jwk=json.dumps(TEST_KEY),
            public_url=PUBLIC_URL,
            issuers=issuers.settings(),
            rate_limits=dict.fromkeys(("rejected", "sign-in", "person", "public")),
            **{f"{name}_url": peer.url for name in ("catalog", "dossier", "notify", "survey")},
        )
        issuers.follow(door.clock)
        yield door, issuers, peer


def inside(peer: Peer) -> dict[str, Any]:
    """Return the claims of the token the last request carried to a service."""
    token = peer.seen[-1].headers["authorization"].removeprefix("Bearer ")
    return dict(jwt.decode(token, OKPKey.import_key(TEST_KEY), algorithms=["Ed25519"]).claims)
