"""A small world of certificates: roots, people, a time stamping authority; and PDFs they signed."""

import asyncio
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kernel.testing.fixed_clock import TUESDAY_MORNING
from tests.builders.dossier.files import a_pdf

PASSPHRASE = "mat-khau-con-dau"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A key and the certificates that say whose it is, its own first."""

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def ders(self) -> list[bytes]:
        """The certificates as bytes."""
        return [one.public_bytes(Encoding.DER) for one in self.chain]

    def sign(self, attributes: bytes) -> bytes:
        """Sign as a token does."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(attributes, ec.ECDSA(hashes.SHA256()))

    def pkcs12(self) -> bytes:
        """Return key and certificates as a file with a passphrase."""
        return pkcs12.serialize_key_and_certificates(
            b"con dau", self.key, self.chain[0], self.chain[1:], BestAvailableEncryption(PASSPHRASE.encode())
        )


def _name(common: str, organization: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def a_root(common: str = "Gốc tin cậy") -> Holder:
    """Return the root of this name, the same in the whole run."""
    return _root(common)


@cache
def _root(common: str) -> Holder:
    return _issued(ec.generate_private_key(ec.SECP256R1()), _name(common), None, is_ca=True)


@cache
def a_holder(
    common: str = "Trần Thị Bình",
    organization: str = "UBND H99.201",
    *,
    root: str = "Gốc tin cậy",
    is_rsa: bool = False,
    is_tsa: bool = False,
    valid_to: datetime = TUESDAY_MORNING + timedelta(days=300),
) -> Holder:
    """Return somebody with a certificate of this root."""
    key: Key = rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1())
    return _issued(key, _name(common, organization), a_root(root), is_tsa=is_tsa, valid_to=valid_to)


def _issued(
    key: Key,
    name: x509.Name,
    issuer: Holder | None,
    *,
    is_ca: bool = False,
    is_tsa: bool = False,
    valid_to: datetime = TUESDAY_MORNING + timedelta(days=3000),
) -> Holder:
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.chain[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TUESDAY_MORNING - timedelta(days=900))
        .not_valid_after(valid_to)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca and not is_tsa,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if issuer is not None:
        # As every public authority's: without it nobody looks for a revocation list.
        place = x509.UniformResourceIdentifier("http://crl.example/goc.crl")
        points = [x509.DistributionPoint([place], None, None, None)]
        builder = builder.add_extension(x509.CRLDistributionPoints(points), critical=False)
    if is_tsa:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    own = builder.sign(signer, hashes.SHA256())
    return Holder(key, (own, *(issuer.chain if issuer else ())))


def a_trust_folder(folder: Path, *roots: Holder, revoked: Holder | None = None) -> Path:
    """Write what an operator trusts; with `revoked`, the issuer's list that names that certificate."""
    (folder / "roots").mkdir(parents=True)
    (folder / "crls").mkdir()
    for number, root in enumerate(roots):
        pem = root.chain[0].public_bytes(Encoding.PEM)
        (folder / "roots" / f"{number}.pem").write_bytes(pem)
    if revoked is not None:
        a_revocation_list(folder, a_root(), revoked)
    return folder


def a_revocation_list(folder: Path, issuer: Holder, *revoked: Holder) -> None:
    """Put an issuer's list beside the roots it is trusted with; of nobody, where none is named."""
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.chain[0].subject)
        .last_update(TUESDAY_MORNING - timedelta(days=1))
        .next_update(TUESDAY_MORNING + timedelta(days=30))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.chain[0].serial_number)
        made = made.add_revoked_certificate(
            entry.revocation_date(TUESDAY_MORNING - timedelta(days=10)).build()
        )
    name = f"{len(list((folder / 'crls').iterdir()))}.crl"
    listed = made.sign(issuer.key, hashes.SHA256())
    (folder / "crls" / name).write_bytes(listed.public_bytes(Encoding.DER))


def _asn1(holder: Holder) -> tuple[Any, Any, Any]:
    raw = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()
    store.register_multiple([asn1_x509.Certificate.load(one) for one in holder.ders])
    own = asn1_x509.Certificate.load(holder.ders[0])
    return own, asn1_keys.PrivateKeyInfo.load(raw), store


def a_signed_pdf(
    holder: Holder,
    content: bytes | None = None,
    *,
    at: datetime = TUESDAY_MORNING,
    stamped_by: Holder | None = None,
    stamped_at: datetime | None = None,
    field: str = "Ky",
) -> bytes:
    """Return a PDF signed by somebody, by pyHanko's own road and not by this system's."""
    own, key, store = _asn1(holder)
    signer = SimpleSigner(signing_cert=own, signing_key=key, cert_registry=store)
    timestamper = None
    if stamped_by is not None:
        tsa, tsa_key, tsa_store = _asn1(stamped_by)
        timestamper = DummyTimeStamper(tsa, tsa_key, tsa_store, fixed_dt=stamped_at or at)
    writer = IncrementalPdfFileWriter(io.BytesIO(content or a_pdf()))
    made = PdfSigner(
        PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        signer=signer,
        timestamper=timestamper,
        new_field_spec=SigFieldSpec(field),
    )

    async def sign() -> bytes:
        session = made.init_signing_session(writer)
        session.system_time = at
        document = session.prepare_tbs_document(validation_info=None, bytes_reserved=32_768)
        digest, out = document.digest_tbs_document()
        attrs = await signer.signed_attrs(
            digest.document_digest, "sha256", use_pades=True, timestamper=timestamper
        )
        cms = await signer.async_sign_prescribed_attributes(
            "sha256", signed_attrs=attrs, timestamper=timestamper
        )
        digest.fill_with_cms(out, cms)
        out.seek(0)
        return bytes(out.read())

    return asyncio.run(sign())
