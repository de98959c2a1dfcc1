"""An answer held back until its body is seen, then shaped; what comes in pieces passes as it comes."""

from collections.abc import Mapping, Sequence

from starlette.types import Message, Send

from services.gateway.domain.shaping import is_known, may_be_packed, only, packed, tag_of, takes_gzip

_OK = 200
_JSON = b"application/json"
_KEPT_OF_304 = frozenset({b"cache-control", b"etag", b"vary", b"last-modified"})


class Shaped:
    """Sends a read's answer on: the fields asked for, 304 for what the asker holds, compressed.

    `fields` are the names asked for; `is_packable` is false for addresses that answer small and often.
    """

    def __init__(
        self,
        send: Send,
        given: Mapping[bytes, bytes],
        *,
        fields: Sequence[str] = (),
        is_packable: bool = True,
    ) -> None:
        self._send = send
        self._given = given
        self._fields = fields
        self._is_packable = is_packable
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Take a message of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
        elif message.get("more_body"):
            await self._send(start)
            await self._send(message)
        else:
            await self._whole(start, message.get("body", b""))

    async def _whole(self, start: Message, body: bytes) -> None:
        headers = {name.lower(): value for name, value in start.get("headers", ())}
        status = start["status"]
        if status == _OK and headers.get(b"content-type", b"").startswith(_JSON):
            if self._fields:
                # The service's tag names its whole items.
                headers.pop(b"etag", None)
                body = only(body, self._fields)
            tag = headers.setdefault(b"etag", tag_of(body))
            if tag.startswith(b"W/") and is_known(self._given.get(b"if-none-match", b""), tag):
                headers = {name: value for name, value in headers.items() if name in _KEPT_OF_304}
                status, body = 304, b""
        if body and self._is_packable and may_be_packed(self._given, headers, len(body)):
            headers[b"vary"] = b", ".join(filter(None, (headers.get(b"vary"), b"Accept-Encoding")))
            if takes_gzip(self._given.get(b"accept-encoding", b"")):
                body = packed(body)
                headers[b"content-encoding"] = b"gzip"
        if b"content-length" in headers:
            headers[b"content-length"] = str(len(body)).encode()
        await self._send({**start, "status": status, "headers": list(headers.items())})
        await self._send({"type": "http.response.body", "body": body})
