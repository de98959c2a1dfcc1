"""What every way to the document axis owes: a driver is one when it passes these.

`Peer` is the hand at the other end: it sees what was handed over, gives receipts, brings things.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import pytest

from kernel.core.ids import new_id
from services.gateway.domain.documents.ledger import Message, MessageKind
from services.gateway.use_cases.documents.ports import AxisSilent, DocumentAxis, Incoming


class Peer(Protocol):
    """The other end of a driver under test."""

    def taken(self) -> list[bytes]:
        """Return the bodies handed over and not yet taken away, oldest first."""

    def receipt(self, message: UUID, *, is_taken: bool, reference: str = "", reason: str = "") -> None:
        """Say what became of a message, and take it away; where the door answers at once, never called."""

    def bring(self, raw: bytes) -> None:
        """Bring something."""

    def cut(self) -> None:
        """Let nothing work from now on."""


@dataclass
class Way:
    """A driver, its peer, and how to open the same way again as after a restart."""

    axis: DocumentAxis
    peer: Peer
    again: DocumentAxis


async def brought(axis: DocumentAxis, limit: int) -> list[Incoming]:
    """Return what an axis brings, read whole."""
    return [one async for one in axis.incoming(limit)]


def a_message(body: bytes = b"<edXML/>") -> Message:
    return Message(
        id=new_id(),
        document=new_id(),
        receiver="H99.15",
        receiver_name="Sở",
        kind=MessageKind.DOCUMENT,
        body=body,
        sender="H99.201",
    )


class AxisConformance:
    """Inherit it and give a fixture `way`."""

    async def test_what_is_handed_over_is_there_byte_for_byte(self, way: Way) -> None:
        body = bytes(range(256)) * 1000
        await way.axis.hand_over(a_message(body))
        assert way.peer.taken() == [body]

    async def test_handing_over_again_has_no_second_effect_even_after_a_restart(self, way: Way) -> None:
        message = a_message()
        first = await way.axis.hand_over(message)
        assert await way.axis.hand_over(message) == first
        assert await way.again.hand_over(message) == first
        assert len(way.peer.taken()) == 1

    async def test_what_came_comes_again_until_it_is_let_go_of_oldest_first(self, way: Way) -> None:
        for raw in (b"1", b"2", b"3"):
            way.peer.bring(raw)
        assert [one.body for one in await brought(way.axis, 2)] == [b"1", b"2"]
        assert [one.body for one in await brought(way.again, 10)] == [b"1", b"2", b"3"]
        (first, *_) = await brought(way.axis, 1)
        await way.axis.let_go(first.handle)
        await way.axis.let_go(first.handle)
        assert [one.body for one in await brought(way.again, 10)] == [b"2", b"3"]

    async def test_nothing_is_read_before_it_is_asked_for(self, way: Way) -> None:
        """Fifty messages of twenty megabytes each are more than a process may hold."""
        for raw in (b"1", b"2"):
            way.peer.bring(raw)
        coming = way.axis.incoming(10)
        assert (await anext(coming)).body == b"1"
        way.peer.cut()
        with suppress(AxisSilent):
            assert [one async for one in coming] == []

    async def test_what_is_too_large_is_told_without_its_content(self, way: Way) -> None:
        way.peer.bring(b"x" * 1_000_001)
        (found,) = await brought(way.axis, 10)
        assert (found.body, found.size) == (None, 1_000_001)

    async def test_a_way_that_is_cut_is_silence(self, way: Way) -> None:
        way.peer.cut()
        for call in (way.axis.hand_over(a_message()), brought(way.axis, 1)):
            with pytest.raises(AxisSilent):
                await call


class ReceiptConformance:
    """Besides, of a way whose door does not answer for the axis at once."""

    async def test_a_way_that_is_cut_says_nothing_of_receipts(self, way: Way) -> None:
        way.peer.cut()
        with pytest.raises(AxisSilent):
            await way.axis.receipts(1)

    async def test_a_message_with_a_receipt_is_not_handed_over_again(self, way: Way) -> None:
        message = a_message()
        assert not (await way.axis.hand_over(message)).is_taken
        way.peer.receipt(message.id, is_taken=True)
        await way.again.hand_over(message)
        assert way.peer.taken() == []

    async def test_receipts_come_again_until_they_are_let_go_of(self, way: Way) -> None:
        good, bad = a_message(), a_message()
        for message in (good, bad):
            await way.axis.hand_over(message)
        way.peer.receipt(good.id, is_taken=True, reference="a-1")
        way.peer.receipt(bad.id, is_taken=False, reason="không có nơi nhận")
        for axis in (way.axis, way.again):
            found = {one.message: one for one in await axis.receipts(10)}
            assert (found[good.id].is_taken, found[good.id].reference) == (True, "a-1")
            assert (found[bad.id].is_taken, found[bad.id].reason) == (False, "không có nơi nhận")
        for one in await way.axis.receipts(10):
            await way.axis.let_go(one.handle)
        assert list(await way.again.receipts(10)) == []
