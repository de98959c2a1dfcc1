"""Taken on paper while the network was down: entered afterwards, approved, counted from that day."""

from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.history import verify_history
from tests.builders.dossier.office import (
    OTHER_COMMUNE,
    RECEIVER,
    SPECIALIST,
    Office,
    a_procedure,
    an_officer,
)
from tests.builders.dossier.till import Till, a_channel, a_fee
from tests.integration.dossier.test_other_ways_in import a_walk_in

MANAGER = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="truong-mot-cua")
BOTH = an_officer("ONE_STOP_MANAGER", "ONE_STOP_OFFICER", unit="mot-cua", subject="kiem-nhiem")
THURSDAY = datetime(2026, 3, 5, 9, tzinfo=VIETNAM)


async def entered(office: Office, by: Any = RECEIVER, **changed: Any) -> Any:
    """Enter what was received on Tuesday."""
    body = {"dossier": a_walk_in(), "received_at": "2026-03-03T15:20:00+07:00", "reason": "Mất mạng"}
    return await office.service.post("/v1/late-entries", {**body, **changed}, by)


async def decided(office: Office, entry: dict[str, Any], by: Any, how: str = "approval") -> Any:
    """Decide on an entry as last seen."""
    url = f"/v1/late-entries/{entry['entry_id']}/{how}"
    return await office.service.post(url, {"note": "Đã đối chiếu giấy"}, by, version=entry["version"])


async def test_the_dossier_begins_on_the_day_it_was_received(office: Office) -> None:
    """Code, version, term and due moment of that day; history says when it was entered, by whom and why."""
    assert (await office.service.post("/v1/counter-dossiers", a_walk_in(), RECEIVER)).status_code == 201
    office.service.clock.set(THURSDAY)
    await office.service.receive(a_procedure(version=2, valid_from="2026-03-05"))
    entry = (await entered(office)).json()
    assert await office.service.count("dossiers") == 1
    waiting = (await office.service.get("/v1/late-entries", MANAGER)).json()["items"]
    assert [item["entry_id"] for item in waiting] == [entry["entry_id"]]
    taken = await decided(office, entry, MANAGER)
    assert taken.status_code == 201, taken.text
    seen = taken.json()
    assert (seen["dossier_code"], seen["due_at"]) == ("H99.201-260303-0002", "2026-03-06T17:30:00+07:00")
    detail = await office.read(seen, RECEIVER)
    assert (detail["accepted_at"], detail["procedure_version"]) == ("2026-03-03T15:20:00+07:00", 1)
    (_, event) = await office.service.published("dossier.accepted.v1")
    told = event["data"]["change"]
    assert told["at"] == "2026-03-05T09:00:00+07:00"
    assert told["late_entry"]["approved_by"] == MANAGER.name
    assert told["late_entry"]["reason"] == "Mất mạng"
    assert await verify_history(office.service.runtime, []) == 0
    assert (await decided(office, entry, MANAGER)).status_code == 412
    assert await office.service.count("dossiers") == 2


async def test_an_entry_set_back_as_a_whole_with_its_seals_of_then_or_taken_out_is_named(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decided, and by hand what it was before: its seals fit, what the log was told last does not."""
    pool = office.service.runtime.pool
    office.service.clock.set(THURSDAY)
    entry = (await entered(office)).json()
    before = await pool.fetchval("SELECT row_to_json(e)::text FROM late_entries e")
    assert (await decided(office, entry, MANAGER, "rejection")).status_code == 200
    assert await verify_history(office.service.runtime, []) == 0
    await pool.execute("ALTER TABLE late_entries DISABLE TRIGGER USER")
    await pool.execute("DELETE FROM late_entries")
    assert await verify_history(office.service.runtime, []) == 1
    assert f"late_entries {entry['entry_id']}: it was kept, it is missing" in capsys.readouterr().out
    put = "INSERT INTO late_entries SELECT * FROM json_populate_record(NULL::late_entries, $1::text::json)"
    await pool.execute(put, before)
    assert await verify_history(office.service.runtime, []) == 1
    assert f"{entry['entry_id']}: it was set back to what it was before" in capsys.readouterr().out


async def test_a_fee_paid_since_does_not_move_the_day(office: Office) -> None:
    """Approved, it waits for its fee; accepted then, it has the code, version and due moment of its day."""
    costs = [a_channel(a_fee(), name="DIRECT")]
    await office.service.receive(a_procedure(version=2, channels=costs))
    office.service.clock.set(THURSDAY)
    await office.service.receive(a_procedure(version=3, valid_from="2026-03-05", channels=costs))
    seen = (await decided(office, (await entered(office)).json(), MANAGER)).json()
    assert (seen["state"], seen["dossier_code"]) == ("SUBMITTED", None)
    assert (await Till(office, seen).take(50_000)).status_code == 201
    taken = await office.act(seen, "acceptance", RECEIVER)
    assert (taken["dossier_code"], taken["due_at"]) == ("H99.201-260303-0001", "2026-03-06T17:30:00+07:00")
    detail = await office.read(taken, RECEIVER)
    assert (detail["accepted_at"], detail["procedure_version"]) == ("2026-03-03T15:20:00+07:00", 2)


async def test_nobody_approves_what_they_entered(office: Office) -> None:
    """Nor an officer without the role, nor another agency's manager; a declined entry stays declined."""
    office.service.clock.set(THURSDAY)
    entry = (await entered(office, BOTH)).json()
    own = await decided(office, entry, BOTH)
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    assert (await decided(office, entry, SPECIALIST)).status_code == 403
    elsewhere = an_officer("ONE_STOP_MANAGER", unit="mot-cua", agency=OTHER_COMMUNE)
    assert (await decided(office, entry, elsewhere)).status_code == 404
    gone = await decided(office, entry, MANAGER, "rejection")
    assert (gone.status_code, gone.json()["state"]) == (200, "DECLINED")
    assert (await decided(office, gone.json(), MANAGER)).json()["code"] == "entry-decided"
    assert await office.service.count("dossiers") == 0
    assert await office.service.count("code_counters") == 0


async def page_of(office: Office, cursor: str) -> tuple[list[str], str]:
    """Return two entries of the list and where it goes on."""
    answer = await office.service.get("/v1/late-entries", MANAGER, params={"limit": 2, "cursor": cursor})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [one["entry_id"] for one in page["items"]], page["next_cursor"] or ""


async def test_entries_past_a_page_are_reached(office: Office) -> None:
    office.service.clock.set(THURSDAY)
    entries = [(await entered(office)).json()["entry_id"] for _ in range(3)]
    first, more = await page_of(office, "")
    last, end = await page_of(office, more)
    assert (first + last, len(first), end) == (sorted(entries), 2, "")


@pytest.mark.parametrize(
    "changed",
    [
        {"received_at": "2026-03-05T09:00:00+07:00"},
        {"received_at": "2026-01-30T09:00:00+07:00"},
        {"received_at": "2026-03-03T15:20:00"},
        {"reason": ""},
        {"dossier": a_walk_in(channel="POSTAL")},
    ],
)
async def test_a_moment_or_a_paper_that_cannot_be_is_refused(office: Office, changed: dict[str, Any]) -> None:
    """Not yet past, too long ago, without zone; without reason; a paper that says too little."""
    office.service.clock.set(THURSDAY)
    answer = await entered(office, **changed)
    assert answer.status_code == 422, answer.text
    assert await office.service.count("late_entries") == 0
