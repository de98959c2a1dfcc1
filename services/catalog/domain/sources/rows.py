"""One row of a file: what was made of it, what was dirty about it, or why nothing could be made of it."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable
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


class Row:
    """A row by its place in the file (from 1); `reasons` is why it cannot be taken.

    `times`: the time limit and fee of a table's columns, which name no channel. `is_left`: it says nothing
    the catalogue does not know better. `fold` keeps what it says small until somebody asks: a nation's file
    has ten thousand rows of forty kilobytes each.
    """

    __slots__ = (
        "_folded",
        "_named",
        "_raw",
        "_record",
        "dirt",
        "is_left",
        "number",
        "outcome",
        "reasons",
        "times",
    )

    def __init__(
        self,
        number: int,
        record: dict[str, Any] | None = None,
        raw: Any = None,
        reasons: Iterable[str] = (),
    ) -> None:
        self.number = number
        self._record: dict[str, Any] = record if record is not None else {}
        self._raw = raw
        self._folded: bytes | None = None
        self._named = ("", "")
        self.dirt: dict[Dirt, str] = {}
        self.reasons = list(reasons)
        self.outcome = ""
        self.times: dict[str, Any] = {}
        self.is_left = False

    @property
    def record(self) -> dict[str, Any]:
        """What is made of it."""
        self._unfold()
        return self._record

    @record.setter
    def record(self, record: dict[str, Any]) -> None:
        self._unfold()
        self._record = record

    @property
    def raw(self) -> Any:
        """What it says, as found."""
        self._unfold()
        return self._raw

    @raw.setter
    def raw(self, raw: Any) -> None:
        self._unfold()
        self._raw = raw

    @property
    def code(self) -> str:
        """The code as found; empty without one."""
        return self._named[0] if self._folded is not None else _text(self._record.get("code"))

    @property
    def name(self) -> str:
        """The name as found; empty without one."""
        return self._named[1] if self._folded is not None else _text(self._record.get("name"))

    def fold(self) -> None:
        """Keep what it says folded; whoever asks for it has it unfolded again."""
        if self._folded is None:
            self._named = (self.code, self.name)
            raw = None if self._raw == self._record else [self._raw]
            self._folded = zlib.compress(json.dumps([self._record, raw]).encode(), 1)
            self._record, self._raw = {}, None

    def spend(self) -> None:
        """Forget what it says: it was taken, and only the report still speaks of it."""
        self._named = (self.code, self.name)
        self._folded, self._record, self._raw = b"", {}, None

    def _unfold(self) -> None:
        if self._folded is not None:
            self._record, raw = json.loads(zlib.decompress(self._folded))
            self._raw, self._folded = (self._record if raw is None else raw[0]), None

    def note(self, kind: Dirt, example: object = "") -> None:
        """Remember that something was dirty, with the first example."""
        self.dirt.setdefault(kind, " ".join(str(example).split())[:80])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


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
