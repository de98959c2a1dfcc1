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
from tests.integration.dossier.test_figures import behind, numbers, province

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
