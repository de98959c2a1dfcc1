"""Papers after a merger are headed by who issues them; form 01 promises no day while the clock stands."""

import io
from datetime import datetime
from typing import Any

from pypdf import PdfReader

from kernel.core.clock import VIETNAM
from tests.builders.dossier.office import COMMUNE, LEAD, RECEIVER, SIGNER, SPECIALIST, Office, a_citizen
from tests.integration.dossier.test_agencies_that_end import HEIR, at_heir, merged, office

__all__ = ["office"]

LACKING = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu chữ ký"}


async def contents(office: Office) -> list[tuple[str, dict[str, Any]]]:
    """Return what was printed on each paper, in the order of issue."""
    runtime = office.service.runtime
    async with runtime.unit_of_work() as unit:
        seals = runtime.open_work(unit).seals
    rows = await runtime.pool.fetch("SELECT kind, content_sealed FROM papers ORDER BY issued_at, id")
    return [(row["kind"], seals.open(row["content_sealed"], purpose="paper")) for row in rows]


async def test_papers_of_the_heir_bear_its_name_and_older_ones_stay(office: Office) -> None:
    waiting, running = await office.submitted(), await office.in_process()
    await merged(office)
    waiting = {**waiting, "version": (await office.read(waiting, at_heir(RECEIVER)))["version"]}
    running = {**running, "version": (await office.read(running, at_heir(LEAD)))["version"]}
    await office.act(waiting, "acceptance", at_heir(RECEIVER))
    later = {"reason": "Cần xác minh", "cause": "COMPLEX_CASE", "new_due_on": "2026-03-11"}
    running = await office.act(running, "apology-draft", at_heir(SPECIALIST), **later)
    running = await office.act(running, "reappointment", at_heir(SIGNER))
    running = await office.act(running, "supplement-request", at_heir(SPECIALIST), **LACKING)
    running = await office.act(running, "supplement-request-approval", at_heir(LEAD))
    running = await office.act(running, "withdrawal", a_citizen(), note="Thôi")
    why = {"note": "Đồng ý", "legal_basis": "NĐ 118/2025/NĐ-CP"}
    await office.act(running, "withdrawal-decision", at_heir(SIGNER), approved=True, **why)
    told = [(kind, said["agency"]) for kind, said in await contents(office)]
    before, *after = told
    assert before == ("FORM_01", f"UBND {COMMUNE}")
    assert sorted(after) == [(kind, f"UBND {HEIR}") for kind in ("FORM_01", "FORM_02", "FORM_04", "FORM_05")]
    taken = [said.get("took_over_from") for _, said in await contents(office)]
    assert taken == [None] + [f"UBND {COMMUNE}"] * 4
    paper = (await office.read(waiting, at_heir(RECEIVER)))["papers"][-1]["paper_id"]
    printed = await office.service.get(f"/v1/papers/{paper}", at_heir(RECEIVER))
    said = " ".join(PdfReader(io.BytesIO(printed.content)).pages[0].extract_text().split())
    assert f"UBND {HEIR}" in said
    assert f"(tiếp nhận bàn giao từ UBND {COMMUNE})" in said


async def test_the_control_slip_after_a_merger_names_who_works_now(office: Office) -> None:
    seen = await office.in_process()
    await merged(office)
    seen = {**seen, "version": (await office.read(seen, at_heir(LEAD)))["version"]}
    await office.act(seen, "step-completion", at_heir(SPECIALIST), step="tham-dinh")
    rows = await office.service.runtime.pool.fetch(
        "SELECT giver_agency, receiver_agency, receiver_unit FROM control_slip ORDER BY version"
    )
    assert [tuple(row) for row in rows][-1] == (HEIR, HEIR, "chuyen-mon")


async def test_form_01_issued_anew_while_the_clock_stands_promises_no_day_that_is_void(
    office: Office,
) -> None:
    seen = await office.act(await office.in_process(), "supplement-request", SPECIALIST, **LACKING)
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    office.service.clock.set(datetime(2026, 3, 20, 9, tzinfo=VIETNAM))
    named = {"full_name": "Nguyễn Văn Bình An", "reason": "Thiếu chữ đệm", "evidence": "Căn cước"}
    await office.act(seen, "owner-correction", RECEIVER, **named)
    receipts = [said["due_at"] for kind, said in await contents(office) if kind == "FORM_01"]
    assert receipts == ["17:30 06/03/2026", "Tính lại từ khi hết thời gian tạm dừng giải quyết"]
