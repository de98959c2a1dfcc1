"""What people type is kept as text: no hidden characters, no addresses where a name belongs."""

import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError

from services.dossier.api.schemas.requests import (
    AnswerIn,
    HandedComponent,
    Owner,
    Representative,
    ResultIn,
    ReturnIn,
)
from services.dossier.api.texts import Line, Note, Reason

HIDDEN = {
    "a control character": "\x1b",
    "a bell": "\x07",
    "a right-to-left override": "\u202e",
    "a zero-width space": "\u200b",
    "a line separator": "\u2028",
    "a paragraph separator": "\u2029",
}


@pytest.mark.parametrize("kind", [Line, Note, Reason], ids=["Line", "Note", "Reason"])
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_no_text_carries_hidden_characters(kind: Any, hidden: str) -> None:
    """A reader sees all of what was written, in the order it was written."""
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(f"Số{hidden}12")


def test_a_line_is_one_line_and_a_note_may_have_more() -> None:
    """Line breaks and tabs belong in remarks only; those of Windows become plain ones."""
    for broken in ("Số\n12", "Số\t12"):
        with pytest.raises(ValidationError):
            TypeAdapter(Line).validate_python(broken)
    assert TypeAdapter(Note).validate_python("Một\r\nHai\tBa") == "Một\nHai\tBa"
    assert TypeAdapter(Reason).validate_python("Một\nHai") == "Một\nHai"


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Văn An",
        "Nguye\u0302\u0303n Thi\u0323 Be\u0301",
        "H'Hen Niê",
        "Trần D’Arc-Anh",
        'Công ty TNHH "Phở & Bún" (CN 2/9), Tp. Huế',
        "Hợp tác xã 19/5",
    ],
)
def test_names_of_people_and_organisations_are_taken_as_they_are_written(name: str) -> None:
    """Marks, digits and the punctuation of names are theirs; a letter and its marks become one sign (NFC)."""
    plain = unicodedata.normalize("NFC", name)
    assert Owner(full_name=name).full_name == plain
    assert ReturnIn(receiver_name=name).receiver_name == plain


@pytest.mark.parametrize(
    "name",
    [
        "https://lua-dao.example/nhan-tien",
        "An http lua-dao.example",
        "An (www.lua-dao.example)",
        "ＨＴＴＰ lừa đảo",
        "javascript:alert(1)",
        "<b>An</b>",
        "12345",
        "...",
        "An\nBình",
        "An\u202eBình",
        "An; Bình",
        "an@nguoidan.example",
    ],
)
def test_what_is_no_name_is_refused_where_a_name_is_asked(name: str) -> None:
    """A name is printed on papers and sent in messages: it leads nowhere."""
    for attempt in (
        lambda: Owner(full_name=name),
        lambda: Representative(full_name=name, identity_number="099088000011"),
        lambda: ReturnIn(receiver_name=name),
        lambda: ResultIn(number="1/XN", signed_by=name),
    ):
        with pytest.raises(ValidationError):
            attempt()


def test_a_receiver_may_stay_unnamed_but_an_owner_may_not() -> None:
    """Post and the electronic way know no receiver at the counter."""
    assert ReturnIn(delivery="POST", receiver_name=" ").receiver_name == ""
    with pytest.raises(ValidationError):
        Owner(full_name=" ")


@pytest.mark.parametrize(
    "given",
    [
        lambda ids: AnswerIn(attachment_ids=ids),
        lambda ids: ResultIn(number="1/XN", attachment_ids=ids),
        lambda ids: HandedComponent(component_code="to-khai", attachment_ids=ids),
    ],
    ids=["an answer", "a result", "a component"],
)
def test_a_file_is_named_once_in_a_list(given: Any) -> None:
    """Twice the same file is a mistake of the sender."""
    one, other = uuid4(), uuid4()
    assert given([one, other]).attachment_ids == [one, other]
    with pytest.raises(ValidationError):
        given([one, other, one])
