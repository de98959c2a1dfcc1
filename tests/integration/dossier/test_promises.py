"""Promises kept under load and over time: codes without gaps, few statements, whole history, true events."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema
import pytest

from kernel.bus.memory import MemoryBus
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.commands.history import republish, verify_history
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
)

SCHEMAS = Path("contracts/events")
ITEMS = [{"component_code": "to-khai", "reason": "Chưa ký"}]


async def test_200_acceptances_at_once_get_200_codes_without_a_gap(office: Office) -> None:
    """The day's counter is taken in the acceptance's own transaction."""
    submitted = [await office.submitted() for _ in range(200)]
    # The first of them is taken back just before: its acceptance fails and must not burn a number.
    await office.act(submitted[0], "cancellation", a_citizen())
    answers = await asyncio.gather(*(office.tried(seen, "acceptance", RECEIVER) for seen in submitted))
    assert [answer.status_code for answer in answers].count(200) == 199
    assert answers[0].status_code == 412
    codes = sorted(answer.json()["dossier_code"] for answer in answers[1:])
    assert codes == [f"H99.201-260303-{number:04d}" for number in range(1, 200)]


async def test_numbers_begin_anew_each_day_and_grow_past_9999(office: Office) -> None:
    """Four digits are the least, not the most."""
    pool = office.service.runtime.pool
    await pool.execute("INSERT INTO code_counters VALUES ('H99.201', '2026-03-03', 9999)")
    assert (await office.accepted())["dossier_code"] == "H99.201-260303-10000"


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each unit of work sent, in the order the units closed."""
    counted: list[int] = []
    close = UnitOfWork.close

    async def counting(unit: UnitOfWork) -> None:
        if unit.statements and unit._connection is not None:
            counted.append(unit.statements)
        await close(unit)

    monkeypatch.setattr(UnitOfWork, "close", counting)
    return counted


async def test_every_write_takes_three_statements_at_most(office: Office, statements: list[int]) -> None:
    """Submission two, acceptance three, each later move two; definitions are read once a version.

    The result's files (with whose results have its number already) and the letters that may carry it are one
    more, where it is issued and handed out.
    """
    await office.at_issue()
    body = await office.submission(a_citizen())
    scan = await office.upload(CLERK)
    statements.clear()
    answer = await office.service.post("/v1/dossiers", body, a_citizen())
    assert statements == [2]
    seen = answer.json()
    moves: list[tuple[str, Any, dict[str, Any]]] = [
        ("acceptance", RECEIVER, {}),
        ("handover", RECEIVER, {}),
        ("step-completion", SPECIALIST, {"step": "tham-dinh"}),
        ("step-completion", LEAD, {"step": "soat-xet"}),
        ("step-completion", SIGNER, {"step": "ky"}),
        ("result", CLERK, {"number": "1/XN", "attachment_ids": [scan]}),
        ("return", RECEIVER, HANDED_OUT),
    ]
    statements.clear()
    for action, by, given in moves:
        seen = await office.act(seen, action, by, **given)
    assert statements == [3, 2, 2, 2, 2, 3, 3]


async def test_every_read_takes_one_statement_and_one_more_where_it_is_logged(
    office: Office, statements: list[int]
) -> None:
    """One's own dossiers are not logged, nor is a page without names."""
    seen = await office.in_process()
    path = f"/v1/dossiers/{seen['dossier_id']}"
    statements.clear()
    await office.service.get("/v1/inbox", LEAD)
    for read in ("/v1/dossiers", path, f"{path}/history"):
        await office.service.get(read, a_citizen())
    assert statements == [1, 1, 1, 1]
    statements.clear()
    for read in ("/v1/inbox", "/v1/dossiers", path, f"{path}/history"):
        await office.service.get(read, SPECIALIST)
    assert statements == [2, 2, 2, 2]


async def test_every_published_event_is_what_its_schema_says(office: Office) -> None:
    """The contract is the schema file; nothing personal travels in the open."""
    seen = await office.in_process()
    seen = await office.act(seen, "supplement-request", SPECIALIST, items=ITEMS, reason="Thiếu")
    seen = await office.act(seen, "supplement-request-approval", LEAD)
    file = await office.upload(a_citizen())
    seen = await office.act(seen, "supplement-answer", a_citizen(), attachment_ids=[file])
    seen = await office.act(seen, "resumption", RECEIVER)
    seen = await office.act(seen, "withdrawal", a_citizen())
    await office.act(seen, "withdrawal-decision", SIGNER, approved=True)
    await office.issued(number="12/XN")
    rows = await office.service.published()
    for row in rows:
        schema = json.loads((SCHEMAS / f"{row['type']}.schema.json").read_text())
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
            row["data"]
        )
        assert row["sequence"] == row["data"]["dossier"]["version"]
        text = json.dumps(row["data"], ensure_ascii=False)
        assert "099088000011" not in text
        assert "Nguyễn Văn An" not in text
        assert "0900000011" not in text
    assert len({row["type"] for row in rows}) > 9


async def test_identity_numbers_and_contacts_are_not_readable_at_rest(office: Office) -> None:
    """A copy of the database does not tell them, kept answers included."""
    await office.accepted()
    for table in ("dossiers", "history", "papers", "outbox", "components", "access_log"):
        rows = await office.service.runtime.pool.fetch(f'SELECT t::text AS line FROM "{table}" t')
        for row in rows:
            assert "099088000011" not in row["line"], table
            assert "0900000011" not in row["line"], table


async def test_history_is_neither_changed_nor_taken_out(office: Office) -> None:
    """Not even by the service's own account with plain statements."""
    await office.in_process()
    pool = office.service.runtime.pool
    for statement in ("UPDATE history SET actor = 'x'", "DELETE FROM history"):
        with pytest.raises(asyncpg.PostgresError, match="history is only added to"):
            await pool.execute(statement)
    assert await verify_history(office.service.runtime, []) == 0


async def test_a_changed_history_is_found(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """One word changed, a row taken out, all rows taken out: each is seen, whoever let the guard down."""
    runtime = office.service.runtime
    seen = [await office.in_process() for _ in range(4)]
    assert await verify_history(runtime, []) == 0
    await runtime.pool.execute("ALTER TABLE history DISABLE TRIGGER USER")
    change = "UPDATE history SET data = replace(data::text, 'PROCESSING', 'RETURNED')::json"
    await runtime.pool.execute(f"{change} WHERE dossier_id = $1 AND version = 3", seen[0]["dossier_id"])
    await runtime.pool.execute(
        "DELETE FROM history WHERE dossier_id = $1 AND version = 3", seen[1]["dossier_id"]
    )
    await runtime.pool.execute("DELETE FROM history WHERE dossier_id = $1", seen[2]["dossier_id"])
    assert await verify_history(runtime, []) == 1
    told = capsys.readouterr().out
    assert "4 dossiers checked, " in told
    assert all(f"{one['dossier_id']}: " in told for one in seen[:3])
    assert f"{seen[2]['dossier_id']}: the history is missing" in told
    assert seen[3]["dossier_id"] not in told


@pytest.mark.parametrize(
    "change",
    [
        "state = 'RETURNED'",
        "due_at = due_at + interval '1 day'",
        "due_at = NULL",
        "dossier_code = 'H99.201-260303-0999'",
        "version = version + 1",
    ],
)
async def test_a_dossier_that_is_not_what_its_history_says_is_found(
    office: Office, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """A sound chain does not cover for a row that was written to by hand."""
    runtime = office.service.runtime
    sound, touched = await office.in_process(), await office.in_process()
    await office.submitted()
    assert await verify_history(runtime, []) == 0
    await runtime.pool.execute(f"UPDATE dossiers SET {change} WHERE id = $1", touched["dossier_id"])
    assert await verify_history(runtime, []) == 1
    told = capsys.readouterr().out
    assert f"{touched['dossier_id']}: the dossier is not what its history says" in told
    assert "3 dossiers checked, " in told
    assert sound["dossier_id"] not in told


async def test_republish_gives_every_event_again_with_its_own_id(office: Office) -> None:
    """A consumer that starts anew gets all in order; one that knows them recognises their ids."""
    await office.in_process()
    bus = office.service.runtime.bus
    assert isinstance(bus, MemoryBus)
    await bus.ensure_topics(office.service.runtime.service.topics)
    subscription = await bus.subscribe("new", ["dossier"])
    assert await republish(office.service.runtime, []) == 0
    messages = await subscription.fetch(max_messages=100, timeout_seconds=1)
    rows = await office.service.published()
    assert [message.headers["ce_id"] for message in messages] == [str(row["event_id"]) for row in rows]
    assert [json.loads(message.value) for message in messages] == [row["data"] for row in rows]
