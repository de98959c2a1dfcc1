"""Official forms carry what domain.md section 4 lists, and no two papers have the same number."""

import io
import re
from typing import Any

from pypdf import PdfReader

from tests.builders.dossier.office import LEAD, RECEIVER, SPECIALIST, Office, a_citizen, an_agency


async def papers(office: Office, seen: dict[str, Any], kind: str) -> list[tuple[dict[str, Any], str]]:
    """Return a dossier's papers of a kind, oldest first, with what their PDFs say."""
    found = []
    for paper in (await office.read(seen, RECEIVER))["papers"]:
        if paper["kind"] == kind:
            pdf = (await office.service.get(f"/v1/papers/{paper['paper_id']}", RECEIVER)).content
            text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
            found.append((paper, re.sub(r"\s+", " ", text)))
    return found


POINT = {"address": "1 Hùng Vương, Tỉnh Mẫu", "phone": "0263 3822", "place": "Bến Mẫu"}


async def test_form_01_says_how_many_sets_which_volume_and_number_where_and_when_and_is_signed_by_both(
    empty_office: Office,
) -> None:
    await empty_office.service.receive(an_agency(**POINT))
    office = await empty_office.open(copies_sets=2)
    seen = await office.accepted()
    [(paper, text)] = await papers(office, seen, "FORM_01")
    for said in (
        "Mẫu số 01 (TT 03/2025/TT-VPCP)",
        "Số lượng hồ sơ: 2 (bộ)",
        "quyển số: 2026, số thứ tự: 260303-0001",
        "Bến Mẫu, ngày 03 tháng 03 năm 2026",
        "NGƯỜI NỘP HỒ SƠ",
        "NGƯỜI TIẾP NHẬN HỒ SƠ",
        "Thời gian nhận hồ sơ: 08:0",
        "Mã tra cứu: ",
        "Số giấy tờ: 099*******11",
    ):
        assert said in text, (said, text)
    assert paper["number"] == seen["dossier_code"]
    words = {"reason": "Sai tên", "evidence": "Căn cước", "full_name": "Nguyễn Văn Ân"}
    seen = await office.act(seen, "owner-correction", RECEIVER, **words)
    _, (second, text) = await papers(office, seen, "FORM_01")
    assert second["number"] == f"{seen['dossier_code']}/02"
    assert f"Số: {second['number']}" in text


async def test_form_02_tells_originals_copies_and_whom_to_call_and_each_has_its_own_number(
    empty_office: Office,
) -> None:
    await empty_office.service.receive(an_agency(**POINT))
    office = await empty_office.open(
        components=[
            {"code": "to-khai", "name": "Tờ khai", "originals": 1},
            {
                "code": "giay-chung-sinh",
                "name": "Giấy chứng sinh",
                "mandatory": False,
                "originals": 0,
                "certified_copies": 2,
                "photocopies": 3,
            },
        ]
    )
    seen = await office.submitted()
    asked = {
        "reason": "Hồ sơ còn thiếu",
        "items": [
            {"component_code": "to-khai", "reason": "Chưa ký"},
            {"component_code": "giay-chung-sinh", "reason": "Còn thiếu"},
        ],
    }
    seen = await office.act(seen, "intake-supplement-request", RECEIVER, **asked)
    [(first, text)] = await papers(office, seen, "FORM_02")
    assert "Bản chính Bản sao chứng thực Bản chụp" in text
    assert "1 Tờ khai 1 Chưa ký" in text
    assert "2 Giấy chứng sinh 2 3 Còn thiếu" in text
    assert "Số điện thoại liên hệ: 0263" in text
    assert "NGƯỜI HƯỚNG DẪN" in text
    answer = {"attachment_ids": [], "note": "Đã ký lại"}
    seen = await office.act(seen, "intake-supplement-answer", a_citizen(), **answer)
    seen = await office.act(await office.act(seen, "acceptance", RECEIVER), "handover", RECEIVER)
    seen = await office.act(seen, "supplement-request", SPECIALIST, **asked)
    seen = await office.act(seen, "supplement-request-approval", LEAD, approved=True)
    numbers = [paper["number"] for paper, _ in await papers(office, seen, "FORM_02")]
    assert numbers == [first["number"], f"{seen['dossier_code']}/02/HDHS"]
