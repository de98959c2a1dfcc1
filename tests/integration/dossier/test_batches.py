"""One company's thirty: template, a report a row, then all or nothing."""

import io
import unicodedata
import zipfile
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from services.dossier.use_cases.open_dossier import parties_of
from tests.builders.dossier.busy import at_rest, busy_for
from tests.builders.dossier.office import OTHER_COMMUNE, PROCEDURE, RECEIVER, Office, a_citizen, an_officer

PATH = f"/v1/intake-batches?procedure={PROCEDURE}"
MARK = {"Họ và tên (*)": 1, "Loại giấy tờ": 2, "Số giấy tờ (*)": 3, "Ngày sinh": 5, "to-khai": 9}


async def template(office: Office) -> Any:
    """Download the template."""
    answer = await office.service.get(f"/v1/intake-batches/template?procedure={PROCEDURE}", RECEIVER)
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.content))


def filled(book: Any, how_many: int = 30, **cells: Any) -> bytes:
    """Fill a template for so many people; `cells` overwrite single ones."""
    people, company = book["Hồ sơ"], book["Doanh nghiệp"]
    company["B1"], company["B2"] = "Công ty TNHH Sông Xanh", "0100109106"
    for place in range(how_many):
        # As a spreadsheet gives it: a number, its first zero dropped.
        people.append([f"Nguyễn Văn {chr(65 + place % 26)}", None, 99088000100 + place])
        people.cell(place + 2, MARK["to-khai"], "x")
    for name, value in cells.items():
        people[name] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def tried(office: Office, content: bytes, by: Any = RECEIVER) -> Any:
    """Try a sheet."""
    return await office.service.post(PATH, content, by)


async def received(office: Office, batch: dict[str, Any], by: Any = RECEIVER, **changed: Any) -> Any:
    """Hand it in."""
    url = f"/v1/intake-batches/{batch['batch_id']}/submission"
    paper = await office.upload(by, name="uy-quyen-cua-nguoi-lao-dong.pdf")
    body = {
        "authorization_attachment_id": paper,
        "scope": "Nộp hồ sơ",
        "valid_until": "2026-12-31",
        **changed,
    }
    return await office.service.post(url, body, by, version=batch["version"])


async def test_thirty_are_received_at_once_in_the_order_of_the_sheet(office: Office) -> None:
    """The dry run keeps no dossier; then thirty codes, one company behind them, one slip, and never again."""
    batch = (await tried(office, filled(await template(office)))).json()
    assert (batch["state"], batch["rows"], batch["faults"]) == ("CHECKED", 30, [])
    assert await office.service.count("dossiers") == 0
    row = await office.service.runtime.pool.fetchrow("SELECT * FROM intake_batches")
    assert "Nguyễn" not in str(dict(row))
    answer = await received(office, batch)
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert [item["dossier_code"][-4:] for item in items] == [f"{number:04d}" for number in range(1, 31)]
    detail = await office.read(items[4], RECEIVER)
    assert (detail["owner"]["full_name"], detail["owner"]["identity_number"]) == (
        "Nguyễn Văn E",
        "099*******04",
    )
    assert detail["representative"]["full_name"] == "Công ty TNHH Sông Xanh"
    visit = f"/v1/visits/{batch['batch_id']}"
    assert len((await office.service.get(visit, RECEIVER)).json()["items"]) == 30
    slip = await office.service.get(f"{visit}/slip", RECEIVER)
    assert slip.content.startswith(b"%PDF-")
    assert (await received(office, batch)).status_code == 412
    assert (await received(office, answer.json())).json()["code"] == "batch-not-ready"
    again = (await tried(office, filled(await template(office), 3))).json()
    assert (again["state"], again["open_duplicates"]) == ("CHECKED", 3)


async def test_each_fault_is_named_by_row_and_column_and_nothing_is_received(office: Office) -> None:
    """Formula, number, kind, name, missing component, the same person twice."""
    cells = {
        "A2": "=1+1",
        "C3": "12",
        "B4": "THẺ",
        "A5": None,
        "I6": None,
        "C7": 99088000106,
        "E9": "hôm qua",
    }
    batch = (await tried(office, filled(await template(office), 8, **cells))).json()
    found = {(fault["row"], fault["column"]) for fault in batch["faults"]}
    assert batch["state"] == "FAULTY"
    assert {(2, "A"), (3, "identity_number"), (4, "Loại giấy tờ"), (5, "full_name")} <= found
    assert {(6, "to-khai"), (8, "identity_number"), (9, "birth_date")} <= found
    refused = await received(office, batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch-not-ready")
    assert await office.service.count("dossiers") == 0


async def test_what_a_spreadsheet_makes_of_a_value_is_put_right_or_named(office: Office) -> None:
    """A yes is no name, a value beside the template is named; a dropped 0 and marks apart are mended."""
    name = unicodedata.normalize("NFD", "Nguyễn Thị Hường")
    cells = {"A2": name, "F2": 900000011, "A3": True, "K4": "thừa", "F5": 84900000012}
    book = await template(office)
    book["Doanh nghiệp"]["C1"] = "thừa"
    batch = (await tried(office, filled(book, 4, **cells))).json()
    found = {(fault["row"], fault["column"]) for fault in batch["faults"]}
    assert found >= {(0, "C"), (3, "A"), (4, "K")}
    assert not {row for row, _ in found} & {2, 5}
    wider = await template(office)
    wider["Hồ sơ"]["K1"] = "Cột thêm"
    assert (await tried(office, filled(wider, 1))).json()["code"] == "sheet-unreadable"
    batch = (await tried(office, filled(await template(office), 1, A2=name, F2=900000011))).json()
    seen = (await received(office, batch)).json()["items"][0]
    owner = (await office.read(seen, RECEIVER))["owner"]
    assert owner["full_name"] == unicodedata.normalize("NFC", name)
    async with office.service.runtime.unit_of_work() as unit:
        work = office.service.runtime.open_work(unit)
        dossier, _ = await work.dossiers.load(UUID(seen["dossier_id"]))
        assert parties_of(dossier, work)["owner"]["phone"] == "0900000011"


async def test_a_sheet_that_fails_at_its_last_row_leaves_nothing(office: Office) -> None:
    """The database refuses the thirtieth: no dossier, no code, no visit; afterwards all thirty."""
    batch = (await tried(office, filled(await template(office)))).json()
    pool = office.service.runtime.pool
    await busy_for(pool, "dossiers", "NEW.dossier_code LIKE '%-0030'")
    assert (await received(office, batch)).status_code == 503
    for table in ("dossiers", "code_counters", "visit_dossiers", "papers"):
        assert await office.service.count(table) == 0
    await at_rest(pool)
    assert (await received(office, batch)).status_code == 201
    assert await office.service.count("dossiers") == 30


@pytest.mark.parametrize("what", ["no workbook", "no template", "too many", "empty"])
async def test_what_is_no_filled_template_is_unreadable(office: Office, what: str) -> None:
    """Bounded and said so; nothing is kept of it."""
    book = await template(office)
    if what == "no template":
        book["Hồ sơ"]["A1"] = "Tên"
    rows = {"too many": 51, "empty": 0}.get(what, 2)
    answer = await tried(office, b"PK" if what == "no workbook" else filled(book, rows))
    assert (answer.status_code, answer.json()["code"]) == (422, "sheet-unreadable"), answer.text
    assert await office.service.count("intake_batches") == 0


async def test_only_the_counter_that_tried_a_sheet_receives_it(office: Office) -> None:
    """A citizen tries none; another agency's officer does not find it."""
    content = filled(await template(office), 1)
    assert (await tried(office, content, a_citizen())).status_code == 403
    batch = (await tried(office, content)).json()
    elsewhere = an_officer("ONE_STOP_OFFICER", unit="mot-cua", agency=OTHER_COMMUNE)
    assert (await received(office, batch, elsewhere)).status_code == 404


async def test_a_company_hands_in_for_its_people_with_their_word_only(office: Office) -> None:
    """One paper for the sheet: without it, beyond its time or another's file nothing is received."""
    batch = (await tried(office, filled(await template(office), 2))).json()
    strangers_paper = await office.upload(a_citizen())
    for changed, path in (
        ({"valid_until": "2026-03-02"}, "valid_until"),
        ({"authorization_attachment_id": strangers_paper}, "authorization_attachment_id"),
    ):
        answer = await received(office, batch, **changed)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path), answer.text
    assert await office.service.count("dossiers") == 0
    assert (await received(office, batch)).status_code == 201


def with_a_row_far_below(book: bytes, number: int) -> bytes:
    """Put a blank cell there, as sheets formatted to their end have them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            text = given.read(name)
            if name.endswith("sheet1.xml"):
                cell = f'<c r="A{number}" t="inlineStr"><is><t> </t></is></c>'
                row = f'<row r="{number}">{cell}</row></sheetData>'
                text = text.replace(b"</sheetData>", row.encode())
            made.writestr(name, text)
    return out.getvalue()


async def test_a_row_far_below_the_table_is_not_walked_to(office: Office) -> None:
    """Six kilobytes may name a row hours of reading away; nobody else of the process would be answered."""
    book = filled(await template(office), 2)
    assert (await tried(office, with_a_row_far_below(book, 900))).json()["state"] == "CHECKED"
    refused = await tried(office, with_a_row_far_below(book, 10**9))
    assert (refused.status_code, refused.json()["code"]) == (422, "sheet-unreadable")
    assert "xóa các dòng trống" in refused.json()["detail"]


async def test_a_birthday_that_is_a_number_is_a_fault_of_its_row(office: Office) -> None:
    batch = (await tried(office, filled(await template(office), 3, E2="0", E3="86400", E4="172800.0"))).json()
    assert [(one["row"], one["column"]) for one in batch["faults"]] == [
        (row, "birth_date") for row in (2, 3, 4)
    ]
