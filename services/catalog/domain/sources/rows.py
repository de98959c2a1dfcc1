"""One row of a file: what was made of it, what was dirty about it, or why nothing could be made of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Dirt(StrEnum):
    """What was found dirty and mended, or kept with a doubt; the words say it to editors."""

    DECOMPOSED = "chữ tổ hợp (NFD) đã đưa về NFC"
    MARKUP = "còn thẻ HTML, đã bỏ"
    SPACES = "dấu tab, khoảng trắng lạ hoặc ký tự ẩn, đã bỏ"
    CODE_LOCALISED = "mã đã địa phương hóa, chỉ giữ phần quốc gia"
    CODE_IN_NAME = "tên có kèm mã, đã bỏ"
    PARTIAL = "dòng chỉ nêu một phần, phần không nêu giữ như đang có"
    NAME_ONLY = "chỉ có mã và tên"
    NO_FIELD = "thiếu lĩnh vực, xếp vào Khác"
    UNKNOWN_LEVEL = "cấp thực hiện không nhận ra, xếp vào Khác"
    UNKNOWN_CHANNEL = "cách nộp không nhận ra, xếp vào trực tiếp"
    DURATION_WITHOUT_UNIT = "thời hạn không có đơn vị"
    DURATION_UNREAD = "thời hạn không đọc được thành số, giữ nguyên văn"
    FEE_UNREAD = "phí không đọc được thành tiền, giữ nguyên văn"
    BAD_NUMBER = "số bản không phải số, tính là 0"
    UNKNOWN_COLUMN = "cột không dùng tới, giữ trong bản gốc"
    UNCERTAIN = "nguồn ghi chú tách chưa chắc"
    SAME_AGAIN = "dòng lặp lại y hệt"
    NULL_LIST = "danh sách là null"
    LEGACY_FONT = "có chữ phông cũ (TCVN3) chưa chuyển mã, giữ nguyên"


@dataclass(slots=True)
class Row:
    """A row by its place in the file (from 1); `reasons` is why it cannot be taken.

    `times`: the time limit and fee of a table's columns, which name no channel. `is_left`: it says nothing
    the catalogue does not know better.
    """

    number: int
    record: dict[str, Any] = field(default_factory=dict)
    raw: Any = None
    dirt: dict[Dirt, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    outcome: str = ""
    times: dict[str, Any] = field(default_factory=dict)
    is_left: bool = False

    @property
    def code(self) -> str:
        """The code as found; empty without one."""
        code = self.record.get("code")
        return code if isinstance(code, str) else ""

    def note(self, kind: Dirt, example: object = "") -> None:
        """Remember that something was dirty, with the first example."""
        self.dirt.setdefault(kind, " ".join(str(example).split())[:80])


def dirt_table(rows: Iterable[Row], examples: int = 2) -> list[tuple[Dirt, int, list[str]]]:
    """Return every kind of dirt with how many rows have it and some examples, the commonest first."""
    counts: Counter[Dirt] = Counter()
    shown: dict[Dirt, list[str]] = {}
    for row in rows:
        for kind, example in row.dirt.items():
            counts[kind] += 1
            if example and len(shown.setdefault(kind, [])) < examples and example not in shown[kind]:
                shown[kind].append(example)
    return [(kind, count, shown.get(kind, [])) for kind, count in counts.most_common()]
