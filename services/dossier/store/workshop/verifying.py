"""Verifies signatures of a PDF: who, when, whether the bytes are the signed ones, whether we trust them."""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from services.dossier.store.workshop.known import Known
from services.dossier.store.workshop.long_term import carries_its_proof

_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
_UNSOUND = {"kind": "SIGNATURE", "intact": False, "trusted": False, "covers_whole_document": False}
_MOST = 50
_LONGEST = 200


def verify(
    content: bytes, *, at: str, trust: str, seals: Sequence[str] = ()
) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return `found`: each signature and document time stamp in the order they were made.

    `trust` is a folder of certificates (`roots`, `intermediates`) and revocation lists (`crls`), read anew
    each time: what an operator adds counts at once. Nothing is fetched from anywhere. `seals` are SHA-256 of
    the certificates of the house's own seals, in hex.
    """
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    known = Known.of(trust, seals)
    moment = datetime.fromisoformat(at)
    found: list[tuple[int, dict[str, Any]]] = []
    for name, _, place in list(enumerate_sig_fields(reader, filled_status=True))[:_MOST]:
        try:
            signature = EmbeddedPdfSignature(reader, place.get_object(), name)
            found.append((signature.signed_revision, _verified(signature, known, moment)))
        except Exception as error:  # What cannot be read as a signature is no sound one.
            found.append((reader.total_revisions, {**_UNSOUND, "field": name[:_LONGEST], **_why(error)}))
    told = [one for _, one in sorted(found, key=lambda item: item[0])]
    for place, one in enumerate(told):
        if one.get("level") == "LT" and any(map(_is_sound_stamp, told[place + 1 :])):
            one["level"] = "LTA"
    return {"found": told}, ()


def _is_sound_stamp(one: dict[str, Any]) -> bool:
    return one["kind"] == "TIMESTAMP" and bool(one["intact"] and one["trusted"])


def _verified(one: EmbeddedPdfSignature, known: Known, moment: datetime) -> dict[str, Any]:
    is_stamp = one.sig_object.get("/SubFilter") == SigSeedSubFilter.ETSI_RFC3161.value
    told = {"field": str(one.field_name)[:_LONGEST], "kind": "TIMESTAMP" if is_stamp else "SIGNATURE"}
    return told | (_stamp(one, known, moment) if is_stamp else _signature(one, known, moment))


def _why(error: Exception) -> dict[str, str]:
    return {"problem": type(error).__name__}


def _signature(one: EmbeddedPdfSignature, known: Known, moment: datetime) -> dict[str, Any]:
    status = _judged(one, known, moment)
    stamp = status.timestamp_validity
    claimed = one.self_reported_timestamp
    # What a trusted third party dated counts; the signer's own word is shown and called that.
    stamped = (
        stamp.timestamp if stamp is not None and stamp.intact and stamp.valid and stamp.trusted else None
    )
    signed_at = stamped or claimed
    then = _judged(one, known, signed_at) if signed_at is not None and not status.trusted else status
    return {
        **_who(one.signer_cert),
        **_standing(one, status.intact and status.valid, status),
        "signed_at": _text(signed_at),
        "time_source": "TIMESTAMP" if stamped else ("SIGNER" if claimed else "NONE"),
        "level": _level(one, known, stamped),
        "trusted": status.trusted,
        "trusted_when_signed": then.trusted,
        "own_seal": known.is_own_seal(one.signer_cert, moment),
        "revocation": _revocation(status, known),
        "distrust": str(getattr(status.trust_problem_indic, "name", "") or ""),
        "timestamp": None
        if stamp is None
        else {
            "at": _text(stamp.timestamp),
            "by": _name(stamp.signing_cert),
            "intact": bool(stamp.intact and stamp.valid),
            "trusted": bool(stamp.trusted),
        },
    }


def _level(one: EmbeddedPdfSignature, known: Known, stamped: datetime | None) -> str:
    """Return the signature's level by itself: B, T or LT."""
    if stamped is None:
        return "B"
    return "LT" if carries_its_proof(one, known, stamped, _USAGE) else "T"


def _judged(one: EmbeddedPdfSignature, known: Known, moment: datetime) -> PdfSignatureStatus:
    embedded = list(one.other_embedded_certs)
    return asyncio.run(
        async_validate_pdf_signature(
            one,
            signer_validation_context=known.at(moment, embedded),
            ts_validation_context=known.at(moment, embedded),
            key_usage_settings=_USAGE,
        )
    )


def _stamp(one: EmbeddedPdfSignature, known: Known, moment: datetime) -> dict[str, Any]:
    status = asyncio.run(
        async_validate_pdf_timestamp(one, validation_context=known.at(moment, one.other_embedded_certs))
    )
    return {
        **_who(one.signer_cert),
        **_standing(one, status.intact and status.valid, status),
        "signed_at": _text(status.timestamp),
        "time_source": "TIMESTAMP",
        "trusted": bool(status.trusted),
    }


def _standing(one: EmbeddedPdfSignature, is_intact: bool, status: Any) -> dict[str, Any]:
    level = status.modification_level
    return {
        "intact": bool(is_intact),
        "covers_whole_document": status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        "changed_after": "UNKNOWN" if level is None else level.name,
        "changes_allowed": bool(status.docmdp_ok) and level is not ModificationLevel.OTHER,
        "digest": one.md_algorithm,
    }


def _revocation(status: PdfSignatureStatus, known: Known) -> str:
    if status.revocation_details is not None:
        return "REVOKED"
    return "CHECKED" if known.lists and status.trusted else "NOT_CHECKED"


def _who(certificate: x509.Certificate) -> dict[str, Any]:
    """Say whose certificate it is; identity numbers that certificates of persons carry are left out."""
    return {
        "signer": _name(certificate),
        "organization": _part(certificate.subject, "organization_name"),
        "issuer": _part(certificate.issuer, "common_name"),
        "serial": f"{certificate.serial_number:x}",
        "valid_from": _text(certificate.not_valid_before),
        "valid_to": _text(certificate.not_valid_after),
    }


def _name(certificate: x509.Certificate) -> str:
    return _part(certificate.subject, "common_name") or _part(certificate.subject, "organization_name")


def _part(name: x509.Name, part: str) -> str:
    found = name.native.get(part, "")
    return str(found[0] if isinstance(found, list) else found)[:_LONGEST]


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
