"""A dossier's whole row is sealed, with its components, files, papers and codes: any change is found."""

from typing import Any
from uuid import UUID

import pytest

from services.dossier.commands.history import OLDER, verify_history
from services.dossier.commands.seal_rows import seal_rows
from services.dossier.domain.history import seal_head
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.store.tables.heart import dossiers
from services.dossier.store.tables.words import WORDS
from services.dossier.use_cases.row_seals import FILE, NOT_IN_ROW, OLDER_FILE_KIND, ROW, seal
from tests.builders.dossier.office import RECEIVER, SPECIALIST, Office

FITS_NOT = "its seal does not fit"


async def verified(office: Office, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `verify-history` says."""
    capsys.readouterr()
    await verify_history(office.service.runtime, [])
    return capsys.readouterr().out


async def by_hand(office: Office, statement: str, *arguments: Any) -> None:
    """Write as whoever owns the tables can: past their guards."""
    pool = office.service.runtime.pool
    table = statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0]
    await pool.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for column in WORDS.get(table, ()):
        await pool.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{column}_known")
    await pool.execute(statement, *arguments)
    await pool.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_no_column_of_a_dossier_is_forgotten() -> None:
    """Each is sealed, or says why not."""
    assert sorted([*ROW, *NOT_IN_ROW]) == sorted(column.name for column in dossiers.columns)


async def test_any_column_changed_by_hand_is_found_and_going_on_does_not_make_it_good(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every column of the table, one after the other; at the end one is gone on with."""
    pool = office.service.runtime.pool
    seen = await office.in_process()
    kinds = {row["name"]: row["kind"] for row in await pool.fetch(_KINDS)}
    for name in ROW:
        if name in {"id", "version", "history_hash"}:
            continue
        before = await pool.fetchval(f"SELECT {name} FROM dossiers WHERE id = $1", seen["dossier_id"])
        await by_hand(office, f"UPDATE dossiers SET {name} = {_other(kinds[name], name)}")
        told = await verified(office, capsys)
        assert seen["dossier_id"] in told, name
        await by_hand(office, f"UPDATE dossiers SET {name} = $1", before)
        assert "0 broken" in await verified(office, capsys), name
    await by_hand(office, "UPDATE dossiers SET original_due_at = original_due_at + interval '5 days'")
    await office.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
    assert FITS_NOT in await verified(office, capsys)


_KINDS = (
    "SELECT column_name AS name, data_type AS kind FROM information_schema.columns"
    " WHERE table_name = 'dossiers'"
)


def _other(kind: str, name: str) -> str:
    """Return SQL of another value of a column."""
    return {
        "text": f"coalesce({name}, '') || 'x'",
        "uuid": "gen_random_uuid()",
        "integer": f"coalesce({name}, 0) + 1",
        "timestamp with time zone": f"coalesce({name}, now()) + interval '1 minute'",
        "bytea": f"coalesce({name}, '') || '\\x01'::bytea",
        "ARRAY": f"{name} || ARRAY['00000000-0000-7000-8000-000000000001']::"
        + ("uuid[]" if name == "given_files" else "text[]"),
        "json": f"CASE WHEN {name} IS NULL THEN '{{}}' ELSE"
        f" ({name}::jsonb || jsonb_build_object('kind', 'x', 'stops', '[1]'::jsonb))::json END",
    }[kind]


_JSON = (
    "SELECT c.table_name AS name, c.column_name AS inside, c.data_type AS kind"
    " FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
    " WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type IN ('json', 'jsonb')"
    " AND table_name NOT IN ('outbox', 'idempotency_keys') ORDER BY 1, 2"
)


async def test_whatever_any_json_is_changed_into_what_is_broken_is_named_and_nothing_is_broken_off(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who could break the proof off would hide behind it what else they changed."""
    pool = office.service.runtime.pool
    await office.in_process()
    hidden = await office.accepted()
    await by_hand(office, "UPDATE dossiers SET owner_name = 'x' WHERE id = $1", hidden["dossier_id"])
    tried = 0
    for name, inside, kind in await pool.fetch(_JSON):
        kept = await pool.fetchrow(
            f"SELECT ctid::text, {inside}::text AS v FROM {name} WHERE {inside} IS NOT NULL"
            + (f" AND id <> '{hidden['dossier_id']}'" if name == "dossiers" else "")
        )
        if kept is None:
            continue
        place, before = kept
        change = (
            f"UPDATE {name} SET {inside} = $1::text::{kind} WHERE ctid = $2::text::tid RETURNING ctid::text"
        )
        for odd in ("null", "[]", "{}", "7", '"x"', "[1]", '{"a": 1}'):
            await pool.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            place = await pool.fetchval(change, odd, place)
            assert hidden["dossier_id"] in await verified(office, capsys), (name, inside, odd)
            place = await pool.fetchval(change, before, place)
            await pool.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
            tried += 1
    assert tried > 60


FORGERIES = {
    "UPDATE components SET reuse = 2": "its components are not those",
    "DELETE FROM components": "its components are not those",
    "UPDATE attachments SET sha256 = '\\x01'": "a file's record was changed",
    "UPDATE attachments SET file_name = 'khac.pdf'": "a file's record was changed",
    "UPDATE attachments SET purpose = 'RESULT'": "a file's record was changed",
    "UPDATE attachments SET replaced_by = id": "a file's record was changed",
    "UPDATE attachments SET scan = 'CLEAN'": "what the scanner said of a file was changed",
    "UPDATE attachments SET threat = 'x', scanned_at = now()": "what the scanner said of a file was changed",
    "UPDATE attachments SET scan_seal = ''": "what the scanner said of a file was changed",
    "DELETE FROM attachments": "its files are not those",
    "UPDATE papers SET number = '9/HDHS'": "a paper was changed",
    "UPDATE papers SET issued_by = 'Người khác'": "a paper was changed",
    "UPDATE papers SET sha256 = '\\x01', size = 1, printed_at = now()": "a paper was changed",
    "UPDATE papers SET superseded_by = id": "a paper counts, or does not",
    "DELETE FROM papers": "its papers are not those",
    "DELETE FROM dossiers": "the dossier is missing, its history is not",
}


async def test_what_lies_beside_a_dossier_is_proved_too(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also that nothing is missing."""
    sound, *touched = [await office.accepted() for _ in range(len(FORGERIES) + 1)]
    assert "0 broken" in await verified(office, capsys)
    for statement, one in zip(FORGERIES, touched, strict=True):
        column = "id" if "dossiers" in statement else "dossier_id"
        await by_hand(office, f"{statement} WHERE {column} = $1", one["dossier_id"])
    told = await verified(office, capsys)
    assert sound["dossier_id"] not in told
    for wrong, one in zip(FORGERIES.values(), touched, strict=True):
        assert f"{one['dossier_id']}: {wrong}" in told
    # The dossier that is gone left a gap in the day's codes as well.
    assert f"{len(touched) + 1} codes were given, {len(touched)} dossiers have one" in told


@pytest.mark.parametrize("change", [-1, 1])
async def test_codes_are_those_that_were_given(
    office: Office, capsys: pytest.CaptureFixture[str], change: int
) -> None:
    """A number given back, a number nobody has."""
    await office.accepted()
    await by_hand(office, "UPDATE code_counters SET last = last + $1", change)
    assert f"{1 + change} codes were given, 1 dossiers have one" in await verified(office, capsys)


async def test_rows_of_before_are_sealed_once_and_forged_ones_stay_as_they_are(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """They go on meanwhile under the older rule; a dossier of today is never vouched for anew."""
    moved, forged, today = [await office.accepted() for _ in range(3)]
    for one in (moved, forged):
        await sealed_as_before(office, one["dossier_id"])
    await by_hand(office, "UPDATE dossiers SET owner_name = 'Kẻ Gian' WHERE id = $1", forged["dossier_id"])
    await by_hand(office, "UPDATE dossiers SET original_due_at = now() WHERE id = $1", today["dossier_id"])
    await office.act(moved, "handover", RECEIVER)
    told = await verified(office, capsys)
    assert f"{moved['dossier_id']}: {OLDER}" in told
    assert await seal_rows(office.service.runtime, []) == 1
    assert "1 dossiers and 0 files sealed, 1 left as they are" in capsys.readouterr().out
    told = await verified(office, capsys)
    assert moved["dossier_id"] not in told
    assert all(f"{one['dossier_id']}: " in told for one in (forged, today))
    assert await seal_rows(office.service.runtime, []) == 1
    assert "0 dossiers and 0 files" in capsys.readouterr().out


async def sealed_as_before(office: Office, dossier_id: str) -> None:
    """Set a dossier back to how its seals were before whole rows were sealed."""
    runtime = office.service.runtime
    row = await runtime.pool.fetchrow("SELECT * FROM dossiers WHERE id = $1", dossier_id)
    async with runtime.unit_of_work() as unit:
        older = seal_head(row, runtime.open_work(unit).history_keys)
    await by_hand(
        office,
        "UPDATE dossiers SET head_seal = $2, given_files = '{}', components_hash = '' WHERE id = $1",
        dossier_id,
        older,
    )
    await by_hand(
        office, "UPDATE attachments SET seal = '', bound_seal = '' WHERE dossier_id = $1", dossier_id
    )
    await by_hand(office, "UPDATE papers SET seal = '', printed_seal = '' WHERE dossier_id = $1", dossier_id)


async def test_a_file_sealed_before_its_scan_was_is_vouched_for_once(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named until `seal-rows`; one of today's whose scan lost its seal is never vouched for."""
    older, forged = await office.accepted(), await office.accepted()
    runtime = office.service.runtime
    row = await runtime.pool.fetchrow("SELECT * FROM attachments WHERE dossier_id = $1", older["dossier_id"])
    async with runtime.unit_of_work() as unit:
        told = seal(OLDER_FILE_KIND, FILE, row, runtime.open_work(unit).history_keys)
    await by_hand(office, "UPDATE attachments SET seal = $2, scan_seal = '' WHERE id = $1", row["id"], told)
    lost = "UPDATE attachments SET scan = 'CLEAN', scan_seal = '' WHERE dossier_id = $1"
    await by_hand(office, lost, forged["dossier_id"])
    assert f"{older['dossier_id']}: a file is sealed by an older rule" in await verified(office, capsys)
    await seal_rows(runtime, [])
    assert "0 dossiers and 1 files sealed, 0 left" in capsys.readouterr().out
    told = await verified(office, capsys)
    assert older["dossier_id"] not in told
    assert f"{forged['dossier_id']}: what the scanner said of a file was changed" in told


async def test_a_file_of_before_is_sealed_where_it_lies_free(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was given to a dossier by us is ours; one whose binding does not fit is not."""
    pool = office.service.runtime.pool
    bound, forged = await office.accepted(), await office.accepted()
    await by_hand(office, "UPDATE attachments SET seal = ''")
    await by_hand(
        office, "UPDATE attachments SET bound_seal = 'x:00' WHERE dossier_id = $1", forged["dossier_id"]
    )
    await seal_rows(office.service.runtime, [])
    capsys.readouterr()
    told = await verified(office, capsys)
    assert bound["dossier_id"] not in told
    assert f"{forged['dossier_id']}: a file's record was changed" in told
    assert await pool.fetchval("SELECT count(*) FROM attachments WHERE seal = ''") == 1


@pytest.mark.parametrize("is_printed", [True, False], ids=["printed", "not yet printed"])
@pytest.mark.parametrize(
    "forgery",
    ["dossier_id = $2", "content_sealed = (SELECT content_sealed FROM papers WHERE dossier_id = $2)"],
    ids=["another dossier's", "another's words"],
)
async def test_a_paper_of_another_dossier_is_served_to_nobody(
    office: Office, forgery: str, *, is_printed: bool
) -> None:
    """Its row put under this dossier, or its content: named by the log, never as this dossier's form."""
    one, other = await office.accepted(), await office.accepted()
    if is_printed:
        await office.service.run_job(PRINT_PAPERS)
    pool = office.service.runtime.pool
    paper = await pool.fetchval("SELECT id FROM papers WHERE dossier_id = $1", UUID(one["dossier_id"]))
    assert (await office.service.get(f"/v1/papers/{paper}", RECEIVER)).status_code == 200
    await by_hand(office, f"UPDATE papers SET {forgery} WHERE id = $1", paper, UUID(other["dossier_id"]))
    answer = await office.service.get(f"/v1/papers/{paper}", RECEIVER)
    assert (answer.status_code, answer.json()["code"]) == (503, "row-changed")


async def test_a_printed_file_of_another_paper_is_served_to_nobody(office: Office) -> None:
    await office.accepted()
    await office.accepted()
    await office.service.run_job(PRINT_PAPERS)
    pool = office.service.runtime.pool
    (one, _), (_, sha256) = await pool.fetch("SELECT id, sha256 FROM papers ORDER BY id")
    await by_hand(office, "UPDATE papers SET sha256 = $2 WHERE id = $1", one, sha256)
    answer = await office.service.get(f"/v1/papers/{one}", RECEIVER)
    assert (answer.status_code, answer.json()["code"]) == (503, "row-changed")
