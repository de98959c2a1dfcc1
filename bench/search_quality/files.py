"""Reads catalogues and questions of any quality; says what was left out, and never fails for a bad row."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.catalog.domain.identifiers import national_code
from services.catalog.domain.sources.reading_files import format_of
from services.catalog.domain.sources.rows import Row
from services.catalog.store.files.opening import rows_of

_WORTH = ("field", "steps_text", "components", "results", "levels", "target_audience", "channels")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked, and the codes that answer it: one is enough, or all are wanted."""

    text: str
    expected: tuple[str, ...]
    wants_all: bool


def read_catalogues(paths: Iterable[Path], say: Any) -> list[dict[str, Any]]:
    """Return one record a code; of several the one that says most, of equals the first."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        content = path.read_bytes()
        rows = rows_of(content, format_of(content, "", path.name))
        skipped: Counter[str] = Counter()
        taken = 0
        for row in rows:
            code = national_code(row.code) if row.code else None
            name = row.record.get("name")
            if code is None or not isinstance(name, str) or not name.strip():
                skipped["no procedure code" if code is None else "no name"] += 1
                continue
            if row.reasons and not _is_twin(row):
                skipped[row.reasons[0]] += 1
                continue
            held = found.get(code)
            if held is not None:
                skipped["code seen before"] += 1
            if held is None or _worth(row.record) > _worth(held):
                found[code] = {**row.record, "code": code}
            taken += held is None
        say(f"{path.name}: {len(rows)} rows, {taken} new procedures{_told(skipped)}")
    return list(found.values())


def read_questions(path: Path, say: Any) -> list[Question]:
    """Return the questions that name at least one code."""
    content = path.read_bytes()
    skipped: Counter[str] = Counter()
    questions = []
    for entry in _entries(content, path.name):
        text = entry.get("query") or entry.get("question") or entry.get("q")
        codes = [code for code in (national_code(str(one)) for one in _codes(entry)) if code]
        if not isinstance(text, str) or not text.strip():
            skipped["no question"] += 1
        elif not codes:
            skipped["no expected code"] += 1
        else:
            wants_all = str(entry.get("match") or "any").strip().lower() == "all"
            questions.append(Question(text, tuple(dict.fromkeys(codes)), wants_all))
    say(f"{path.name}: {len(questions)} questions with codes{_told(skipped)}")
    return questions


def _entries(content: bytes, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield a questions file's objects: JSON Lines, JSON or CSV; lines that are none count as empty."""
    if name.lower().endswith(".csv"):
        yield from csv.DictReader(content.decode("utf-8-sig", "replace").splitlines())
        return
    text = content.decode("utf-8-sig", "replace")
    try:
        whole = json.loads(text)
        values = whole if isinstance(whole, list) else [whole]
    except ValueError:
        values = [_value(line) for line in text.split("\n") if line.strip()]
    for value in values:
        yield value if isinstance(value, Mapping) else {}


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _codes(entry: Mapping[str, Any]) -> Iterable[Any]:
    codes = entry.get("expected_codes") or entry.get("expected") or entry.get("codes") or []
    return codes.replace(",", ";").replace(" ", ";").split(";") if isinstance(codes, str) else codes


def _worth(record: Mapping[str, Any]) -> int:
    return sum(bool(record.get(name)) for name in _WORTH)


def _is_twin(row: Row) -> bool:
    return all(reason.startswith("code: ") and "dòng" in reason for reason in row.reasons)


def _told(skipped: Mapping[str, int]) -> str:
    return "".join(f"; {count} skipped: {why}" for why, count in skipped.items())
