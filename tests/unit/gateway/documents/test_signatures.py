"""Envelopes are signed with the agency's key; only a whole, trusted signature of the sender's own counts."""

import base64
import re
import time
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from kernel.testing.fixed_clock import TUESDAY_MORNING
from services.gateway.clients.document_signatures import XmlSignatures
from services.gateway.domain.documents.envelope import Envelope
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.signed import Judged, Required, Worth
from services.gateway.domain.documents.writing import write_envelope, write_status
from services.gateway.domain.documents.xml_tree import NotReadable, read_tree
from tests.builders.dossier.pki import PASSPHRASE, Holder, a_holder, a_root
from tests.builders.gateway.documents import DEPARTMENT, WARD, a_status, an_envelope

NOW = TUESDAY_MORNING
GOOD, BAD = Worth.GOOD, Worth.BAD


@cache
def wards_key(*, is_rsa: bool = True, root: str = "Gốc tin cậy") -> Holder:
    return a_holder(WARD.id, "UBND phường", is_rsa=is_rsa, root=root)


def trust(folder: Path, *roots: Holder, crls: tuple[bytes, ...] = ()) -> str:
    for name in ("roots", "crls"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, root in enumerate(roots):
        (folder / "roots" / f"{number}.pem").write_bytes(root.chain[0].public_bytes(Encoding.PEM))
    for number, crl in enumerate(crls):
        (folder / "crls" / f"{number}.crl").write_bytes(crl)
    return str(folder)


def keys(folder: Path, holder: Holder, agency: str = WARD.id) -> dict[str, dict[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "key.p12"
    file.write_bytes(holder.pkcs12())
    return {agency: {"file": str(file), "passphrase": PASSPHRASE}}


@cache
def signed(holder: Holder | None = None) -> bytes:
    with TemporaryDirectory() as folder:
        signatures = XmlSignatures(keys(Path(folder), holder or wards_key()), "", {})
        return signatures.sign(write_envelope(an_envelope()), agency=WARD.id)


def judge(raw: bytes, tmp_path: Path, *, sender: str = WARD.id, **given: object) -> Judged:
    """Judge as the way in does: first it is read, then it is judged."""
    read_tree(raw, Bounds())
    folder = trust(tmp_path / "trust", a_root())
    return XmlSignatures({}, folder, {}).judge(raw, sender=sender, now=NOW, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_rsa", [True, False], ids=["rsa", "ec"])
def test_what_an_agency_signs_is_good_and_says_the_same_as_before(tmp_path: Path, is_rsa: bool) -> None:
    raw = signed(wards_key(is_rsa=is_rsa))
    said = read_envelope(raw)
    assert isinstance(said, Envelope)
    assert said.is_signed
    assert replace(said, is_signed=False) == read_envelope(write_envelope(an_envelope()))
    header = read_tree(raw, Bounds()).children[0].children[0]
    assert [one.name for one in header.children][-1] == "Signature"
    judged = judge(raw, tmp_path)
    assert (judged.worth, judged.by) == (GOOD, f"CN={WARD.id},O=UBND phường")


def test_statuses_are_signed_too_and_an_agency_without_a_key_signs_nothing(tmp_path: Path) -> None:
    signatures = XmlSignatures(keys(tmp_path, wards_key()), "", {})
    status = write_status(a_status(an_envelope(sender=DEPARTMENT, receivers=(WARD,))))
    assert judge(signatures.sign(status, agency=WARD.id), tmp_path).worth is GOOD
    assert signatures.sign(status, agency="000.00.201.H99") != status, "either form of its identifier"
    assert signatures.sign(status, agency=DEPARTMENT.id) == status


def test_large_files_are_signed_and_judged(tmp_path: Path) -> None:
    """Above the ten megabytes a text may have for lxml by itself."""
    big = replace(an_envelope().attachments[0], content=b"x" * 7_600_000)
    signatures = XmlSignatures(keys(tmp_path, wards_key()), trust(tmp_path / "t", a_root()), {})
    raw = signatures.sign(write_envelope(an_envelope(attachments=(big,))), agency=WARD.id)
    assert signatures.judge(raw, sender=WARD.id, now=NOW).worth is GOOD


def test_without_roots_a_signature_is_noted_and_worth_nothing(tmp_path: Path) -> None:
    signatures = XmlSignatures({}, "", {})
    assert signatures.judge(signed(), sender=WARD.id, now=NOW).worth is Worth.NOT_JUDGED
    plain = write_envelope(an_envelope())
    assert signatures.judge(plain, sender=WARD.id, now=NOW).worth is Worth.NONE


@pytest.mark.parametrize(
    ("holder", "why"),
    [
        (lambda: wards_key(root="Gốc lạ"), "không thuộc gốc tin cậy"),
        (lambda: a_holder(WARD.id, "x", valid_to=NOW - timedelta(days=1)), "hết hạn"),
        (lambda: a_holder(DEPARTMENT.id, "Sở Tư pháp"), "không phải của cơ quan gửi"),
        (lambda: a_holder("Ủy ban nhân dân phường Bến Lam", WARD.name), "không phải của cơ quan gửi"),
        (a_root, "Chứng thư"),
    ],
    ids=["another-root", "expired", "another-agency", "only-the-name", "a-root-itself"],
)
def test_a_key_that_is_not_the_senders_own_is_refused(tmp_path: Path, holder, why: str) -> None:
    judged = judge(signed(holder()), tmp_path)
    assert judged.worth is BAD
    assert why in judged.why


def test_certificates_are_bound_to_agencies_by_the_office_where_subjects_say_nothing(tmp_path: Path) -> None:
    holder = a_holder("Văn thư", "UBND")
    raw, folder = signed(holder), trust(tmp_path / "trust", a_root())
    mark = holder.chain[0].fingerprint(hashes.SHA256()).hex()
    named = XmlSignatures({}, folder, {"000.00.201.H99": [mark.upper()]})
    assert named.judge(raw, sender=WARD.id, now=NOW).worth is GOOD
    other = XmlSignatures({}, folder, {WARD.id: ["00" * 32]})
    assert other.judge(signed(), sender=WARD.id, now=NOW).worth is BAD, "only those named"


def test_a_revoked_certificate_is_refused(tmp_path: Path) -> None:
    root, holder = a_root(), wards_key()
    builder = x509.CertificateRevocationListBuilder().issuer_name(root.chain[0].subject)
    builder = builder.last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=1))
    revoked = x509.RevokedCertificateBuilder().serial_number(holder.chain[0].serial_number)
    crl = builder.add_revoked_certificate(revoked.revocation_date(NOW).build()).sign(
        root.key, hashes.SHA256()
    )
    folder = trust(tmp_path / "trust", root, crls=(crl.public_bytes(Encoding.DER),))
    judged = XmlSignatures({}, folder, {}).judge(signed(), sender=WARD.id, now=NOW)
    assert (judged.worth, judged.why) == (BAD, "Chứng thư số đã bị thu hồi")


SIGNATURE = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)


def cut(raw: bytes) -> tuple[bytes, bytes]:
    """Return a message without its signature, and the signature."""
    found = SIGNATURE.search(raw)
    assert found
    return raw.replace(found[0], b""), found[0]


def moved(place: bytes, *, before: bool = True):
    def attack(raw: bytes) -> bytes:
        bare, signature = cut(raw)
        return bare.replace(place, signature + place if before else place + signature, 1)

    return attack


def wrapped(raw: bytes) -> bytes:
    """The signed message goes along whole, inside one that says something else."""
    forged = write_envelope(an_envelope(subject="Giả mạo"))
    declaration, _, whole = raw.partition(b"?>\n" if b"?>\n" in raw else b"?>")
    assert declaration
    return forged.replace(b"</edXML>", b"<Extra>" + whole.strip() + b"</Extra></edXML>", 1)


def by_id(raw: bytes) -> bytes:
    """The reference names a part that was signed; what is read is another."""
    raw = raw.replace(b'URI=""', b'URI="#a"')
    return raw.replace(b"<edXML:edXMLBody>", b'<edXML:edXMLBody Id="a">')


def transformed(raw: bytes) -> bytes:
    return raw.replace(
        b"<ds:Transforms>",
        b'<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        b"<ds:XPath>self::text()</ds:XPath></ds:Transform>",
    )


def hmac(raw: bytes) -> bytes:
    return re.sub(
        rb'SignatureMethod Algorithm="[^"]*"',
        b'SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"',
        raw,
    )


def weak(raw: bytes) -> bytes:
    return raw.replace(b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1")


def swapped_certificate(raw: bytes) -> bytes:
    other = base64.b64encode(a_holder(WARD.id, "Kẻ khác").ders[0])
    return re.sub(rb"<ds:X509Certificate>[^<]*", b"<ds:X509Certificate>" + other, raw, count=1)


def no_certificate(raw: bytes) -> bytes:
    return re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", raw, flags=re.DOTALL)


def twice(raw: bytes) -> bytes:
    return raw.replace(cut(raw)[1], cut(raw)[1] * 2)


ATTACKS = {
    "subject-changed": lambda raw: raw.replace("cho ý kiến về".encode(), "từ chối".encode(), 1),
    "file-changed": lambda raw: re.sub(rb"(TransferEncoded[^>]*>)J", rb"\1K", raw, count=1),
    "comment-cannot-hide": lambda raw: raw.replace(b"UBND-XNTTHN<", b"UBND-<!-- -->XNTTHN.<", 1),
    "element-added": lambda raw: raw.replace(b"</edXML:To>", b"</edXML:To><edXML:x>1</edXML:x>", 1),
    "moved-to-the-root": moved(b"</edXML>"),
    "moved-to-the-body": moved(b"</edXML:edXMLManifest>"),
    "moved-into-the-message": moved(b"<edXML:From>"),
    "wrapped-whole": wrapped,
    "reference-by-id": by_id,
    "xpath-transform": transformed,
    "hmac-of-the-certificate": hmac,
    "sha1": weak,
    "another-certificate": swapped_certificate,
    "no-certificate": no_certificate,
    "two-signatures": twice,
    "no-value": lambda raw: re.sub(
        rb"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>", raw, flags=re.DOTALL
    ),
    "not-base64": lambda raw: re.sub(rb"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>!", raw),
    "no-digest": lambda raw: re.sub(rb"<ds:DigestValue>[^<]*", b"<ds:DigestValue>", raw),
    "foreign-signature-element": lambda raw: raw.replace(
        cut(raw)[1], b"<edXML:Signature>abc</edXML:Signature>"
    ),
    "empty-signature": lambda raw: raw.replace(
        cut(raw)[1], b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_trick_passes_for_a_signature(tmp_path: Path, attack) -> None:
    raw = signed()
    forged = attack(raw)
    assert forged != raw, "the attack must do something"
    assert judge(forged, tmp_path).worth is BAD


def with_namespaces(raw: bytes, many: int) -> bytes:
    """Whoever has seen a signed message may put its signature into another: that one is canonicalised."""
    told = b" ".join(b'xmlns:a%d="urn:%d"' % (number, number) for number in range(many))
    return raw.replace(b"<edXML ", b"<edXML " + told + b" ", 1)


def test_a_copied_signature_among_many_namespaces_costs_nothing(tmp_path: Path) -> None:
    """A megabyte of declarations took 75 seconds: it is refused before anything is canonicalised."""
    began = time.perf_counter()
    with pytest.raises(NotReadable, match="không gian tên"):
        judge(with_namespaces(signed(), 20_000), tmp_path)
    assert time.perf_counter() - began < 1


def test_the_worst_that_may_be_read_is_judged_soon(tmp_path: Path) -> None:
    """Every bound at its edge at once: namespaces, elements, attributes."""
    attributes = b" ".join(b'a%d:x%d="1"' % (number, number) for number in range(20))
    filling = b"<x " + attributes + b"/>"
    raw = with_namespaces(signed(), 40).replace(b"</edXML:Subject>", b"</edXML:Subject>" + filling * 4_800, 1)
    began = time.perf_counter()
    judged = judge(raw, tmp_path)
    assert (judged.worth, judged.why) == (BAD, "Chữ ký không khớp với nội dung"), "it was canonicalised"
    assert time.perf_counter() - began < 5


class Weak(XMLSigner):
    """Signs with what nobody should any more."""

    def check_deprecated_methods(self) -> None:
        """Let everything be."""


class Transforming(XMLSigner):
    """Signs under a transform that a reader may take to mean less than all."""

    def _build_transforms_for_reference(self, *, transforms_node, **told):  # type: ignore[no-untyped-def]
        super()._build_transforms_for_reference(transforms_node=transforms_node, **told)
        name = "{http://www.w3.org/2000/09/xmldsig#}Transform"
        etree.SubElement(transforms_node, name, Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")


def genuine(signer: XMLSigner, **told: object) -> bytes:
    """Return what the agency's own, trusted key has really signed, in its place."""
    raw = write_envelope(an_envelope()).replace(b"<edXML:edXMLBody>", b'<edXML:edXMLBody Id="a">')
    place = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
    root = etree.fromstring(raw.replace(b"</edXML:edXMLHeader>", place + b"</edXML:edXMLHeader>"))
    holder = wards_key()
    signed_root = signer.sign(root, key=holder.key, cert=list(holder.chain), **told)  # type: ignore[arg-type]
    return bytes(etree.tostring(signed_root))


class Repeating(XMLSigner):
    """Has the whole message canonicalised again and again."""

    def _build_transforms_for_reference(self, *, transforms_node, **told):  # type: ignore[no-untyped-def]
        super()._build_transforms_for_reference(transforms_node=transforms_node, **told)
        again = {"Algorithm": CanonicalizationMethod.CANONICAL_XML_1_0.value}
        for _ in range(500):
            etree.SubElement(transforms_node, "{http://www.w3.org/2000/09/xmldsig#}Transform", again)


GENUINE = {
    "whole": (lambda: genuine(XMLSigner()), GOOD),
    "only-the-body": (lambda: genuine(XMLSigner(), reference_uri="#a"), BAD),
    "whole-and-the-body": (lambda: genuine(XMLSigner(), reference_uri=["#a", "#a"]), BAD),
    "under-a-transform": (lambda: genuine(Transforming()), BAD),
    "with-sha1": (lambda: genuine(Weak(signature_algorithm=SignatureMethod.RSA_SHA1)), BAD),
    "of-a-sha1-digest": (lambda: genuine(Weak(digest_algorithm=DigestAlgorithm.SHA1)), BAD),
    "of-other-canonical-xml": (
        lambda: genuine(XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)),
        GOOD,
    ),
}


@pytest.mark.parametrize(("made", "worth"), GENUINE.values(), ids=GENUINE.keys())
def test_even_the_agencys_own_key_must_sign_all_of_it_and_well(tmp_path: Path, made, worth: Worth) -> None:
    assert judge(made(), tmp_path).worth is worth


def test_the_message_is_not_canonicalised_as_often_as_a_signer_likes(tmp_path: Path) -> None:
    judged = judge(genuine(Repeating()), tmp_path)
    assert (judged.worth, judged.why) == (BAD, "Chữ ký dùng phép biến đổi không được nhận")


def test_a_signature_that_is_cut_out_leaves_an_unsigned_message(tmp_path: Path) -> None:
    bare, _ = cut(signed())
    assert judge(bare, tmp_path).worth is Worth.NONE


@pytest.mark.parametrize(
    ("worth", "required", "is_document", "is_refused"),
    [
        (Worth.NONE, Required.NOTHING, True, False),
        (Worth.NOT_JUDGED, Required.NOTHING, True, False),
        (Worth.BAD, Required.NOTHING, True, True),
        (Worth.BAD, Required.NOTHING, False, True),
        (Worth.NONE, Required.DOCUMENTS, True, True),
        (Worth.NONE, Required.DOCUMENTS, False, False),
        (Worth.NONE, Required.EVERYTHING, False, True),
        (Worth.NOT_JUDGED, Required.EVERYTHING, True, True),
        (Worth.GOOD, Required.EVERYTHING, True, False),
    ],
)
def test_what_must_be_signed_is_a_setting_and_a_bad_signature_never_passes(
    worth: Worth, required: Required, is_document: bool, is_refused: bool
) -> None:
    why = Judged(worth, why="sai").refusal(required, is_document=is_document)
    assert bool(why) is is_refused
