"""Texts compared whatever their case and marks: systems send composed, decomposed and bare ones."""

import unicodedata


def unmarked(text: str) -> str:
    """Return a Vietnamese text without its marks, case as it is: `Đã tồn tại` is `Da ton tai`."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(one for one in plain if not unicodedata.combining(one))


def folded(text: str) -> str:
    """Return a text without marks and in small letters."""
    return unmarked(text).casefold()


def letters(name: str) -> str:
    """Return a member's name by its letters and digits alone: `ma_ho_so`, `MaHoSo` and `MAHOSO` are one."""
    plain = folded(name)
    return plain if plain.isalnum() else "".join(one for one in plain if one.isalnum())
