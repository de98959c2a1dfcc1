"""Any change by hand beside dossiers is found: every table, every column, a row more, a row less."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.history import verify_history
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.commands.sealed import OLDER
from services.dossier.use_cases.row_seals import FILE, ROW, is_file_sealed, is_row_sealed
from services.dossier.use_cases.sealed_rows import is_group_sound, seals_of
from services.dossier.use_cases.sealed_tables import SEALED
from services.dossier.use_cases.told_rows import TOLD
from tests.builders.dossier.lives import AN, Life
from tests.builders.dossier.office import RECEIVER, a_citizen
from tests.builders.dossier.resealed import as_of_before, reseal
from tests.builders.dossier.yard import Yard
from tests.integration.dossier.beside import TABLES, Hand, a_full_yard, a_hand
from tests.integration.dossier.test_late_entries import MANAGER


@pytest.fixture(scope="module")
async def yard(
    start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: pytest.TempPathFactory
) -> Yard:
    """An office in which everything was done once, one dossier destroyed since."""
    return await a_full_yard(start_once, tmp_path_factory)


@pytest.fixture
async def hand(yard: Yard) -> AsyncIterator[Hand]:
    async with a_hand(yard) as lent:
        yield lent


async def test_what_the_service_wrote_is_whole(yard: Yard, hand: Hand) -> None:
    """Every table has rows, all of them sealed, also those a list has emptied."""
    counts = {table: await yard.service.count(table) for table in TABLES}
    assert [table for table, count in counts.items() if not count] == []
    assert await hand.found() == []
    assert await verify_history(yard.service.runtime, ()) == 0


KINDS = """
    SELECT column_name AS name, CASE WHEN data_type = 'ARRAY' THEN udt_name ELSE data_type END AS kind
    FROM information_schema.columns WHERE table_name = $1
"""
OTHER = {
    "text": "coalesce({0}, '') || 'x'",
    "uuid": "gen_random_uuid()",
    "integer": "coalesce({0}, 0) + 1000",
    "smallint": "coalesce({0}, 0) + 1000",
    "bigint": "coalesce({0}, 0) + 1000",
    "boolean": "NOT {0}",
    "date": "CASE WHEN isfinite({0}) THEN {0} + 1 ELSE date '2099-01-01' END",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
    "bytea": "coalesce({0}, '') || '\\x01'::bytea",
    "_text": "{0} || ARRAY['x']",
    "_uuid": "{0} || gen_random_uuid()",
    "json": "jsonb_build_object('was', {0})::json",
}


@pytest.mark.parametrize("table", TABLES)
async def test_every_column_changed_by_hand_is_named(hand: Hand, table: str) -> None:
    """One after the other, of the last row; what is in no seal says why in `sealed_tables`."""
    told = SEALED[table]
    kinds = {row["name"]: row["kind"] for row in await hand.connection.fetch(KINDS, table)}
    last = f"ctid = (SELECT ctid FROM {table} ORDER BY {', '.join(told.key)} DESC LIMIT 1)"
    for column in (*told.key, *(one for group in told.groups.values() for one in group)):
        value = OTHER[kinds[column]].format(f'"{column}"')
        found = await hand.does(f'UPDATE {table} SET "{column}" = {value} WHERE {last}')
        groups = {name for name, group in told.groups.items() if column in group}
        assert any(
            line.startswith(f"{table} ") and "changed by hand" in line and groups <= _groups(line)
            for line in found
        ), (column, found)
    for group in told.groups:
        found = await hand.does(f"UPDATE {table} SET seals = seals - '{group}' WHERE {last}")
        assert any(line.startswith((f"{table} ", f"{table}: ")) for line in found), group
    robbed = await hand.does(f"UPDATE {table} SET seals = '{{}}' WHERE {last}")
    assert any(line.startswith(f"{table} ") and "changed by hand" in line for line in robbed)


async def test_two_columns_changed_at_once_make_up_for_each_other_nowhere(yard: Yard, hand: Hand) -> None:
    """What is sealed together: values that changed places, parts that moved, what is blank."""
    tried = 0
    for table in TABLES:
        kinds = await kinds_of(hand, table)
        for row in await hand.connection.fetch(f"SELECT * FROM {table} WHERE seals <> '{{}}'"):
            plain = dict(row)
            for group, columns in SEALED[table].groups.items():
                assert is_group_sound(table, group, plain, hand.keys)
                for forged in _forged_pairs(plain, (*SEALED[table].key, *columns), kinds):
                    assert not is_group_sound(table, group, forged, hand.keys), (table, group, forged)
                    tried += 1
    assert tried > 5_000
    kinds = await kinds_of(hand, "dossiers")
    for dossier in await hand.connection.fetch("SELECT * FROM dossiers"):
        assert is_row_sealed(dossier, hand.keys)
        for forged in _forged_pairs(dict(dossier), ROW, kinds):
            assert not is_row_sealed(forged, hand.keys), forged
    kinds = await kinds_of(hand, "attachments")
    for file in await hand.connection.fetch("SELECT * FROM attachments"):
        assert is_file_sealed(file["seal"], file, hand.keys)
        for forged in _forged_pairs(dict(file), (*FILE, "taken"), kinds):
            assert not is_file_sealed(file["seal"], forged, hand.keys), forged


async def kinds_of(hand: Hand, table: str) -> dict[str, str]:
    return {row["name"]: row["kind"] for row in await hand.connection.fetch(KINDS, table)}


def _forged_pairs(
    row: dict[str, Any], columns: tuple[str, ...], kinds: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield a row with two of these columns changed in ways that could pass for what was sealed."""
    for one, other in combinations(dict.fromkeys(columns), 2):
        first, second = row[one], row[other]
        if first != second and kinds[one] == kinds[other]:
            yield {**row, one: second, other: first}
        if {kinds[one], kinds[other]} == {"text"}:
            # A boundary that moved, as it would where values are only written one after the other.
            for moved in (((first or "") + (second or ""), ""), ("", (first or "") + (second or ""))):
                if moved != (first, second):
                    yield {**row, one: moved[0], other: moved[1]}
        if first is not None and second is not None:
            yield {**row, one: None, other: None}


def _groups(line: str) -> set[str]:
    return set(line.partition(": ")[2].removesuffix(" changed by hand").split(", "))


NAMED_ELSEWHERE = {
    "payment_entries": "payment_entries of dossier",
    "evidence": "evidence of dossier",
    "control_slip": "control_slip of dossier",
    "result_register": "result_register of dossier",
    "receipts": "the ledger names it, it is missing",
    "refunds": "refund",
    "payment_requests": "payment request",
    "archive_records": "it ended, its retention record is missing",
    "row_heads": "row_heads",
    "archive_holds": "it was placed, it is missing",
    **{table: "it was kept, it is missing" for table in TOLD if table != "interlinked_parents"},
    "calendar_versions": "a version dossiers are bound to is missing",
    "calendars": "another version of the year counts than was published last, or none",
    "copy_requests": "paid for otherwise than certified, waiting and given back",
    "interlinked_children": "its members are not those of its group",
    "interlinked_history": "its history is not whole",
    "interlinked_parents": "its dossiers name it, it is missing",
    "mirrors": "not every status it was told is there",
    "mirror_statuses": "not every status it was told is there",
    "procedures": "a version dossiers stand on is missing",
    "processes": "a version dossiers stand on is missing",
    "result_uses": "results of the register stood for more of its components",
}
"""Tables of which a row taken out is missed by what this says, with its line."""
TAKEN_OUT_UNSEEN = {
    *("agencies", "staff", "forms", "interlinked_groups", "desk_points"),
    *("certified_copies", "destruction_lines", "drafts", "due_moves", "electronic_copies", "exports"),
}
"""Of these it is not seen here: copies are held against the catalogue (`verify-copies`), books of copies
against their numbers; lines of lists and commands say nothing their list, command or dossier does not, and
nothing is held that counts of what somebody has not handed in, or asked to read (ADR 0040)."""


def test_of_each_sealed_table_it_is_said_whether_a_row_taken_out_is_missed() -> None:
    assert {*NAMED_ELSEWHERE} | TAKEN_OUT_UNSEEN == {*TABLES}
    assert not {*NAMED_ELSEWHERE} & TAKEN_OUT_UNSEEN


@pytest.mark.parametrize("table", NAMED_ELSEWHERE)
async def test_a_row_taken_out_is_missed(hand: Hand, table: str) -> None:
    alive = (
        "dossier_id IN (SELECT id FROM dossiers WHERE destroyed_by IS NULL)" if table == "evidence" else ""
    )
    unheld = "dossier_id NOT IN (SELECT dossier_id FROM archive_holds)" if table == "archive_records" else ""
    found = await hand.does(f"DELETE FROM {table} WHERE {alive or unheld or 'true'}")
    assert any(NAMED_ELSEWHERE[table] in line for line in found), found


async def test_every_piece_of_evidence_is_counted(hand: Hand) -> None:
    """Also what was handed in for members of a submission whose dossiers began later."""
    less = (
        "SELECT h.dossier_id FROM row_heads h JOIN evidence e ON e.dossier_id = h.dossier_id"
        " GROUP BY h.dossier_id, h.evidence HAVING count(*) <> h.evidence"
    )
    assert [row["dossier_id"] for row in await hand.connection.fetch(less)] == []


@pytest.mark.parametrize("table", sorted({*TABLES} - {"row_heads", "archive_records"}))
async def test_a_row_put_in_is_named(hand: Hand, table: str) -> None:
    """A copy of a sealed row under another key: its seals are of the other."""
    (first, *more) = SEALED[table].key
    key = (*more, first)[0] if "sequence" in more or "number" in more else first
    columns = [row["name"] for row in await hand.connection.fetch(KINDS, table)]
    kind = {row["name"]: row["kind"] for row in await hand.connection.fetch(KINDS, table)}[key]
    others = {name: f'"{name}"' for name in columns} | {key: OTHER[kind].format(f'"{key}"')}
    others |= UNIQUE.get(table, {})
    names = ", ".join(f'"{one}"' for one in others)
    values = ", ".join(others.values())
    found = await hand.does(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} LIMIT 1")
    assert any(line.startswith(f"{table} ") and "changed by hand" in line for line in found)


UNIQUE = {
    "payment_entries": {"id": "gen_random_uuid()", "source": "''", "sequence": "sequence + 1000"},
    "receipts": {"number": "number + 1000"},
    "cash_closings": {"day": "day + 1000"},
    "destruction_lists": {"number": "number + 1000"},
    "certified_copies": {"id": "gen_random_uuid()", "number": "number + 1000", "year": "year"},
    "result_register": {"state": "'REVOKED'"},
    "interlinked_children": {"dossier_id": "gen_random_uuid()"},
    "mirrors": {"source": "source || 'x'"},
}
AGAINST = {
    "a cancelled receipt that counts": (
        "UPDATE receipts SET state = 'VALID' WHERE state = 'CANCELLED'",
        "cancelled, or is not, against the ledger",
    ),
    "a receipt the ledger has no money for": (
        "UPDATE payment_entries SET receipt_id = NULL WHERE kind = 'PAID' AND receipt_id IS NOT NULL",
        "it was given out, the ledger has no money for it",
    ),
    "a replaced receipt that counts": (
        "UPDATE receipts SET state = 'VALID' WHERE state = 'REPLACED'",
        "another stands for it",
    ),
    "an approved refund taken back": (
        "UPDATE refunds SET state = 'ASKED' WHERE state = 'APPROVED'",
        "approved, or not, against the ledger",
    ),
    "a revoked authorisation alive": (
        "UPDATE authorizations SET revoked_at = NULL WHERE revoked_at IS NOT NULL",
        "it was revoked, it counts",
    ),
    "a recalled result in force": (
        "DELETE FROM result_register WHERE state = 'VALID';"
        " UPDATE result_register SET state = 'VALID' WHERE state = 'RECALLED'",
        "it was recalled, or was not, against history",
    ),
    "a released hold that stands": (
        "UPDATE archive_holds SET released_at = NULL WHERE released_at IS NOT NULL",
        "it was released, or was not, against the log",
    ),
    "a decided late entry that waits": (
        "UPDATE late_entries SET state = 'WAITING' WHERE state <> 'WAITING'",
        "it was decided, it waits",
    ),
    "a destroyed record kept": (
        "UPDATE archive_records SET state = 'KEPT' WHERE state = 'DESTROYED'",
        "it was destroyed, its record says otherwise",
    ),
}


@pytest.mark.parametrize("forgery", AGAINST)
async def test_an_older_state_put_back_with_its_old_seal_is_told_by_another_book(
    hand: Hand, forgery: str
) -> None:
    """Who kept the row of before has its seals too: they fit, and something else says otherwise."""
    statement, words = AGAINST[forgery]
    table = next(word for word in statement.split() if word in SEALED)
    undone = hand.connection.transaction()
    await undone.start()
    await hand.unguard(table)
    assert not (await hand.connection.execute(statement)).endswith(" 0")
    for row in await hand.connection.fetch(f"SELECT * FROM {table}"):
        key = SEALED[table].key
        told = seals_of(table, row, hand.keys)
        given = " AND ".join(f"{name} = ${place}" for place, name in enumerate(key, 2))
        reseal_one = f"UPDATE {table} SET seals = $1 WHERE {given}"
        await hand.connection.execute(reseal_one, told, *(row[name] for name in key))
    found = await hand.found()
    await undone.rollback()
    assert any(words in line for line in found), found
    assert not any("changed by hand" in line for line in found), found


async def test_going_on_with_a_row_changed_by_hand_does_not_make_it_good(yard: Yard, hand: Hand) -> None:
    """A closing whose course was forged is approved in good faith: it stays named."""
    pool, service = yard.service.runtime.pool, yard.service
    row = await pool.fetchrow("SELECT * FROM cash_closings")
    await pool.execute("UPDATE cash_closings SET note = 'x' WHERE id = $1", row["id"])
    path = f"/v1/cash-closings/{row['id']}/approval"
    done = await service.post(path, {"note": "Đúng"}, MANAGER, version=row["version"])
    assert done.status_code == 200, done.text
    try:
        assert await hand.found() == [f"cash_closings {row['id']}: course changed by hand"]
    finally:
        await reseal(service, "cash_closings")
    assert await hand.found() == []


async def test_a_result_given_to_another_by_hand_is_shown_to_nobody(yard: Yard) -> None:
    """Neither to the forged holder nor by its number; the log says which."""
    pool, service = yard.service.runtime.pool, yard.service
    row = await pool.fetchrow("SELECT * FROM result_register WHERE holder_subject IS NOT NULL")
    other = a_citizen("nguoi-khac", "099088000999")
    forge = "UPDATE result_register SET holder_subject = $2 WHERE id = $1"
    await pool.execute(forge, row["id"], other.subject)
    assert (await service.get("/v1/results", other)).json()["items"] == []
    assert (await service.get(f"/v1/results/{row['id']}", other)).status_code == 404
    await pool.execute(forge, row["id"], row["holder_subject"])
    assert (await service.get(f"/v1/results/{row['id']}", a_citizen())).status_code == 200


async def test_a_revoked_authorisation_made_alive_by_hand_opens_nothing(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    """The representative's own dossier stays shut, the authorisation is not even named."""
    service, pool = yard.service, yard.service.runtime.pool
    life = Life(yard)
    given = await life.authorised()
    await life.submitted(given["authorization_id"])
    path = f"/v1/dossiers/{life.seen['dossier_id']}"
    assert (await service.get(path, AN)).status_code == 200
    told = {"reason": "Thôi"}
    url = f"/v1/authorizations/{given['authorization_id']}"
    assert (await service.post(f"{url}/revocation", told, RECEIVER, version=1)).status_code == 200
    assert (await service.get(path, AN)).status_code == 404
    row = await pool.fetchrow("SELECT * FROM authorizations WHERE id = $1", UUID(given["authorization_id"]))
    forge = "UPDATE authorizations SET revoked_at = $2, valid_until = $3 WHERE id = $1"
    await pool.execute(forge, row["id"], None, date(2030, 1, 1))
    assert (await service.get(path, AN)).status_code == 404
    assert (await service.get(url, AN)).status_code == 404
    await pool.execute(forge, row["id"], row["revoked_at"], row["valid_until"])
    assert await verify_history(service.runtime, ()) == 0
    await pool.execute("CREATE TABLE kept AS SELECT * FROM authorizations WHERE id = $1", row["id"])
    await pool.execute("DELETE FROM authorizations WHERE id = $1", row["id"])
    assert (await service.get(path, AN)).status_code == 404
    assert await verify_history(service.runtime, ()) == 1
    assert f"authorisation {row['id']}: a dossier was handed in under it" in capsys.readouterr().out
    await pool.execute("INSERT INTO authorizations SELECT * FROM kept")
    await pool.execute("DROP TABLE kept")
    assert await verify_history(service.runtime, ()) == 0


async def test_a_mark_taken_out_is_missed_and_vouches_for_nothing(hand: Hand) -> None:
    """The log tells of it: what is robbed then is not from before, and `seal-rows` leaves it."""
    found = await hand.does("DELETE FROM seal_marks WHERE name = 'refunds'")
    assert found == ["seal_marks refunds: it was set, it is missing"]
    robbed = "UPDATE refunds SET seals = '{}', amount = 1"
    found = await hand.does("DELETE FROM seal_marks", robbed)
    assert any(line.startswith("refunds ") and "changed by hand" in line for line in found)


async def test_heads_packages_and_lines_of_before_are_vouched_for_by_name(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the time the dossier, the list or the batch tells; what is counted is what is there."""
    pool, runtime = yard.service.runtime.pool, yard.service.runtime
    (head, *_) = [row[0] for row in await pool.fetch(ONE_OF_EACH_BOOK)]
    tables = ("destruction_lines", "due_moves", "archive_packages")
    for table in (*tables, "row_heads"):
        await pool.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in tables:
        await pool.execute(f"UPDATE {table} SET seals = '{{}}'")
    await pool.execute(
        "UPDATE row_heads SET seals = '{}', evidence = 0, entries = 99 WHERE dossier_id = $1", head
    )
    gone = "DELETE FROM row_heads WHERE dossier_id = (SELECT min(dossier_id::text)::uuid FROM row_heads"
    missing = await pool.fetchval(f"{gone} WHERE dossier_id <> $1) RETURNING dossier_id", head)
    for table in (*tables, "row_heads"):
        await pool.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    later = ["--since", "2090-01-01T00:00:00+07:00", "--reason", "Lùi bản"]
    assert await seal_rows(runtime, later) == 0
    assert "0 rows vouched for" in capsys.readouterr().out
    assert await seal_rows(runtime, ["--since", "2026-03-01T00:00:00+07:00", "--reason", "Lùi bản"]) == 0
    told = capsys.readouterr().out
    for name in (*tables, f"row_heads {head}", f"row_heads {missing}"):
        assert name in told
    assert await pool.fetchval("SELECT evidence > 0 FROM row_heads WHERE dossier_id = $1", head)
    assert await verify_history(runtime, ()) == 1
    (left,) = [line for line in capsys.readouterr().out.splitlines() if "payment_entries" in line]
    assert left.endswith("of 99 are there"), left
    await pool.execute(
        "UPDATE row_heads h SET entries = (SELECT count(*) FROM payment_entries e"
        " WHERE e.dossier_id = h.dossier_id) WHERE dossier_id = $1",
        head,
    )
    await reseal(yard.service, "row_heads")
    assert await verify_history(runtime, ()) == 0


ONE_OF_EACH_BOOK = """
    SELECT h.dossier_id FROM row_heads h
    WHERE EXISTS (SELECT FROM evidence e WHERE e.dossier_id = h.dossier_id)
        AND EXISTS (SELECT FROM payment_entries e WHERE e.dossier_id = h.dossier_id)
        AND EXISTS (SELECT FROM dossiers d WHERE d.id = h.dossier_id AND d.destroyed_by IS NULL) ORDER BY 1
"""


async def test_rows_of_before_are_sealed_once(
    yard: Yard, hand: Hand, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed half-way it goes on; once through a table is marked, and robbed rows are not vouched for."""
    del hand
    runtime = yard.service.runtime
    pool = runtime.pool
    for table in TABLES:
        await pool.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await pool.execute(f"UPDATE {table} SET seals = '{{}}'")
        await pool.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    await pool.execute("DELETE FROM row_heads")
    await as_of_before(yard.service)
    capsys.readouterr()
    assert await verify_history(runtime, ()) == 1
    assert f"receipts: {await yard.service.count('receipts')} rows are {OLDER}" in capsys.readouterr().out
    await yard.office.accepted()
    await pool.execute(BROKEN)
    with pytest.raises(asyncpg.RaiseError):
        await seal_rows(runtime, ())
    assert await yard.service.count("seal_marks") == TABLES.index("control_slip")
    await pool.execute("DROP TRIGGER broken ON control_slip")
    assert await seal_rows(runtime, ()) == 0
    assert await verify_history(runtime, ()) == 0
    await pool.execute("UPDATE refunds SET seals = '{}'")
    assert await seal_rows(runtime, ()) == 1
    capsys.readouterr()
    assert await verify_history(runtime, ()) == 1
    assert "given, payee, course, note changed by hand" in capsys.readouterr().out
    await reseal(yard.service, "refunds")
    await pool.execute("UPDATE seal_marks SET at = at - interval '1 day' WHERE name = 'evidence'")
    assert await verify_history(runtime, ()) == 1
    assert "seal_marks evidence: it was changed" in capsys.readouterr().out


BROKEN = """
    CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
    CREATE TRIGGER broken BEFORE UPDATE ON control_slip FOR EACH ROW EXECUTE FUNCTION broken();
"""
