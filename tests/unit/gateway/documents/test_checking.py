"""Nothing wrong leaves, and people are told which field it is."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import Attachment, Number, Organ, Purpose
from tests.builders.gateway.documents import DEPARTMENT, PDF, WARD, a_status, an_envelope

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
