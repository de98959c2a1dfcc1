"""The page behind a paper's QR code: what is proved, in words, without scripts."""

import orjson
import pytest

from kernel.testing.running import RunningService
from tests.integration.gateway.conftest import token_of
from tests.integration.gateway.peer import Peer

TOKEN = "UAABBCCDD-_x"
FOUND = {
    "thing": "PAPER",
    "kind": "FORM_01",
    "title": "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
    "number": "12/TNHS",
    "dossier_code": "H99.201-26****-***1",
    "agency": "UBND <xã> Bến Đò",
    "issued_at": "2026-03-03T08:00:00+07:00",
    "issued_by": "Bùi Thị Lan",
    "sha256": "ab" * 32,
    "matches": None,
    "is_superseded": False,
    "is_recalled": False,
    "is_valid": True,
}
FATES = {
    "sound": ({}, "đang còn giá trị."),
    "the file in hand is the one": ({"matches": True}, "Tệp trong tay đúng là tệp đã phát hành."),
    "changed": ({"matches": False, "is_valid": False}, "KHÔNG phải là tệp đã phát hành"),
    "superseded": ({"is_superseded": True, "is_valid": False}, "đã được thay thế"),
    "recalled": ({"is_recalled": True, "is_valid": False}, "đã bị thu hồi"),
}


@pytest.mark.parametrize("what", FATES)
async def test_the_page_says_first_what_counts(door: RunningService, peer: Peer, what: str) -> None:
    changed, words = FATES[what]
    peer.body = orjson.dumps({**FOUND, **changed})
    answer = await door.client.get(f"/xac-minh/{TOKEN}")
    assert answer.status_code == 200
    assert words in answer.text
    assert "08:00 ngày 03/03/2026" in answer.text
    assert "UBND &lt;xã&gt; Bến Đò" in answer.text
    assert "script" not in answer.text
    assert peer.seen[-1].path == f"/v1/verification/{TOKEN}"
    assert "authorization" not in peer.seen[-1].headers


async def test_the_digest_of_the_file_in_hand_is_compared(door: RunningService, peer: Peer) -> None:
    """Typed with spaces and in capitals, as programs show it."""
    peer.body = orjson.dumps({**FOUND, "matches": True})
    typed = " ".join(("AB" * 32)[place : place + 8] for place in range(0, 64, 8))
    answer = await door.client.get(f"/xac-minh/{TOKEN}", params={"sha256": typed})
    assert answer.status_code == 200
    assert peer.seen[-1].query == f"sha256={'ab' * 32}"
    asked = len(peer.seen)
    for wrong in ("xyz", "ab" * 31, "ab" * 33):
        answer = await door.client.get(f"/xac-minh/{TOKEN}", params={"sha256": wrong})
        assert answer.status_code == 422
    assert len(peer.seen) == asked


async def test_a_code_we_never_made_may_be_forged(door: RunningService, peer: Peer) -> None:
    peer.status = 404
    for token in (TOKEN, "a" * 61, "%3Cx%3E"):
        answer = await door.client.get(f"/xac-minh/{token}")
        assert answer.status_code == 404
        assert "giả mạo" in answer.text
    assert len(peer.seen) == 1


async def test_the_service_being_away_is_no_verdict(door: RunningService, peer: Peer) -> None:
    peer.status = 503
    answer = await door.client.get(f"/xac-minh/{TOKEN}")
    assert answer.status_code == 503
    assert "giả mạo" not in answer.text


async def test_the_words_of_tus_pass_the_door(door: RunningService, peer: Peer) -> None:
    """Both ways, with the body as it is; a part larger than its limit is refused here."""
    peer.status, peer.body = 204, b""
    peer.headers = {"Upload-Offset": "7", "Tus-Resumable": "1.0.0", "Upload-Expires": "x", "X-Secret": "1"}
    told = {
        **(await token_of(door, "cong-dan-an")),
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Upload-Checksum": "sha1 x",
        "Content-Type": "application/offset+octet-stream",
    }
    path = "/api/v1/uploads/01900000-0000-7000-8000-000000000000"
    answer = await door.client.patch(path, content=b"\x00\xff 1234", headers=told)
    assert answer.status_code == 204
    seen = peer.seen[-1]
    assert (seen.method, seen.body) == ("PATCH", b"\x00\xff 1234")
    assert {"tus-resumable", "upload-offset", "upload-checksum"} <= seen.headers.keys()
    assert (answer.headers["upload-offset"], answer.headers["tus-resumable"]) == ("7", "1.0.0")
    assert "x-secret" not in answer.headers
    large = await door.client.patch(path, content=bytes(8_388_609), headers=told)
    assert large.status_code == 413
    options = await door.client.options("/api/v1/uploads")
    assert (options.status_code, peer.seen[-1].method) == (204, "OPTIONS")
