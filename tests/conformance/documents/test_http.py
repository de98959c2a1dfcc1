"""HTTP is a way to the axis: against a door that knows nothing of what it heard before."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.fixed_clock import FixedClock
from sandbox.axis.app import create_app
from sandbox.axis.national import DoorFaults, NationalDoor
from sandbox.axis.settings import AxisSettings
from services.gateway.clients.document_http import HttpAxis, _TooLarge
from services.gateway.domain.documents.axis_http import AxisAccount, answer_of, headers_of
from services.gateway.domain.documents.writing import write_envelope
from services.gateway.use_cases.documents.ports import AxisRefused, AxisSilent
from tests.builders.gateway.documents import an_envelope
from tests.conformance.documents.axis_conformance import AxisConformance, Way, a_message, brought
from tests.serving import served

MOST = 1_000_000


class HttpPeer:
    """The other end; whatever is no envelope passes too: what is in a message is not the driver's."""

    def __init__(self, door: NationalDoor) -> None:
        self.door = door
        door.office.takes = lambda _raw: ""  # type: ignore[method-assign]

    def taken(self) -> list[bytes]:
        return [row["body"] for row in self.door.journal.rows("SELECT body FROM axis_sent ORDER BY number")]

    def receipt(self, message: UUID, *, is_taken: bool, reference: str = "", reason: str = "") -> None:
        # Never asked for: over HTTP the answer to sending is the receipt, which its own test shows.
        raise NotImplementedError(message)

    def bring(self, raw: bytes) -> None:
        self.door.waits(raw, "edoc")

    def cut(self) -> None:
        self.door.faults = DoorFaults(down=100)

    def states(self) -> list[str]:
        rows = self.door.journal.rows("SELECT state FROM axis_waiting ORDER BY number")
        return [row["state"] for row in rows]


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[tuple[NationalDoor, str]]:
    app = create_app(AxisSettings(receive_seconds=None, every_seconds=3600), clock=FixedClock())
    async with served(app) as url:
        yield app.state.door, f"{url}/truc"


def account(url: str, **changed: Any) -> AxisAccount:
    plain = AxisAccount(url=url, system_id="tinh-mau", secret="bi-mat-truc-thu-nghiem", timeout_seconds=0.3)
    return replace(plain, **changed)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as found:
        yield found


def a_driver(session: aiohttp.ClientSession, told: AxisAccount) -> HttpAxis:
    return HttpAxis(session, told, FixedClock(), most_bytes=MOST, old_identifiers=True)


@pytest.fixture
def way(door: tuple[NationalDoor, str], session: aiohttp.ClientSession) -> Way:
    national, url = door
    for table in ("axis_sent", "axis_waiting"):
        national.journal.write(f"DELETE FROM {table}")
    national.faults = DoorFaults()
    told = account(url)
    return Way(a_driver(session, told), HttpPeer(national), a_driver(session, told))


class Stub(HttpAxis):
    """The driver against answers a door of ours would never give."""

    def __init__(self, session: aiohttp.ClientSession, clock: FixedClock, contents: dict[str, Any]) -> None:
        super().__init__(session, account("http://127.0.0.1:9"), clock, most_bytes=MOST, old_identifiers=True)
        self.contents, self.asked, self.long_lists = contents, [], 0
        self.list_told: Any = ...

    async def _called(self, path: str, values: Any, *, most: int, body: bytes | None = None) -> Any:
        self.asked.append((path, dict(values)))
        if path == self._account.content_path:
            found = self.contents[values["docId"]]
            if isinstance(found, Exception):
                raise found
            return answer_of({"ErrorCode": "0", "data": found}) if found else answer_of({"ErrorCode": "404"})
        if path == self._account.sent_path and self.long_lists:
            self.long_lists -= 1
            raise _TooLarge(9_000_000)
        kind = values.get("messagetype")
        if self.list_told is not ...:
            return answer_of({"ErrorCode": "0", "data": self.list_told if kind == "edoc" else None})
        rows = [{"docId": one, "created_time": f"{n:03}"} for n, one in enumerate(self.contents)]
        return answer_of({"ErrorCode": "0", "data": rows if kind == "edoc" else []})


async def test_what_the_axis_cannot_give_holds_up_nothing_behind_it(session: aiohttp.ClientSession) -> None:
    lines = "PGE+\r\nPC9hPg==\r\n"
    contents = {
        **{f"bad{n}": AxisSilent("HTTP 500") for n in range(2)},
        "strange\n": lines,
        **{f"none{n}": "" for n in range(4)},
        "not base64": "%%%",
        "good": lines,
    }
    clock = FixedClock()
    axis = Stub(session, clock, contents)
    found = [one for _ in range(3) for one in await _round(axis)]
    assert {(one.handle, one.body) for one in found} == {("done:good", b"<a></a>")}
    axis.contents["bad0"] = lines
    clock.advance(timedelta(minutes=11))
    again = [one.handle for _ in range(3) for one in await _round(axis)]
    assert "done:bad0" in again, "what could not be given is asked for again"


async def test_lines_without_an_identifier_are_told_after_the_others_and_nothing_is_sent_again(
    session: aiohttp.ClientSession,
) -> None:
    """They were passed by without a word, and what was sent was taken for not there."""
    axis = Stub(session, FixedClock(), {"one": "PGEvPg=="})
    axis.list_told = [{"docId": None}, _LINE, {"ma": "hai"}]
    coming = axis.incoming(4)
    assert (await anext(coming)).body == b"<a/>"
    with pytest.raises(AxisSilent, match="2 dòng"):
        await anext(coming)
    axis.list_told = [{"ma": "hai"}]
    with pytest.raises(AxisSilent, match="1 dòng"):
        await axis.hand_over(replace(a_message(b"x"), attempts=1))
    assert not [path for path, _ in axis.asked if path == axis._account.send_path]


_LINE = {"docId": "one", "created_time": "1"}


_BRIDGED = [{"edoc": [_LINE]}, {"ArrayOfDoc": {"Doc": _LINE}}, [{"DocId": "one"}], [{"DOCID": "one"}]]


@pytest.mark.parametrize(
    "told", [_LINE, json.dumps([_LINE]), json.dumps(_LINE), {"items": [_LINE]}, *_BRIDGED], ids=str
)
async def test_a_list_is_read_in_whatever_it_comes(session: aiohttp.ClientSession, told: object) -> None:
    """One document waiting alone comes as an object from bridges of XML: it was taken for nothing there."""
    axis = Stub(session, FixedClock(), {"one": "PGEvPg=="})
    axis.list_told = told
    assert [one.body for one in await brought(axis, 4)] == [b"<a/>"]


@pytest.mark.parametrize("told", ["đang bảo trì", 7, ["one"], True], ids=str)
async def test_what_is_there_and_is_no_list_is_silence(session: aiohttp.ClientSession, told: object) -> None:
    axis = Stub(session, FixedClock(), {})
    axis.list_told = told
    with pytest.raises(AxisSilent):
        await brought(axis, 4)
    with pytest.raises(AxisSilent):
        await axis.hand_over(a_message())
    assert not any(path == axis._account.send_path for path, _ in axis.asked), "not sent while it is unknown"


async def _round(axis: HttpAxis) -> list[Any]:
    try:
        return await brought(axis, 4)
    except AxisSilent:
        return []


async def test_a_list_too_long_to_read_is_asked_for_less_and_a_first_try_asks_for_a_day(
    session: aiohttp.ClientSession,
) -> None:
    clock = FixedClock()
    axis = Stub(session, clock, {})
    axis.long_lists = 2
    await axis._known(replace(a_message(), attempts=3))
    await axis._known(a_message())
    since = [values["fromDate"] for path, values in axis.asked if path == axis._account.sent_path]
    asked = [datetime.strptime(one, "%d/%m/%Y %H:%M:%S").replace(tzinfo=VIETNAM) for one in since]
    days = [(clock.now() - one) / timedelta(days=1) for one in asked]
    assert [round(one, 2) for one in days] == [30, 1, 0.25, 1]


class TestHttp(AxisConformance):
    async def test_its_answer_is_the_receipt_and_it_has_no_others(self, way: Way) -> None:
        handed = await way.axis.hand_over(a_message())
        assert handed.is_taken
        assert handed.reference.startswith("vn-")
        assert list(await way.axis.receipts(10)) == []

    async def test_an_answer_that_is_lost_after_it_was_taken_makes_no_second_message(self, way: Way) -> None:
        message = a_message()
        way.peer.door.faults = DoorFaults(lose_answer=1)
        with pytest.raises(AxisSilent):
            await way.axis.hand_over(message)
        handed = await way.again.hand_over(message)
        assert handed.is_taken
        assert len(way.peer.taken()) == 1

    async def test_a_lost_answer_to_letting_go_is_silence_and_again_is_harmless(self, way: Way) -> None:
        way.peer.bring(b"1")
        (found,) = await brought(way.axis, 1)
        way.peer.door.faults = DoorFaults(lose_answer=1)
        with pytest.raises(AxisSilent):
            await way.axis.let_go(found.handle)
        await way.again.let_go(found.handle)
        assert way.peer.states() == ["done"]

    async def test_what_is_too_large_is_marked_as_failed_there(self, way: Way) -> None:
        way.peer.bring(b"x" * 3 * MOST)
        (found,) = await brought(way.axis, 10)
        assert found.body is None
        assert found.size > 3 * MOST, "told by the answer's length: it is not read to its end"
        await way.axis.let_go(found.handle)
        assert way.peer.states() == ["fail"]

    async def test_a_refusal_is_told_with_its_reason(self, way: Way) -> None:
        way.peer.door.office.takes = lambda _raw: "Không có đơn vị nhận"
        with pytest.raises(AxisRefused, match="409: Không có đơn vị nhận"):
            await way.axis.hand_over(a_message())

    async def test_an_error_that_passes_is_waited_out_where_the_office_says_so(
        self, way: Way, session: aiohttp.ClientSession, door: tuple[NationalDoor, str]
    ) -> None:
        way.peer.door.office.takes = lambda _raw: "đang bảo trì"
        patient = a_driver(session, account(door[1], retry_codes=frozenset({"409"})))
        with pytest.raises(AxisSilent, match="bảo trì"):
            await patient.hand_over(a_message())

    @pytest.mark.parametrize(
        "fault", [{"down": 9}, {"html": 9}, {"redirect": 9}, {"slow": 9, "slow_seconds": 0.4}], ids=str
    )
    async def test_whatever_is_no_answer_is_silence(self, way: Way, fault: dict[str, float]) -> None:
        way.peer.door.faults = DoorFaults.model_validate(fault)
        with pytest.raises(AxisSilent):
            await way.axis.hand_over(a_message())
        with pytest.raises(AxisSilent):
            await brought(way.axis, 1)
        assert way.peer.taken() == []

    @pytest.mark.parametrize("wrong", [{"secret": "khac"}, {"system_id": "tinh-khac"}], ids=str)
    async def test_who_has_not_the_secret_is_not_heard(
        self, way: Way, session: aiohttp.ClientSession, door: tuple[NationalDoor, str], wrong: dict[str, str]
    ) -> None:
        stranger = a_driver(session, account(door[1], own_name="", **wrong))
        with pytest.raises(AxisRefused, match="401"):
            await stranger.hand_over(a_message())
        with pytest.raises(AxisSilent):
            await brought(stranger, 1)
        assert way.peer.taken() == []

    async def test_statuses_and_documents_come_in_the_order_they_came_to_the_axis(self, way: Way) -> None:
        for kind, raw in (("edoc", b"1"), ("status", b"2"), ("edoc", b"3")):
            way.peer.door.waits(raw, kind)
        assert [one.body for one in await brought(way.axis, 10)] == [b"1", b"2", b"3"]

    async def test_identifiers_are_written_in_the_form_the_axis_knows(self, way: Way) -> None:
        await way.axis.hand_over(a_message(write_envelope(an_envelope())))
        row = way.peer.door.journal.row("SELECT sender, receivers, kind FROM axis_sent")
        assert dict(row) == {"sender": "000.00.201.H99", "receivers": '["000.00.15.H99"]', "kind": "edoc"}


def test_every_argument_is_under_the_signature_in_its_order() -> None:
    told = account("http://x")
    at = FixedClock().now() + timedelta(milliseconds=7)
    headers = headers_of(told, {"docId": "a"}, content_type="application/json", now=at)
    assert headers["XroadVnpt-timestamp"] == "03032026T080000+0007"
    assert headers["XroadVnpt-sign-header-key"] == "timestamp;systemid;Content-Type;docId"
    assert headers["XroadVnpt-sign-header"].endswith('"XroadVnpt-docId":"a"}')
    assert len(headers["XroadVnpt-hash-header"]) == 64


@pytest.mark.parametrize(
    ("said", "is_good"),
    [
        ({"status": "OK", "ErrorCode": "0"}, True),
        ({"status": "OK", "ErrorCode": 0}, True),
        ({"status": "FAIL", "ErrorCode": "0"}, False),
        ({"status": "OK", "ErrorCode": "7"}, False),
        ({"status": "OK"}, None),
        ([], None),
        ("0", None),
    ],
)
def test_an_answer_is_good_only_when_it_says_so_twice(said: Any, is_good: bool | None) -> None:
    answer = answer_of(said)
    assert (answer.is_good if answer else None) is is_good
