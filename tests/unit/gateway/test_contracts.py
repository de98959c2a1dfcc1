"""The gateway can read every example of every event it consumes, also with fields nobody told it of."""

import json
from pathlib import Path

import pytest

from services.gateway.app import service
from services.gateway.consumers.dossier import DossierFields, change_of

EXAMPLES = Path(__file__).parents[3] / "contracts" / "events" / "examples"
CONSUMED = {handler.event_type: handler for handler in service.handlers}
CASES = [file for file in sorted(EXAMPLES.glob("*/*.json")) if file.parent.name in CONSUMED]


def test_every_event_of_a_dossier_is_consumed() -> None:
    published = {folder.name for folder in EXAMPLES.iterdir() if folder.name.startswith("dossier.")}
    assert published <= set(CONSUMED)
    assert published


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_an_example_is_read(file: Path) -> None:
    handler = CONSUMED[file.parent.name]
    data = json.loads(file.read_text(encoding="utf-8"))
    plain = handler.model.model_validate(data)
    assert handler.model.model_validate({**data, "not_known_yet": {"deep": [1]}}) == plain


@pytest.mark.parametrize(
    "file",
    [file for file in CASES if file.parent.name.startswith("dossier.")],
    ids=lambda file: f"{file.parent.name}/{file.stem}",
)
def test_nothing_personal_of_an_example_becomes_public(file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    hidden = {
        "note": "GHI CHÚ NỘI BỘ",
        "actor": "Người Thao Tác",
        "contact": "sealed-contact",
        "owner": "owner-account",
        "submitter": "submitter-account",
        "secret": "keyed-hash-of-the-secret",
    }
    data["change"].update(note=hidden["note"], actor={**data["change"]["actor"], "name": hidden["actor"]})
    data["dossier"].update(
        contact=hidden["contact"],
        owner_subject=hidden["owner"],
        submitter_subject=hidden["submitter"],
        secret_hash=hidden["secret"],
    )

    change = change_of(DossierFields.model_validate(data), file.parent.name, data["dossier"]["version"])
    dossier = data["dossier"]
    assert change.shown["corrects"] == (dossier.get("corrects") or {}).get("dossier_code")
    assert change.shown["corrected_by"] == (dossier.get("corrected_by") or {}).get("reference")

    public = json.dumps([change.shown, change.entry], ensure_ascii=False)
    assert not [text for text in hidden.values() if text in public]
    assert change.secret_hash == hidden["secret"]
