"""Verifies signatures of a PDF: who, when, whether the bytes are the signed ones, whether we trust them."""

import asyncio
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
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
from pyhanko_certvalidator import ValidationContext

_CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})
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
    known = _Known(Path(trust) if trust else None, frozenset(seals))
    moment = datetime.fromisoformat(at)
    found = []
    for name, _, place in list(enumerate_sig_fields(reader, filled_status=True))[:_MOST]:
        try:
            one = EmbeddedPdfSignature(reader, place.get_object(), name)
            found.append((one.signed_revision, _verified(one, known, moment)))
        except Exception as error:  # What cannot be read as a signature is no sound one.
            found.append((reader.total_revisions, {**_UNSOUND, "field": name[:_LONGEST], **_why(error)}))
    return {"found": [told for _, told in sorted(found, key=lambda item: item[0])]}, ()


class _Known:
    """The roots we trust, and what helps to reach them."""

    def __init__(self, folder: Path | None, seals: frozenset[str]) -> None:
        self._seals = seals
        self._roots = list(_certificates(folder, "roots"))
        self._others = list(_certificates(folder, "intermediates"))
        self._lists = [one.read_bytes() for one in _files(folder, "crls") if one.suffix in {".crl", ".der"}]
        self.has_lists = bool(self._lists)

    def at(self, moment: datetime, embedded: Iterable[x509.Certificate]) -> ValidationContext:
        """Return what validates at a moment; a context is good for one validation."""
        return ValidationContext(
            trust_roots=self._roots,
            other_certs=[*self._others, *embedded],
            crls=self._lists,
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    def is_own_seal(self, certificate: x509.Certificate, moment: datetime) -> bool:
        """Tell whether it is the very certificate of a seal of the house, and in force."""
        is_ours = hashlib.sha256(certificate.dump()).hexdigest() in self._seals
        return is_ours and certificate.not_valid_before <= moment <= certificate.not_valid_after


def _files(folder: Path | None, name: str) -> list[Path]:
    return sorted((folder / name).iterdir()) if folder is not None and (folder / name).is_dir() else []


def _certificates(folder: Path | None, name: str) -> Iterable[x509.Certificate]:
    for file in _files(folder, name):
        if file.suffix in _CERTIFICATES:
            raw = file.read_bytes()
            found = pem.unarmor(raw, multiple=True) if pem.detect(raw) else [("", {}, raw)]
            for _, _, der in found:
                yield x509.Certificate.load(der)


def _verified(one: EmbeddedPdfSignature, known: _Known, moment: datetime) -> dict[str, Any]:
    is_stamp = one.sig_object.get("/SubFilter") == SigSeedSubFilter.ETSI_RFC3161.value
    told = {"field": str(one.field_name)[:_LONGEST], "kind": "TIMESTAMP" if is_stamp else "SIGNATURE"}
    return told | (_stamp(one, known, moment) if is_stamp else _signature(one, known, moment))


def _why(error: Exception) -> dict[str, str]:
    return {"problem": type(error).__name__}


def _signature(one: EmbeddedPdfSignature, known: _Known, moment: datetime) -> dict[str, Any]:
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


def _judged(one: EmbeddedPdfSignature, known: _Known, moment: datetime) -> PdfSignatureStatus:
    embedded = list(one.other_embedded_certs)
    return asyncio.run(
        async_validate_pdf_signature(
            one,
            signer_validation_context=known.at(moment, embedded),
            ts_validation_context=known.at(moment, embedded),
            key_usage_settings=_USAGE,
        )
    )


def _stamp(one: EmbeddedPdfSignature, known: _Known, moment: datetime) -> dict[str, Any]:
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


def _revocation(status: PdfSignatureStatus, known: _Known) -> str:
    if status.revocation_details is not None:
        return "REVOKED"
    return "CHECKED" if known.has_lists and status.trusted else "NOT_CHECKED"


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
