"""Vietnamese text as people mean it: one Unicode form, plain spaces, and a folded form for comparing."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

# Every run of spaces but a single plain one: whole catalogues are read, and most spaces are right.
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_AROUND_BREAKS = re.compile(r" ?\n ?")
_MARKUP = re.compile(r"</?(?:p|br|div|span)\b[^>]{0,80}>", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_MARKS = re.compile("[\u0300-\u036f]+")
_STROKE = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[0-9a-z]+(?:\.[0-9]+)*")
_WORD_WITH_MARKS = re.compile(r"[^\W_]+(?:\.[0-9]+)*")


def is_plain(text: str) -> bool:
    """Tell whether a text has no character but those of print, plain spaces and line breaks.

    No invisible one, no odd space, no control, no half of a pair: whole catalogues are read, and nearly every
    text is so. What is asked here costs a tenth of looking for each.
    """
    return (text.replace("\n", "") if "\n" in text else text).isprintable()


def clean(text: str) -> str:
    """Return the text in NFC with plain spaces, no markup left-overs and no invisible characters."""
    if (
        "  " not in text
        and "<" not in text
        and is_plain(text)
        and ("\n" not in text or not (" \n" in text or "\n " in text))
        and unicodedata.is_normalized("NFC", text)
    ):
        return text.strip()
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if "<" in plain:
        plain = _MARKUP.sub("", plain)
    plain = _SPACES.sub(" ", plain)
    return (_AROUND_BREAKS.sub("\n", plain) if "\n" in plain else plain).strip()


def one_line(text: str) -> str:
    """Return the cleaned text on a single line."""
    read = clean(text)
    return " ".join(read.split()) if "\n" in read else read


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return the text in lower case without diacritics, as `f_unaccent(lower(…))` does in the database."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_STROKE).lower()


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return _WORD.findall(fold(text))


def marked_words(text: str) -> list[str]:
    """Return the lower-case words of a text with their diacritics, in order."""
    return _WORD_WITH_MARKS.findall(unicodedata.normalize("NFC", text).lower())


def a_day(text: str | None) -> str | None:
    """Return an ISO day as it is; None for what is no day of any calendar."""
    if not text or _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
