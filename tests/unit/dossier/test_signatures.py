"""Signatures of PDFs: who, when, whether the bytes are the signed ones, whether we trust who signed."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from kernel.testing.fixed_clock import TUESDAY_MORNING
from services.dossier.domain.signing.soundness import doubt_of, is_official
from services.dossier.store.workshop.bench import done
from services.dossier.store.workshop.verifying import verify
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.pki import a_holder, a_root, a_signed_pdf, a_trust_folder

NOW = TUESDAY_MORNING


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the operator trusts: one root, and no revocation list."""
    return a_trust_folder(tmp_path_factory.mktemp("trust") / "t", a_root())


def found(content: bytes, trust: Path | str, at: Any = NOW) -> list[dict[str, Any]]:
    told, _ = verify(content, at=at.isoformat(), trust=str(trust))
    return list(told["found"])


def test_a_sound_signature_tells_who_when_and_that_it_covers_all(trust: Path) -> None:
    holder = a_holder()
    (one,) = found(a_signed_pdf(holder), trust)
    assert one["signer"] == "Trần Thị Bình"
    assert one["organization"] == "UBND H99.201"
    assert one["issuer"] == "Gốc tin cậy"
    assert one["serial"] == f"{holder.chain[0].serial_number:x}"
    assert one["signed_at"] == NOW.isoformat()
    assert (one["kind"], one["time_source"], one["timestamp"]) == ("SIGNATURE", "SIGNER", None)
    assert one["intact"]
    assert one["covers_whole_document"]
    assert one["trusted"]
    assert one["trusted_when_signed"]
    assert one["changed_after"] == "NONE"
    assert one["revocation"] == "NOT_CHECKED"


def test_rsa_is_understood_too(trust: Path) -> None:
    (one,) = found(a_signed_pdf(a_holder("Con dấu RSA", is_rsa=True)), trust)
    assert one["intact"]
    assert one["trusted"]


def test_a_changed_byte_is_found(trust: Path) -> None:
    content = bytearray(a_signed_pdf(a_holder()))
    content[9:12] = b"%xx"
    (one,) = found(bytes(content), trust)
    assert not one["intact"]


def test_what_was_added_after_signing_is_told(trust: Path) -> None:
    """Another signature is allowed; the first covers no longer all."""
    twice = a_signed_pdf(a_holder("Người thứ hai"), a_signed_pdf(a_holder(), field="Mot"), field="Hai")
    first, second = found(twice, trust)
    assert (first["signer"], second["signer"]) == ("Trần Thị Bình", "Người thứ hai")
    assert (first["covers_whole_document"], second["covers_whole_document"]) == (False, True)
    assert first["intact"]
    assert first["changes_allowed"]


def test_a_page_drawn_over_after_signing_is_no_allowed_change(trust: Path) -> None:
    content = a_signed_pdf(a_holder())
    (one,) = found(_with_another_page_text(content), trust)
    assert one["intact"]
    assert not one["covers_whole_document"]
    assert not one["changes_allowed"]


def _with_another_page_text(content: bytes) -> bytes:
    """Draw a black box on the first page, as an update after the signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(StreamObject(stream_data=b"0 0 200 200 re f"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("roots", ["", "of somebody else"])
def test_whoever_we_do_not_know_is_not_trusted(tmp_path: Path, roots: str) -> None:
    folder = a_trust_folder(tmp_path / "t", a_root("Gốc khác")) if roots else ""
    (one,) = found(a_signed_pdf(a_holder()), folder)
    assert one["intact"]
    assert not one["trusted"]
    assert not one["trusted_when_signed"]
    assert one["distrust"]


def test_a_revoked_certificate_is_not_trusted(tmp_path: Path) -> None:
    holder = a_holder("Đã thu hồi")
    folder = a_trust_folder(tmp_path / "t", a_root(), revoked=holder)
    (one,) = found(a_signed_pdf(holder), folder)
    assert not one["trusted"]
    assert one["revocation"] == "REVOKED"
    (other,) = found(a_signed_pdf(a_holder()), folder)
    assert other["trusted"]
    assert other["revocation"] == "CHECKED"


def test_a_certificate_that_ended_since_was_good_when_a_trusted_clock_says_so(trust: Path) -> None:
    """Without a time stamp it is the signer's own word, and said to be."""
    ended = a_holder("Hết hạn", valid_to=NOW - timedelta(days=5))
    clock = a_holder("Đồng hồ", is_tsa=True, is_rsa=True)
    then = NOW - timedelta(days=100)
    (stamped,) = found(a_signed_pdf(ended, at=then, stamped_by=clock), trust)
    assert not stamped["trusted"]
    assert stamped["trusted_when_signed"]
    assert stamped["time_source"] == "TIMESTAMP"
    assert stamped["timestamp"]["by"] == "Đồng hồ"
    assert stamped["timestamp"]["trusted"]
    (bare,) = found(a_signed_pdf(ended, at=then), trust)
    assert (bare["time_source"], bare["timestamp"]) == ("SIGNER", None)
    late = a_signed_pdf(ended, at=then, stamped_by=clock, stamped_at=NOW - timedelta(days=1))
    (after,) = found(late, trust)
    assert not after["trusted_when_signed"]


def test_a_file_without_signatures_has_none_and_a_broken_one_harms_nobody(trust: Path) -> None:
    assert found(a_pdf(), trust) == []
    told, made = done("verify", {"at": NOW.isoformat(), "trust": str(trust)}, [b"%PDF-1.7 /ByteRange"])
    assert (told["problem"], list(made)) == ("unreadable", [])
    cut = a_signed_pdf(a_holder()).replace(b"/Contents <30", b"/Contents <ff")
    (one,) = found(cut, trust)
    assert not one["intact"]


def test_a_seal_of_the_house_is_known_by_its_certificate_while_that_is_in_force() -> None:
    seal, other = a_holder("Con dấu"), a_holder("Người khác")
    seals = [hashlib.sha256(seal.ders[0]).hexdigest()]

    def is_own(content: bytes, at: Any = NOW) -> list[bool]:
        told, _ = verify(content, at=at.isoformat(), trust="", seals=seals)
        return [one["own_seal"] for one in told["found"]]

    sealed = a_signed_pdf(seal)
    assert is_own(sealed) == [True]
    assert is_own(a_signed_pdf(other)) == [False]
    assert is_own(sealed, NOW + timedelta(days=301)) == [False]


SOUND = {"kind": "SIGNATURE", "intact": True, "changes_allowed": True, "trusted": False}


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (SOUND, False),
        (SOUND | {"trusted": True}, True),
        (SOUND | {"own_seal": True}, True),
        (SOUND | {"trusted_when_signed": True, "time_source": "TIMESTAMP"}, True),
        (SOUND | {"trusted_when_signed": True, "time_source": "SIGNER"}, False),
        (SOUND | {"trusted": True, "intact": False}, False),
        (SOUND | {"trusted": True, "changes_allowed": False}, False),
        (SOUND | {"trusted": True, "kind": "TIMESTAMP"}, False),
    ],
)
def test_a_signature_is_official_only_where_somebody_trusted_vouches_for_it(
    one: dict[str, Any], expected: bool
) -> None:
    assert is_official([one]) is expected
    assert is_official([]) is False


def test_a_signed_file_nobody_vouches_for_is_doubted_by_name() -> None:
    trusted = [SOUND | {"trusted": True}]
    assert doubt_of([[SOUND]], has_roots=True) == "signature-untrusted"
    assert doubt_of([[SOUND]], has_roots=False) == "signature-unverified"
    assert doubt_of([[SOUND], trusted], has_roots=True) == ""
    assert doubt_of([[]], has_roots=False) == ""
