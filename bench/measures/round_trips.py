"""How many statements a submit sends to PostgreSQL, counted by PostgreSQL itself."""

from collections.abc import Sequence

from bench.figures import Figure
from bench.generator import Plan
from bench.people import SUBMITTED
from bench.run import Run, notes_of

SUBMITS = 200
_WARM = 40
_LIMIT = 3
_NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK")
_RELAY = "FROM outbox WHERE published_at IS NULL"
_CALLS = """
SELECT s.calls, regexp_replace(s.query, '\\s+', ' ', 'g') FROM pg_stat_statements s
JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = 'dossier' AND s.toplevel ORDER BY s.calls DESC
"""


def statements_per_submit(run: Run) -> Sequence[Figure]:
    """Submit one by one at the dossier service and divide the calls PostgreSQL saw."""
    server = run.subject.stack.postgres
    server.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    _submit(run, _WARM)
    _track(run, "top")
    try:
        loaded, notes = _submit(run, SUBMITS)
        seen = [line.split("|", 1) for line in server.sql(_CALLS).splitlines()]
    finally:
        _track(run, "none")
    run.sample_dossier = str(
        run.subject.rows("dossier", "SELECT id FROM dossiers ORDER BY id DESC LIMIT 1")[0][0]
    )
    own = [
        (int(calls), text)
        for calls, text in seen
        if not text.upper().startswith(_NOT_COUNTED) and _RELAY not in text and int(calls) >= loaded / 2
    ]
    each = sum(calls for calls, _ in own) / loaded
    return [
        Figure(
            what="SQL statements per submit (BEGIN, COMMIT not counted)",
            measured=f"{each:.2f}",
            target=f"<= {_LIMIT}",
            reached=each <= _LIMIT,
            notes=[
                f"pg_stat_statements over {loaded} submits, one after another, after {_WARM} to warm up;"
                " the relay's own statement in the same process is left out",
                *(f"{calls / loaded:.2f} a submit: `{text[:110]}…`" for calls, text in own),
                *notes,
            ],
        )
    ]


def _submit(run: Run, count: int) -> tuple[int, list[str]]:
    loaded, _ = run.load(
        Plan(
            connections=1,
            seconds=60,
            count=count,
            actors=run.people.at_service(),
            rows_file=run.people.files(count, SUBMITTED),
            steps=[run.people.submission(run.subject.url("dossier", "/v1/dossiers"), SUBMITTED)],
        )
    )
    return loaded.succeeded, notes_of(loaded)


def _track(run: Run, what: str) -> None:
    run.subject.stack.postgres.sql(
        f"SELECT pg_stat_statements_reset();\nALTER SYSTEM SET \"pg_stat_statements.track\" = '{what}';\n"
        "SELECT pg_reload_conf();\nSELECT pg_sleep(0.3);"
    )
