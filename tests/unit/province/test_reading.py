"""The folder becomes one document, and what is wrong in it is named by file and place."""

import json
import shutil
import unicodedata
from pathlib import Path

import pytest

from province.read import HERE, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped province that a test may spoil."""
    return Path(
        shutil.copytree(HERE, tmp_path / "province", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    )


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_document_is_plain_json() -> None:
    document = read()
    assert json.loads(json.dumps(document)) == document


def test_every_file_is_written_in_nfc() -> None:
    spoilt = [
        path.name
        for path in HERE.rglob("*.yaml")
        if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ]
    assert spoilt == []


def test_every_file_names_its_source() -> None:
    silent = [
        path.name for path in HERE.rglob("*.yaml") if "\nsource:" not in path.read_text(encoding="utf-8")
    ]
    assert silent == []


def test_decomposed_text_is_read_composed(folder: Path) -> None:
    path = folder / "sectors.yaml"
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert read(folder) == read()


def test_a_procedure_inherits_and_overrules_the_defaults() -> None:
    procedures = {one["code"]: one for one in read()["procedures"]}
    birth, marriage = procedures["1.001193"], procedures["1.000894"]
    assert birth["online_level"] == "FULL"
    assert marriage["online_level"] == "PARTIAL"
    assert birth["retention_years"] == 70
    assert birth["components"][0]["max_bytes"] == 10485760


def test_a_law_is_spelt_out_from_its_number() -> None:
    birth = next(one for one in read()["procedures"] if one["code"] == "1.001193")
    assert birth["legal_bases"][0] == {
        "number": "60/2014/QH13",
        "title": "Luật Hộ tịch",
        "issuer": "Quốc hội",
        "issued_on": "2014-11-20",
        "effective_on": "2016-01-01",
    }


def test_local_days_join_the_national_ones_in_order() -> None:
    early = next(one for one in read()["calendars"] if (one["code"], one["year"]) == ("som", 2026))
    days = [exception["day"] for exception in early["exceptions"]]
    assert days == sorted(days)
    assert "2026-06-05" in days
    assert "2026-02-16" in days


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("staff.yaml", "staff:", "officers:", r"^staff\.yaml: staff must be a list"),
        (
            "procedures/ho-tich.yaml",
            "[60/2014/QH13, 52/",
            "[1/1111/XX, 52/",
            r"procedures\[2\]\.legal_bases\[0\]",
        ),
        (
            "province.yaml",
            "code: H99",
            "code: H99\ncode: H98",
            r"^province\.yaml: line \d+: 'code' is written twice",
        ),
        ("processes/chung.yaml", "processes:", "processes: [", r"^processes/chung\.yaml: "),
        (
            "sectors.yaml",
            "sectors:",
            "sectors:\n  - Hộ tịch",
            r"^sectors\.yaml: sectors\[0\]: must be a mapping",
        ),
    ],
)
def test_a_mistake_is_named_by_file_and_place(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    replace(folder / file, old, new)
    with pytest.raises(ValueError, match=message):
        read(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "people.yaml").unlink()
    with pytest.raises(ValueError, match=r"^people\.yaml: "):
        read(folder)
