"""What the portal answers is read only so far, packed or not."""

import zlib

import pytest

from services.gateway.clients import portal_transport
from services.gateway.clients.portal_transport import JsonExchange, open_portal_session
from services.gateway.domain.portal_answers import PortalSilent
from tests.integration.gateway.peer import Peer

MOST = 300_000


@pytest.mark.parametrize("is_packed", [False, True])
async def test_an_answer_that_grows_past_its_bound_is_silence(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, is_packed: bool
) -> None:
    """A list of all procedures is taken; a little that unpacks to much is not listened to."""
    monkeypatch.setattr(portal_transport, "MOST_BYTES", MOST)
    session = open_portal_session(2)
    exchange = JsonExchange(session, timeout_seconds=5)
    peer.headers = {"Content-Encoding": "gzip"} if is_packed else {}

    async def answered(length: int) -> object:
        said = b'"' + b"a" * length + b'"'
        peer.body = zlib.compress(said, wbits=31) if is_packed else said
        return await exchange.post(f"{peer.url}/mapi/g", {}, headers={})

    async with session:
        assert await answered(MOST - 2) == "a" * (MOST - 2)
        with pytest.raises(PortalSilent, match="dài hơn"):
            await answered(MOST)
