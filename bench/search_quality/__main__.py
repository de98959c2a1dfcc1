"""`make search-quality CATALOGUE=a.jsonl,b.jsonl QUERIES=q.jsonl`: load, ask, count; nothing stays behind."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.search_quality.files import Question, read_catalogues, read_questions
from bench.search_quality.measuring import FIRST, MORE, answerable, recall
from kernel.bus.memory import MemoryBus
from kernel.core.caller import Caller
from kernel.postgres.migrations import migrate
from kernel.testing.running import RunningService, a_service, running
from services.catalog.app import service
from services.catalog.domain.errors import NotADocument
from services.catalog.use_cases.import_document import import_document
from stack.postgres import forget, provision, start_postgres
from stack.servers import StackError

_PORTION = 5_000


def main() -> int:
    """Print a line per miss, the recall as typed, and last the recall with diacritics removed."""
    parser = argparse.ArgumentParser(prog="search-quality", description=__doc__)
    parser.add_argument("--catalogue", required=True, help="files of procedures, with commas between")
    parser.add_argument("--queries", required=True, type=Path, help="questions with their expected codes")
    parser.add_argument("--misses", choices=("both", "removed", "none"), default="removed")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        records = read_catalogues([Path(name) for name in given.catalogue.split(",") if name], _say)
        questions = read_questions(given.queries, _say)
        with _database() as url:
            asyncio.run(_measure(url, records, questions, given.misses))
    except (OSError, StackError, NotADocument) as error:
        print(f"cannot measure: {error}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _database() -> Iterator[str]:
    home = Path(tempfile.mkdtemp(prefix="motcua-quality-"))
    home.chmod(0o711)
    try:
        server = start_postgres(home, durable=False, ends_with_us=True)
        try:
            yield provision(server, ["catalog"])["catalog"]
        finally:
            server.stop()
    finally:
        forget(home)


async def _measure(
    url: str, records: Sequence[dict[str, Any]], questions: Sequence[Question], misses: str
) -> None:
    await migrate(url, service.name, service.tables)
    async with running(service, url, MemoryBus()) as catalog:
        held = await _load(catalog, records)
        asked = answerable(questions, held)
        _say(f"{len(questions) - len(asked)} questions left out: none of their codes is in the catalogue")
        names = {record["code"]: str(record["name"]) for record in records}

        def tell(question: Question, text: str, score: float, found: Sequence[str]) -> None:
            wanted = ", ".join(f"{code} {names.get(code, '')[:60]}" for code in question.expected[:3])
            print(
                f"miss [{score:.2f}] {text!r} wanted {wanted}; got {', '.join(found)}",
                flush=True,
            )

        typed = await recall(catalog, asked, removed=False, on_miss=tell if misses == "both" else None)
        removed = await recall(catalog, asked, removed=True, on_miss=tell if misses != "none" else None)
    print(f"as typed: {_line(typed, len(asked))}")
    print(_line(removed, len(asked)), flush=True)


async def _load(catalog: RunningService, records: Sequence[dict[str, Any]]) -> set[str]:
    """Import what can be imported; say what was refused."""
    loader: Caller = a_service("catalog.import")
    held: set[str] = set()
    for first in range(0, len(records), _PORTION):
        portion = list(records[first : first + _PORTION])
        for is_dry in (True, False):
            async with catalog.runtime.unit_of_work() as unit:
                work = catalog.runtime.open_work(unit)
                report = await import_document(
                    {"public_procedures": portion},
                    by=loader,
                    dry_run=is_dry,
                    work=work,
                    now=catalog.clock.now(),
                )
                if not is_dry:
                    await unit.commit()
            refused = {item.code: item.reasons for item in report.items if item.reasons}
            for code, reasons in refused.items():
                _say(f"skipped {code}: {'; '.join(reasons)}")
            portion = [record for record in portion if record["code"] not in refused]
        held |= {record["code"] for record in portion}
    await catalog.runtime.pool.execute("ANALYZE")
    _say(f"{len(held)} procedures in the catalogue")
    return held


def _line(found: tuple[float, float], count: int) -> str:
    return f"recall@{FIRST}={found[0]:.4f} recall@{MORE}={found[1]:.4f} n={count}"


def _say(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
