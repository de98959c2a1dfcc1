"""Which addresses of files are asked, and where a name may lead: a table of tricks, each refused."""

from ipaddress import ip_network

import pytest

from services.gateway.domain.portal.inbound.links import (
    Allowed,
    NotFetched,
    missing_note,
    require_outside,
    target_of,
    type_of,
)

LIST = [
    Allowed.of(one)
    for one in ("dichvucong.gov.vn", ".dichvucong.gov.vn", "http://kho.example:8080", "https://10.2.3.4")
]

ASKED = {
    "https://dichvucong.gov.vn/tep/a.pdf": "https://dichvucong.gov.vn:443/tep/a.pdf",
    "  https://DichVuCong.gov.vn./tep/a.pdf ": "https://dichvucong.gov.vn:443/tep/a.pdf",
    "https://kho.dichvucong.gov.vn/a?t=1&download=true": "https://kho.dichvucong.gov.vn:443/a?t=1&download=true",
    "https://dichvucong.gov.vn/tờ khai+1.pdf": "https://dichvucong.gov.vn:443/t%E1%BB%9D%20khai+1.pdf",
    "https://dichvucong.gov.vn/to%20khai.pdf#trang": "https://dichvucong.gov.vn:443/to%20khai.pdf",
    "http://kho.example:8080/a": "http://kho.example:8080/a",
    "https://10.2.3.4/a": "https://10.2.3.4:443/a",
}
NOT_ASKED = (
    "http://dichvucong.gov.vn/a",
    "https://dichvucong.gov.vn:8443/a",
    "https://dichvucong.gov.vn:70000/a",
    "https://evil.example/a",
    "https://xdichvucong.gov.vn/a",
    "https://dichvucong.gov.vn.evil.example/a",
    "https://dichvucong.gov.vn@evil.example/a",
    "https://user:pass@dichvucong.gov.vn/a",
    "https://evil.example#@dichvucong.gov.vn/a",
    "https://evil.example\\@dichvucong.gov.vn/a",
    "https://dichvucong.gov.vn\t.evil.example/a",
    "https://dichvucong.gov.vn\r\nX: y/a",
    "http://127.0.0.1/a",
    "http://2130706433/a",
    "http://0x7f.1/a",
    "http://[::1]/a",
    "http://localhost/a",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "gopher://dichvucong.gov.vn/a",
    "//dichvucong.gov.vn/a",
    "dichvucong.gov.vn/a",
    "https:///a",
    "https://[dichvucong.gov.vn/a",
    "https://dichvucong.gov.vn/" + "a" * 2001,
    "https://ⅾichvucong.gov.vn.evil.example/a",
    "",
)


@pytest.mark.parametrize("address", ASKED)
def test_an_agreed_host_is_asked(address: str) -> None:
    assert target_of(address, LIST).url == ASKED[address]


@pytest.mark.parametrize("address", NOT_ASKED)
def test_nobody_else_is_asked(address: str) -> None:
    with pytest.raises(NotFetched) as found:
        target_of(address, LIST)
    assert found.value.is_final


INSIDE = (
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 - an address that is refused.
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fe80::1%eth0",
    "ff02::1",
    "::10.0.0.1",
    "64:ff9b:1::a00:1",
    "5f00::1",
    "3fff::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "::10.0.0.1",
    "5f00::1",
    "3fff::1",
    "2002:7f00:1::",
    "2002:a00:1::",
)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_followed(address: str) -> None:
    for found in ([address], ["203.162.0.1", address]):
        with pytest.raises(NotFetched) as refused:
            require_outside(found, [])
        assert refused.value.is_final


def test_outside_and_what_was_said_to_be_allowed_is_followed() -> None:
    require_outside(["203.162.0.1", "2001:ee0::1"], [])
    require_outside(["10.20.3.4", "::ffff:10.20.3.4"], [ip_network("10.20.0.0/16")])
    with pytest.raises(NotFetched):
        require_outside(["10.21.3.4"], [ip_network("10.20.0.0/16")])
    with pytest.raises(NotFetched) as found:
        require_outside([], [])
    assert not found.value.is_final, "a name nobody knows now may be known later"


@pytest.mark.parametrize("text", ["", ".", "https://", "ftp://a.vn", "a.vn/path", "a.vn:x", "u@a.vn"])
def test_a_list_of_hosts_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        Allowed.of(text)


@pytest.mark.parametrize(
    ("content", "is_final"),
    [
        (b"", False),
        (b"  \n", False),
        (b"<!DOCTYPE html><html>", False),
        (b"\xef\xbb\xbf\n<html>", False),
        (b'{"error_code": 1}', False),
        (b"MZ\x90\x00", True),
        (b"GIF89a", True),
        (b"%!PS-Adobe", True),
    ],
)
def test_what_is_no_file_is_not_taken_and_a_page_is_asked_again(content: bytes, *, is_final: bool) -> None:
    with pytest.raises(NotFetched) as found:
        type_of(content)
    assert found.value.is_final is is_final


def test_a_file_is_known_by_its_content() -> None:
    assert type_of(b"%PDF-1.7 ...") == "application/pdf"
    assert type_of(b"\xff\xd8\xff\xe0") == "image/jpeg"


def test_the_dossier_is_told_of_what_is_missing() -> None:
    assert missing_note([]) == ""
    told = missing_note(["tờ khai.pdf", "b\x00\n.pdf"])
    assert told.endswith(": tờ khai.pdf, b.pdf")
