"""One dossier's row changed by hand into what cannot be read: jobs name it and go past it."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from asyncpg import CheckViolationError
from sqlalchemy import Text

from kernel.service import Job
from services.dossier.app import service as dossier_service
from services.dossier.commands.history import index_search, verify_history
from services.dossier.jobs import watch_deadlines
from services.dossier.jobs.deadline_warnings import DEADLINE_WARNINGS
from services.dossier.jobs.find_anomalies import FIND_ANOMALIES
from services.dossier.jobs.give_back_steps import GIVE_BACK_STEPS
from services.dossier.jobs.recompute_due import RECOMPUTE_DUE
from services.dossier.jobs.reroute_steps import REROUTE_STEPS
from services.dossier.jobs.watch_deadlines import WATCH_DEADLINES
from services.dossier.store.tables.words import WORDS
from tests.builders.dossier.colleagues import SECOND, THIRD, acting_for, in_the_directory, on_leave
from tests.builders.dossier.office import LEAD, OTHER_COMMUNE, RECEIVER, SPECIALIST, Office
from tests.integration.dossier.test_bound_calendars import ASKED, MANAGER, STORM
from tests.integration.dossier.test_inboxes import holder_of
from tests.integration.dossier.test_whole_rows import by_hand
from tests.integration.dossier.test_working_time import a_changed_year

LACKING = {"items": [{"component_code": "to-khai", "reason": "Chưa ký"}], "reason": "Thiếu chữ ký"}


async def run(office: Office, job: Job, *broken: str) -> None:
    """Run a job that names what cannot be read, when all else is done."""
    with pytest.raises(ExceptionGroup) as failed:
        await office.service.run_job(job)
    assert {error.__notes__[0][-36:] for error in failed.value.exceptions} == set(broken)


async def test_timers_of_the_others_are_looked_at(office: Office) -> None:
    asked = [
        await office.act(await office.submitted(), "intake-supplement-request", RECEIVER, **LACKING)
        for _ in range(2)
    ]
    bad, good = asked
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    office.service.clock.advance(timedelta(days=60))
    await run(office, WATCH_DEADLINES, bad["dossier_id"])
    assert (await office.read(good, RECEIVER))["proposal"]["kind"] == "REFUSE_INTAKE"


async def test_timers_behind_more_than_a_job_takes_at_once_are_looked_at(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows how many are broken: they stand before all others at each tick."""
    monkeypatch.setattr(watch_deadlines, "_AT_ONCE", 2)
    broken = [await office.submitted() for _ in range(3)]
    office.service.clock.advance(timedelta(minutes=1))
    good = await office.act(await office.submitted(), "intake-supplement-request", RECEIVER, **LACKING)
    ids = [one["dossier_id"] for one in broken]
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = ANY($1::uuid[])", ids)
    office.service.clock.advance(timedelta(days=60))
    await run(office, WATCH_DEADLINES, *ids)
    assert (await office.read(good, RECEIVER))["proposal"]["kind"] == "REFUSE_INTAKE"


@pytest.mark.parametrize(
    "change",
    [
        'step = (step::jsonb || \'{"due_at": "x"}\')::json',
        'step = \'{"due_at": "2026-03-03T09:00:00+07:00"}\'',
    ],
)
async def test_deadlines_of_the_others_are_told(office: Office, change: str) -> None:
    """A moment that is none, or a step that is none; `verify-history` names it."""
    bad, good = await office.in_process(), await office.in_process()
    await by_hand(office, f"UPDATE dossiers SET {change} WHERE id = $1", bad["dossier_id"])
    office.service.clock.advance(timedelta(days=1))
    with suppress(ExceptionGroup):
        await office.service.run_job(DEADLINE_WARNINGS)
    told = await office.service.published("deadline_warning.raised.v1")
    assert [(one["data"]["dossier_id"], one["data"]["threshold"]) for one in told] == [
        (good["dossier_id"], "STEP_LATE")
    ]
    assert await verify_history(office.service.runtime, []) == 1


OPEN_TO_INFINITY = r"""
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name <> 'valid_from'
        AND c.data_type IN ('timestamp with time zone', 'date') AND c.table_name <> 'alembic_version'
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.table_name::regclass
            AND k.contype = 'c' AND pg_get_constraintdef(k.oid)
                ~ ('(isfinite\(' || c.column_name || '\)|[(]' || c.column_name || ' >= )'))
"""


async def test_no_moment_of_any_table_is_infinity(office: Office) -> None:
    """Whole books, lists and jobs ended at one such row; a new table says so of its moments too."""
    pool = office.service.runtime.pool
    assert [tuple(row) for row in await pool.fetch(OPEN_TO_INFINITY)] == []
    seen = await office.accepted()
    for never in ("infinity", "-infinity", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
        with pytest.raises(CheckViolationError):
            await by_hand(office, f"UPDATE dossiers SET due_at = '{never}' WHERE id = $1", seen["dossier_id"])


KNOWN_WORDS = """
    SELECT k.conrelid::regclass::text AS name, a.attname AS of_column, pg_get_constraintdef(k.oid) AS said
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
    WHERE k.contype = 'c' AND k.conname LIKE '%\\_known' AND k.convalidated
"""
NAMED_SO = (
    "state status kind outcome verdict judgement ending punctuality scan electronic threshold prior_state"
)
NO_ENUM = {
    *("due_commands.state", "due_moves.outcome", "outside_requests.state", "outside_requests.outcome"),
    *("copy_requests.state", "payment_differences.state", "payment_messages.outcome"),
    # The kernel's, the desk's rules', of who looked, the catalogue's.
    "dead_letters.state",
    # Thresholds and what watches tell besides.
    "deadline_warnings.threshold",
    *("ticket_parts.outcome", "access_log.kind", "agencies.kind", "file_links.kind", "signings.kind"),
    *("inspections.kind", "anomalies.outcome", "control_slip.kind", "control_slip.punctuality"),
}


async def test_every_column_of_an_enum_takes_its_words_and_no_other(office: Office) -> None:
    """A member more comes with a migration; a new column of this kind is one of these, or says it is not."""
    pool = office.service.runtime.pool
    held = {
        f"{row['name']}.{row['of_column']}": set(re.findall("'([^']*)'::text", row["said"]))
        for row in await pool.fetch(KNOWN_WORDS)
    }
    assert held == {
        f"{table}.{column}": {word.value for word in words}
        for table, columns in WORDS.items()
        for column, words in columns.items()
    }
    named = {
        f"{table.name}.{column.name}"
        for table in dossier_service.tables.tables.values()
        for column in table.columns
        if column.name in NAMED_SO.split() and isinstance(column.type, Text)
    }
    assert named - held.keys() == NO_ENUM
    seen = await office.accepted()
    with pytest.raises(CheckViolationError):
        await pool.execute("UPDATE dossiers SET state = 'NO' WHERE id = $1", seen["dossier_id"])


async def test_anomalies_of_the_others_are_found(office: Office) -> None:
    both = []
    for _ in range(2):
        seen = await office.act(await office.in_process(), "step-completion", SPECIALIST, step="tham-dinh")
        back = {"step": "soat-xet", "outcome": "RETURNED", "note": ".."}
        both.append(await office.act(seen, "step-completion", LEAD, **back))
    bad, good = both
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    office.service.clock.advance(timedelta(hours=1))
    await run(office, FIND_ANOMALIES, bad["dossier_id"])
    found = await office.service.runtime.pool.fetch("SELECT dossier_id FROM anomalies")
    assert [str(row["dossier_id"]) for row in found] == [good["dossier_id"]]


async def test_promises_of_the_others_are_counted_again(office: Office) -> None:
    bad, good = await office.in_process(), await office.in_process()
    await by_hand(office, "UPDATE dossiers SET agencies = '{}' WHERE id = $1", bad["dossier_id"])
    await office.service.receive(a_changed_year(2, exceptions=STORM))
    command = (await office.service.post("/v1/due-recomputations", ASKED, MANAGER)).json()
    await run(office, RECOMPUTE_DUE, bad["dossier_id"])
    foreseen = await office.service.get(f"/v1/due-recomputations/{command['command_id']}/moves", MANAGER)
    assert [one["dossier_id"] for one in foreseen.json()["items"]] == [good["dossier_id"]]


async def test_a_sealed_column_that_does_not_open_is_a_named_problem_and_holds_up_no_other_row(
    office: Office,
) -> None:
    """Whoever reads that dossier is told so; the register is read and printed with the others whole."""
    bad, good = await office.accepted(), await office.accepted()
    await by_hand(office, "UPDATE dossiers SET parties_sealed = 'x' WHERE id = $1", bad["dossier_id"])
    answer = await office.service.get(f"/v1/dossiers/{bad['dossier_id']}", RECEIVER)
    assert (answer.status_code, answer.json()["code"]) == (503, "sealed-unreadable")
    assert (await office.read(good, RECEIVER))["owner"]["full_name"] == "Nguyễn Văn An"
    days = {"agency": RECEIVER.agency, "from": "2026-03-01", "to": "2026-03-31"}
    page = (await office.service.get("/v1/register", RECEIVER, params=days)).json()
    assert [one["owner"] for one in page["items"]] == ["(không mở được)", "Nguyễn Văn An"]
    sheet = await office.service.get("/v1/register.xlsx", RECEIVER, params=days)
    assert sheet.status_code == 200
    assert await index_search(office.service.runtime, []) == 0


async def test_an_inbox_a_search_and_a_list_show_the_others(office: Office) -> None:
    """The page's end is the database's: what is left out ends no paging."""
    good = await office.in_process()
    for change in ("state = 'NO'", "step = '[]'", "state = 'X'", "step = '3'"):
        bad = await office.in_process()
        await by_hand(office, f"UPDATE dossiers SET {change} WHERE id = $1", bad["dossier_id"])
    for path, more in (
        ("/v1/inbox", {}),
        ("/v1/dossier-search", {"q": "nguyen van an"}),
        ("/v1/dossiers", {}),
    ):
        shown, cursor, pages = [], "", 0
        while pages == 0 or cursor:
            answer = await office.service.get(path, SPECIALIST, params={"limit": 2, "cursor": cursor, **more})
            assert answer.status_code == 200, answer.text
            shown += [one["dossier_id"] for one in answer.json()["items"]]
            cursor, pages = answer.json()["next_cursor"] or "", pages + 1
        assert (shown, pages) == ([good["dossier_id"]], 3), path


BROKEN_ENTRIES = [
    {"roles": "SPECIALIST"},
    {"delegations": {}},
    {"delegations": [{"roles": "SPECIALIST", "agency": "H99.201"}]},
    {"delegations": [{**acting_for("x")[0], "giver": "x", "valid_from": "x"}]},
    {"delegations": [{**acting_for("x")[0], "giver": "x", "procedures": "x"}]},
    {"leaves": 3},
    {"leaves": [{"valid_from": "x"}]},
]


async def test_steps_of_the_others_are_given_back_and_given_to_who_acts(office: Office) -> None:
    """One entry of the directory changed by hand ends neither for the whole province."""
    acting = {**acting_for("thu-ly-2")[0], "giver": "thu-ly-2"}
    await office.service.receive(
        in_the_directory("thu-ly", leaves=on_leave()),
        in_the_directory("thu-ly-2", leaves=on_leave()),
        in_the_directory("thu-ly-3"),
        in_the_directory("thay-mat", "CLERK", unit="van-phong", delegations=[acting]),
        in_the_directory("thay-mat-2", "CLERK", unit="van-phong", delegations=acting_for("thu-ly")),
    )
    people = (SPECIALIST, SECOND, THIRD)
    bad, rerouted, given_back = [await office.act(await office.in_process(), "claim", by) for by in people]
    elsewhere = in_the_directory("thu-ly-3", sequence=2, agency=OTHER_COMMUNE)
    await office.service.receive(elsewhere)
    for change in BROKEN_ENTRIES:
        for subject in ("thu-ly", "thay-mat-2"):
            written = "UPDATE staff SET data = (data::jsonb || $1::jsonb)::json WHERE subject = $2"
            await by_hand(office, written, change, subject)
        for path, params in (("/v1/reassignments", {}), ("/v1/inbox", {"whose": "unit"})):
            assert (await office.service.get(path, LEAD, params=params)).status_code == 200, change
        for job in (REROUTE_STEPS, GIVE_BACK_STEPS):
            await office.service.run_job(job)
        assert await holder_of(office, bad) == "thu-ly", change
    assert [await holder_of(office, one) for one in (rerouted, given_back)] == ["thay-mat", None]
