"""Nothing wrong leaves, and people are told which field it is."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.gateway.domain.documents.beside import Beside
from services.gateway.domain.documents.checking import faults_of, tidied
from services.gateway.domain.documents.envelope import Attachment, Number, Organ, Purpose
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.writing import write_envelope
from tests.builders.gateway.documents import DAY, DEPARTMENT, PDF, WARD, a_status, an_envelope

FILE = Attachment("a", "a.pdf", "application/pdf", PDF)
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no subject": ({"subject": " "}, "subject"),
    "no place": ({"place": ""}, "place"),
    "no receiver": ({"receivers": ()}, "receivers"),
    "receiver twice": ({"receivers": (DEPARTMENT, Organ("000.00.15.H99", "Sở"))}, "receivers"),
    "to oneself": ({"receivers": (WARD,)}, "receivers"),
    "receiver of no agency": ({"receivers": (Organ("Sở Tư pháp", "Sở Tư pháp"),)}, "receivers.0.id"),
    "receiver without name": ({"receivers": (Organ("H99.15", ""),)}, "receivers.0.name"),
    "no number": ({"number": Number("", "CV")}, "number.number"),
    "urgent beyond measure": ({"priority": 9}, "priority"),
    "no file": ({"attachments": ()}, "attachments"),
    "empty file": ({"attachments": (replace(FILE, content=b""),)}, "attachments.0.content"),
    "file that climbs": ({"attachments": (replace(FILE, name="../a.pdf"),)}, "attachments.0.name"),
    "two files of one name": ({"attachments": (FILE, FILE)}, "attachments.1.content_id"),
    "due before": ({"due_on": date(2026, 3, 2)}, "due_on"),
    "long subject": ({"subject": "a" * 501}, "subject"),
    "control sign": ({"subject": "a\x07b"}, "subject"),
    "half a pair": ({"content": "a\ud800b"}, "content"),
    "turned around": ({"subject": "a\u202eb"}, "subject"),
    "sign in a place": ({"to_places": ("a\x00",)}, "to_places.0"),
    "sign in a name": ({"sender": Organ("H99.201", "a\x01")}, "sender.name"),
    "revokes nothing": ({"purpose": Purpose.REVOKE}, "about"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_fault_is_found_where_it_is(name: str) -> None:
    changed, path = WRONG[name]
    assert path in [found for found, _ in faults_of(an_envelope(**changed))]


def test_a_good_one_has_none_and_what_others_leave_out_is_theirs() -> None:
    assert faults_of(an_envelope()) == []
    assert faults_of(a_status(an_envelope(), "03")) == []
    assert faults_of(an_envelope(place="", attachments=(), priority=9), is_ours=False) == []
    assert faults_of(a_status(an_envelope(), "99")) != []


THEIRS: dict[str, tuple[str, str, list[str]]] = {
    "a due day of no day": ("<edXML:DueDate>2026/03/09<", "<edXML:DueDate>null<", ["DueDate: null"]),
    "a number in words": ("<edXML:Priority>0<", "<edXML:Priority>Khẩn<", ["Priority: Khẩn"]),
    "pages unknown": ("<edXML:PageAmount>1<", "<edXML:PageAmount>-1<", ["PageAmount: -1"]),
    "a kind by its letters": ("<edXML:Type>18<", "<edXML:Type>CV<", ["Type: CV"]),
    "a hop of no moment": (
        "<edXML:Timestamp>2026/03/03 08:00:00<",
        "<edXML:Timestamp>8 giờ hôm qua<",
        ["TraceHeader: 8 giờ hôm qua"],
    ),
    "an answer to nothing": ("<edXML:SteeringType>", "<edXML:ResponseFor/><edXML:SteeringType>", []),
    "a day without signs between": ("2026/03/03</edXML:Prom", "20260303</edXML:Prom", []),
    "a day in words": (
        "2026/03/03</edXML:Prom",
        "hôm qua</edXML:Prom",
        ["PromulgationDate: hôm qua"],
    ),
    "a day with dashes": ("2026/03/03</edXML:Prom", "03-03-2026</edXML:Prom", []),
    "a sender of another list": ("<edXML:OrganId>H99.201<", "<edXML:OrganId>00.01.H03<", []),
    "one more receiver elsewhere": (
        "<edXML:To>",
        "<edXML:To><edXML:OrganId>vxp.saas.03</edXML:OrganId></edXML:To><edXML:To>",
        [],
    ),
    "a media type in capitals": ("application/pdf", "Application/PDF; charset=utf-8", []),
    "a name of no file": (
        ">cong-van.pdf<",
        ">Công văn: số 12?.pdf<",
        ["AttachmentName: Công văn: số 12?.pdf"],
    ),
    "a subject turned around": (
        "V/v cho ý kiến",
        "V/v \u202echo ý kiến",
        ["subject: V/v cho ý kiến về hồ sơ"],
    ),
}


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_what_is_optional_and_not_understood_is_told_and_stops_nothing(name: str) -> None:
    before, after, told = THEIRS[name]
    raw = write_envelope(an_envelope(due_on=date(2026, 3, 9))).decode()
    assert before in raw
    beside = Beside()
    read = tidied(read_envelope(raw.replace(before, after).encode()), beside)
    assert faults_of(read, is_ours=False) == []
    assert [*read.unread, *beside.unread] == told
    assert (read.promulgated_on, read.attachments[0].content) == (DAY, PDF)
    assert read.attachments[0].media_type == "application/pdf"
