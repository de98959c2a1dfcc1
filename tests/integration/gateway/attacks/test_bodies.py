"""Bodies that grow, are packed, or that no form would send."""

import gzip
import io
import tracemalloc
import zipfile
from time import monotonic
from typing import Any

import pytest

from kernel.testing.running import RunningService
from tests.integration.gateway.attacks.conftest import SOON, WRITE
from tests.integration.gateway.conftest import token_of
from tests.integration.gateway.peer import Peer


def a_zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 8_000_000)
    return out.getvalue()


def entities() -> bytes:
    """A workbook whose XML grows by entities of entities."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{rows}]><workbook>&l9;</workbook>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", text)
        archive.writestr("xl/workbook.xml", text)
    return out.getvalue()


@pytest.mark.parametrize("bomb", [a_zip_bomb, entities])
async def test_a_workbook_that_grows_is_refused_before_it_does(door: RunningService, bomb: Any) -> None:
    content, headers = bomb(), {**await token_of(door, "can-bo-lan"), **WRITE}
    tracemalloc.start()
    began = monotonic()
    answer = await door.client.post("/api/v1/portal-sync/comparisons", content=content, headers=headers)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert monotonic() - began < SOON
    assert most < 32_000_000


async def test_a_packed_body_is_not_unpacked(door: RunningService, peer: Peer) -> None:
    bomb = gzip.compress(b"[" + b"0," * 20_000_000 + b"0]", 1)
    headers = {**await token_of(door, "cong-dan-an"), **WRITE, "Content-Encoding": "gzip"}
    answer = await door.client.post("/api/v1/dossiers", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "packed-body")
    assert peer.seen == []


BODIES = {
    "huge": (b'{"a":"' + b"x" * 1_048_576 + b'"}', 413, "too-large"),
    "deep lists": (b'{"a":' + b"[" * 33 + b"]" * 33 + b"}", 400, "unreadable"),
    "deep objects": (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "unreadable"),
    "deeper than any parser": (b"[" * 500_000, 400, "unreadable"),
    "deeper than any parser, closed": (b"[" * 100_000 + b"]" * 100_000, 400, "unreadable"),
    "a name twice": (b'{"question":"a","question":"b"}', 400, "repeated-name"),
    "a name twice, spaced": (b'{"question" :"a", "question"\n: "b"}', 400, "repeated-name"),
    "a name twice, hidden": (b'{"a":1,"a":2,"b":"\\u0022:"}', 400, "repeated-name"),
    "a name twice, written otherwise": (b'{"a":1,"\\u0061":2}', 400, "repeated-name"),
    "a name twice, deep": (b'{"x":[{"a":1,"a":2}]}', 400, "repeated-name"),
    "NUL": (b'{"a":"\\u0000"}', 400, "unreadable"),
    "a control character": (b'{"a":"\\u001b[2J"}', 400, "unreadable"),
    "a control character, its own escape": (b'{"a":"\\f"}', 400, "unreadable"),
    "a control character as it is": (b'{"a":"\x7f"}', 400, "unreadable"),
    "half a character": (b'{"a":"\\ud800"}', 400, "unreadable"),
    "not a number": (b'{"a":NaN}', 400, "unreadable"),
    "a number nobody keeps": (b'{"a":1e999999999}', 400, None),
    "not JSON": (b"\xff\xfe\x00", 400, "unreadable"),
}


@pytest.mark.parametrize("sign", ["%00", "%01", "%0b", "%1B", "%7F"])
async def test_an_address_with_a_control_character_is_refused_before_anybody_reads_it(
    door: RunningService, sign: str
) -> None:
    for address in (f"/api/v1/procedures?q=a{sign}", f"/phan-anh?q={sign}", f"/api/v1/tracking{sign}"):
        answer = await door.client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable"), address


@pytest.mark.parametrize("attack", BODIES)
async def test_a_body_no_form_would_send_is_refused_where_it_is_read(
    door: RunningService, attack: str
) -> None:
    """Asked of the gateway's own router, which reads bodies by the kernel's edge as every service does."""
    body, status, code = BODIES[attack]
    headers = {**await token_of(door, "can-bo-lan"), **WRITE, "Content-Type": "application/json"}
    began = monotonic()
    answer = await door.client.post("/api/v1/portal-questions", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert monotonic() - began < SOON


async def test_a_text_that_only_looks_like_a_name_said_twice_is_taken(door: RunningService) -> None:
    headers = {**await token_of(door, "can-bo-lan"), **WRITE, "Content-Type": "application/json"}
    body = b'{"question":"\\"a\\":1,\\"a\\" :2,\\u0022b\\u0022:"}'
    answer = await door.client.post("/api/v1/portal-questions", content=body, headers=headers)
    assert answer.json().get("code") not in {"repeated-name", "unreadable"}
