"""Checks of a one-stop unit whose agency merged while they were open."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import RunningService
from tests.builders.dossier.hall import MANAGER, a_point
from tests.builders.dossier.office import COMMUNE, OTHER_COMMUNE, Office, an_agency
from tests.integration.dossier.test_agencies_that_end import HEIR, at_heir, ended, heir
from tests.integration.dossier.test_supervision import FINDING, WATCH, act, opened


@pytest.fixture
async def office(start: Callable[..., Awaitable[RunningService]], tmp_path: Any) -> Office:
    found = await Office(await start("dossier", files_url=tmp_path.as_uri())).open()
    province = an_agency("H99", kind="PEOPLES_COMMITTEE", level="PROVINCE")
    await found.service.receive(province, a_point())
    return found


async def test_who_goes_on_for_a_merged_unit_answers_its_findings(office: Office) -> None:
    """What the unit was asked before it merged can be put right, judged and closed after."""
    check = await opened(office)
    path = f"inspections/{check['inspection_id']}"
    finding = (await act(office, f"{path}/findings", 1, WATCH, **FINDING)).json()
    one = f"findings/{finding['finding_id']}"
    await act(office, f"{one}/reminder", 1, WATCH, text="Niêm yết lại", due_on="2026-03-12")
    await office.service.receive(heir(COMMUNE), ended(last_day="2026-03-06"))
    office.service.clock.set(datetime(2026, 3, 9, 8, tzinfo=VIETNAM))
    new = at_heir(MANAGER)
    listed = (await office.service.get("/v1/inspections", new)).json()["items"]
    assert [item["inspection_id"] for item in listed] == [check["inspection_id"]]
    stranger = replace(MANAGER, agency=OTHER_COMMUNE, subject="nguoi-la")
    assert (await office.service.get(f"/v1/{path}", stranger)).status_code == 404
    answered = await act(office, f"{one}/answer", 2, new, text="Đã niêm yết")
    assert answered.status_code == 200, answered.text
    asked = {"text": "Chưa đủ", "is_accepted": False, "due_on": "2026-03-20"}
    await act(office, f"{one}/judgement", 3, WATCH, **asked)
    told = await office.service.published("inspection_reminder.raised.v1")
    assert [row["data"]["agency"] for row in told][-2:] == [COMMUNE, HEIR]
