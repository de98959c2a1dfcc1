"""A document on the axis is told to the clerks of its agency and to whom it concerns, to nobody else."""

import json
from pathlib import Path

import pytest

from services.notify.consumers.documents import DocumentFields, document_of
from services.notify.domain.notices import Desk
from tests.unit.notify.test_templates import AN_EVENT, EXAMPLES


@pytest.mark.parametrize("kind", ["arrived", "superseded"])
def test_clerks_and_the_people_named_are_told_and_no_applicant(kind: str) -> None:
    path: Path = EXAMPLES / f"exchanged_document.{kind}.v1" / "typical.json"
    told = document_of(DocumentFields.model_validate(json.loads(path.read_text())), AN_EVENT)
    assert told.desks == (Desk("H99.201", role="CLERK"),)
    assert told.people == ("can-bo-lan",)
    assert (told.subjects, told.contact, told.step, told.one_stop) == ((), None, None, None)
