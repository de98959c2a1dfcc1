"""What in a history is out of order, case by case."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.clock import VIETNAM
from services.dossier.consumers.catalog import ProcessFields
from services.dossier.domain.definitions import Process
from services.dossier.domain.supervision.anomalies import AnomalyKind, HistoryEntry, anomalies_in, letters_of
from tests.builders.dossier.office import a_process

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
PROCESS = Process.of(ProcessFields.model_validate(a_process().data).model_dump(mode="json"))
PUBLISHED = frozenset({"to-khai", "ly-hon"})
WHY = "Thiếu chữ ký của người yêu cầu"


def an_entry(name: str, step: str = "", **change: Any) -> dict[str, Any]:
    return {"name": name, "step": step, "change": change}


def left(step: str, to: str, *, outcome: str = "DONE", note: str = "") -> dict[str, Any]:
    return an_entry("step_completed", to, completed_step=step, outcome=outcome, note=note)


def asked(*components: str, intake: bool = False) -> dict[str, Any]:
    items = [{"component_code": code, "name": "x", "reason": "y"} for code in components]
    name = "intake_supplement_requested" if intake else "supplement_requested"
    return an_entry(name, "tham-dinh", supplement={"items": items})


def a_history(*entries: dict[str, Any]) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            version,
            f"dossier.{entry['name']}.v1",
            NOW + timedelta(minutes=version),
            {
                "dossier": {
                    "step": {"code": entry["step"]} if entry["step"] else None,
                    "competent_agency": {"code": "H99.201"},
                },
                "change": {
                    "actor": {"agency": "H99.201", "unit": "chuyen-mon", "name": "Cán bộ"},
                    **entry["change"],
                },
            },
        )
        for version, entry in enumerate(entries, 1)
    ]


def found_in(*entries: dict[str, Any]) -> list[tuple[str, int, str]]:
    found = anomalies_in(
        UUID(int=1), a_history(*entries), published=PUBLISHED, process=PROCESS, least_letters=10
    )
    return [(one.kind.value, one.version, one.about) for one in found]


HANDED = an_entry("handed_over", "tham-dinh")
FIRST = left("tham-dinh", "soat-xet")
UNDONE = an_entry("work_noted", "tham-dinh")
TWICE, SILENT, ORDER = "SUPPLEMENT_TWICE", "RETURN_WITHOUT_REASON", "STEP_OUT_OF_ORDER"


def back(note: str, to: str = "tham-dinh") -> list[dict[str, Any]]:
    return [HANDED, FIRST, left("soat-xet", to, outcome="RETURNED", note=note)]


CASES: dict[str, tuple[list[dict[str, Any]], list[tuple[str, int, str]]]] = {
    "the plain road": ([HANDED, FIRST, left("soat-xet", "ky"), left("ky", "phat-hanh")], []),
    "a branch of the process": ([HANDED, left("tham-dinh", "thuc-dia"), left("thuc-dia", "soat-xet")], []),
    "back with a reason": (back(WHY), []),
    "back with a dot": (back("."), [(SILENT, 3, "")]),
    "back with one letter": (back("a" * 20), [(SILENT, 3, "")]),
    "back where no way leads": (back(WHY, "thuc-dia"), [(ORDER, 3, "soat-xet>thuc-dia")]),
    "a step skipped": ([HANDED, left("tham-dinh", "ky")], [(ORDER, 2, "tham-dinh>ky")]),
    "another than the one in work": ([HANDED, left("soat-xet", "ky")], [(ORDER, 2, "soat-xet")]),
    "a step nobody approved": (
        [HANDED, FIRST, an_entry("work_noted", "la"), left("la", "ky")],
        [(ORDER, 4, "la?")],
    ),
    "undone and done again": ([HANDED, FIRST, UNDONE, left("tham-dinh", "thuc-dia")], []),
    "time decided": ([HANDED, left("tham-dinh", "ky", outcome="TIMED_OUT")], []),
    "a published paper once": ([HANDED, asked("to-khai")], []),
    "a paper not published": ([asked("so", intake=True)], [("UNPUBLISHED_PAPER", 1, "so")]),
    "a paper without a name": ([asked("")], [("UNPUBLISHED_PAPER", 1, "#0")]),
    "two supplements": ([HANDED, asked("to-khai"), asked("ly-hon")], [(TWICE, 3, "")]),
    "one before acceptance, one after": ([asked("to-khai", intake=True), HANDED, asked("ly-hon")], []),
    "one paper before and after": (
        [asked("to-khai", intake=True), HANDED, asked("to-khai")],
        [(TWICE, 3, "to-khai")],
    ),
}


@pytest.mark.parametrize(("entries", "expected"), CASES.values(), ids=CASES)
def test_a_history_shows_what_is_out_of_order(
    entries: list[dict[str, Any]], expected: list[tuple[str, int, str]]
) -> None:
    assert found_in(*entries) == expected


def test_evidence_names_entries_and_offices_and_nobody() -> None:
    note = "ông Nguyễn"
    (anomaly,) = anomalies_in(
        UUID(int=1),
        a_history(
            HANDED,
            left("tham-dinh", "soat-xet"),
            left("soat-xet", "tham-dinh", outcome="RETURNED", note=note),
        ),
        published=PUBLISHED,
        process=PROCESS,
        least_letters=10,
    )
    assert anomaly.kind is AnomalyKind.RETURN_WITHOUT_REASON
    assert anomaly.evidence["entry"] == 3
    assert anomaly.evidence["unit"] == "chuyen-mon"
    assert "Nguyễn" not in str(anomaly.evidence)
    assert "Cán bộ" not in str(anomaly.evidence)


anything = st.one_of(
    st.builds(left, st.sampled_from(sorted(PROCESS.steps)), st.sampled_from(["", *sorted(PROCESS.steps)])),
    st.lists(st.sampled_from(["to-khai", "ly-hon", "khac", ""]), max_size=3).map(lambda codes: asked(*codes)),
    st.just(HANDED),
)


@given(st.lists(anything, max_size=12))
def test_more_history_never_changes_what_was_found_before(entries: list[dict[str, Any]]) -> None:
    """So a reading that stopped anywhere goes on without losing or doubling anything."""
    for cut in range(len(entries)):
        assert found_in(*entries)[: len(found_in(*entries[:cut]))] == found_in(*entries[:cut])


@given(st.lists(anything, max_size=12))
def test_each_anomaly_has_a_name_of_its_own(entries: list[dict[str, Any]]) -> None:
    found = found_in(*entries)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("text", "letters"), [("", 0), ("...", 0), ("aaaa", 1), ("ok", 2), ("Thiếu", 5), ("1 2 3", 0)]
)
def test_a_reason_is_its_letters(text: str, letters: int) -> None:
    assert letters_of(text) == letters
