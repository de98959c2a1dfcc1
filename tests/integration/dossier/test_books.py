"""The book of certified copies has no gap; papers that travel are signed for twice."""

import asyncio
import io
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from pypdf import PdfReader

from services.dossier.domain.intake.copies import HEADINGS
from tests.builders.dossier.busy import busy_for
from tests.builders.dossier.colleagues import acting_for, in_the_directory, on_leave
from tests.builders.dossier.office import (
    COMMUNE,
    OTHER_COMMUNE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.integration.dossier.test_other_ways_in import a_walk_in

LEADERS = (
    in_the_directory(SIGNER.subject, "SIGNER", unit="lanh-dao"),
    in_the_directory("lanh-dao-khac", "SIGNER", unit="lanh-dao", agency=OTHER_COMMUNE),
)
LEADER_ELSEWHERE = an_officer("SIGNER", agency=OTHER_COMMUNE, subject="lanh-dao-khac")
COUNTER = an_officer("ONE_STOP_OFFICER", "CASHIER", unit="mot-cua", subject=RECEIVER.subject)
HELPER = an_officer("ONE_STOP_OFFICER", "CASHIER", unit="mot-cua", agency=OTHER_COMMUNE, subject="giup")


def copies(*names: str, **changed: Any) -> dict[str, Any]:
    """Return documents to certify, their fee paid in cash."""
    documents = [{"document_name": name, "pages": 2, "copies": 3} for name in names]
    body = {"requester": {"full_name": "Nguyễn Văn An"}, "documents": documents, "signer": SIGNER.subject}
    body["payment"] = {"method": "CASH"}
    return {**body, **changed}


async def asked_for(office: Office, body: dict[str, Any], by: Any = COUNTER) -> list[str]:
    """Ask at the counter and return the requests."""
    answer = await office.service.post("/v1/certified-copies", body, by)
    assert answer.status_code == 201, answer.text
    return [one["request_id"] for one in answer.json()["items"]]


async def confirmed(office: Office, ids: list[str], by: Any = SIGNER) -> Any:
    """Confirm with the signer's own session."""
    return await office.service.post("/v1/copy-confirmations", {"request_ids": ids}, by)


async def test_numbers_follow_each_other_in_one_book_an_agency_and_year(office: Office) -> None:
    """Forty calls of two documents at once, some refused by the database: no gap, no number twice."""
    await office.service.receive(*LEADERS)
    pool = office.service.runtime.pool
    await busy_for(pool, "certified_copies", "NEW.document_name = 'hỏng'")
    sent = [copies("Bằng", "hỏng" if place % 8 == 0 else "Học bạ") for place in range(40)]
    asked = [await asked_for(office, body) for body in sent]
    assert await office.service.count("certified_copies") == 0
    answers = await asyncio.gather(*(confirmed(office, ids) for ids in asked))
    assert sorted({answer.status_code for answer in answers}) == [201, 503]
    rows = await pool.fetch("SELECT number FROM certified_copies ORDER BY number")
    assert [row["number"] for row in rows] == list(range(1, 71))
    for answer in answers:
        if answer.status_code == 201:
            first, second = (int(item["number"][:4]) for item in answer.json()["items"])
            assert second == first + 1
    body = copies("Bằng", signer="lanh-dao-khac")
    elsewhere = await confirmed(office, await asked_for(office, body, HELPER), LEADER_ELSEWHERE)
    assert elsewhere.json()["items"][0]["number"] == "0001/2026"
    url = "/v1/certified-copies?year=2026&limit=50"
    page = (await office.service.get(url, RECEIVER)).json()
    rest = (await office.service.get(f"{url}&cursor={page['next_cursor']}", RECEIVER)).json()
    assert len(page["items"]) + len(rest["items"]) == 70
    assert rest["items"][-1]["requester"] == "Nguyễn Văn An"
    with pytest.raises(Exception, match="only added to"):
        await pool.execute("DELETE FROM certified_copies WHERE number = 3")


async def test_who_enters_a_copy_does_not_sign_it(office: Office) -> None:
    """Nor does a citizen or a specialist enter one; no number is taken."""
    await office.service.receive(*LEADERS)
    own = await office.service.post("/v1/certified-copies", copies("A", signer=RECEIVER.subject), COUNTER)
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    for by in (SPECIALIST, a_citizen()):
        assert (await office.service.post("/v1/certified-copies", copies("A"), by)).status_code == 403
    assert await office.service.count("book_counters") == 0


async def test_only_a_leader_of_the_agency_signs_a_copy(office: Office) -> None:
    """Nobody, a specialist, another agency's leader, one on leave: no number; who acts for one does."""
    away = in_the_directory("di-vang", "SIGNER", unit="lanh-dao", leaves=on_leave())
    stands_in = in_the_directory("thay", delegations=acting_for(SIGNER.subject, "SIGNER"))
    await office.service.receive(*LEADERS, in_the_directory("thu-ly"), away, stands_in)
    for signer in ("khong-ai", "thu-ly", "lanh-dao-khac", "di-vang"):
        answer = await office.service.post("/v1/certified-copies", copies("A", signer=signer), COUNTER)
        assert (answer.status_code, answer.json()["code"]) == (422, "nobody-of-that-name"), signer
    assert await office.service.count("book_counters") == 0
    ids = await asked_for(office, copies("A", signer="thay"))
    done = await confirmed(office, ids, an_officer("SPECIALIST", subject="thay"))
    assert done.json()["items"][0]["number"] == "0001/2026", done.text


async def test_the_signer_confirms_with_a_session_of_their_own(office: Office) -> None:
    """Not who entered, not another leader, no officer; who acts for the signer does; all or none."""
    stands_in = in_the_directory("thay", delegations=acting_for(SIGNER.subject, "SIGNER"))
    second = in_the_directory("lanh-dao-hai", "SIGNER", unit="lanh-dao")
    await office.service.receive(*LEADERS, stands_in, second)
    first, other = await asked_for(office, copies("A")), await asked_for(office, copies("B"))
    for nobody in (RECEIVER, SPECIALIST, an_officer("SIGNER", subject="lanh-dao-hai"), LEADER_ELSEWHERE):
        refused = await confirmed(office, first, nobody)
        assert refused.status_code in {403, 404}, (nobody.subject, refused.text)
    assert (await confirmed(office, first, RECEIVER)).json()["code"] == "not-the-signer"
    assert await office.service.count("book_counters") == 0
    waiting = (await office.service.get("/v1/copy-requests", SIGNER)).json()["items"]
    assert [one["request_id"] for one in waiting] == [*first, *other]
    assert (await confirmed(office, first, an_officer("SPECIALIST", subject="thay"))).status_code == 201
    again = await confirmed(office, [*first, *other])
    assert (again.status_code, again.json()["code"]) == (409, "copy-decided")
    back = await office.service.post("/v1/copy-rejections", {"request_ids": other, "reason": "Mờ"}, SIGNER)
    assert back.json()["items"][0]["state"] == "DECLINED"
    assert (await confirmed(office, other)).json()["code"] == "copy-decided"
    assert await office.service.runtime.pool.fetchval("SELECT max(number) FROM certified_copies") == 1
    assert (await confirmed(office, ["0" * 32])).status_code == 404
    assert (await confirmed(office, [str(UUID(int=place)) for place in range(51)])).status_code == 422


async def test_of_two_who_confirm_at_once_one_certifies(office: Office) -> None:
    """No document has two numbers, and no number is lost to who came second."""
    await office.service.receive(*LEADERS)
    ids = await asked_for(office, copies("A", "B"))
    answers = await asyncio.gather(*(confirmed(office, ids) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409, 412}
    assert [answer.status_code for answer in answers].count(201) == 1
    next_one = await confirmed(office, await asked_for(office, copies("C")))
    assert next_one.json()["items"][0]["number"] == "0003/2026"


async def test_the_fee_is_counted_at_asking_and_stands_in_the_book(office: Office) -> None:
    """By pages of the original and by copy; what it cost that day stays with the line."""
    await office.service.receive(*LEADERS)
    body = copies("Học bạ")
    body["documents"] = [{"document_name": "Học bạ", "pages": 5, "copies": 2}]
    asked = await office.service.post("/v1/certified-copies", body, COUNTER)
    assert [one["fee"] for one in asked.json()["items"]] == [14_000]
    done = await confirmed(office, [one["request_id"] for one in asked.json()["items"]])
    assert [one["fee"] for one in done.json()["items"]] == [14_000]
    book = (await office.service.get("/v1/certified-copies?year=2026", RECEIVER)).json()["items"]
    assert [one["fee"] for one in book] == [14_000]


async def test_what_was_certified_is_counted_by_period_and_agency(office: Office) -> None:
    """What waits is not counted; an officer's own agency, a supervisor's and those below it."""
    await office.service.receive(*LEADERS)
    await confirmed(office, await asked_for(office, copies("A", "B")))
    await asked_for(office, copies("C"))
    query = "/v1/statistics/certified-copies?from=2026-03-01&to=2026-03-31"
    told = (await office.service.get(query, SIGNER)).json()["items"]
    money = {"fees": 24_000, "exempted": 0, "collected": 36_000, "refunded": 0}
    assert told == [{"agency": COMMUNE, "documents": 2, "copies": 6, "pages": 12, "electronic": 0, **money}]
    above = an_officer("SUPERVISOR", agency="H99", subject="giam-sat")
    assert (await office.service.get(query, above)).json()["items"] == told
    assert (await office.service.get(query, LEADER_ELSEWHERE)).json()["items"] == []
    past = query.replace("2026-03", "2026-02").replace("02-31", "02-28")
    assert (await office.service.get(past, SIGNER)).json()["items"] == []
    assert (await office.service.get(query, a_citizen())).status_code == 403


MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


async def test_the_book_is_printed_with_the_signers_office_and_a_note(office: Office) -> None:
    """PDF and XLSX of the agency's own book, days of a quarter at most; every line it named is logged."""
    await office.service.receive(*LEADERS)
    first = await asked_for(office, copies("=Bằng"))
    free = copies("Học bạ", payment={"method": "EXEMPT", "reason": "Vay vốn nông nghiệp"})
    told = {"signer_title": "Phó Chủ tịch", "note": "Bản song ngữ"}
    for ids, more in ((first, {}), (await asked_for(office, free), told)):
        body = {"request_ids": ids, **more}
        assert (await office.service.post("/v1/copy-confirmations", body, SIGNER)).status_code == 201
    sheet = await office.service.get("/v1/certified-copies.xlsx", RECEIVER, params=MARCH)
    book = openpyxl.load_workbook(io.BytesIO(sheet.content)).active
    rows = [[cell or "" for cell in row] for row in book.iter_rows(min_row=6, values_only=True)]
    assert rows[0] == [*HEADINGS]
    who, day = "Nguyễn Văn An", "03/03/2026"
    assert rows[1] == ["0001/2026", day, who, "=Bằng", SIGNER.name, "3", "2", "12.000", ""]
    note = "Miễn phí: Vay vốn nông nghiệp; Bản song ngữ"
    signed = f"{SIGNER.name}, Phó Chủ tịch"
    assert rows[2] == ["0002/2026", day, who, "Học bạ", signed, "3", "2", "0", note]
    pdf = await office.service.get("/v1/certified-copies.pdf", SIGNER, params=MARCH)
    text = " ".join(PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text().split())
    assert all(word in text for word in ("SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH", "0002/2026", "Phó Chủ tịch"))
    logged = "SELECT count(*) FROM access_log WHERE what = 'copy-book'"
    assert await office.service.runtime.pool.fetchval(logged) == 2
    elsewhere = await office.service.get("/v1/certified-copies.xlsx", HELPER, params=MARCH)
    assert openpyxl.load_workbook(io.BytesIO(elsewhere.content)).active.max_row == 6
    long = await office.service.get(
        "/v1/certified-copies.pdf", RECEIVER, params={**MARCH, "to": "2026-12-31"}
    )
    assert (long.status_code, long.json()["code"]) == (422, "register-period-too-long")
    assert (
        await office.service.get("/v1/certified-copies.pdf", a_citizen(), params=MARCH)
    ).status_code == 403


async def helped(office: Office) -> str:
    """Receive a dossier for the neighbour, on paper."""
    answer = await office.service.post("/v1/counter-dossiers", a_walk_in(), HELPER)
    return str(answer.json()["dossier_id"])


async def given(office: Office, *dossiers: str, by: Any = HELPER, to: str = COMMUNE) -> Any:
    """Hand papers over."""
    items = [{"dossier_id": one, "sheets": 5} for one in dossiers]
    return await office.service.post("/v1/handover-lists", {"to_agency": to, "items": items}, by)


async def counted(office: Office, handed: dict[str, Any], by: Any, *sheets: int, remark: str = "") -> Any:
    """Sign for what came."""
    items = [
        {"dossier_id": item["dossier_id"], "sheets": count, "remark": remark if count != 5 else ""}
        for item, count in zip(handed["items"], sheets, strict=False)
    ]
    url = f"/v1/handover-lists/{handed['list_id']}/confirmation"
    return await office.service.post(url, {"items": items}, by, version=handed["version"])


async def test_papers_received_elsewhere_travel_with_both_signatures(office: Office) -> None:
    """Every dossier is counted, a difference explained, and only the other side signs."""
    first, second = await helped(office), await helped(office)
    answer = await given(office, first, second)
    assert answer.status_code == 201, answer.text
    handed = answer.json()
    assert (handed["from_agency"], handed["to_agency"], handed["received_by"]) == (OTHER_COMMUNE, COMMUNE, "")
    assert (await counted(office, handed, HELPER, 5, 5)).status_code == 403
    assert (await counted(office, handed, RECEIVER, 5)).status_code == 422
    assert (await counted(office, handed, RECEIVER, 5, 4)).status_code == 422
    signed = await counted(office, handed, RECEIVER, 5, 4, remark="Thiếu một bản chụp")
    assert signed.status_code == 200, signed.text
    assert [item["differs"] for item in signed.json()["items"]] == [False, True]
    assert signed.json()["received_at"] is not None
    assert (await counted(office, handed, RECEIVER, 5, 5)).status_code == 412
    assert (await counted(office, signed.json(), RECEIVER, 5, 5)).json()["code"] == "hand-over-closed"
    listed = (await office.service.get("/v1/handover-lists", RECEIVER)).json()["items"]
    assert [item["list_id"] for item in listed] == [handed["list_id"]]


async def test_papers_are_on_one_list_and_in_one_place(office: Office) -> None:
    """Of five lists at once one has them; who no longer holds them cannot give them, who does can."""
    dossier = await helped(office)
    answers = await asyncio.gather(*(given(office, dossier) for _ in range(5)))
    assert [one.status_code for one in answers].count(201) == 1
    assert {one.status_code for one in answers} <= {201, 409, 412}
    assert (await given(office, dossier, by=RECEIVER, to=OTHER_COMMUNE)).json()["code"] == "papers-not-here"
    handed = next(one.json() for one in answers if one.status_code == 201)
    assert (await counted(office, handed, RECEIVER, 5)).status_code == 200
    assert (await given(office, dossier)).json()["code"] == "papers-not-here"
    assert (await given(office, dossier, by=RECEIVER, to="H99.203")).status_code == 422
    assert (await given(office, dossier, by=RECEIVER, to=OTHER_COMMUNE)).status_code == 201
    assert (await given(office, dossier, dossier)).status_code == 422
    assert (await given(office, dossier, by=SPECIALIST)).status_code == 403
