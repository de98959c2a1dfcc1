"""What is no envelope is refused within bounds, with a word for people and nothing of what was sent."""

import base64
import io
import time
import zipfile

import pytest

from services.gateway.domain.documents.checking import faults_of
from services.gateway.domain.documents.envelope import Envelope
from services.gateway.domain.documents.profile import Bounds
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.writing import write_envelope, write_status
from services.gateway.domain.documents.xml_tree import NotReadable, read_tree
from tests.builders.gateway.documents import PDF, a_status, an_envelope

GOOD = write_envelope(an_envelope())
STATUS = write_status(a_status(an_envelope()))
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BODY = GOOD.partition(b"?>")[2].decode()


def _with(before: str, after: str, of: bytes = GOOD) -> bytes:
    text = of.decode()
    assert before in text
    return text.replace(before, after).encode()


HOSTILE = {
    "entity of a file": (
        f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>{_BODY}'.encode(),
        "document-type",
    ),
    "external subset": (
        f'<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/x.dtd">{_BODY}'.encode(),
        "document-type",
    ),
    "parameter entity": (
        f'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>{_BODY}'.encode(),
        "document-type",
    ),
    "billion laughs": (f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]><x>&l9;</x>'.encode(), "document-type"),
    "stylesheet": (f'<?xml-stylesheet href="http://127.0.0.1:9/"?>{_BODY}'.encode(), "instruction"),
    "unknown entity": (_with("Công văn", "&moi;"), "not-xml"),
    "latin declared": (_with('encoding="UTF-8"', 'encoding="ISO-8859-1"'), "encoding"),
    "utf-16": (GOOD.decode().encode("utf-16"), "encoding"),
    "utf-16 without a mark": (GOOD.decode().encode("utf-16-le"), "encoding"),
    "utf-7": (_with('encoding="UTF-8"', 'encoding="UTF-7"'), "encoding"),
    "broken utf-8": (GOOD.replace("Công".encode(), b"C\xf4ng"), "not-xml"),
    "overlong": (GOOD.replace(b"</edXML:Subject>", b"\xc0\xbc</edXML:Subject>", 1), "not-xml"),
    "nul": (GOOD.replace(b"<edXML:Subject>", b"<edXML:Subject>\x00", 1), "not-xml"),
    "cut off": (GOOD[: len(GOOD) // 2], "not-xml"),
    "two roots": (GOOD + b"<x/>", "not-xml"),
    "before the declaration": (b"1212" + GOOD, "not-xml"),
    "empty": (b"", "not-xml"),
    "json": (b'{"edXML": 1}', "not-xml"),
    "deep": (b"<a>" * 100 + b"</a>" * 100, "too-deep"),
    "wide": (b"<edXML>" + b"<a/>" * 10_000 + b"</edXML>", "too-deep"),
    "attributes": (b"<edXML " + b" ".join(b'a%d="1"' % n for n in range(500)) + b"/>", "too-deep"),
    "long attribute": (b'<edXML a="' + b"x" * 100_000 + b'"/>', "too-deep"),
    "long name of an attribute": (b"<edXML " + b"a" * 100_000 + b'="1"/>', "too-deep"),
    "namespaces": (
        b"<edXML " + b" ".join(b'xmlns:a%d="x%d"' % (n, n) for n in range(500)) + b"/>",
        "too-deep",
    ),
    "namespaces one within another": (
        b"".join(
            b"<a " + b" ".join(b'xmlns:a%d="x%d"' % (n, level) for n in range(10)) + b">"
            for level in range(15)
        )
        + b"</a>" * 15,
        "too-deep",
    ),
    "long namespace": (b'<edXML xmlns:a="' + b"x" * 100_000 + b'"/>', "too-deep"),
    "comments": (b"<edXML>" + b"<!---->" * 100_000 + b"</edXML>", "too-deep"),
    "marked sections": (b"<edXML>" + b"<![CDATA[]]>" * 100_000 + b"</edXML>", "too-deep"),
    "long text": (_with("Kính đề nghị", "x" * 30_000), "text-too-long"),
    "another root": (b"<html/>", "not-edxml"),
    "no header": (b"<edXML><edXMLEnvelope/></edXML>", "not-edxml"),
    "sender of no agency": (_with("<edXML:OrganId>H99.201<", "<edXML:OrganId>../etc<"), "From"),
    "sender without a name of any kind": (
        _with("<edXML:OrganId>H99.201<", "<edXML:OrganId><"),
        "From",
    ),
    "status of no list": (_with(">01<", ">99<", STATUS), "StatusCode"),
}


NOT_WHAT_IT_SAYS = {
    "no base64": (_with(base64.b64encode(PDF).decode()[:40], "!" * 40), "Attachment"),
    "another file": (_with(base64.b64encode(PDF).decode()[:4], "AAAA"), "Attachment"),
    "file not listed": (_with("<ContentId>cid:tep-1<", "<ContentId>cid:khac<"), "Attachment"),
    "no purpose": (_with("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>9<"), "BussinessDocType"),
    "no zip": (
        _with("application/pdf", "application/zip").replace(
            base64.b64encode(PDF), base64.b64encode(b"PK\x03\x04 cut")
        ),
        "Attachment",
    ),
}


@pytest.mark.parametrize("name", sorted(NOT_WHAT_IT_SAYS))
def test_it_is_read_and_refused_for_what_is_not_as_it_says(name: str) -> None:
    """Whom to tell is known, so the sender is told why, and people see what came."""
    raw, path = NOT_WHAT_IT_SAYS[name]
    read = read_envelope(raw)
    assert isinstance(read, Envelope)
    assert path in [found for found, _ in faults_of(read, is_ours=False)]
    assert len(read.attachments) == 1


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_it_is_refused_by_name_and_soon(name: str) -> None:
    raw, code = HOSTILE[name]
    began = time.perf_counter()
    with pytest.raises(NotReadable) as refused:
        read_envelope(raw)
    assert refused.value.code == code
    assert time.perf_counter() - began < 5
    assert "etc" not in refused.value.reason


def test_a_sender_may_declare_its_namespaces_anew_in_each_element() -> None:
    """As some libraries write: many in all, few at one place."""
    raw = GOOD.decode()
    inside = " ".join(f'xmlns:n{number}="urn:n{number}"' for number in range(4))
    declared = raw.replace("<edXML:OrganId>", f"<edXML:OrganId {inside}>")
    many = declared.replace("</edXML:Subject>", f"</edXML:Subject>{f'<x {inside}/>' * 500}")
    assert many != raw
    assert read_envelope(many.encode()) == read_envelope(GOOD)


def test_the_size_is_bounded_before_anything_is_read() -> None:
    with pytest.raises(NotReadable, match="lớn"):
        read_tree(b"x" * 11, Bounds(bytes=10))


def test_a_zip_bomb_is_given_up_at_the_bound() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.pdf", b"\x00" * 3_000_000)
    raw = _with("application/pdf", "application/zip")
    raw = raw.replace(base64.b64encode(PDF), base64.b64encode(packed.getvalue()))
    with pytest.raises(NotReadable) as refused:
        read_envelope(raw, Bounds(unpacked=1_000_000))
    assert refused.value.code == "too-large"


def test_a_large_file_is_read_in_linear_time() -> None:
    from services.gateway.domain.documents.envelope import Attachment

    content = bytes(8_000_000)
    raw = write_envelope(an_envelope(attachments=(Attachment("a", "a.pdf", "application/pdf", content),)))
    read = read_envelope(raw)
    assert isinstance(read, Envelope)
    assert read.attachments[0].content == content
