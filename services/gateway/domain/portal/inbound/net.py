"""The net under those who read the portal's messages: nothing is answered 0 and dropped in silence.

After a message is understood every single value that stood in it is looked for in what is handed on, by its
name and as often as it stood there. What is not found and is no declared exception is left over: a remark
goes along with the dossier, anything that may decide something, or be of somebody else, waits for people
(ADR 0029).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.domain.portal.inbound.declared import DECLARED, Declared, ToldOn, Where
from services.gateway.domain.portal.inbound.levels import ADDRESSES, FILES, FORMS, PEOPLE, Levels
from services.gateway.domain.portal.wire.base64_text import NotBase64, base64_content
from services.gateway.domain.portal.wire.leaves import (
    A_NAME,
    Figure,
    Leaf,
    Level,
    Members,
    folded,
    leaves_in,
    path_of,
    says_nothing,
    steps_of,
    token,
    tree_of,
)
from services.gateway.domain.portal.wire.words import MOST_NUMBERS, NO, YES, LongText, moment_in_numbers

OTHER_ANSWERS = "Các trường khác"
REMAINDER = "Nội dung khác của bản tin"
"""Under which name what nobody read stands with the answers of the form."""
LEFT = "(phần chưa đọc)"
"""By which name people say that a message may go in all the same."""
_CONTENTS, _LINKS, _FILE_NAMES = "~content", "~link", "~file"
_SAME = {
    **dict.fromkeys(("base64", "tepdinhkem", "noidungtep", "tepdondangky"), _CONTENTS),
    **dict.fromkeys(("duongdantaiteptin", "duongdan", "duongdantep", "url", "urltepdangky"), _LINKS),
    **dict.fromkeys(("tentepdinhkem", "tentep", "tentepdondangky", "tentepdangky"), _FILE_NAMES),
    "sodienthoai": "dienthoai",
}
"""Names of one thing: a file's content, address or name, wherever it stands."""
_DECIDES = frozenset(
    {
        *("isupdating", "mahoso", "mahosoqg", "matthc", "ngaynophoso", "macoquanthuchien", "trangthaihoso"),
        *("chuhoso", "tenthuongnhan", "sogiaytochuhoso", "masothue", "sodinhdanh", "madoituong"),
        *("filethongbaothue", "loaidoituong", "isdeleted", _CONTENTS, _LINKS),
    }
)
"""Names whose second value is for people: which counts, or whose it is, no program tells."""
_LONGEST_CARRIED, _MOST_CARRIED = 2_000, 200
_BY_NAME: dict[str, list[Declared]] = {}
for _one in DECLARED:
    _BY_NAME.setdefault(_one.name, []).append(_one)
_NEVER_NO = (_BY_NAME.keys() | FORMS | FILES | {PEOPLE, _CONTENTS, _LINKS, _FILE_NAMES}) - {
    *("isupdating", "hinhthuc", "taikhoanduocxacthucvoivneid", "isdeleted", "duoctaisudung"),
    *("duoclaytukhodmqg", "duocsohoa"),
}
"""What PHP says `false` of where there is none: nobody's name, number or file is "no"."""
_OF_A_MOMENT, _MOST_OF_A_MOMENT = frozenset({"date", "timezone", "timezonetype"}), 4
_ZONES = {"UTC": "Z", "Z": "Z", **dict.fromkeys(("Asia/Ho_Chi_Minh", "Asia/Saigon", "Asia/Bangkok"), "")}
"""A moment as PHP writes one is told as one text, its zone behind it."""
_FLAGS = (
    ("is_from_personal_store", "duoclaytukhodmqg", YES),
    ("is_digitised", "duocsohoa", NO),
)
_SHORTEST_CONTENT = 16
_OPENED_VALUES = 50_000
"""As many as a message may have; a text of more counts whole."""


@dataclass(frozen=True, slots=True)
class Left:
    """A value of a message that nobody read."""

    path: str
    """Where it stands, by names as the sender wrote them."""
    known_path: str
    """The same with names of the contract only, for figures: a sender may name a member by a person."""
    value: Any
    is_for_people: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message as it stood on the wire."""

    value: Any
    """As `portal_leaves.wire_value` reads it."""
    long_texts: Mapping[str, Any]
    """What texts say that are not held and are JSON of their own, by what stands in their places."""
    is_form: bool = False
    replaced: Sequence[Any] = ()
    """The values that stood where people corrected."""


def left_over(heard: Heard, told: ToldOn, files: Sequence[Mapping[str, Any]]) -> list[Left]:
    """Return what of a message is neither told on nor declared.

    `files` are the attachments as they were read, with their contents or what stands in their places.
    """
    wire = tree_of(heard.value, heard.long_texts, opened_values=_OPENED_VALUES)
    levels = Levels.of(wire)
    found = _found_in(heard, told, files, levels)
    left = list(found.unfound(leaves_in(wire)))
    return [_left(one) for one in left if not (found.is_told(one) and levels.is_said_again(one))]


def carried(left: Sequence[Left]) -> dict[str, Any]:
    """Return what is left over as the officer reads it, by where it stood."""
    told: dict[str, list[Any]] = {}
    for one in left:
        told.setdefault(one.path, []).append(one.value if isinstance(one.value, bool) else str(one.value))
    return {path: values[0] if len(values) == 1 else values for path, values in told.items()}


def is_for_people(left: Sequence[Left]) -> bool:
    """Tell whether something left over may decide, or be of somebody else, or is more than a remark."""
    return len(left) > _MOST_CARRIED or any(one.is_for_people for one in left)


def _left(leaf: Leaf) -> Left:
    name = _SAME.get(leaf.name, leaf.name)
    text = leaf.value if isinstance(leaf.value, str) else ""
    decides = name in _DECIDES or isinstance(text, LongText) or len(text) > _LONGEST_CARRIED
    known = ".".join(_known(step) for step in steps_of(leaf) if step)
    return Left(path_of(leaf), known, leaf.value, is_for_people=decides)


def _known(step: str) -> str:
    if step.isdecimal():
        return "[]"
    return folded(step) if folded(step) in _KNOWN else "?"


_KNOWN = frozenset(
    {
        *(one.name for one in DECLARED),
        *(FORMS | FILES | ADDRESSES | _DECIDES | _SAME.keys()),
        *(
            PEOPLE,
            "data",
            "request",
            "header",
            "mahosoqg",
            "hoso",
            "item",
            "mathanhphanhoso",
            "ghichu",
            "thongtinthanhtoan",
        ),
        *("matinh", "mahuyen", "maxa", "fax", "sovanban"),
    }
)


@dataclass(slots=True)
class _Found:
    """What is told on, taken away value by value as it is found."""

    heard: Heard
    told: ToldOn
    levels: Levels
    named: Counter[tuple[str, str]]
    names: frozenset[str]
    contents: Counter[str]
    replaced: Counter[str]
    ever: frozenset[tuple[str, str]]

    def unfound(self, leaves: Iterable[Leaf]) -> Iterator[Leaf]:
        """Yield what is neither there nor declared; what no exception is for takes what is there first."""
        declared = []
        for leaf in leaves:
            if says_nothing(leaf.value):
                continue
            if self._is_declared(leaf):
                declared.append(leaf)
            elif not self._takes(leaf):
                if leaf.opened is None:
                    yield leaf
                else:
                    yield from self.unfound(leaves_in(leaf.opened))
        for leaf in declared:
            self._takes(leaf)

    def is_told(self, leaf: Leaf) -> bool:
        """Tell whether a value was among what is told on under its name, taken away meanwhile or not."""
        return any(key in self.ever for key in _keys(leaf))

    def _takes(self, leaf: Leaf) -> bool:
        for key in _keys(leaf):
            if self.named[key] > 0:
                self.named[key] -= 1
                return True
        if leaf.also == A_NAME and folded(str(leaf.value)) in self.names:
            return True
        is_content = _SAME.get(leaf.name) == _CONTENTS
        if isinstance(leaf.value, str) and (is_content or len(leaf.value) >= _SHORTEST_CONTENT):
            content = _content_key(leaf.value, is_form=self.heard.is_form)
            if self.contents[content] > 0:
                self.contents[content] -= 1
                return True
        return False

    def _is_declared(self, leaf: Leaf) -> bool:
        if _is_of_a_schema(leaf) or self._is_replaced(leaf) or self._is_in_a_moment(leaf):
            return True
        if leaf.above.is_list and self._is_of_numbers(leaf.above):
            return True
        where = self.levels.where(leaf)
        if not where:
            return False
        if leaf.value is False and _SAME.get(leaf.name, leaf.name) in _NEVER_NO:
            return True
        if _SAME.get(leaf.name) == _CONTENTS and Where.FILE in where and self.levels.is_deleted(leaf.above):
            return True
        return self._says_so(leaf.name, leaf.value, where)

    def _is_in_a_moment(self, leaf: Leaf) -> bool:
        """Tell whether a value is of a moment as PHP writes one, which is told in one text."""
        if leaf.name not in _OF_A_MOMENT:
            return False
        above = leaf.above
        while above.above is not None and above.name == leaf.name:
            above = above.above
        if len(above.inner) > _MOST_OF_A_MOMENT:
            return False
        parts = {one.name: str(one.value) for one in leaves_in(above) if one.name in _OF_A_MOMENT}
        if "date" not in parts:
            return False
        zone = parts.get("timezone", "")
        for text in (f"{parts['date']}{_ZONES.get(zone, zone)}", parts["date"]):
            if any((name, token(text)) in self.ever for name in (above.name, _SAME.get(above.name, ""))):
                return True
            if self._says_so(above.name, text, self.levels.where_of(above)):
                return True
        return False

    def _is_of_numbers(self, above: Level) -> bool:
        """Tell whether a list is a moment as Jackson writes one, which is told in one text."""
        text = moment_in_numbers([_whole(one) for one in above.inner[: MOST_NUMBERS + 1]])
        return text is not None and self._says_so(above.name, text, self.levels.where_of(above))

    def _says_so(self, name: str, value: Any, where: frozenset[Where]) -> bool:
        """Tell whether an exception is for a value of this name at this place."""
        told, said = token(value), str(value).strip()
        return any(
            one.where in where and (one.says(said, self.told) or one.says(told, self.told))
            for one in _BY_NAME.get(name, ())
        )

    def _is_replaced(self, leaf: Leaf) -> bool:
        if not self.replaced:
            return False
        key = token(leaf.value)
        if self.replaced[key] <= 0:
            return False
        self.replaced[key] -= 1
        return True


def _keys(leaf: Leaf) -> Iterator[tuple[str, str]]:
    names = dict.fromkeys((leaf.name, _SAME.get(leaf.name, leaf.name), leaf.also or leaf.name))
    if leaf.name in FORMS:
        # The form's own text is nobody's member where the answers are.
        names[""] = None
    for value in dict.fromkeys(leaf.tokens):
        yield from ((name, value) for name in names)


def _whole(one: Leaf | Level) -> int | None:
    is_number = isinstance(one, Leaf) and isinstance(one.value, Figure) and one.value.isdecimal()
    return int(one.value) if isinstance(one, Leaf) and is_number else None


def _is_of_a_schema(leaf: Leaf) -> bool:
    """Tell whether a member belongs to the way XML is written and not to what it says (`xsi:nil`)."""
    said = leaf.said.lstrip("@$")
    is_attribute = leaf.said.startswith("@") or leaf.above.said == "$"
    return (
        said.startswith(("xmlns", "xsi:"))
        or said.endswith(":nil")
        or (is_attribute and leaf.name in {"type", "nil"})
    )


def _content_key(text: str, *, is_form: bool) -> str:
    """Return by what a file's content is known again, however it is written; the place of one not held."""
    if isinstance(text, LongText):
        return text
    try:
        return hashlib.sha256(base64_content(text, is_of_form=is_form)).hexdigest()
    except NotBase64:
        return ""


def _found_in(heard: Heard, told: ToldOn, files: Sequence[Mapping[str, Any]], levels: Levels) -> _Found:
    """Return all that is told on under the names it is told by."""
    form = Members(_last_names(told.body.get("form_data") or {}))
    leaves = list(leaves_in(tree_of(form)))
    named = Counter((leaf.name, token(leaf.value)) for leaf in leaves)
    contents: Counter[str] = Counter()
    for file in files:
        named.update(_of_a_file(file))
        if content := file.get("content_base64"):
            contents[_content_key(content, is_form=False)] += 1
    names = {folded(step) for leaf in leaves for step in steps_of(leaf)}
    replaced = Counter(token(one) for one in heard.replaced)
    return _Found(heard, told, levels, named, frozenset(names), contents, replaced, frozenset(named))


def _last_names(answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield answers; a remark by the name of what it is of: `TaiLieuNop.0.GhiChu` is `GhiChu`."""
    for name, value in answers.items():
        first, point, _ = name.partition(".")
        if name.startswith(OTHER_ANSWERS) and isinstance(value, Mapping):
            yield from _last_names(value)
        else:
            is_remark = point and (folded(first) in FILES or folded(first) in _BY_NAME)
            yield (name.rpartition(".")[2] if is_remark else name), value


def _of_a_file(file: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield _FILE_NAMES, token(file.get("name", ""))
    yield "mathanhphanhoso", token(file.get("component_code", ""))
    yield _LINKS, token(file.get("link", ""))
    if "reuse" in file:
        yield "duoctaisudung", token(file["reuse"])
        yield from (("duoctaisudung", word) for word in YES - {"1"} if file["reuse"] == 1)
    for member, name, words in _FLAGS:
        if member in file:
            yield from ((name, word) for word in words)
