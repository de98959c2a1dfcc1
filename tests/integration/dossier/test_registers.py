"""The register and the control slip: what is kept, on the screen and printed."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from kernel.testing.running import a_staff_member
from services.dossier.store.registers import PAGE
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_agency,
)

DAYS = {"agency": RECEIVER.agency, "from": "2026-03-01", "to": "2026-03-31"}
ELSEWHERE = a_staff_member("ONE_STOP_OFFICER", agency="H99.999")


async def register(office: Office, **query: Any) -> dict[str, Any]:
    """Return a page of the register."""
    answer = await office.service.get("/v1/register", RECEIVER, params={**DAYS, **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_what_was_accepted_stands_in_the_register_in_order(office: Office) -> None:
    codes = [(await office.accepted())["dossier_code"] for _ in range(3)]
    first = await register(office, limit=2)
    assert [line["dossier_code"] for line in first["items"]] == codes[:2]
    second = await register(office, limit=2, cursor=first["next_cursor"])
    assert [line["dossier_code"] for line in second["items"]] == codes[2:]
    assert second["next_cursor"] is None


async def test_the_register_goes_by_the_days_numbers_whatever_the_moments_say(office: Office) -> None:
    """Of many at one moment a later number may have the earlier moment; past 9,999 the number counts."""
    taken = [(await office.accepted())["dossier_code"] for _ in range(4)]
    execute = office.service.runtime.pool.execute
    moved = "UPDATE dossiers SET dossier_code = $2, accepted_at = accepted_at + $3 WHERE dossier_code = $1"
    numbers = {"260303-9999": 9, "260303-10000": 8, "260303-10001": 7, "260304-0001": 24 * 60}
    for code, (number, later) in zip(taken, numbers.items(), strict=True):
        await execute(moved, code, f"{code[:-11]}{number}", timedelta(minutes=later))
    listed, cursor = list[str](), ""
    while cursor is not None:
        page = await register(office, limit=1, **({"cursor": cursor} if cursor else {}))
        listed += [line["dossier_code"].removeprefix("H99.201-") for line in page["items"]]
        cursor = page["next_cursor"]
    assert listed == [*numbers]
    sheet = await office.service.get("/v1/register.xlsx", RECEIVER, params=DAYS)
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert [str(row[1]).removeprefix("H99.201-") for row in rows[6:10]] == listed


async def test_a_page_of_the_register_is_a_walk_along_its_index(office: Office) -> None:
    """By any plan, also one made for nobody's values: nothing is sorted, nothing else is read."""
    async with office.service.runtime.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE page AS {PAGE.sql}")
        given = "'H99.201', '2026-03-01', '2026-03-31', '2026-03-02', 'x', NULL, '{}', 50"
        plan = str(await connection.fetch(f"EXPLAIN EXECUTE page ({given})"))
        await connection.execute("DEALLOCATE page")
    assert "ix_dossiers_register_code" in plan
    assert "Sort" not in plan


async def test_what_was_only_submitted_is_not_in_it(office: Office) -> None:
    await office.submitted()
    assert (await register(office))["items"] == []


async def test_a_line_says_who_received_the_result_and_when(office: Office) -> None:
    seen = await office.at_issue()
    file = await office.upload(CLERK, name="ket-qua.pdf")
    seen = await office.issued(seen, number="12/XN", attachment_ids=[file])
    await office.act(seen, "return", RECEIVER, **HANDED_OUT)
    (line,) = (await register(office))["items"]
    assert (line["returned_to"], line["delivery"]) == ("Nguyễn Văn An", "COUNTER")
    assert line["returned_at"].endswith("+07:00")


async def test_the_book_is_printed_as_pdf_and_as_a_spreadsheet(office: Office) -> None:
    code = (await office.accepted())["dossier_code"]
    pdf = await office.service.get("/v1/register.pdf", RECEIVER, params=DAYS)
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "SỔ THEO DÕI HỒ SƠ" in text
    assert "Mẫu số 07 (TT 03/2025/TT-VPCP)" in text
    sheet = await office.service.get("/v1/register.xlsx", RECEIVER, params=DAYS)
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert rows[5][:3] == ("STT", "Mã hồ sơ", "Tên thủ tục hành chính")
    assert rows[6][:2] == ("1", code)


async def test_an_address_that_looks_like_a_formula_stays_a_text(office: Office) -> None:
    citizen = a_citizen()
    owner = (await office.submission(citizen))["owner"]
    await office.accepted(by=citizen, owner={**owner, "address": "=1+1 đường Láng"})
    sheet = await office.service.get("/v1/register.xlsx", RECEIVER, params=DAYS)
    cell = openpyxl.load_workbook(io.BytesIO(sheet.content)).active["E7"]
    assert cell.data_type == "s"
    assert cell.value.startswith("=1+1 đường Láng")


async def test_the_control_slip_names_both_sides(office: Office) -> None:
    """People, units and agencies by their names of today; a unit nobody named by its code."""
    units = [{"code": "chuyen-mon", "name": "Phòng Văn hóa - Xã hội"}, {"code": "lanh-dao", "name": ""}]
    await office.service.receive(replace(an_agency(name="UBND xã Bến Đò", units=units), sequence=2))
    seen = await office.at_issue()
    shown = await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/handovers", RECEIVER)
    parties = [one["receiver"] for one in shown.json()["items"]]
    assert [(one["unit"], one["unit_name"]) for one in parties[:3]] == [
        ("chuyen-mon", "Phòng Văn hóa - Xã hội"),
        ("chuyen-mon", "Phòng Văn hóa - Xã hội"),
        ("lanh-dao", "lanh-dao"),
    ]
    assert parties[0]["agency_name"] == "UBND xã Bến Đò"
    path = f"/v1/dossiers/{seen['dossier_id']}/control-slip.pdf"
    answer = await office.service.get(path, RECEIVER)
    assert answer.status_code == 200, answer.text
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Mẫu số 06 (TT 03/2025/TT-VPCP)" in text
    assert "1. Giao" in text
    assert SPECIALIST.name in text
    assert "Phòng Văn hóa - Xã hội" in " ".join(text.split())
    assert "chuyen-mon" not in text
    assert (await office.service.get(path, a_citizen())).status_code == 404


@pytest.mark.parametrize(
    ("who", "query", "status", "code"),
    [
        (SPECIALIST, {}, 403, "forbidden"),
        (ELSEWHERE, {}, 403, "forbidden"),
        (RECEIVER, {"to": "2026-02-01"}, 422, "register-period-too-long"),
        (RECEIVER, {"to": "2026-12-01"}, 422, "register-period-too-long"),
        (RECEIVER, {"from": "hôm qua"}, 422, "invalid"),
        (RECEIVER, {"cursor": "xyz"}, 422, "invalid"),
    ],
    ids=["a specialist", "another agency's counter", "backwards", "most of a year", "no date", "no cursor"],
)
async def test_who_keeps_no_counter_reads_no_register(
    office: Office, who: Any, query: dict[str, str], status: int, code: str
) -> None:
    answer = await office.service.get("/v1/register", who, params={**DAYS, **query})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_reading_names_is_logged(office: Office) -> None:
    await office.accepted()
    await register(office)
    query = "SELECT count(*) FROM access_log WHERE what = 'register' AND subject = $1"
    assert await office.service.runtime.pool.fetchval(query, RECEIVER.subject) == 1


async def test_the_slip_follows_the_result_to_the_applicants_hand(office: Office) -> None:
    """The clerk had the file, the counter had the result, the applicant has it: no row waits for anybody."""
    seen = await office.issued()
    path = f"/v1/dossiers/{seen['dossier_id']}/handovers"
    rows = (await office.service.get(path, RECEIVER)).json()["items"]
    last = [(row["kind"], row["receiver"]["role"], row["received_at"] is not None) for row in rows[-2:]]
    assert last == [("STEP_DONE", "CLERK", True), ("RESULT_ISSUED", "ONE_STOP_OFFICER", False)]
    seen = await office.act(seen, "return", RECEIVER, **HANDED_OUT)
    rows = (await office.service.get(path, RECEIVER)).json()["items"]
    assert all(row["received_at"] for row in rows)
    assert (rows[-2]["receiver"]["name"], rows[-1]["kind"]) == (RECEIVER.name, "RESULT_RETURNED")
    nowhere = dict.fromkeys(("agency", "agency_name", "unit", "unit_name", "name"), "")
    assert rows[-1]["receiver"] == {**nowhere, "role": "APPLICANT"}


async def test_a_recalled_result_goes_back_on_the_slip_too(office: Office) -> None:
    """The way to the counter is taken back, and the signer has the file again."""
    seen = await office.act(await office.issued(), "result-recall", SIGNER, reason="Sai tên")
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/handovers", RECEIVER)).json()[
        "items"
    ]
    assert (rows[-2]["kind"], rows[-2]["taken_back_at"] is not None) == ("RESULT_ISSUED", True)
    assert (rows[-1]["kind"], rows[-1]["receiver"]["role"]) == ("RECALLED", "SIGNER")
