"""What PostgreSQL alone does on this machine, in the same run: pgbench on the same server."""

import asyncio
import os
import re
import resource
import subprocess
from collections.abc import Sequence

import asyncpg

from bench.figures import Figure
from bench.run import Run
from stack.servers import StackError

CLIENTS = 32
READ_ROWS = 20_000
_THREE = """
CREATE TABLE floor_state (
    id uuid PRIMARY KEY, owner text NOT NULL, version bigint NOT NULL, data text NOT NULL);
CREATE TABLE floor_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL, data text NOT NULL);
CREATE TABLE floor_keys (principal text, key text, body text NOT NULL, PRIMARY KEY (principal, key));
CREATE TABLE floor_reads (id int PRIMARY KEY, data text NOT NULL);
"""
_THREE_SCRIPT = """
\\set who random(1, 1000)
BEGIN;
INSERT INTO floor_state VALUES (gen_random_uuid(), CAST(:who AS text), 1, repeat('s', 1000));
INSERT INTO floor_events (event_id, data) VALUES (gen_random_uuid(), repeat('e', 1500));
INSERT INTO floor_keys VALUES (CAST(:who AS text), CAST(gen_random_uuid() AS text), repeat('k', 300));
COMMIT;
"""
_READ_SCRIPT = f"""
\\set id random(1, {READ_ROWS})
SELECT data FROM floor_reads WHERE id = :id;
"""
_DOSSIER_TABLES = {
    "dossiers": "SELECT row_to_json(x) FROM dossiers x WHERE id = $1",
    "history": "SELECT row_to_json(x) FROM history x WHERE dossier_id = $1 AND version = 1",
    "components": "SELECT row_to_json(x) FROM components x WHERE dossier_id = $1",
    "outbox": "SELECT row_to_json(x) FROM outbox x WHERE key = $1::text ORDER BY id LIMIT 1",
    "idempotency_keys": "SELECT row_to_json(x) FROM idempotency_keys x"
    " WHERE headers->>'location' = '/v1/dossiers/' || $1 LIMIT 1",
}
_HALF = "lpad(to_hex(CAST(:{} AS bigint)), 16, '0')"
_FRESH = f"CAST({_HALF.format('high')} || {_HALF.format('low')} AS uuid)"
_REPLACED = {"id": _FRESH, "dossier_id": _FRESH, "event_id": _FRESH}
_AS_TEXT = {"reference": _FRESH, "key": _FRESH}


def three_inserts_and_one_read(run: Run) -> Sequence[Figure]:
    """Three inserts in one transaction, and a single row by its key."""
    run.subject.stack.postgres.sql("CREATE DATABASE floor")
    fill = f"INSERT INTO floor_reads SELECT n, repeat('r', 1200) FROM generate_series(1, {READ_ROWS}) AS n;"
    run.subject.stack.postgres.sql(f"{_THREE}{fill}\nANALYZE;", database="floor")
    writes, write_cores = _pgbench(run, "floor", _THREE_SCRIPT)
    reads, read_cores = _pgbench(run, "floor", _READ_SCRIPT)
    run.floors |= {"three": writes, "read": reads}
    how = f"pgbench -M prepared, {CLIENTS} clients, 2 threads, {run.lengths.floor:.0f} s, fsync on"
    return [
        Figure(
            what="Floor: three inserts in one transaction",
            measured=f"{writes:,.0f} tx/s",
            generator_cores=write_cores,
            notes=[how, "BEGIN, three INSERTs (1.0, 1.5 and 0.3 kB) and COMMIT: five round trips"],
        ),
        Figure(
            what="Floor: one row by its key",
            measured=f"{reads:,.0f} reads/s",
            generator_cores=read_cores,
            notes=[how, f"{READ_ROWS:,} rows of 1.2 kB"],
        ),
    ]


def same_rows(run: Run) -> Sequence[Figure]:
    """Exactly the rows and indexes of one submitted dossier, copied under fresh keys."""
    server = run.subject.stack.postgres
    server.sql("CREATE DATABASE floor_rows")
    schema = subprocess.run(  # noqa: S603 - PostgreSQL's own program.
        [
            server.program("pg_dump"),
            "-s",
            "--no-owner",
            "--no-privileges",
            run.subject.stack.around.databases["dossier"],
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    server.sql(schema, database="floor_rows")
    script = asyncio.run(_script(run))
    rate, cores = _pgbench(run, "floor_rows", script)
    run.floors["rows"] = rate
    return [
        Figure(
            what="Floor: the rows of a submitted dossier",
            measured=f"{rate:,.0f} tx/s",
            generator_cores=cores,
            notes=[
                f"pgbench -M prepared, {CLIENTS} clients, 2 threads, {run.lengths.floor:.0f} s; the dossier"
                " service's own schema with all indexes; BEGIN, five INSERTs (dossier, history, component,"
                " outbox, idempotency key), one UPDATE (the file's record) and COMMIT: eight round trips"
            ],
        )
    ]


async def _script(run: Run) -> str:
    """Put one dossier's rows into templates of a database of its own; return pgbench's script."""
    stack = run.subject.stack
    server = stack.postgres
    source = await asyncpg.connect(stack.around.databases["dossier"])
    target = await asyncpg.connect(server.dsn("floor_rows", server.superuser, server.password))
    lines = ["\\set high random(1, 9223372036854775807)", "\\set low random(1, 9223372036854775807)"]
    lines += [f"\\set file random(1, {READ_ROWS})", "BEGIN;"]
    try:
        for table, query in _DOSSIER_TABLES.items():
            row = await source.fetchval(query, run.sample_dossier)
            if row is None:
                raise StackError(f"the sample dossier has no row in {table}")
            await target.execute(
                f"CREATE TABLE template_{table} AS"
                f" SELECT * FROM json_populate_record(NULL::{table}, '{_quoted(row)}')"
            )
            lines.append(_insert(table, await _columns(target, table)))
        await target.execute(
            "INSERT INTO attachments (id, uploader, component_code, file_name, media_type, size, sha256,"
            " created_at, purpose) SELECT lpad(to_hex(n), 32, '0')::uuid, 'cong-dan-an', 'don', 'don.pdf',"
            " 'application/pdf', 51200, sha256('x'), now(), ''"
            f" FROM generate_series(1, {READ_ROWS}) AS n"
        )
        await target.execute("ANALYZE")
    finally:
        await source.close()
        await target.close()
    lines.append(
        f"UPDATE attachments SET dossier_id = {_FRESH}, purpose = 'COMPONENT'"
        " WHERE id = CAST(lpad(to_hex(CAST(:file AS int)), 32, '0') AS uuid);"
    )
    return "\n".join([*lines, "COMMIT;", ""])


async def _columns(connection: asyncpg.Connection, table: str) -> list[str]:
    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = '' ORDER BY attnum",
        table,
    )
    return [row["attname"] for row in rows]


def _insert(table: str, columns: Sequence[str]) -> str:
    texts = {name: f"CAST({fresh} AS text)" for name, fresh in _AS_TEXT.items()}
    values = [_REPLACED.get(name) or texts.get(name) or name for name in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM template_{table};"


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def _pgbench(run: Run, database: str, script: str) -> tuple[float, float]:
    """Return transactions a second and the cores pgbench itself kept busy."""
    server, seconds = run.subject.stack.postgres, run.lengths.floor
    file = run.subject.folder / f"{database}.sql"
    file.write_text(script)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program.
        [
            server.program("pgbench"),
            *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", f"{seconds:.0f}", "-f", str(file)),
            *("-h", server.host, "-p", str(server.port), "-U", server.superuser, database),
        ],
        env={"PGPASSWORD": server.password, "PATH": os.environ.get("PATH", os.defpath)},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise StackError(f"pgbench failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return float(found[1]), used / seconds
