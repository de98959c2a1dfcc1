"""The texts a request may carry: what a reader cannot see, or a name that leads elsewhere, is refused."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# Controls, invisible formats (bidirectional overrides, zero-width signs), line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_IN_NAMES = frozenset(".,'’-&()/\"")
_LEADS_AWAY = re.compile(r"://|\b(?:http|www\.)", re.IGNORECASE)


def _without_hidden(text: str, allowed: str = "") -> str:
    """Return the text as Vietnamese is printed and compared, a letter with its marks one sign (NFC)."""
    if any(unicodedata.category(sign) in _HIDDEN and sign not in allowed for sign in text):
        raise ValueError("Có ký tự điều khiển hoặc ký tự ẩn")
    return unicodedata.normalize("NFC", text)


def _one_line(text: str) -> str:
    return _without_hidden(text)


def _some_lines(text: str) -> str:
    """Return the text with plain line breaks; Windows sends two signs for one."""
    return _without_hidden(text.replace("\r\n", "\n"), "\n\t")


def _name(text: str) -> str:
    """Return the name of a person or organisation; it is printed on papers and sent in messages."""
    text = _without_hidden(text)
    kinds = {sign: unicodedata.category(sign) for sign in text}
    strange = [sign for sign, kind in kinds.items() if kind[0] not in "LM" and not _is_of_names(sign, kind)]
    # Full-width letters read as the plain ones.
    leads_away = _LEADS_AWAY.search(unicodedata.normalize("NFKC", text))
    if strange or leads_away or not any(kind[0] == "L" for kind in kinds.values()):
        raise ValueError("Không phải họ tên hoặc tên tổ chức")
    return text


def _is_of_names(sign: str, kind: str) -> bool:
    return kind in {"Nd", "Zs"} or sign in _IN_NAMES


def _name_or_nothing(text: str) -> str:
    return _name(text) if text else text


Code = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[\w.:/-]+$")]
Line = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
LongLine = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, max_length=500), AfterValidator(_one_line)
]
Name = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_name),
]
NameOrNothing = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=200),
    AfterValidator(_name_or_nothing),
]
Note = Annotated[
    str, StringConstraints(strict=True, strip_whitespace=True, max_length=2000), AfterValidator(_some_lines)
]
Reason = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_some_lines),
]
Address = Annotated[str, StringConstraints(strict=True, max_length=500), AfterValidator(_some_lines)]
Phone = Annotated[str, StringConstraints(strict=True, pattern=r"^\+?[0-9 .]{8,16}$")]
Email = Annotated[str, StringConstraints(strict=True, max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]
Number = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z-]{5,20}$")]
