"""How an answer is shaped for whoever asked: fewer fields, a tag to ask again with, fewer bytes. Pure."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

import orjson

from kernel.core.errors import Invalid

LEAST_BYTES = 1_400
"""What fits one packet gains nothing by being smaller."""

_LEVEL = 4
_GZIP = 31
_PACKED = ("application/json", "application/problem+json", "application/geo+json", "application/yaml")
_PACKED_KINDS = ("text/csv", "text/vnd.mermaid", "image/svg+xml", "application/atom+xml")
_MOST_FIELDS = 60
_LONGEST_NAME = 60
_MOST_TOLD = 5


def wanted_fields(query: bytes, known: Callable[[], frozenset[str]]) -> tuple[list[str], bytes]:
    """Return the names `fields=` asks for and the query without it; none asked for is an empty list.

    Raises `Invalid` for a name the list's items do not have: a mistyped one would look like no data.
    """
    if b"fields=" not in query:
        return [], query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    asked = [value for name, value in pairs if name == "fields"]
    of_items = known()
    if not asked or not of_items:
        return [], query
    names = [name.strip() for value in asked for name in value.split(",")]
    if len(names) > _MOST_FIELDS or not of_items.issuperset(names):
        raise Invalid(fields=[("fields", "Danh sách này không có trường đó")])
    return names, urlencode([pair for pair in pairs if pair[0] != "fields"]).encode()


def refuse_unknown(query: bytes, known: frozenset[str] | None) -> None:
    """Raise `Invalid` for a name the address does not know: a filter mistyped would look like everything.

    Nothing is refused where nobody promised which names there are.
    """
    if not query or known is None:
        return
    asked = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    unknown = sorted(asked - known)
    if unknown:
        raise Invalid(
            fields=[
                (name[:_LONGEST_NAME], "Địa chỉ này không có tham số đó") for name in unknown[:_MOST_TOLD]
            ]
        )


def only(body: bytes, names: Iterable[str]) -> bytes:
    """Return a page whose items hold these fields only; the page's other members stay."""
    page = orjson.loads(body)
    kept = list(names)
    page["items"] = [{name: item[name] for name in kept if name in item} for item in page["items"]]
    return orjson.dumps(page)


def tag_of(body: bytes) -> bytes:
    """Return the weak tag of a body: the same in every encoding of it."""
    return b'W/"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'


def is_known(if_none_match: bytes, tag: bytes) -> bool:
    """Tell whether the asker holds the answer with this tag (RFC 9110 13.1.2: weakly compared)."""
    seen = {one.strip().removeprefix(b"W/") for one in if_none_match.split(b",")}
    return tag.removeprefix(b"W/") in seen or b"*" in seen


def may_be_packed(given: Mapping[bytes, bytes], answered: Mapping[bytes, bytes], size: int) -> bool:
    """Tell whether an answer of this size may be compressed for this request.

    Never what could tell a secret by its length (BREACH): pages, which hold forms' secrets, stay as they are,
    and so does what a session's cookie fetched, unless a page of ours asked: only that can send
    X-Requested-With. A strong tag names exact bytes and is what If-Match takes: such an answer stays too.
    """
    kind = answered.get(b"content-type", b"").partition(b";")[0].strip().decode("latin-1")
    return (
        size >= LEAST_BYTES
        and kind in (*_PACKED, *_PACKED_KINDS)
        and b"content-encoding" not in answered
        and not answered.get(b"etag", b"W/").startswith(b'"')
        and not _is_by_cookie(given)
    )


def as_asked_inside(given: Mapping[bytes, bytes], *, is_read_here: bool) -> Mapping[bytes, bytes]:
    """Return a request's headers as the service behind the door sees them.

    A service may pack what it answers by the same rules only: for who takes gzip, where no length tells a
    secret, and never what is read here on its way out.
    """
    name = b"accept-encoding"
    packs = not is_read_here and takes_gzip(given.get(name, b"")) and not _is_by_cookie(given)
    return {**given, name: b"gzip" if packs else b"identity"}


def _is_by_cookie(given: Mapping[bytes, bytes]) -> bool:
    return b"cookie" in given and b"authorization" not in given and b"x-requested-with" not in given


def takes_gzip(accept_encoding: bytes) -> bool:
    """Tell whether the asker takes gzip (RFC 9110 12.5.3); a quality of zero is a no, its name before `*`."""
    taken: dict[str, bool] = {}
    for one in accept_encoding.decode("latin-1").lower().split(","):
        name, _, quality = one.partition(";")
        is_taken = quality.replace(" ", "").removeprefix("q=").rstrip("0.") != "" or not quality.strip()
        taken.setdefault(name.strip(), is_taken)
    return taken.get("gzip", taken.get("*", False))


def packed(body: bytes) -> bytes:
    """Return the body as gzip; the same bytes for the same body."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return deflate.compress(body) + deflate.flush()
