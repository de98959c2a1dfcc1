"""The gate every request passes: room, route, who is asking, policy, pace; then on to where it belongs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.core.caller import CallerKind
from kernel.core.errors import Unauthenticated
from kernel.runtime import Runtime
from kernel.web.request import Unreadable
from services.gateway.api.body import AwaitedBody, BrokenOff, TimedBody, has_body
from services.gateway.api.cookies import session_cookie
from services.gateway.api.cors import Headers, cors_headers, preflight_headers
from services.gateway.api.own_page import CrossSite
from services.gateway.api.proxy import forward
from services.gateway.api.refusals import answer_of
from services.gateway.api.rendered import problem_page
from services.gateway.api.shaped import Shaped
from services.gateway.domain.deprecation import deprecation_headers, refuse_retired
from services.gateway.domain.headers import client_address, forwarded_for
from services.gateway.domain.pace import is_page, pace_class
from services.gateway.domain.routes import Priority, Route
from services.gateway.domain.shaping import as_asked_inside, refuse_unknown, wanted_fields
from services.gateway.domain.usage.kinds import Channel, act_of_route, acts_of_page
from services.gateway.use_cases.door import Door
from services.gateway.use_cases.who_is_asking import Known

OwnEndpoint = Callable[[Door, Scope, Receive, Send, str], Awaitable[None]]
_FORM_SECONDS = 15.0
_IDLE_SECONDS = 15.0
"""For each further 64 KB of a long body: four that stalled kept every other waiting for three minutes."""
_SHOWN = frozenset({200, 304})
_ELSEWHERE = frozenset({b"none", b"cross-site"})
_WHO = (b"authorization", b"x-adapter-key")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_turned_away = Counter("gateway_turned_away_total", "Requests refused at the gate", ["reason"])
_STRICT: Headers = [
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_EMBEDDABLE: Headers = [
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")
_BY_ORIGIN = (b"vary", b"Origin")
_CLOSED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_HTTPS = (b"strict-transport-security", b"max-age=31536000")


class PackedBody(Unreadable):
    """The body is compressed (400): none is unpacked here."""

    code = "packed-body"
    title = "Hệ thống không nhận nội dung đã nén (Content-Encoding)"


class SaidTwice(Unreadable):
    """A header that says who is asking stands there twice (400).

    A proxy before us may have judged the one, and we would follow the other (RFC 9110, 5.3).
    """

    code = "repeated-header"
    title = "Yêu cầu nêu hai lần người đang hỏi (Authorization hoặc X-Adapter-Key)"


class Gate:
    """Innermost middleware: correlation ids and measurements are outside it, the routers inside.

    `own` are endpoints the gateway answers itself without a router, for speed.
    """

    def __init__(self, app: ASGIApp, own: Mapping[str, OwnEndpoint]) -> None:
        self._app = app
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        runtime: Runtime = scope["app"].state.runtime
        door: Door = runtime.resources
        given = dict(scope["headers"])
        answer = _Answer(send, door, given)
        try:
            await self._pass(door, scope, receive, answer, given)
        except BrokenOff:
            _turned_away.labels("broken-off").inc()
        except Exception as error:
            if answer.has_begun:
                raise
            response = problem_page(error) if is_page(scope["path"]) else answer_of(error)
            _turned_away.labels(str(response.status_code)).inc()
            await response(scope, receive, answer)

    async def _pass(
        self, door: Door, scope: Scope, receive: Receive, send: "_Answer", given: Mapping[bytes, bytes]
    ) -> None:
        path, method = scope["path"], scope["method"]
        if len(given) < len(scope["headers"]) and _says_twice(scope):
            raise SaidTwice
        if method == "OPTIONS":
            headers = preflight_headers(given, door.cors_origins)
            if headers is not None:
                await send.bare(204 if headers else 403, headers)
                return
        is_api = path.startswith("/api/")
        route = door.table.find(method, path) if is_api else None
        send.is_embeddable = route is not None and route.is_embeddable
        if route is not None and route.is_stream:
            # Held open for hours: it has a place of its own and takes none of the room.
            with door.streams.held(_client(door, scope, given)):
                await self._api(door, route, scope, receive, send, given)
            return
        door.room.enter(route.priority if route else Priority.NORMAL)
        try:
            if route is None:
                await self._page(door, scope, receive, send, given)
            else:
                await self._api(door, route, scope, receive, send, given)
        finally:
            door.room.leave()

    async def _page(
        self, door: Door, scope: Scope, receive: Receive, send: "_Answer", given: Mapping[bytes, bytes]
    ) -> None:
        """Answer an address outside the table: a page of ours, or what the portal's adapter calls."""
        path, method, client = scope["path"], scope["method"], _client(door, scope, given)
        _pace(door, pace_class(path, None), client)
        endpoint = self._own.get(path) if method in {"GET", "HEAD"} else None
        if endpoint is not None:
            await endpoint(door, scope, receive, send, client)
            return
        if "/RestService/forward/" in path:
            # Who shows the adapter's key waits for a turn instead: the portal must not hear 429.
            body = TimedBody(receive, door.portal.body_seconds, idle=_IDLE_SECONDS)
            await self._app(scope, body, send)
            return
        with _awaited(door, client, receive, given) as awaited:
            await self._app(scope, TimedBody(awaited, _FORM_SECONDS), send)
        if method == "GET" and send.status in _SHOWN and b"sec-purpose" not in given:
            _count_page(door, path, given)

    async def _api(
        self,
        door: Door,
        route: Route,
        scope: Scope,
        receive: Receive,
        send: "_Answer",
        given: Mapping[bytes, bytes],
    ) -> None:
        if route.deprecated_on is not None:
            send.add(deprecation_headers(route))
            refuse_retired(route, scope["app"].state.runtime.clock.now())
        if given.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            # Nobody here unpacks what is sent: a small body that grows past every bound cannot exist.
            raise PackedBody
        known = None
        if not route.policy.is_public:
            try:
                known = await _who(door, scope, given)
            except Unauthenticated:
                _pace(door, "rejected", _client(door, scope, given))
                raise
            route.policy.admit(known.caller)
        caller = known.caller if known else None
        client = _client(door, scope, given)
        _pace(door, pace_class(scope["path"], caller), caller.subject if caller else client)
        authorization = known.authorization if known else ""
        refuse_unknown(scope["query_string"], door.questions_of(route))
        if scope["method"] == "GET" and not route.is_stream:
            fields, query = wanted_fields(scope["query_string"], lambda: door.fields_of(route))
            scope = {**scope, "query_string": query}
            answer: Send = Shaped(send, given, fields=fields, is_packable=route.is_packable)
            given = as_asked_inside(given, is_read_here=bool(fields))
        else:
            answer = send
        is_machine = caller is not None and caller.kind is CallerKind.SERVICE
        who = "" if is_machine else caller.subject if caller else client
        with _awaited(door, who, receive, given) as awaited:
            await self._answer(door, route, scope, awaited, answer, given, authorization, client)
        if scope["method"] == "GET" and send.status in _SHOWN:
            act = act_of_route(route, scope["path"], scope["query_string"])
            if act is not None:
                door.usage.here.count(act[0], Channel.API, act[1])

    async def _answer(
        self,
        door: Door,
        route: Route,
        scope: Scope,
        receive: Receive,
        send: Send,
        given: Mapping[bytes, bytes],
        authorization: str,
        client: str,
    ) -> None:
        if route.service != "gateway":
            await forward(
                door.upstream, route, scope, receive, send, given=given, authorization=authorization
            )
            return
        endpoint = self._own.get(route.path)
        if endpoint is not None:
            await endpoint(door, scope, receive, send, client)
            return
        # Our own routers trust the internal token alone, like those of every service.
        headers = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
        if authorization:
            headers.append((b"authorization", authorization.encode()))
        body = TimedBody(receive, route.timeout_seconds)
        await self._app({**scope, "headers": headers}, body, send)


def _says_twice(scope: Scope) -> bool:
    """Tell whether a header by which somebody is known stands there more than once."""
    names = [name for name, _ in scope["headers"]]
    return any(names.count(name) > 1 for name in _WHO)


@contextmanager
def _awaited(door: Door, who: str, receive: Receive, given: Mapping[bytes, bytes]) -> Iterator[Receive]:
    """Give what receives a body, its asker holding one of their places until it is whole; machines need none.

    Raises `TooManyRequests` where so many of one asker are on their way: stalled ones would fill the room.
    """
    if not who or not has_body(given):
        yield receive
        return
    with ExitStack() as place:
        place.enter_context(door.bodies.held(who))
        yield AwaitedBody(receive, place.close)


async def _who(door: Door, scope: Scope, given: Mapping[bytes, bytes]) -> Known:
    """Return who is asking: a token wins over a session, which must not be used by other sites' pages."""
    header = given.get(b"authorization")
    if header is not None:
        return await door.who.by_authorization(header.decode("latin-1"))
    cookie = session_cookie(given, is_https=door.is_https)
    if not cookie:
        raise Unauthenticated
    if scope["method"] in _UNSAFE and b"x-requested-with" not in given:
        raise CrossSite
    return await door.who.by_session(cookie)


def _pace(door: Door, name: str, who: str) -> None:
    bucket = door.buckets.get(name)
    if bucket is not None:
        bucket.take(who, asyncio.get_running_loop().time())


def _count_page(door: Door, path: str, given: Mapping[bytes, bytes]) -> None:
    """Count a page; a visit when a browser says that it came from elsewhere. Programs say nothing."""
    begins = given.get(b"sec-fetch-mode") == b"navigate" and given.get(b"sec-fetch-site") in _ELSEWHERE
    for kind, procedure in acts_of_page(path, is_from_here=not begins):
        door.usage.here.count(kind, Channel.WEB, procedure)


def _client(door: Door, scope: Scope, given: Mapping[bytes, bytes]) -> str:
    peer = scope.get("client") or ("", 0)
    told = forwarded_for(scope["headers"]) if door.trusted_proxies and b"x-forwarded-for" in given else ""
    return client_address(peer[0], told, door.trusted_proxies)


class _Answer:
    """Adds the strict headers to whatever is answered, and remembers that an answer has begun."""

    def __init__(self, send: Send, door: Door, given: Mapping[bytes, bytes]) -> None:
        self._send = send
        self._cors = cors_headers(given, door.cors_origins) if b"origin" in given else []
        self._is_by_origin = bool(door.cors_origins)
        self._more: Headers = []
        self._is_https = door.is_https
        self.has_begun = False
        self.status = 0
        self.is_embeddable = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self.status = message["status"]
            strict = _EMBEDDABLE if self.is_embeddable else _STRICT
            headers = [*message.get("headers", ()), *strict, *self._shared(), *self._more]
            if not any(name == b"content-security-policy" for name, _ in headers):
                headers.append(_CLOSED)
            if self._is_https:
                headers.append(_HTTPS)
            message["headers"] = headers
        await self._send(message)

    def _shared(self) -> Headers:
        """Return which other sites' pages may read this: one answer, never two, and kept apart in caches."""
        if self._cors:
            return self._cors
        anybody = [_ANY_ORIGIN] if self.is_embeddable else []
        return [*anybody, _BY_ORIGIN] if self._is_by_origin else anybody

    def add(self, headers: Headers) -> None:
        """Add these headers to whatever is answered."""
        self._more = [*self._more, *headers]

    async def bare(self, status: int, headers: Headers) -> None:
        """Answer without a body; these headers include what else would be added."""
        self._cors, self._is_by_origin = [], False
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": b""})
