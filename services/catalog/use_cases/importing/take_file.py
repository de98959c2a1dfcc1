"""Takes a file of procedures into the catalogue: all of it or nothing, with a word on every row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kernel.core.caller import Caller
from services.catalog.domain.errors import ImportRefused
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.items import ItemKind, Outcome
from services.catalog.domain.parts import Shown
from services.catalog.domain.sources.records import complete, is_partial
from services.catalog.domain.sources.rows import Dirt, Row, dirt_table
from services.catalog.use_cases.import_document import (
    Compared,
    Report,
    compare_document,
    write_plan,
)
from services.catalog.use_cases.importing.ports import FileImport, ImportState
from services.catalog.use_cases.ports import Work

_MOST_TOLD = 200
_PORTION = 500


async def take_rows(
    rows: Sequence[Row], *, by: Caller, dry_run: bool, sets_aside: bool, work: Work, now: datetime
) -> None:
    """Import every sound row and note its outcome; each row has one afterwards.

    With refused rows nothing is written and `ImportRefused` raised, unless they are to be set aside. The rows
    are gone through in portions of the one commit, each forgotten but for the report: what ten thousand
    of them make is never all in memory. What search finds comes last, as others who publish wait for it.
    """
    await _leave_known_names(rows, work)
    shown: list[Shown] = []
    for first in range(0, len(rows), _PORTION):
        portion = rows[first : first + _PORTION]
        await _complete(portion, work)
        compared = await _compare(portion, by=by, work=work, now=now)
        _note(portion, compared.report)
        is_vain = dry_run or (not sets_aside and any(row.reasons for row in rows[: first + _PORTION]))
        if not is_vain and compared.plan.refused:
            compared = await _compare(portion, by=by, work=work, now=now)
        if not is_vain:
            shown += await write_plan(compared, work=work, now=now)
            await work.flush()
        for row in portion:
            row.spend()
    refused = [row for row in rows if row.reasons]
    if refused and not sets_aside and not dry_run:
        raise ImportRefused(
            extra={"counts": counts_of(rows), "rows": [told(row) for row in refused[:_MOST_TOLD]]}
        )
    if not dry_run:
        work.imports.show(shown)


async def _leave_known_names(rows: Sequence[Row], work: Work) -> None:
    """Leave rows of a code and a name alone where the procedure is there already, and knows more."""
    names = {
        code: row
        for row in rows
        if not row.reasons and Dirt.NAME_ONLY in row.dirt and (code := national_code(row.code)) is not None
    }
    for code in await work.file_imports.held(list(names)) if names else ():
        names[code].is_left = True


async def _complete(rows: Sequence[Row], work: Work) -> None:
    """Complete rows that leave details unsaid with what the nation's record says now."""
    partial = {
        code: row
        for row in rows
        if _is_taken(row) and is_partial(row) and (code := national_code(row.code)) is not None
    }
    found = await work.file_imports.records(list(partial)) if partial else {}
    for code, record in found.items():
        if record is None:
            partial[code].reasons.append(
                "bản hiện hành được soạn qua dự thảo: dòng phải có đủ nội dung, hoặc sửa qua dự thảo"
            )
        else:
            complete(partial[code], record)


async def _compare(rows: Sequence[Row], *, by: Caller, work: Work, now: datetime) -> Compared:
    records = [record_of(row) for row in rows if _is_taken(row)]
    return await compare_document({"public_procedures": records}, by=by, work=work, now=now)


def record_of(row: Row) -> dict[str, Any]:
    """Return what is imported of a row, with the row as found where it was rewritten."""
    return row.record if row.raw == row.record else {**row.record, "as_found": row.raw}


def _is_taken(row: Row) -> bool:
    return not row.reasons and not row.is_left


def _note(rows: Sequence[Row], report: Report) -> None:
    sound = [row for row in rows if _is_taken(row)]
    items = [item for item in report.items if item.kind is ItemKind.PROCEDURE]
    for row, item in zip(sound, items, strict=True):
        row.outcome = item.outcome.value
        row.reasons += item.reasons
    for row in rows:
        if row.reasons:
            row.outcome = Outcome.REFUSED.value
        elif row.is_left:
            row.outcome = Outcome.UNCHANGED.value


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many rows were read and how many had each outcome; the outcomes sum up to the rows."""
    counted = Counter(row.outcome for row in rows)
    return {"rows": len(rows), **{outcome.value: counted[outcome.value] for outcome in Outcome}}


def told(row: Row) -> dict[str, Any]:
    """Return a row's line in the report."""
    return {
        "row": row.number,
        "code": row.code,
        "name": row.name[:200],
        "outcome": row.outcome,
        "reasons": list(row.reasons),
        "dirt": [f"{kind.value}: {example}" if example else kind.value for kind, example in row.dirt.items()],
    }


def ended(found: FileImport, rows: Sequence[Row], state: ImportState, now: datetime) -> None:
    """Note on the import what became of its rows."""
    found.state, found.ended_at = state, now
    found.total = found.done = len(rows)
    found.counts = counts_of(rows)
    found.report = [told(row) for row in rows]
    found.dirt = dirt_of(rows)


def dirt_of(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """Return every kind of dirt with its count and examples."""
    return [
        {"kind": kind.name, "what": kind.value, "count": count, "examples": examples}
        for kind, count, examples in dirt_table(rows)
    ]
