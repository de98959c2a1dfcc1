"""XML signatures of envelopes (XML-DSig, enveloped, in edXMLHeader): made with an agency's key, and judged.

Only a signature over the whole message counts: one `ds:Signature`, directly in the header, one reference with
an empty URI, no transforms but the enveloped one and canonical XML. So nothing that is read can be outside of
what was signed, whatever is wrapped around it. What is judged has passed `read_tree` before: it has no
document type, no entity, and its size, depth, elements, attributes and namespaces are bounded, so that no
call of the library takes long; so lxml may read long texts (`huge_tree`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from lxml import etree  # nosec - see above: bounded and without entities before it comes here.
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from services.gateway.domain.documents.organs import is_organ, same_organ
from services.gateway.domain.documents.signed import Judged, Worth

_DS = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED = f"{_DS}enveloped-signature"
_TRANSFORMS = frozenset({_ENVELOPED, *(one.value for one in CanonicalizationMethod)})
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_MOST_CERTIFICATES = 6
_MOST_TRANSFORMS = 4
"""Each is another pass over the whole message."""
_HEADER_ENDS = b"</edXML:edXMLHeader>"
_PLACE = f'<ds:Signature xmlns:ds="{_DS}" Id="placeholder"/>'.encode()
_NAMES = (
    NameOID.ORGANIZATION_IDENTIFIER,
    NameOID.SERIAL_NUMBER,
    NameOID.USER_ID,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.COMMON_NAME,
)


class _Signer(XMLSigner):
    """Reads texts of any length: they are our own."""

    @property
    def parser(self) -> Any:
        """The parser it copies trees with."""
        return _parser()


class _Bad(Exception):  # noqa: N818 - the fact is the name.
    """The signature says nothing; the reason is Vietnamese."""


class XmlSignatures:
    """`keys`: PKCS#12 by agency; `trust`: a folder with roots/, intermediates/, crls/ (PEM or DER).

    `signers` names the certificates (SHA-256 of each, hex) an agency signs with; of an agency not named there
    the certificate's subject must hold its identifier.
    """

    def __init__(
        self, keys: Mapping[str, Mapping[str, str]], trust: str, signers: Mapping[str, Sequence[str]]
    ) -> None:
        self._keys = {same_organ(name): _key_of(one) for name, one in keys.items()}
        self._signers = {same_organ(name): {one.lower() for one in told} for name, told in signers.items()}
        folder = Path(trust) if trust else None
        self._roots = _loaded(
            folder, "roots", x509.load_pem_x509_certificates, x509.load_der_x509_certificate
        )
        self._between = _loaded(
            folder, "intermediates", x509.load_pem_x509_certificates, x509.load_der_x509_certificate
        )
        self._crls = _loaded(folder, "crls", _pem_crls, x509.load_der_x509_crl)

    def sign(self, raw: bytes, *, agency: str) -> bytes:
        """Return our own message signed with the agency's key; as it is when the agency has none."""
        held = self._keys.get(same_organ(agency))
        if held is None:
            return raw
        key, chain = held
        head, end, rest = raw.partition(_HEADER_ENDS)
        signer = _Signer(
            signature_algorithm=SignatureMethod.RSA_SHA256
            if isinstance(key, rsa.RSAPrivateKey)
            else SignatureMethod.ECDSA_SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        root = etree.fromstring(head + _PLACE + end + rest, parser=_parser())
        signed = signer.sign(root, key=key, cert=list(chain))
        whole: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
        return whole

    def judge(self, raw: bytes, *, sender: str, now: datetime) -> Judged:
        """Return what the signature of a message that was read is worth, for this sender and moment."""
        if b"Signature" not in raw:
            # An element's name is told in its own letters: a tree as large as the message is not needed.
            return Judged(Worth.NONE)
        root = etree.fromstring(raw, parser=_parser())
        found = [one for one in root.iter(etree.Element) if etree.QName(one).localname == "Signature"]
        if not found:
            return Judged(Worth.NONE)
        if not self._roots:
            return Judged(Worth.NOT_JUDGED)
        try:
            place = _require_whole(found)
            leaf, between = _certificates(found[0])
            self._require_trusted(leaf, between, now)
            self._require_senders(leaf, sender)
            _require_unchanged(root, place, leaf, now)
        except _Bad as fault:
            return Judged(Worth.BAD, why=str(fault))
        return Judged(Worth.GOOD, by=leaf.subject.rfc4514_string()[:300])

    def _require_trusted(
        self, leaf: x509.Certificate, between: Sequence[x509.Certificate], now: datetime
    ) -> None:
        ends = ExtensionPolicy.permit_all().require_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
        issues = ExtensionPolicy.permit_all().require_present(
            x509.BasicConstraints, Criticality.AGNOSTIC, _may_issue
        )
        builder = PolicyBuilder().store(Store(self._roots)).time(now)
        verifier = builder.extension_policies(ee_policy=ends, ca_policy=issues).build_client_verifier()
        try:
            chain = verifier.verify(leaf, [*between, *self._between]).chain
        except (VerificationError, ValueError) as error:
            raise _Bad("Chứng thư số không thuộc gốc tin cậy hoặc đã hết hạn") from error
        for one, issuer in pairwise(chain):
            if any(self._revokes(crl, one, issuer) for crl in self._crls):
                raise _Bad("Chứng thư số đã bị thu hồi")

    @staticmethod
    def _revokes(
        crl: x509.CertificateRevocationList, one: x509.Certificate, issuer: x509.Certificate
    ) -> bool:
        if crl.issuer != issuer.subject or not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]  # a CA's key is of a kind that signs.
            return False
        return crl.get_revoked_certificate_by_serial_number(one.serial_number) is not None

    def _require_senders(self, leaf: x509.Certificate, sender: str) -> None:
        """Whoever is trusted signs for itself alone."""
        organ = same_organ(sender)
        named = self._signers.get(organ)
        if named is not None:
            is_its = leaf.fingerprint(hashes.SHA256()).hex() in named
        else:
            told = [str(one.value) for oid in _NAMES for one in leaf.subject.get_attributes_for_oid(oid)]
            is_its = any(is_organ(one.upper()) and same_organ(one) == organ for one in told)
        if not is_its:
            raise _Bad("Chứng thư số không phải của cơ quan gửi")


def _require_whole(found: Sequence[Any]) -> str:
    """Return where the one signature is; raise `_Bad` unless it covers the message from its root."""
    if len(found) != 1 or found[0].tag != f"{{{_DS}}}Signature":
        raise _Bad("Có nhiều hơn một chữ ký, hoặc chữ ký không đúng dạng")
    (signature,) = found
    names = [etree.QName(one).localname for one in signature.iterancestors()]
    if names not in (["edXMLHeader", "edXMLEnvelope", "edXML"], ["edXMLHeader", "edXMLEnvelope"]):
        raise _Bad("Chữ ký không nằm trong edXMLHeader")
    references = signature.findall(f"{{{_DS}}}SignedInfo/{{{_DS}}}Reference")
    if len(references) != 1 or references[0].get("URI") != "":
        raise _Bad("Chữ ký không phủ toàn bộ gói tin")
    used = [one.get("Algorithm") for one in references[0].iter(f"{{{_DS}}}Transform")]
    if len(used) > _MOST_TRANSFORMS or _ENVELOPED not in used or not _TRANSFORMS.issuperset(used):
        raise _Bad("Chữ ký dùng phép biến đổi không được nhận")
    return "./" + "/".join(f"{one.tag}" for one in reversed([*signature.iterancestors()][:-1])) + "/"


def _certificates(signature: Any) -> tuple[x509.Certificate, list[x509.Certificate]]:
    told = signature.findall(f"{{{_DS}}}KeyInfo/{{{_DS}}}X509Data/{{{_DS}}}X509Certificate")
    if not told or len(told) > _MOST_CERTIFICATES:
        raise _Bad("Chữ ký không kèm chứng thư số")
    try:
        found = [_certificate("".join((one.text or "").split())) for one in told]
    except ValueError as error:
        raise _Bad("Chứng thư số không đọc được") from error
    return found[0], found[1:]


def _certificate(text: str) -> x509.Certificate:
    pem = f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"
    return x509.load_pem_x509_certificate(pem.encode())


def _require_unchanged(root: Any, place: str, leaf: x509.Certificate, now: datetime) -> None:
    config = SignatureConfiguration(
        location=place,
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        verification_time=now,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        XMLVerifier().verify(root, x509_cert=leaf, parser=_parser(), expect_config=config)
    # The library also lets its own lookups' errors through for a signature that lacks a part.
    except (SignXMLException, etree.LxmlError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _Bad("Chữ ký không khớp với nội dung") from error


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.ExtensionType | None) -> None:
    if not isinstance(usage, x509.KeyUsage) or not (usage.digital_signature or usage.content_commitment):
        raise ValueError("not for signing")


def _may_issue(_: Policy, __: x509.Certificate, basic: x509.ExtensionType | None) -> None:
    if not isinstance(basic, x509.BasicConstraints) or not basic.ca:
        raise ValueError("not for issuing")


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def _key_of(told: Mapping[str, str]) -> tuple[Any, list[x509.Certificate]]:
    """Return key and certificates of a PKCS#12 file, its own first."""
    passphrase = told.get("passphrase", "").encode() or None
    key, own, more = pkcs12.load_key_and_certificates(Path(told["file"]).read_bytes(), passphrase)
    if own is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{told['file']}: needs an RSA or EC key with its certificate")
    return key, [own, *more]


def _pem_crls(raw: bytes) -> list[x509.CertificateRevocationList]:
    return [x509.load_pem_x509_crl(raw)]


def _loaded(
    folder: Path | None,
    name: str,
    pem: Callable[[bytes], list[Any]],
    der: Callable[[bytes], Any],
) -> list[Any]:
    """Return everything in a part of the trust folder; a part that is not there is empty."""
    part = folder / name if folder else None
    if part is None or not part.is_dir():
        return []
    found: list[Any] = []
    for path in sorted(one for one in part.iterdir() if one.is_file() and not one.name.startswith(".")):
        raw = path.read_bytes()
        found += pem(raw) if b"-----BEGIN" in raw else [der(raw)]
    return found
