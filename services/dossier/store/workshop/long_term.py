"""What proves a signature once its certificate has ended: a trusted time, and material to look back.

The levels are those of ETSI EN 319 142-1: B (signed), T (and a trusted clock says when), LT (and the file
itself carries the certificates and revocation lists), LTA (and a time stamp over those).
"""

import asyncio
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from asn1crypto import crl, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore, async_add_validation_info
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from services.dossier.store.workshop.known import Known

_MOST_LISTS = 1 << 20
"""Bytes of revocation lists one file carries: a national authority's may be many times the document."""
_INCOMPLETE = (ValidationError, PathBuildingError, SignatureValidationError, PdfError)


def with_validation_material(content: bytes, known: Known, at: datetime) -> bytes:
    """Return the PDF with what validates its newest signature and time stamp; as it was where any is missing.

    Nothing is fetched: certificates and revocation lists are those of the operator's folder and of the file.
    """
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    newest = max(reader.embedded_signatures, key=lambda one: one.signed_revision)
    stamped = _stamping(newest)
    named = _issuers([newest.signer_cert, *newest.other_embedded_certs, *stamped, *known.others])
    lists = [one for one in known.lists if one.issuer.dump() in named]
    if sum(len(one.dump()) for one in lists) > _MOST_LISTS:
        return content
    context = _strict(known, [*known.others, *newest.other_embedded_certs, *stamped], at, lists)
    out = io.BytesIO()
    try:
        asyncio.run(async_add_validation_info(newest, context, output=out))
    except _INCOMPLETE:
        return content
    return out.getvalue()


def carries_its_proof(
    one: EmbeddedPdfSignature, known: Known, at: datetime, usage: KeyUsageConstraints
) -> bool:
    """Tell whether a signature with a time stamp is proved by its file alone, given the roots we trust."""
    try:
        store = DocumentSecurityStore.read_dss(one.reader)
    except (NoDSSFoundError, PdfError):
        return False
    told = {"trust_roots": known.roots, "moment": at, **_STRICT}
    status = asyncio.run(
        async_validate_pdf_signature(
            one,
            signer_validation_context=store.as_validation_context(told),
            ts_validation_context=store.as_validation_context(told),
            key_usage_settings=usage,
        )
    )
    stamp = status.timestamp_validity
    return bool(status.trusted and stamp is not None and stamp.trusted)


_STRICT: dict[str, Any] = {
    "allow_fetching": False,
    "revocation_mode": "require",
    # A list made after the signature says more of it than one from before.
    "retroactive_revinfo": True,
}


def _strict(
    known: Known, others: Iterable[x509.Certificate], at: datetime, lists: Iterable[crl.CertificateList]
) -> ValidationContext:
    return ValidationContext(
        trust_roots=known.roots, other_certs=list(others), crls=list(lists), moment=at, **_STRICT
    )


def _issuers(certificates: Iterable[x509.Certificate]) -> set[bytes]:
    return {one.issuer.dump() for one in certificates}


def _stamping(one: EmbeddedPdfSignature) -> list[x509.Certificate]:
    """Return the certificates that came with the signature's time stamp."""
    stamps = extract_tst_data_iter(one.signer_info, signed=False)
    return [item.chosen for stamp in stamps for item in stamp["certificates"]]
