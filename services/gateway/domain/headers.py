"""Which headers pass the door: a short list each way, so that nothing unknown is trusted or told."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address

_HOST_BITS = 64
_LONGEST_ADDRESS = 64

_IN = {
    name.encode(): name
    for name in (
        "accept",
        "accept-encoding",
        "accept-language",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "last-event-id",
        "range",
        "tus-resumable",
        "upload-checksum",
        "upload-length",
        "upload-metadata",
        "upload-offset",
        "x-file-name",
    )
}
PASSED_OUT = frozenset(
    name.encode()
    for name in (
        "accept-ranges",
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-range",
        "content-security-policy",
        "content-type",
        "etag",
        "idempotency-replayed",
        "last-modified",
        "location",
        "retry-after",
        "tus-checksum-algorithm",
        "tus-extension",
        "tus-max-size",
        "tus-resumable",
        "tus-version",
        "upload-expires",
        "upload-length",
        "upload-offset",
        "vary",
        "x-accel-buffering",
    )
)


def headers_in(given: Mapping[bytes, bytes], authorization: str, correlation_id: str) -> dict[str, str]:
    """Return the headers a service gets: those of the list, who is asking, and the correlation id."""
    found = {name: given[key].decode("latin-1") for key, name in _IN.items() if key in given}
    if authorization:
        found["authorization"] = authorization
    found["x-correlation-id"] = correlation_id
    return found


def headers_out(
    answered: Iterable[tuple[bytes, bytes]], public_of: Mapping[str, str]
) -> list[tuple[bytes, bytes]]:
    """Return the headers the asker gets; `public_of` maps a service's address prefix to the public one."""
    found = []
    for raw, value in answered:
        name = raw.lower()
        if name in PASSED_OUT:
            found.append((name, _public(value, public_of) if name == b"location" else value))
    return found


def _public(location: bytes, public_of: Mapping[str, str]) -> bytes:
    for own, public in public_of.items():
        if location.startswith(own.encode()):
            return public.encode() + location[len(own) :]
    return location


def client_address(peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """Return who connects: the peer, or what the outermost trusted proxy saw in X-Forwarded-For.

    As one counts them (`one_client`), so that whoever has many addresses has no more tries for it.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    if not trusted_proxies or not hops:
        return one_client(peer)
    return one_client(hops[-min(trusted_proxies, len(hops))])


def forwarded_for(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return all of X-Forwarded-For: a proxy may add a line of its own behind the asker's (RFC 9110, 5.3)."""
    return ",".join(value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for")


@lru_cache(maxsize=4096)
def one_client(address: str) -> str:
    """Return the client an address is of: itself, or of IPv6 the network of 64 bits a single line is given.

    A proxy may write a port behind it, in brackets where it is IPv6. What is no address stays as it came.
    """
    text = address.strip('" ')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return address[:_LONGEST_ADDRESS]
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found) >> _HOST_BITS << _HOST_BITS, _HOST_BITS)))
