"""Ends while the clock stands, and days that are past: statistics say of them what was true then."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.figures import rebuilt
from tests.builders.dossier.office import (
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)
from tests.integration.dossier.test_clock_stands import NOTICE, SUSPENSION
from tests.integration.dossier.test_figures import PROVINCE, behind, issued, numbers, province

__all__ = ["province"]


async def _standing(office: Office, kind: str) -> dict[str, Any]:
    """Return a dossier whose clock stands for a cause."""
    seen = await office.in_process()
    if kind == "SUSPENDED":
        return await office.act(seen, "suspension", SIGNER, **SUSPENSION)
    if kind == "AWAITING_FINANCIAL":
        return await office.act(seen, "payment-notice", SPECIALIST, **NOTICE)
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=items, reason="Thiếu")
    return await office.act(seen, "supplement-request-approval", LEAD)


@pytest.mark.parametrize("kind", ["SUPPLEMENT_REQUESTED", "AWAITING_FINANCIAL", "SUSPENDED", "LAPSED"])
async def test_who_ends_while_the_clock_stands_ended_when_it_stopped(province: Office, kind: str) -> None:
    """T17 from every standing state, and T11: in time by screen, lists, statistics and history."""
    seen = await _standing(province, kind)
    province.service.clock.advance(timedelta(days=45))
    if kind == "LAPSED":
        await province.act(seen, "stop", SIGNER, reason="Quá hạn", legal_basis="NĐ 118/2025/NĐ-CP")
    else:
        seen = await province.act(seen, "withdrawal", a_citizen(), note="Thôi")
        await province.act(seen, "withdrawal-decision", SIGNER, approved=True, note="Đồng ý")
    province.service.clock.advance(timedelta(days=45))
    detail = await province.read(seen, RECEIVER)
    assert (detail["state"], detail["is_overdue"]) == ("STOPPED", False)
    assert detail["stops"][0]["resumed_at"] is None
    for path in ("/v1/dossiers", "/v1/dossiers?q=Nguyễn Văn An"):
        listed = (await province.service.get(path, RECEIVER)).json()["items"]
        assert [item["is_overdue"] for item in listed] == [False], path
    first = {"from": "2026-03-01", "to": "2026-06-30"}
    counts = await numbers(province, **first)
    assert (counts["ended"], counts["early"]) == (1, 1)
    assert "late" not in counts
    dsn = province.service.runtime.settings.database_url.get_secret_value()
    assert (await rebuilt(dsn, is_check=True)).wrong == 0
    # As it was written before: the end told as if the clock had gone on.
    pool = province.service.runtime.pool
    await pool.execute("UPDATE figure_rows SET punctuality = 'OVERDUE', stopped_at = NULL")
    await pool.execute(
        "UPDATE dossiers SET work = jsonb_set(work::jsonb, '{stops,0,resumed_at}', to_jsonb(ended_at))"
    )
    await pool.execute("ALTER TABLE history DISABLE TRIGGER USER")
    await pool.execute(
        "UPDATE history SET data = jsonb_set(data::jsonb, '{dossier,stopped_at}', 'null')"
        " WHERE type = 'dossier.stopped.v1'"
    )
    await pool.execute("ALTER TABLE history ENABLE TRIGGER USER")
    assert (await numbers(province, **first))["late"] == 1
    assert not (await province.read(seen, RECEIVER))["is_overdue"]
    assert (await rebuilt(dsn, is_check=True)).wrong == 1
    await rebuilt(dsn, is_check=False)
    assert "late" not in await numbers(province, **first)


async def test_a_past_day_is_counted_later_as_it_was(province: Office) -> None:
    """Paused on its day, whatever ran on since; overdue by the due moment it had then; opened down alike."""
    paused = await _standing(province, "SUSPENDED")
    late = await province.in_process()
    day = {"from": "2026-03-09", "to": "2026-03-09"}
    province.service.clock.set(datetime(2026, 3, 10, 9, tzinfo=VIETNAM))
    kinds = ("paused", "in_progress_in_time", "in_progress_overdue")
    before = [(await numbers(province, **day)).get(kind) for kind in kinds]
    assert before == [1, 1, 1]
    await province.act(paused, "suspension-end", SIGNER, reason="Đã có quyết định")
    late = await province.act(late, "suspension", SIGNER, **SUSPENSION)
    province.service.clock.set(datetime(2026, 3, 20, 9, tzinfo=VIETNAM))
    await province.act(late, "suspension-end", SIGNER, reason="Đã có quyết định")
    assert [(await numbers(province, **day)).get(kind) for kind in kinds] == before
    assert [item["dossier_id"] for item in await behind(province, "paused", **day)] == [paused["dossier_id"]]
    dsn = province.service.runtime.settings.database_url.get_secret_value()
    assert (await rebuilt(dsn, is_check=True)).wrong == 0


async def test_papers_asked_for_later_do_not_move_the_portals_rate_of_a_day_before(province: Office) -> None:
    """Asked once on the 3rd, again on the 4th: each day by its requests; rate, list, rebuild alike."""
    seen = await _standing(province, "SUPPLEMENT_REQUESTED")
    before, after = ({"from": day, "to": day} for day in ("2026-03-03", "2026-03-04"))
    province.service.clock.set(datetime(2026, 3, 4, 8, tzinfo=VIETNAM))
    was = await _by_portal(province, **before)
    assert was == {"numerator": 1, "denominator": 1, "percent": "100,00"}
    file = await province.upload(a_citizen())
    seen = await province.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    seen = await province.act(seen, "resumption", RECEIVER)
    province.service.clock.advance(timedelta(hours=2))
    items = [{"component_code": "to-khai", "reason": "Chưa ký"}]
    again = {"items": items, "reason": "Vẫn thiếu", "basis": "SPECIAL_LAW", "legal_basis": "Luật ABC Điều 5"}
    seen = await province.act(seen, "supplement-request", SPECIALIST, **again)
    await province.act(seen, "supplement-request-approval", LEAD)
    province.service.clock.set(datetime(2026, 3, 5, 8, tzinfo=VIETNAM))
    assert await _by_portal(province, **before) == was
    assert (await _by_portal(province, **after))["numerator"] == 0
    assert "in_progress_asked_again" not in await numbers(province, **before)
    assert await behind(province, "in_progress_asked_again", **before) == []
    assert len(await behind(province, "in_progress_asked_again", **after)) == 1
    dsn = province.service.runtime.settings.database_url.get_secret_value()
    assert (await rebuilt(dsn, is_check=True)).wrong == 0
    # A row from before requests had their day counts them all until the rebuild.
    await province.service.runtime.pool.execute("UPDATE figure_rows SET asked_at = '{}'")
    assert len(await behind(province, "in_progress_asked_again", **before)) == 1
    await rebuilt(dsn, is_check=False)
    assert await _by_portal(province, **before) == was


async def _by_portal(office: Office, **asked: str) -> dict[str, Any]:
    """Return the portal's rate of a day."""
    answer = await office.service.get("/v1/statistics", PROVINCE, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["items"][0]["rates"]["on_time_by_portal"])


async def test_what_is_amended_twice_is_corrected_once(province: Office) -> None:
    """An end of March taken back in April and given again in May: April tells -1, May nothing of it again."""
    service = province.service
    seen = await issued(province, await province.at_issue())
    for month, recalls in ((3, False), (4, True), (5, True)):
        first = datetime(2026, month + 1, 1, tzinfo=VIETNAM)
        service.clock.set(first - timedelta(days=10))
        if recalls:
            seen = await province.act(seen, "result-recall", SIGNER, reason="Sai họ tên")
            seen = await issued(province, await _signed_again(province, seen))
        service.clock.set(first + timedelta(days=1))
        days = {"first": f"2026-0{month}-01", "last": str((first - timedelta(days=1)).date())}
        assert (await service.post("/v1/closed-periods", days, PROVINCE)).status_code == 201
    told = {}
    for month, last in ((4, 30), (5, 31)):
        params = {"from": f"2026-0{month}-01", "to": f"2026-0{month}-{last}"}
        answer = (await service.get("/v1/statistics", PROVINCE, params=params)).json()
        told[month] = {one["first"]: one["numbers"] for one in answer["corrections"]}
    assert told[4]["2026-03-01"]["ended"] == -1
    assert list(told[5]) == ["2026-04-01"]


async def _signed_again(office: Office, seen: dict[str, Any]) -> dict[str, Any]:
    """Bring a recalled dossier back to its issue."""
    for who, step in ((SPECIALIST, "tham-dinh"), (LEAD, "soat-xet"), (SIGNER, "ky")):
        answer = await office.tried(seen, "step-completion", who, step=step)
        seen = answer.json() if answer.status_code == 200 else seen
    return seen
