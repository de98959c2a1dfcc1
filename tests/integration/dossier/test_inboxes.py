"""What waits for an officer: whose it is, how urgent, how much; and dossiers found by what people say."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import asyncpg
import pytest

from kernel.core.clock import VIETNAM
from services.dossier.commands.history import index_search
from services.dossier.domain.states import State
from services.dossier.domain.work.urgency import Lines, urgency_of
from services.dossier.jobs.give_back_steps import GIVE_BACK_STEPS
from services.dossier.jobs.reroute_steps import REROUTE_STEPS
from services.dossier.store.inbox import _TASK_URGENCY
from tests.builders.dossier.colleagues import SECOND, THIRD, acting_for, in_the_directory, on_leave
from tests.builders.dossier.office import (
    CLERK,
    LEAD,
    OTHER_COMMUNE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)


async def inbox(office: Office, by: Any, **filters: Any) -> dict[str, Any]:
    """Return the first page."""
    answer = await office.service.get("/v1/inbox", by, params=filters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    """Return the dossiers of a page."""
    return [item["dossier_id"] for item in page["items"]]


async def test_an_inbox_says_whose_a_step_is_and_is_sifted(office: Office) -> None:
    """Claimed by one, seen as claimed by the others; mine, unclaimed, and for the lead everybody's."""
    first = await office.in_process()
    office.service.clock.advance(timedelta(minutes=1))
    second = await office.in_process()
    claimed = await office.act(first, "claim", SPECIALIST)
    page = await inbox(office, SECOND)
    assert [(item["holder_name"], item["is_mine"]) for item in page["items"]] == [
        ("Cán bộ", False),
        (None, False),
    ]
    assert (page["counts"]["total"], page["counts"]["by_state"]) == (2, {"PROCESSING": 2})
    assert ids(await inbox(office, SPECIALIST, whose="mine")) == [first["dossier_id"]]
    assert ids(await inbox(office, SECOND, whose="mine")) == []
    assert ids(await inbox(office, SECOND, whose="unclaimed")) == [second["dossier_id"]]
    assert ids(await inbox(office, LEAD)) == []
    assert ids(await inbox(office, LEAD, whose="unit")) == [first["dossier_id"], second["dossier_id"]]
    assert (await office.service.get("/v1/inbox?whose=unit", SECOND)).status_code == 403
    assert ids(await inbox(office, SECOND, procedure="9.999999")) == []
    assert ids(await inbox(office, SECOND, state="ACCEPTED")) == []
    detail = await office.read(claimed, SPECIALIST)
    assert detail["holder"]["subject"] == "thu-ly"
    assert (await office.read(claimed, a_citizen()))["holder"] is None


async def test_what_waits_for_money_stays_in_sight_of_who_asked_for_it(office: Office) -> None:
    """Counted and found as such, by its day to pay; held by whom held it, and with the unit's lead."""
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    asked = {"name": "Lệ phí", "amount": 9_000, "reason": "x", "legal_basis": "NĐ 10/2022", "pay_days": 5}
    waiting = await office.act(seen, "payment-notice", SPECIALIST, **asked)
    for filters in ({"whose": "mine"}, {"state": "AWAITING_FINANCIAL"}, {}):
        page = await inbox(office, SPECIALIST, **filters)
        assert ids(page) == [seen["dossier_id"]], filters
    assert (page["counts"]["total"], page["counts"]["by_state"]) == (1, {"AWAITING_FINANCIAL": 1})
    (item,) = page["items"]
    assert (item["task_due_at"][:10], item["urgency"]) == ("2026-03-09", "ON_TRACK")
    assert ids(await inbox(office, LEAD, whose="unit")) == [seen["dossier_id"]]
    assert ids(await inbox(office, SPECIALIST, state="PROCESSING")) == []
    office.service.clock.advance(timedelta(days=9))
    page = await inbox(office, SPECIALIST, urgency="LATE_STEP")
    assert ids(page) == [seen["dossier_id"]], "from then on it is for the office to go on"
    await office.act(waiting, "payment-notice-cancellation", LEAD, reason="Nhầm")
    page = await inbox(office, SPECIALIST)
    assert [one["state"] for one in page["items"]] == ["PROCESSING"]


async def test_a_step_is_late_before_its_dossier_is(office: Office) -> None:
    """Four hours for the step, three days for the dossier: seen, counted and filtered as such."""
    seen = await office.in_process()
    assert ids(await inbox(office, SPECIALIST, urgency="ON_TRACK")) == [seen["dossier_id"]]
    office.service.clock.advance(timedelta(days=1))
    page = await inbox(office, SPECIALIST, urgency="LATE_STEP")
    assert [item["urgency"] for item in page["items"]] == ["LATE_STEP"]
    assert page["counts"]["by_urgency"]["LATE_STEP"] == 1
    assert (await office.read(seen, SPECIALIST))["urgency"] == "LATE_STEP"
    assert ids(await inbox(office, SPECIALIST, urgency="OVERDUE")) == []
    office.service.clock.advance(timedelta(days=10))
    assert ids(await inbox(office, SPECIALIST, urgency="OVERDUE")) == [seen["dossier_id"]]


async def test_what_is_not_said_in_time_is_late_while_no_clock_runs(office: Office) -> None:
    """A reply: seen, counted and filtered as such. A withdrawal stops no clock: its dossier is overdue."""
    submitted = await office.submitted()
    withdrawn = await office.act(await office.in_process(), "withdrawal", a_citizen(), note="Xin rút")
    waits = {RECEIVER: submitted, SIGNER: withdrawn}
    late = {RECEIVER: "LATE_STEP", SIGNER: "OVERDUE"}
    for days, said in ((0, dict.fromkeys(waits, "ON_TRACK")), (9, late)):
        office.service.clock.advance(timedelta(days=days))
        for officer, seen in waits.items():
            urgency = said[officer]
            page = await inbox(office, officer, urgency=urgency)
            assert ids(page) == [seen["dossier_id"]], urgency
            assert page["counts"]["by_urgency"][urgency] == 1
            assert (await office.read(seen, officer))["urgency"] == urgency


@pytest.mark.parametrize("until", ["2026-03-10", None])
async def test_a_suspension_past_the_day_it_named_is_late(office: Office, until: str | None) -> None:
    """The clock stands on; that nobody ends it is the office's delay. One without a day is not."""
    named = {"until": until} if until else {}
    ground = {"reason": "Chờ tòa án", "legal_basis": "BLTTDS Điều 214", "cause": "COURT_OR_INSPECTION"}
    seen = await office.act(await office.in_process(), "suspension", SIGNER, **ground, **named)
    for days, urgency in ((0, "ON_TRACK"), (9, "LATE_STEP" if until else "ON_TRACK")):
        office.service.clock.advance(timedelta(days=days))
        page = await inbox(office, SIGNER, urgency=urgency)
        assert ids(page) == [seen["dossier_id"]], (days, urgency)
        assert page["counts"]["by_urgency"][urgency] == 1
        assert (await office.read(seen, SIGNER))["urgency"] == urgency


async def test_urgency_is_the_same_in_the_rule_and_in_the_query(office: Office) -> None:
    """Every order the two due moments and the lines may come in."""
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    lines = Lines.at(now)
    moments = [
        edge + timedelta(seconds=by) for edge in (now, lines.tomorrow, lines.soon) for by in (-1, 0, 1)
    ]
    names = {"now": "$5::timestamptz", "tomorrow": "$6::timestamptz", "soon": "$7::timestamptz"}
    sql = _TASK_URGENCY
    for name, place in names.items():
        sql = sql.replace(f":{name}", place)
    query = (
        f"SELECT {sql} FROM (SELECT $1::timestamptz AS due_at, $2::timestamptz AS task_due_at,"
        " $3::text AS prior_state, $4::text AS state) AS one"
    )
    connection: asyncpg.Connection
    async with office.service.runtime.pool.acquire() as connection:
        statement = await connection.prepare(query)
        asked = State.WITHDRAWAL_REQUESTED
        states = [(state, None) for state in State] + [(asked, prior) for prior in State]
        for due, task, (state, prior) in product([None, *moments], moments, states):
            said = urgency_of(due, task, lines, state, prior)
            given = (due, task, prior, state, lines.now, lines.tomorrow, lines.soon)
            assert await statement.fetchval(*given) == said.value, (due, task, state, prior)


async def test_an_opinion_asked_waits_in_the_inbox_of_whom_it_is_asked_of(office: Office) -> None:
    """Until it is given; the dossier's own step stays where it is."""
    seen = await office.in_process()
    asked = {"agency": OTHER_COMMUNE, "unit": "", "role": "CLERK", "question": "Có lưu không?", "hours": 2}
    seen = await office.act(seen, "consultation-request", SPECIALIST, **asked)
    other = an_officer("CLERK", unit="van-phong", agency=OTHER_COMMUNE)
    page = await inbox(office, other)
    assert [(item["kind"], item["task_due_at"][:16]) for item in page["items"]] == [
        ("OPINION", "2026-03-03T10:00")
    ]
    assert page["counts"]["total"] == 1
    assert ids(await inbox(office, CLERK)) == []
    await office.act(seen, "step-completion", other, step="lay-y-kien-1", note="Có lưu")
    assert ids(await inbox(office, other)) == []


async def test_the_steps_of_people_on_leave_are_listed_for_their_lead(office: Office) -> None:
    """Those they hold; until the lead gives them to somebody else."""
    await office.service.receive(in_the_directory("thu-ly"), in_the_directory("thu-ly-2"))
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    listed = await office.service.get("/v1/reassignments", LEAD)
    assert listed.json()["items"] == []
    await office.service.receive(in_the_directory("thu-ly", leaves=on_leave(), sequence=2))
    listed = await office.service.get("/v1/reassignments", LEAD)
    assert [item["dossier_id"] for item in listed.json()["items"]] == [seen["dossier_id"]]
    elsewhere = an_officer("TEAM_LEAD", unit="phong-khac", subject="truong-phong-khac")
    assert (await office.service.get("/v1/reassignments", elsewhere)).json()["items"] == []
    assert (await office.service.get("/v1/reassignments", SPECIALIST)).status_code == 403
    await office.act(seen, "assignment", LEAD, to="thu-ly-2", note="Nghỉ phép")
    assert (await office.service.get("/v1/reassignments", LEAD)).json()["items"] == []


async def test_the_steps_of_people_on_leave_go_to_who_acts_for_them(office: Office) -> None:
    """By the job, in a commit each; nobody else's, and not again."""
    await office.service.receive(
        in_the_directory("thu-ly", leaves=on_leave()),
        in_the_directory("thu-ly-2", delegations=acting_for("thu-ly")),
        in_the_directory("thu-ly-3"),
    )
    seen = await office.act(await office.in_process(), "claim", SPECIALIST)
    await office.service.run_job(REROUTE_STEPS)
    detail = await office.read(seen, SECOND)
    assert (detail["holder"]["subject"], detail["holder"]["on_behalf_of"]) == ("thu-ly-2", "Cán bộ thu-ly")
    await office.service.run_job(REROUTE_STEPS)
    assert (await office.read(seen, SECOND))["version"] == detail["version"]
    told = (await office.service.published("dossier.work_noted.v1"))[-1]["data"]["change"]
    assert told["assignee"] == {"subject": "thu-ly-2", "name": "Cán bộ thu-ly-2"}
    rows = (await office.service.get(f"/v1/dossiers/{seen['dossier_id']}/handovers", LEAD)).json()["items"]
    assert [(row["kind"], row["receiver"]["name"]) for row in rows][-1] == ("REROUTED", "Cán bộ thu-ly-2")
    for change in ("UPDATE control_slip SET note = 'khác'", "DELETE FROM control_slip"):
        with pytest.raises(asyncpg.RaiseError, match="stands"):
            await office.service.runtime.pool.execute(change)


async def test_a_step_whose_holder_has_no_place_there_any_more_goes_back_to_its_role(office: Office) -> None:
    """A mandate that ended, somebody who moved; not who works there, acts for them or is on leave."""
    acting = {**acting_for("thu-ly")[0], "giver": "thu-ly", "valid_to": "2026-03-06"}
    elsewhere = in_the_directory("thu-ly-3", sequence=2, agency=OTHER_COMMUNE)
    await office.service.receive(
        in_the_directory("thu-ly", leaves=on_leave()),
        in_the_directory("thay-mat", "CLERK", unit="van-phong", delegations=[acting]),
        *(
            in_the_directory("thu-ly-2", leaves=on_leave("2026-03-07", "2026-03-12")),
            in_the_directory("thu-ly-3"),
        ),
    )
    claimed = [await office.act(await office.in_process(), "claim", by) for by in (SPECIALIST, SECOND, THIRD)]
    for job in (REROUTE_STEPS, GIVE_BACK_STEPS):
        await office.service.run_job(job)
    assert [await holder_of(office, one) for one in claimed] == ["thay-mat", "thu-ly-2", "thu-ly-3"]
    office.service.clock.set(datetime(2026, 3, 9, 9, tzinfo=VIETNAM))
    await office.service.receive(elsewhere)
    await office.service.run_job(GIVE_BACK_STEPS)
    assert [await holder_of(office, one) for one in claimed] == [None, "thu-ly-2", None]
    assert {claimed[0]["dossier_id"], claimed[2]["dossier_id"]} <= set(ids(await inbox(office, SPECIALIST)))
    version = (await office.read(claimed[0], SPECIALIST))["version"]
    done = await office.act(
        {**claimed[0], "version": version}, "step-completion", SPECIALIST, step="tham-dinh"
    )
    assert done["step"]["code"] == "soat-xet"


async def holder_of(office: Office, seen: dict[str, Any]) -> str | None:
    """Return who holds a dossier's step."""
    holder = (await office.read(seen, LEAD))["holder"]
    return holder["subject"] if holder else None


async def test_dossiers_are_found_by_what_people_say(office: Office) -> None:
    """Code, name without diacritics, identity number, phone; in one's own agency only, and logged."""
    seen = await office.accepted()
    other = await office.submitted(a_citizen("cong-dan-khac", "099088000099"), owner=OTHER_OWNER)
    for text in ("nguyen van an", "AN nguyễn", "099088000011", "0900 000 011", "+84900000011"):
        assert await found(office, text) == [seen["dossier_id"]], text
    for text in (seen["dossier_code"], seen["dossier_code"].lower(), seen["reference"]):
        assert await found(office, text) == [seen["dossier_id"]], text
    assert await found(office, "tran thi binh") == [other["dossier_id"]]
    assert await found(office, "nguyen thi an") == []
    assert await found(office, "nguyen van an", an_officer("CLERK", agency=OTHER_COMMUNE)) == []
    assert (await office.service.get("/v1/dossier-search?q=nguyen", a_citizen())).status_code == 403
    assert (await office.service.get("/v1/dossier-search?q=--", SPECIALIST)).status_code == 422
    rows = await office.service.runtime.pool.fetch("SELECT keys FROM dossier_search")
    assert not any("0900000011" in key or "099088000011" in key for row in rows for key in row["keys"])
    await office.service.runtime.pool.execute("DELETE FROM dossier_search")
    assert await found(office, "nguyen van an") == []
    for _ in range(2):
        assert await index_search(office.service.runtime, []) == 0
    assert await found(office, "nguyen van an") == [seen["dossier_id"]]
    # What an older rule kept is made anew.
    await office.service.runtime.pool.execute(
        "UPDATE dossier_search SET keys = array_remove(keys, 'n:binh') WHERE dossier_id = $1",
        other["dossier_id"],
    )
    assert await found(office, "tran thi binh") == []
    assert await index_search(office.service.runtime, []) == 0
    assert await found(office, "tran thi binh") == [other["dossier_id"]]
    logged = await office.service.runtime.pool.fetchval(
        "SELECT count(*) FROM access_log WHERE what = 'search'"
    )
    assert logged == 11


OTHER_OWNER = {"full_name": "Trần Thị Bình", "identity_number": "099088000099", "phone": "0911111111"}


async def found(office: Office, text: str, by: Any = SPECIALIST) -> list[str]:
    """Return the dossiers a search finds."""
    answer = await office.service.get("/v1/dossier-search", by, params={"q": text})
    assert answer.status_code == 200, answer.text
    return [item["dossier_id"] for item in answer.json()["items"]]
