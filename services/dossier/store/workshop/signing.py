"""Prepares a PDF so that only a signature over a few bytes is missing, and puts that signature in.

The key is elsewhere: in a person's token, a remote service, or the agency's own store. What is signed are the
CMS attributes (PAdES baseline B), which hold the digest of the document. With a time stamp, which is made
elsewhere too, it becomes baseline T, and LT where everything its validation needs is at hand (ADR 0036).
"""

import asyncio
import binascii
import hashlib
import io
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfTBSDocument
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.dossier.store.workshop.known import Known
from services.dossier.store.workshop.long_term import with_validation_material

DIGEST = "sha256"
_LONGEST_SIGNATURE = 512
_ROOM = 2048
_ROOM_FOR_TIME = 12_288
"""A time stamp's token with the certificates of who made it; one that is longer is left out."""


class _Stamp(PdfContent):
    """The first page of a PDF as the stamp; pyHanko's own class reads a file, and there are none here."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content

    def render(self) -> bytes:
        """Import the page."""
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._content)))
        name = b"/Stamp" + binascii.hexlify(uuid.uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = form
        left, bottom, right, top = form.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name + b" Do"


def prepare(
    content: bytes,
    *more: bytes,
    chain: int,
    at: str,
    reason: str,
    place: dict[str, Any] | None,
    stamped: bool = False,
) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return the prepared PDF and what is to be signed: its attributes in DER.

    `more` is the signer's certificate, the rest of the chain (`chain` certificates in all) and, with `place`
    (page, left, bottom, right, top in points; page -1 is the last), the stamp's PDF. `stamped` leaves room
    for a time stamp.
    """
    certificates = [x509.Certificate.load(one) for one in more[:chain]]
    signer = _signer(certificates, bytes(_LONGEST_SIGNATURE))
    field = f"MotCua-{uuid.uuid4().hex[:12]}"
    box = (place["left"], place["bottom"], place["right"], place["top"]) if place else None
    writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=field,
            md_algorithm=DIGEST,
            reason=reason or None,
            subfilter=SigSeedSubFilter.PADES,
        ),
        signer=signer,
        stamp_style=StaticStampStyle(background=_Stamp(more[chain]), border_width=0) if place else None,
        new_field_spec=SigFieldSpec(field, on_page=place["page"] if place else 0, box=box),
    )
    session = pdf_signer.init_signing_session(writer)
    session.system_time = datetime.fromisoformat(at)
    room = 2 * (sum(len(one) for one in more[:chain]) + _LONGEST_SIGNATURE + _ROOM)
    room += 2 * _ROOM_FOR_TIME if stamped else 0
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    digest, out = document.digest_tbs_document()
    attributes = asyncio.run(signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True))
    told = {
        "field": field,
        "document_digest": digest.document_digest.hex(),
        "start": digest.reserved_region_start,
        "end": digest.reserved_region_end,
    }
    return told, (_bytes(out), attributes.dump())


def finish(
    prepared: bytes,
    attributes: bytes,
    signature: bytes,
    token: bytes,
    *chain: bytes,
    document_digest: str,
    start: int,
    end: int,
    at: str,
    trust: str,
) -> tuple[dict[str, Any], Sequence[bytes]]:
    """Return the signed PDF; a signature that is not of this certificate over these attributes is refused.

    `token` is the time stamp of the signature, empty for none, or one that finds no room. `trust` is the
    folder whose certificates and revocation lists go into a file with one.
    """
    if not is_signature(chain[0], attributes, signature):
        return {"problem": "signature-mismatch"}, ()
    attrs = cms.CMSAttributes.load(attributes)
    signer = _signer([x509.Certificate.load(one) for one in chain], signature)
    container = asyncio.run(
        signer.async_sign_prescribed_attributes(
            DIGEST, signed_attrs=attrs, timestamper=_Given(token) if token else None
        )
    )
    # The place holds two digits a byte between its marks; a setting turned on since left no room for a token.
    is_stamped = bool(token) and 2 * len(container.dump()) <= end - start - 2
    if token and not is_stamped:
        container = asyncio.run(signer.async_sign_prescribed_attributes(DIGEST, signed_attrs=attrs))
    out = io.BytesIO(prepared)
    digest = PreparedByteRangeDigest(bytes.fromhex(document_digest), start, end)
    asyncio.run(PdfTBSDocument.async_finish_signing(out, digest, container))
    made = out.getvalue()
    if is_stamped:
        made = with_validation_material(made, Known.of(trust), datetime.fromisoformat(at))
    return {"sha256": hashlib.sha256(made).hexdigest()}, (made,)


class _Given(TimeStamper):
    """The time stamp that was made elsewhere, over this very signature."""

    def __init__(self, token: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # The library's own gap.
        self._token = cms.ContentInfo.load(token)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token; raise `ValueError` for one over something else."""
        told: tsp.TSTInfo = self._token["content"]["encap_content_info"]["content"].parsed
        imprint = told["message_imprint"]
        if imprint["hashed_message"].native != message_digest:
            raise ValueError(f"the time stamp is over another {md_algorithm}")
        return self._token


def is_signature(certificate: bytes, attributes: bytes, signature: bytes) -> bool:
    """Tell whether the signature is the certificate's, over the attributes."""
    key = load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _signer(chain: Sequence[x509.Certificate], signature: bytes) -> ExternalSigner:
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # The library's own gap.
    registry.register_multiple(chain)
    return ExternalSigner(chain[0], registry, signature_value=signature)


def _bytes(out: Any) -> bytes:
    out.seek(0)
    found: bytes = out.read()
    return found
