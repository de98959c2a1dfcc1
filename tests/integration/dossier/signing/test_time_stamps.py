"""Seals and signatures dated by a time stamping authority: by a real one over HTTP, silent, wrong, absent."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from asn1crypto import cms, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from kernel.testing.fixed_clock import TUESDAY_MORNING, FixedClock
from kernel.testing.running import RunningService
from sandbox.tsa.app import create_app
from sandbox.tsa.authority import Authority
from services.dossier.clients.time_stamps import TimeStampAuthority
from services.dossier.domain.signing.verification import Thing
from services.dossier.store.workshop.verifying import verify
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import CLERK, COMMUNE, SIGNER, Office
from tests.builders.dossier.pki import PASSPHRASE, a_holder, a_revocation_list, a_root, a_trust_folder
from tests.integration.dossier.signing.signed import (
    SEAL,
    content_of,
    finished,
    issued,
    prepared,
    signed_by,
    token_on,
    verified,
)
from tests.serving import served

CLOCK = a_holder("Dịch vụ cấp dấu thời gian", "Ban Cơ yếu", root="Gốc thời gian", is_tsa=True)
NOW = TUESDAY_MORNING + timedelta(minutes=3)
"""What the authority's clock says, which is not ours."""
UTC_NOW = NOW.astimezone(UTC).isoformat()


@dataclass
class Tsa:
    """A running authority."""

    app: FastAPI
    url: str


@pytest.fixture
async def tsa() -> AsyncIterator[Tsa]:
    """A time stamping authority on loopback."""
    app = create_app(clock=FixedClock(NOW), authority=Authority(CLOCK.key, CLOCK.chain))
    async with served(app) as url:
        yield Tsa(app, f"{url}/")


Dated = Callable[..., Awaitable[Office]]


@pytest.fixture
def dated(
    start: Callable[..., Awaitable[RunningService]], tmp_path: Path, shared_workshop: None, tsa: Tsa
) -> Dated:
    """Open an office whose seals the authority dates, with what it trusts."""
    del shared_workshop

    async def opened(trust: Path) -> Office:
        (tmp_path / "dau.p12").write_bytes(SEAL.pkcs12())
        seals = {COMMUNE: {"file": str(tmp_path / "dau.p12"), "passphrase": PASSPHRASE}}
        started = await start(
            "dossier",
            files_url=(tmp_path / "files").as_uri(),
            trust_folder=str(trust),
            seals=json.dumps(seals),
            tsa_url=tsa.url,
        )
        return await Office(started).open()

    return opened


def both_roots(folder: Path) -> Path:
    """Return the folder of an operator who trusts the seals' root and the authority's."""
    return a_trust_folder(folder, a_root(), a_root("Gốc thời gian"))


async def publicly(office: Office, sealed: dict[str, str]) -> dict[str, str]:
    """Return what anybody is told of the file's one signature."""
    answer = await verified(office, await token_on(office, Thing.FILE, sealed["attachment_id"]))
    (told,) = answer["signatures"]
    return dict(told)


async def test_a_seal_carries_the_time_of_the_authority(dated: Dated, tmp_path: Path) -> None:
    """Level T: the authority's moment, not ours; the public check by QR says so."""
    office = await dated(both_roots(tmp_path / "trust"))
    seen, sealed = await issued(office)
    (found,) = sealed["signatures"]
    assert (found["level"], found["time_source"]) == ("T", "TIMESTAMP")
    assert (found["signed_at"], found["timestamp"]["by"]) == (UTC_NOW, "Dịch vụ cấp dấu thời gian")
    assert seen["warnings"] == []
    told = await publicly(office, sealed)
    assert (told["level"], told["time_source"], told["signed_at"]) == ("T", "TIMESTAMP", NOW.isoformat())
    assert told["time_stamped_by"] == "Dịch vụ cấp dấu thời gian"


async def test_with_revocation_lists_at_hand_the_file_carries_its_own_proof(
    dated: Dated, tmp_path: Path
) -> None:
    """Level LT: proved by the file and the roots alone, where no list is at hand any more."""
    trust = both_roots(tmp_path / "trust")
    a_revocation_list(trust, a_root())
    office = await dated(trust)
    _, half = await issued(office)
    assert half["signatures"][0]["level"] == "T"
    a_revocation_list(trust, a_root("Gốc thời gian"))
    a_revocation_list(trust, a_root("Gốc khác"))
    _, sealed = await issued(office)
    (found,) = sealed["signatures"]
    assert (found["level"], found["changes_allowed"], found["changed_after"]) == ("LT", True, "LTA_UPDATES")
    content = await content_of(office, sealed["attachment_id"], CLERK)
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(content)))
    assert len(store.crls) == 2
    trust = both_roots(tmp_path / "later")
    told, _ = await asyncio.to_thread(verify, content, at=NOW.isoformat(), trust=str(trust))
    assert [one["level"] for one in told["found"]] == ["LT"]


async def test_a_silent_authority_holds_up_no_result(dated: Dated, tsa: Tsa, tmp_path: Path) -> None:
    """Sealed without, said to the clerk and to whoever checks."""
    office = await dated(both_roots(tmp_path / "trust"))
    tsa.app.state.is_silent = True
    seen, sealed = await issued(office)
    (found,) = sealed["signatures"]
    assert (found["level"], found["time_source"], found["timestamp"]) == ("B", "SIGNER", None)
    assert [one["code"] for one in seen["warnings"]] == ["time-stamp-missing"]
    told = await publicly(office, sealed)
    assert (told["level"], told["time_source"], told["time_stamped_by"]) == ("B", "SIGNER", "")


async def test_an_authority_nobody_trusts_dates_nothing(dated: Dated, tmp_path: Path) -> None:
    """Its word is shown and called untrusted; a file with both its seals is dated by the second."""
    trust = a_trust_folder(tmp_path / "trust", a_root())
    office = await dated(trust)
    draft = await office.upload(CLERK, a_pdf())
    first = (await office.service.post(f"/v1/attachments/{draft}/seal", {}, CLERK)).json()
    (found,) = first["signatures"]
    assert (found["level"], found["time_source"], found["timestamp"]["trusted"]) == ("B", "SIGNER", False)
    assert found["timestamp"]["at"] == UTC_NOW
    both_roots(tmp_path / "both")
    (trust / "roots" / "gio.pem").write_bytes((tmp_path / "both" / "roots" / "1.pem").read_bytes())
    again = await office.service.post(f"/v1/attachments/{first['attachment_id']}/seal", {}, CLERK)
    assert [one["level"] for one in again.json()["signatures"]] == ["T", "T"]


async def test_a_signature_of_a_token_is_dated_too(dated: Dated, tsa: Tsa, tmp_path: Path) -> None:
    """Each of a list when its signature comes back, not when it was prepared."""
    office = await dated(both_roots(tmp_path / "trust"))
    holder = a_holder()
    files = [await office.upload(SIGNER, a_pdf()) for _ in range(2)]
    items = await prepared(office, SIGNER, holder, *files)
    assert tsa.app.state.stamped == 0
    done = await finished(office, SIGNER, [signed_by(holder, item) for item in items])
    assert [one["attachment"]["signatures"][0]["level"] for one in done] == ["T", "T"]
    assert tsa.app.state.stamped == 2


def token_altered(answer: bytes, **changed: object) -> bytes:
    """Return an authority's answer whose signed data has other parts, or lacks them."""
    told = tsp.TimeStampResp.load(answer)
    signed = told["time_stamp_token"]["content"]
    parts = {name: signed[name] for name in ("version", "digest_algorithms", "encap_content_info")}
    parts |= {name: signed[name] for name in ("certificates", "signer_infos")}
    kept = {name: part for name, part in (parts | changed).items() if part is not None}
    token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(kept)})
    return bytes(tsp.TimeStampResp({"status": told["status"], "time_stamp_token": token}).dump())


async def test_a_time_stamp_that_would_break_the_seal_is_left_out(
    dated: Dated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by somebody whose certificate is not beside it: our own seal could not be read with it."""
    office = await dated(both_roots(tmp_path / "trust"))
    other = a_holder("Người khác", "Nơi khác", root="Gốc thời gian", is_tsa=True)
    certificate = x509.Certificate.load(other.chain[0].public_bytes(Encoding.DER))
    answer = Authority.answer

    def of_another(self: Authority, raw: bytes, now: datetime) -> bytes:
        return token_altered(answer(self, raw, now), certificates=[certificate])

    monkeypatch.setattr(Authority, "answer", of_another)
    seen, sealed = await issued(office)
    (found,) = sealed["signatures"]
    assert (found["intact"], found["level"], found["timestamp"]) == (True, "B", None)
    assert [one["code"] for one in seen["warnings"]] == ["time-stamp-missing"]


async def test_no_more_of_an_answer_is_read_than_a_time_stamp_has() -> None:
    """Whoever stands on the way of plain HTTP must not fill the process's memory."""
    read: list[int] = []

    async def without_end() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            read.append(65_536)
            yield b"\0" * 65_536

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=without_end())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        assert await TimeStampAuthority(client, "http://tsa.example/")(b"chu ky") == b""
    assert len(read) <= 2


async def test_only_an_answer_to_this_very_question_is_taken() -> None:
    """Another nonce, another imprint, a rejection, no stamp or nobody's: none; then it is left alone."""
    asked: list[bytes] = []
    authority = Authority(CLOCK.key, CLOCK.chain)

    def of_another(raw: bytes, **changed: object) -> bytes:
        query = tsp.TimeStampReq.load(raw)
        for name, value in changed.items():
            query[name] = value
        return authority.answer(query.dump(force=True), NOW)

    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"khac").digest()}
    answers: list[Callable[[bytes], bytes]] = [
        lambda raw: of_another(raw, nonce=1),
        lambda raw: of_another(raw, message_imprint=imprint),
        lambda raw: authority.answer(raw[:-3], NOW),
        lambda _: b"<html>",
        lambda raw: altered(raw, signer_infos=[]),
        lambda raw: altered(raw, certificates=None),
        lambda raw: altered(raw, encap_content_info={"content_type": "tst_info"}),
        lambda raw: altered(raw, encap_content_info={"content_type": "data", "content": b"1"}),
        lambda raw: authority.answer(raw, NOW),
    ]

    def altered(raw: bytes, **changed: object) -> bytes:
        return token_altered(authority.answer(raw, NOW), **changed)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return httpx.Response(200, stream=httpx.ByteStream(answers[len(asked) - 1](request.content)))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        hasty = TimeStampAuthority(client, "http://tsa.example/", quiet_seconds=0)
        assert [bool(await hasty(b"chu ky")) for _ in answers] == [False] * 8 + [True]
        asked.clear()
        patient = TimeStampAuthority(client, "http://tsa.example/")
        assert [await patient(b"chu ky") for _ in range(50)] == [b""] * 50
        assert len(asked) == 1
