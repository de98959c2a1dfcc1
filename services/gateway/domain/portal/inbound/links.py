"""Which of the addresses the portal names files by are fetched, and what is believed to be a file.

The portal writes the address, so it is a stranger's word: only hosts that were agreed are asked, and nothing
inside our own network unless somebody said so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

Network = IPv4Network | IPv6Network

_PORTS = {"https": 443, "http": 80}
_LONGEST = 2000
_PATH_SIGNS = "/%+:@!$&'()*,;=~-._"
_QUERY_SIGNS = _PATH_SIGNS + "?"
_NAT64 = ip_network("64:ff9b::/96")
# All that is given out of the newer kind (RFC 4291, section 2.4), but for what is for examples (RFC 9637).
_GIVEN_OUT, _EXAMPLES = ip_network("2000::/3"), ip_network("3fff::/20")
_HEADS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"PK\x03\x04": "application/zip",
}


class LinkState(StrEnum):
    """Where a file named by its address is: FAILED is nobody's turn but people's."""

    WAITING = "WAITING"
    FETCHED = "FETCHED"
    FAILED = "FAILED"


class NotFetched(Exception):  # noqa: N818 - the fact is the name.
    """No file came; the text says why without the address. `is_final`: asking again would change nothing."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file is asked for."""

    scheme: str
    host: str
    port: int
    rest: str

    @property
    def url(self) -> str:
        """The address as it is asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.rest}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a redirect may not leave."""
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Allowed:
    """An agreed host: `.gov.vn` is every host below it, `http://10.0.0.5:8080` that one only."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> "Allowed":
        """Read an entry of the list; raise `ValueError` for what is none."""
        try:
            scheme, host, port, rest = _parts(text if "://" in text else f"https://{text}")
        except ValueError as error:
            raise ValueError(f"no host: {text}") from error
        if rest != "/" or not host.strip("."):
            raise ValueError(f"no host: {text}")
        return cls(scheme, host, port)

    def covers(self, target: Target) -> bool:
        """Tell whether this entry lets a target be asked."""
        if (self.scheme, self.port) != (target.scheme, target.port):
            return False
        if self.host.startswith("."):
            return target.host.endswith(self.host)
        return target.host == self.host


def target_of(address: str, allowed: Iterable[Allowed]) -> Target:
    """Return where to ask; raise `NotFetched` for an address that is none, or of a host nobody agreed on."""
    if len(address) > _LONGEST or any(sign < " " or sign in "\\\x7f" for sign in address):
        raise NotFetched("địa chỉ tệp sai", is_final=True)
    try:
        target = Target(*_parts(address))
    except ValueError as error:
        raise NotFetched("địa chỉ tệp sai", is_final=True) from error
    if not any(one.covers(target) for one in allowed):
        raise NotFetched("máy chủ của tệp không có trong danh sách được phép", is_final=True)
    return target


def _parts(address: str) -> tuple[str, str, int, str]:
    split = urlsplit(address.strip())
    scheme, host = split.scheme.lower(), (split.hostname or "").lower().rstrip(".")
    if scheme not in _PORTS or not host or split.username is not None or split.password is not None:
        raise ValueError(address)
    if not host.isascii():
        host = host.encode("idna").decode()
    rest = quote(split.path or "/", safe=_PATH_SIGNS)
    if split.query:
        rest += f"?{quote(split.query, safe=_QUERY_SIGNS)}"
    return scheme, host, split.port or _PORTS[scheme], rest


def require_outside(addresses: Iterable[str], networks: Sequence[Network]) -> None:
    """Raise `NotFetched` when a name leads, even once, to where only our own machines are."""
    found = [_bare(ip_address(one.partition("%")[0])) for one in addresses]
    if not found:
        raise NotFetched("không tìm thấy máy chủ của tệp")
    for one in found:
        if not _is_outside(one) and not any(one in network for network in networks):
            raise NotFetched("máy chủ của tệp ở mạng nội bộ", is_final=True)


def _is_outside(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in _GIVEN_OUT or address in _EXAMPLES):
        return False
    return address.is_global and not address.is_multicast


def _bare(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of the older kind that one of the newer kind stands for."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def type_of(content: bytes) -> str:
    """Return what a file is by its first bytes; raise `NotFetched` for what nobody takes.

    A page in a file's place is what a server says while it cannot serve: that one is asked again.
    """
    if not content.strip():
        raise NotFetched("tệp rỗng")
    for head, kind in _HEADS.items():
        if content.startswith(head):
            return kind
    is_page = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{")
    raise NotFetched(
        "máy chủ không trả về tệp" if is_page else "loại tệp không được nhận", is_final=not is_page
    )


def missing_note(names: Sequence[str]) -> str:
    """Return what the dossier tells of what never came, or came and cannot be read."""
    if not names:
        return ""
    listed = ", ".join("".join(sign for sign in name[:100] if sign.isprintable()) for name in names[:10])
    return f"Cổng có nêu nhưng không nhận được nội dung, cần yêu cầu bổ sung: {listed}"
