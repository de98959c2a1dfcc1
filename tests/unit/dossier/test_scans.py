"""Scanned pages: what is blank, what is too coarse, and that every page has exactly one place."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageDraw
from pypdf import PdfReader

from kernel.core.errors import Invalid, Refusal
from kernel.core.ids import new_id
from kernel.testing.fixed_clock import TUESDAY_MORNING
from services.dossier.domain.scans import (
    BatchConfirmed,
    FaultsOpen,
    PageFault,
    PagesLeft,
    Piece,
    ScanBatch,
    ScannedPage,
    pages_of,
)
from services.dossier.store.workshop.scans import cut, measure
from tests.builders.dossier.files import a_pdf, a_pdf_written, a_stream
from tests.builders.dossier.scans import a_page, a_scan


def a_batch(*pages: ScannedPage, **changed: Any) -> ScanBatch:
    given: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "attachment_id": new_id(),
        "officer": "nhan",
        "agency": "H99.201",
        "pages": pages,
        "least_dpi": 200,
        "created_at": TUESDAY_MORNING,
    }
    return ScanBatch(**{**given, **changed})


def page(number: int, **changed: Any) -> ScannedPage:
    given: dict[str, Any] = {"page": number, "width_mm": 210, "height_mm": 297, "resolution_dpi": 300}
    return ScannedPage(**{**given, "has_text": False, "is_blank": False, **changed})


def piece(*pages: int, code: str = "to-khai") -> Piece:
    return Piece(component_code=code, name=code, pages=pages)


def test_a_scan_is_measured_as_it_lies() -> None:
    """Upright and across, fine and coarse, written and blank, on white and on grey paper."""
    written, across = a_page(300, "ĐƠN ĐỀ NGHỊ"), a_page(300, "BẢN VẼ").rotate(90, expand=True)
    coarse, blank, grey = a_page(100, "MỜ"), a_page(200, ""), a_page(200, "", paper=200)
    told, _ = measure(a_scan(written, across, coarse, blank, grey, dpis=(300, 300, 100, 200, 200)))
    assert [one["resolution_dpi"] for one in told["pages"]] == [300, 300, 100, 200, 200]
    assert [one["is_blank"] for one in told["pages"]] == [False, False, False, True, True]
    assert (told["pages"][0]["width_mm"], told["pages"][0]["height_mm"]) == (210, 297)
    assert (told["pages"][1]["width_mm"], told["pages"][1]["height_mm"]) == (297, 210)


def test_shadows_at_the_edge_do_not_make_a_page_say_something_and_a_line_does() -> None:
    shadow, line = a_page(200, ""), a_page(200, "")
    ImageDraw.Draw(shadow).rectangle((0, 0, 30, shadow.height), fill=30)
    ImageDraw.Draw(line).line((300, 900, 1200, 900), fill=20, width=6)
    told, _ = measure(a_scan(shadow, line, dpis=(200, 200)))
    assert [one["is_blank"] for one in told["pages"]] == [True, False]


def test_a_page_that_was_never_paper_has_no_resolution_to_lack() -> None:
    told, _ = measure(a_pdf_written("", a_stream("0 0 100 100 re f"), page="/Contents 4 0 R"))
    assert [(one["resolution_dpi"], one["is_blank"]) for one in told["pages"]] == [(0, False)]
    assert page(1, resolution_dpi=0).faults(200) == []
    assert measure(a_pdf())[0]["pages"][0]["is_blank"]


def test_faults_follow_the_rule() -> None:
    assert page(1, resolution_dpi=199).faults(200) == [PageFault.LOW_RESOLUTION]
    assert page(1, resolution_dpi=200).faults(200) == []
    assert page(1, is_blank=True, resolution_dpi=50).faults(200) == [PageFault.BLANK]


def test_a_cut_piece_has_its_pages_in_its_order_and_nothing_else() -> None:
    batch = a_scan(*(a_page(72, str(number)) for number in range(1, 5)), dpis=(72,) * 4)
    told, made = cut(batch, pieces=[[3, 1], [2]])
    assert told == {"pieces": 2}
    assert [len(PdfReader(io.BytesIO(one)).pages) for one in made] == [2, 1]
    source = [one.images[0].data for one in PdfReader(io.BytesIO(batch)).pages]
    assert [one.images[0].data for one in PdfReader(io.BytesIO(made[0])).pages] == [source[2], source[0]]
    assert all(len(one) < len(batch) for one in made)


PAGES = (page(1), page(2), page(3, is_blank=True))
SPLITS: dict[str, tuple[list[Piece], tuple[int, ...], dict[str, Any], type[Refusal] | None]] = {
    "every page a place": ([piece(1), piece(2, code="b")], (3,), {}, None),
    "in any order": ([piece(2, 1)], (3,), {}, None),
    "a page left": ([piece(1)], (3,), {}, PagesLeft),
    "a page twice": ([piece(1, 2), piece(2, code="b")], (3,), {}, Invalid),
    "used and dropped": ([piece(1, 2)], (2, 3), {}, Invalid),
    "a page there is not": ([piece(1, 2, 4)], (3,), {}, Invalid),
    "one dropped that there is not": ([piece(1, 2)], (3, 9), {}, Invalid),
    "a blank page used": ([piece(1, 2, 3)], (), {}, FaultsOpen),
    "accepted without a reason": ([piece(1, 2, 3)], (), {"accepts_faults": True}, Invalid),
    "accepted with a reason": ([piece(1, 2, 3)], (), {"accepts_faults": True, "note": "Mặt sau"}, None),
}


@pytest.mark.parametrize("what", SPLITS)
def test_every_page_has_exactly_one_place(what: str) -> None:
    pieces, dropped, more, refusal = SPLITS[what]
    said = {"accepts_faults": False, "note": "", **more}
    if refusal is None:
        a_batch(*PAGES).require_whole(pieces, dropped, **said)
        return
    with pytest.raises(refusal):
        a_batch(*PAGES).require_whole(pieces, dropped, **said)


def test_what_was_confirmed_is_not_split_again() -> None:
    with pytest.raises(BatchConfirmed):
        a_batch(page(1), confirmed_at=TUESDAY_MORNING).require_whole(
            [piece(1)], (), accepts_faults=False, note=""
        )


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 20)), min_size=1, max_size=8))
def test_ranges_are_read_as_written(ranges: list[tuple[int, int]]) -> None:
    text = ", ".join(f"{first}-{first + more}" if more else str(first) for first, more in ranges)
    assert pages_of(text, "x") == tuple(
        number for first, more in ranges for number in range(first, first + more + 1)
    )


@pytest.mark.parametrize("text", ["0", "3-1", "a", "1-", "-2", "1,,2", "1;2", "12345", "1-2-3"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        pages_of(text, "x")
