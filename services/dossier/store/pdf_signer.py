"""Prepares and finishes signed PDFs in the workshop, with a printed stamp where one is wanted."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import Certificate, load_der_x509_certificate
from cryptography.x509.oid import NameOID, ObjectIdentifier

from kernel.core.clock import VIETNAM
from services.dossier.domain.errors import InspectionBusy
from services.dossier.domain.signing.session import CertificateWrong, NotSignable, SignatureWrong
from services.dossier.domain.signing.stamps import StampTemplate
from services.dossier.store.stamp_press import print_stamp, stamp_templates
from services.dossier.store.workshop.pool import Workshop
from services.dossier.use_cases.files.ports import Holder, PreparedPdf, StampWanted

_MOST_CERTIFICATES = 6
_UNDONE = "too-complex"
"""The process took too long or died: nothing is said about the signature."""
_log = structlog.get_logger()


class WorkshopSigner:
    """Signs with keys that are elsewhere."""

    def __init__(self, workshop: Workshop, trust_folder: str = "", *, stamped: bool = False) -> None:
        """`stamped` leaves room for time stamps; what proves a stamped file comes from `trust_folder`."""
        self._workshop = workshop
        self._trust = trust_folder
        self._stamped = stamped

    @property
    def templates(self) -> Mapping[str, StampTemplate]:
        """The stamps there are."""
        return stamp_templates()

    def holder(self, chain: Sequence[bytes], now: datetime) -> Holder:
        """Return whose certificate it is; raise `CertificateWrong` unless it may sign now."""
        try:
            certificates = [load_der_x509_certificate(one) for one in chain[:_MOST_CERTIFICATES]]
            own = certificates[0]
            key = own.public_key()
        except (ValueError, IndexError) as error:
            raise CertificateWrong from error
        is_known = isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        if not is_known or not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
            raise CertificateWrong
        return Holder(_part(own, NameOID.COMMON_NAME), _part(own, NameOID.ORGANIZATION_NAME))

    async def prepare(
        self,
        content: bytes,
        chain: Sequence[bytes],
        *,
        reason: str,
        stamp: StampWanted | None,
        now: datetime,
        caller: str,
    ) -> PreparedPdf:
        """Return the PDF with room for a signature, and what is to be signed; raise `NotSignable`."""
        printed = [await self._printed(stamp, now)] if stamp else []
        told, made = await self._workshop.ask(
            "prepare",
            content,
            *chain,
            *printed,
            caller=caller,
            chain=len(chain),
            at=now.isoformat(),
            reason=reason,
            place=stamp.template.place if stamp else None,
            stamped=self._stamped,
        )
        if "problem" in told:
            raise NotSignable
        place = {name: told[name] for name in ("document_digest", "start", "end")}
        return PreparedPdf(content=made[0], attributes=made[1], place=place)

    async def finish(
        self,
        prepared: bytes,
        attributes: bytes,
        place: Mapping[str, Any],
        chain: Sequence[bytes],
        signature: bytes,
        *,
        time_stamp: bytes,
        now: datetime,
        caller: str,
    ) -> bytes:
        """Return the signed PDF; raise `SignatureWrong` for a signature that is not of the certificate.

        `InspectionBusy` when the process took too long: nothing was decided, asking again may do.
        """
        told, made = await self._workshop.ask(
            "finish",
            *(prepared, attributes, signature, time_stamp, *chain),
            caller=caller,
            at=now.isoformat(),
            trust=self._trust,
            **place,
        )
        problem = told.get("problem")
        if problem == _UNDONE and time_stamp:
            # The time stamp is not worth the signature: whoever signed gets the file, and sees its level.
            _log.warning("time_stamp_left_out", caller=caller)
            return await self.finish(
                *(prepared, attributes, place, chain, signature), time_stamp=b"", now=now, caller=caller
            )
        if problem == _UNDONE:
            raise InspectionBusy
        if problem:
            raise SignatureWrong
        return made[0]

    async def _printed(self, stamp: StampWanted, now: datetime) -> bytes:
        return await asyncio.to_thread(
            print_stamp,
            stamp.template,
            signer=stamp.holder.name,
            organization=stamp.holder.organization,
            signed_at=now.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y"),
            address=stamp.address,
        )


def _part(certificate: Certificate, part: ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(part)
    return str(found[0].value)[:200] if found else ""
