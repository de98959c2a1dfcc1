"""What is built is valid, and what is read back is what was said."""

import base64
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kernel.core.clock import VIETNAM
from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import (
    Answered,
    Attachment,
    Envelope,
    Number,
    Organ,
    Purpose,
    Signer,
    Staff,
    StatusNotice,
    document_id_of,
    same_document,
)
from services.gateway.domain.documents.organs import is_organ, same_organ, written_organ
from services.gateway.domain.documents.profile import Profile
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.statuses import TEXTS
from services.gateway.domain.documents.writing import write_envelope, write_status
from tests.builders.gateway.documents import DEPARTMENT, PDF, WARD, a_status, an_envelope

_XSD = Path(__file__).parents[4] / "contracts" / "edxml" / "edxml.v1.xsd"
_SCHEMA = etree.XMLSchema(etree.parse(str(_XSD)))
_LETTERS = "abcđêơưằẩỗựỵĂÂĐÊÔƠƯ xyz&<>\"'/,.-()1234"
_NAMES = st.text(st.sampled_from(_LETTERS), min_size=1, max_size=40).filter(str.strip)
_TEXTS = st.text(st.sampled_from(_LETTERS), max_size=40)
_ORGANS = st.sampled_from(["H99", "H99.15", "H99.15.28", "G22", "000.00.01.H22", "000.28.15.H22"])
_DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
_MOMENTS = st.integers(1, 500_000_000).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=VIETNAM) + timedelta(seconds=seconds)
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    number = Number(draw(st.from_regex(r"[0-9]{1,5}", fullmatch=True)), draw(_TEXTS))
    day = draw(_DAYS)
    purpose = draw(st.sampled_from(Purpose))
    files = draw(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=3))
    organs = draw(st.lists(_ORGANS, min_size=1, max_size=3, unique_by=same_organ))
    return an_envelope(
        number=number,
        promulgated_on=day,
        document_id=document_id_of(WARD.id, day, number),
        receivers=tuple(Organ(same_organ(one), draw(_NAMES), draw(_NAMES)) for one in organs),
        sender=Organ(WARD.id, WARD.name, WARD.name, email=draw(_TEXTS)),
        subject=draw(_NAMES),
        content=draw(_NAMES),
        signer=Signer(draw(_TEXTS), draw(_TEXTS), draw(_TEXTS)),
        due_on=draw(st.none() | st.just(day)),
        to_places=tuple(draw(st.lists(_NAMES, max_size=2))),
        appendixes=tuple(draw(st.lists(_NAMES, max_size=2))),
        priority=draw(st.integers(0, 4)),
        answers=tuple(
            Answered(DEPARTMENT.id, draw(_TEXTS), draw(_DAYS), draw(_NAMES))
            for _ in range(draw(st.integers(0, 2)))
        ),
        purpose=purpose,
        purpose_reason=draw(_TEXTS),
        about="" if purpose is Purpose.NEW else "H99.201,2026/01/01,1/CV",
        on_paper_too=draw(st.booleans()),
        staff=Staff(draw(_TEXTS), draw(_TEXTS)),
        attachments=tuple(
            Attachment(f"tep-{n}", f"tệp {n}.pdf", "application/pdf", content, draw(_TEXTS))
            for n, content in enumerate(files)
        ),
    )


@settings(max_examples=25, deadline=None)
@given(envelopes())
def test_every_good_document_is_written_to_the_schema_and_read_back_the_same(said: Envelope) -> None:
    assert faults_of(said) == []
    raw = write_envelope(said)
    _SCHEMA.assertValid(etree.fromstring(raw))
    assert read_envelope(raw) == said
    assert write_envelope(said) == raw, "a repeat is the same bytes"


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), _TEXTS, _MOMENTS)
def test_every_acknowledgement_is_read_back_the_same(code: str, text: str, at: datetime) -> None:
    said = a_status(an_envelope(), code, description=text, at=at, staff=Staff("Văn thư", "Trâm"))
    said = replace(said, sender=replace(said.sender, in_charge=said.sender.name))
    raw = write_status(said)
    _SCHEMA.assertValid(etree.fromstring(raw))
    assert read_envelope(raw) == said


def test_names_typed_in_either_form_are_the_same_document() -> None:
    composed = an_envelope(subject="Ủy ban nhân dân phường Bến Lâm", number=Number("12", "QĐ-UBND"))
    broken = replace(
        composed,
        subject=unicodedata.normalize("NFD", composed.subject),
        number=Number("12", unicodedata.normalize("NFD", "QĐ-UBND")),
        sender=Organ(WARD.id, unicodedata.normalize("NFD", WARD.name)),
    )
    assert write_envelope(broken) == write_envelope(composed)
    raw = unicodedata.normalize("NFD", write_envelope(composed).decode()).encode()
    assert read_envelope(raw) == read_envelope(write_envelope(composed))


def test_files_are_carried_byte_for_byte_and_a_changed_one_is_refused() -> None:
    raw = write_envelope(an_envelope())
    read = read_envelope(raw)
    assert isinstance(read, Envelope)
    assert read.attachments[0].content == PDF
    assert f"[SHA-256: {read.attachments[0].sha256}]".encode() in raw


def test_an_axis_that_zips_each_file_gives_it_back_as_it_was() -> None:
    raw = write_envelope(an_envelope(), Profile(zips_attachments=True))
    assert b"application/zip" in raw
    read = read_envelope(raw)
    assert isinstance(read, Envelope)
    assert (read.attachments[0].content, read.attachments[0].media_type) == (PDF, "application/pdf")


def test_a_file_that_is_a_zip_itself_stays_one() -> None:
    inner = write_envelope(an_envelope(), Profile(zips_attachments=True))
    assert inner
    one = Attachment("a", "ho-so.zip", "application/zip", b"PK\x03\x04 whatever")
    read = read_envelope(write_envelope(an_envelope(attachments=(one,))))
    assert isinstance(read, Envelope)
    assert read.attachments[0].content == one.content


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.00.H22", "H22"),
        ("000.00.01.H22", "H22.01"),
        ("000.28.15.H22", "H22.15.28"),
        ("000.00.201.H99", "H99.201"),
        ("002.00.20.H13", "H13.20.002"),
    ],
)
def test_an_agency_is_one_under_both_spellings(old: str, new: str) -> None:
    assert is_organ(old)
    assert is_organ(new)
    assert same_organ(old) == same_organ(new) == new


def test_an_identifier_is_written_in_the_old_form_only_where_it_can_be_read_back() -> None:
    for one in ("H22", "H22.01", "H99.201", "H99.15.28", "H99.1", "H99.A1", "H99.01.02.03.04"):
        assert same_organ(written_organ(one, old_form=True)) == one
    raw = write_envelope(an_envelope(), Profile(old_identifiers=True))
    assert b"<edXML:OrganId>000.00.201.H99</edXML:OrganId>" in raw
    read = read_envelope(raw)
    assert isinstance(read, Envelope)
    assert read.sender.id == WARD.id


def test_a_document_is_the_same_however_its_identifier_is_spelt() -> None:
    ours = "H22.01,2026/03/03,12/QĐ-UBND"
    assert same_document("000.00.01.H22,2026-03-03,12/qđ-ubnd") == same_document(ours)
    assert same_document(unicodedata.normalize("NFD", ours)) == same_document(ours)
    assert same_document("12/QĐ-UBND") != same_document(ours)


def test_the_order_and_namespaces_of_others_are_read() -> None:
    """As public code writes it: DocumentId early, files in no namespace, `MessageStatus`, ISO dates."""
    raw = write_envelope(an_envelope()).decode()
    head, _, rest = raw.partition("<edXML:DocumentId>")
    value, _, tail = rest.partition("</edXML:DocumentId>")
    moved = (
        head.replace("<edXML:Code>", f"<edXML:DocumentId>{value}</edXML:DocumentId><edXML:Code>", 1) + tail
    )
    moved = moved.replace("<AttachmentEncoded>", '<AttachmentEncoded xmlns="">').replace(
        "2026/03/03", "2026-03-03"
    )
    read = read_envelope(moved.encode())
    assert isinstance(read, Envelope)
    assert same_document(read.document_id) == same_document(an_envelope().document_id)
    soap = write_status(a_status(an_envelope(), "02"), Profile(status_element="MessageStatus")).decode()
    assert isinstance(read_envelope(soap.encode()), StatusNotice)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-03T02:00:00Z", "2026-03-02T17:00:00Z"),
        ("2026-03-03T09:00:00.123+07:00", "2026-03-03T00:00:00+07:00"),
        ("1772503200000", "20260303"),
        ("2026/3/3 9:00:00", "2026/3/3 9:00:00"),
        ("03/03/2026 09:00:00", "03/03/2026 09:00:00"),
    ],
)
def test_moments_and_days_are_vietnams_whatever_zone_they_are_written_in(at: str, day: str) -> None:
    said = write_status(a_status(an_envelope())).decode()
    notice = read_envelope(said.replace("2026/03/03 09:00:00", at).encode())
    assert isinstance(notice, StatusNotice)
    assert notice.at.replace(microsecond=0) == datetime(2026, 3, 3, 9, 0, tzinfo=VIETNAM)
    raw = write_envelope(an_envelope(document_id="")).decode()
    assert raw.count("PromulgationDate>2026/03/03<") == 1
    read = read_envelope(raw.replace("PromulgationDate>2026/03/03<", f"PromulgationDate>{day}<").encode())
    assert isinstance(read, Envelope)
    assert read.promulgated_on == date(2026, 3, 3)


def test_a_moment_that_says_there_is_none_is_that_of_when_it_came() -> None:
    came_at = datetime(2026, 3, 4, 8, 0, tzinfo=VIETNAM)
    said = (
        write_status(a_status(an_envelope())).decode().replace("2026/03/03 09:00:00", "0001-01-01T00:00:00")
    )
    notice = read_envelope(said.encode(), came_at=came_at)
    assert isinstance(notice, StatusNotice)
    assert notice.at == came_at


def test_a_long_file_in_lines_is_decoded_as_it_comes_and_one_that_goes_on_after_its_end_is_none():
    content = bytes(range(256)) * 4_000
    written = write_envelope(an_envelope(attachments=(Attachment("a", "a.pdf", "application/pdf", content),)))
    letters = base64.b64encode(content)
    assert letters in written
    in_lines = b"\r\n".join(letters[start : start + 77] for start in range(0, len(letters), 77))
    assert read_envelope(written.replace(letters, in_lines)).attachments[0].content == content
    for broken in (letters + b"QQ==", letters[:-1], letters[:500_001] + b"=" + letters[500_001:]):
        (fault,) = read_envelope(written.replace(letters, broken)).faults[:1]
        assert fault == ("Attachment", "Tệp 1 không có nội dung đọc được")
