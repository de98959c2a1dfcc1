"""Signatures of the payment platform (section 19): over what was written, which is not what was parsed.

SHA-256 in lower-case hex over the values joined with `|`, the partner's secret last. A number loses its
noughts on the way (`150000.00` of .NET, `1.5E7` of Java, `0` for `00`), a text the form of its marks.
Each way a value may have been written is tried; a signature fits one of them or the message is not believed.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from services.gateway.domain.folding import folded
from services.gateway.domain.portal.wire.lists import dong, whole_number

_AMOUNT, _CODE, _WORDS = "SoTien", "MaLoi", "ThongTinGiaoDich"
_JAVA_FROM = 10**7
"""From here on Java writes a double with an exponent."""
_MOST_WAYS = 64
MEMBERS = (
    *("LoaiBanTin", "MaLoi", "MoTaLoi", "MaDoiTac", "MaThamChieu", "SoTien", "MaTienTe", "MaGiaoDich"),
    *("MaNganHang", "ThoiGianGD", "ThoiGianThanhToan", "ThongTinGiaoDich", "TrangThaiGD", "MaXacThuc"),
)
_BY_LETTERS = {name.casefold(): name for name in MEMBERS}


def as_named(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message by the contract's names, in whatever letters; empty where one is said in two ways."""
    named: dict[str, Any] = {}
    for name, value in message.items():
        own = _BY_LETTERS.get("".join(one for one in folded(str(name)) if one.isalnum()), name)
        if own in named and named[own] != value:
            return {}
        named[own] = value
    return named


def sign(message: Mapping[str, Any], names: Sequence[str], secret: str) -> str:
    """Return the signature of a message over these members, in this order."""
    return _signature([_text(message.get(name)) for name in names], secret)


def is_signed(message: Mapping[str, Any], names: Sequence[str], secret: str) -> bool:
    """Tell whether the signature fits one of the ways in which its values may have been written.

    A value with the sign that joins them could make another message's signature this one's; a text of the
    payment, the last, moves nothing.
    """
    if any("|" in _text(message.get(name)) for name in names if name != _WORDS):
        return False
    given = str(message.get("MaXacThuc") or "").strip().lower().encode()
    ways = product(*(list(dict.fromkeys(_written(name, message.get(name)))) for name in names))
    likely = [_signature(values, secret).encode() for values in islice(ways, _MOST_WAYS)]
    return sum(hmac.compare_digest(given, one) for one in likely) > 0


def _signature(values: Sequence[str], secret: str) -> str:
    return hashlib.sha256("|".join([*values, secret]).encode("utf-8", "replace")).hexdigest()


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _written(name: str, value: Any) -> Iterator[str]:
    """Yield the ways a value may have been written, as it stands first."""
    yield _text(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == _AMOUNT and is_number and (amount := dong(value)) is not None:
        yield from (str(amount), f"{amount}.00", f"{amount}.0")
        if amount >= _JAVA_FROM:
            yield _of_java(amount)
    elif is_number and (number := whole_number(value)) is not None:
        yield str(number)
        if name == _CODE:
            yield f"{number:02d}"
    elif isinstance(value, str):
        yield unicodedata.normalize("NFC", value)
        yield unicodedata.normalize("NFD", value)


def _of_java(amount: int) -> str:
    digits = str(amount)
    return f"{digits[0]}.{digits[1:].rstrip('0') or '0'}E{len(digits) - 1}"
