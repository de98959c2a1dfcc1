"""Makes records of the public catalogue of rows, however their columns are called; notes what was dirty."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kernel.core.unseen import without_unseen
from services.catalog.domain.durations import UNKNOWN_UNIT, parse_duration
from services.catalog.domain.fees import parse_fees
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.items import canonical
from services.catalog.domain.public_record import CHANNELS, LEVELS
from services.catalog.domain.sources.portal import is_portal_record, read_portal_record
from services.catalog.domain.sources.rows import Dirt, Row
from services.catalog.domain.text import clean, fold, is_plain, one_line

CleanHtml = Callable[[str], str]

_ALIASES = {
    "code": "code ma matthc mathutuc matthutuc mahanhchinh procedurecode mathutuchanhchinh",
    "name": "name ten tentthc tenthutuc title titleasfound tenthutuchanhchinh thutuc",
    "field": "field linhvuc tenlinhvuc sector sectorname linhvucthuchien",
    "levels": "levels level cap capthuchien capgiaiquyet",
    "issuing_agency": "issuingagency coquancongbo coquanbanhanh bonganh",
    "implementing_agency": "implementingagency coquanthuchien",
    "competent_authority": "competentauthority coquancothamquyen",
    "target_audience": "targetaudience doituong doituongthuchien",
    "steps_text": "stepstext trinhtu trinhtuthuchien cachbuoc",
    "conditions_text": "conditionstext yeucau yeucaudieukien dieukien",
    "decision_number": "decisionnumber soquyetdinh quyetdinh quyetdinhcongbo",
    "keywords": "keywords tukhoa",
    "description": "description mota",
    "duration_text": "durationtext thoihan thoigian thoihangiaiquyet thoigiangiaiquyet",
    "fee_text": "feetext phi lephi philephi",
    "receiving_address": "receivingaddress diachitiepnhan noitiepnhan",
}
_NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_LISTS = ("levels", "target_audience", "keywords")
_OBJECTS = ("channels", "components", "results", "legal_bases")
_KEPT = frozenset(_ALIASES) | frozenset(
    [
        "channels",
        "components",
        "results",
        "legal_bases",
        "implementing_agencies",
        "procedure_type",
        "coordinating_agency",
        "delegated_agency",
        "related_procedures",
        "portal_url",
        "parse_notes",
        "source",
        "retrieved",
        "raw",
    ]
)
_DETAILS = frozenset(
    [*_OBJECTS, "field", "levels", "target_audience", "steps_text", "conditions_text", "keywords"]
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_TAG = re.compile(r"<[/!a-zA-Z][^>]{0,200}>")
_ODD_SPACES = re.compile("[\t\u00a0\u2000-\u200d\u2060\ufeff\u00ad]")
_CODE_AT_END = re.compile(r"\(\s*\d\.\d{6}\s*\)\s*$")
_LOOKED_AT = re.compile(r"[<&\x00-\x08\t\x0b\x0c\x0e-\x1f\x7f]")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_LEGACY = re.compile(r"[a-zA-Z][\u00b5-\u00b9\u00ac\u00ae\u00aa\u00a8\u00ad][a-z]|[a-z]\u00d3[a-z]")
_LEGACY_SIGNS = re.compile("[\u00b5-\u00b9\u00ac\u00ae\u00aa\u00a8\u00ad\u00d3]")
_NO_FEE = frozenset({"khong", "khong co", "khong thu", "0"})
_PARTS = re.compile(r"[;\n|]")


def read_record(row: Row, clean_html: CleanHtml) -> None:
    """Make the row's record a public one, cleaned; reasons already there stay."""
    if row.reasons:
        return
    if is_portal_record(row.record):
        read_portal_record(row)
    else:
        _rename(row)
    row.record = {name: _cleaned(value, row, clean_html) for name, value in row.record.items()}
    _judge(row)


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a line of a table names columns: a code's and a name's."""
    names = {_column(cell) for cell in cells}
    return {"code", "name"} <= names


def _column(text: str) -> str | None:
    return text if text in _KEPT else _NAMES.get(re.sub(r"[^a-z0-9]", "", fold(text)))


def is_partial(row: Row) -> bool:
    """Tell whether a row leaves details unsaid, as a table with few columns does."""
    return bool(row.times) or not row.record.keys() >= _DETAILS


def complete(row: Row, held: Mapping[str, Any]) -> None:
    """Let what the row does not say stay as the held record says it: few columns take nothing away."""
    said = row.record
    kept = {name: value for name, value in held.items() if name in _KEPT and name != "raw"}
    row.record = {**kept, **said}
    channels = kept.get("channels")
    if row.times and isinstance(channels, list) and channels:
        row.record["channels"] = [{**one, **row.times} for one in channels if isinstance(one, Mapping)]
    row.note(Dirt.PARTIAL)


def refuse_twins(rows: Iterable[Row]) -> None:
    """Refuse every row whose code an earlier one has; one that says the very same is told apart."""
    first: dict[str, Row] = {}
    for row in rows:
        code = national_code(row.code) if row.code else None
        if row.reasons or code is None:
            continue
        earlier = first.setdefault(code, row)
        if earlier is row:
            continue
        if canonical(earlier.record) == canonical(row.record):
            row.note(Dirt.SAME_AGAIN, code)
            row.reasons.append(f"code: lặp lại y hệt dòng {earlier.number}")
        else:
            row.reasons.append(f"code: mã đã có ở dòng {earlier.number} với nội dung khác")


def _rename(row: Row) -> None:
    record: dict[str, Any] = {}
    for given, value in row.record.items():
        key = str(given)
        name = _column(key)
        if name is None:
            row.note(Dirt.UNKNOWN_COLUMN, key)
        elif record.get(name) in (None, "", []):
            record[name] = _listed(value) if name in _LISTS else value
    duration, fee = _told(record.pop("duration_text", None)), _fee_told(record.pop("fee_text", None))
    if (duration or fee) and not record.get("channels"):
        row.times = {name: told for name, told in (("duration_text", duration), ("fee_text", fee)) if told}
        record["channels"] = [{"channel": "in_person", **row.times}]
    elif isinstance(record.get("channels"), list):
        record["channels"] = [
            {
                **one,
                "duration_text": _told(one.get("duration_text")),
                "fee_text": _fee_told(one.get("fee_text")),
            }
            if isinstance(one, Mapping)
            else one
            for one in record["channels"]
        ]
    for name in ("code", "name", "field", "decision_number"):
        if isinstance(record.get(name), int | float) and not isinstance(record[name], bool):
            record[name] = f"{record[name]:.6f}" if name == "code" else str(record[name])
    row.record = record


def _told(value: Any) -> Any:
    """Return a cell that a spreadsheet took for a number as the text it was."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(int(value)) if float(value).is_integer() else str(value)


def _fee_told(value: Any) -> Any:
    """Return what a column of fees says; there a plain "Không" says that none is due."""
    told = _told(value)
    return "Miễn phí" if isinstance(told, str) and fold(one_line(told)).rstrip(".") in _NO_FEE else told


def _listed(value: Any) -> Any:
    return [part.strip() for part in _PARTS.split(value) if part.strip()] if isinstance(value, str) else value


def _cleaned(value: Any, row: Row, clean_html: CleanHtml) -> Any:
    if isinstance(value, str):
        return _cleaned_text(value, row, clean_html)
    if isinstance(value, list):
        return [_cleaned(part, row, clean_html) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _cleaned(part, row, clean_html) for name, part in value.items()}
    return value


def _cleaned_text(text: str, row: Row, clean_html: CleanHtml) -> str:
    if text.isascii() and not _LOOKED_AT.search(text):
        return text
    is_odd = not is_plain(text)
    if is_odd and _UNKEPT.search(text):
        row.reasons.append("có ký tự không lưu được (NUL hoặc nửa cặp thay thế)")
        row.raw = None
        return _UNKEPT.sub("", text)
    text = without_unseen(text)
    if _LEGACY_SIGNS.search(text) and _LEGACY.search(text):
        row.note(Dirt.LEGACY_FONT, text)
    if not unicodedata.is_normalized("NFC", text):
        row.note(Dirt.DECOMPOSED, unicodedata.normalize("NFC", text))
    if is_odd and _ODD_SPACES.search(text):
        row.note(Dirt.SPACES, _ODD_SPACES.sub("·", text))
    if ("<" in text or "&" in text) and (_TAG.search(text) or _ENTITY.search(text)):
        row.note(Dirt.MARKUP, text)
        text = clean_html(text)
    return clean(text)


def _judge(row: Row) -> None:
    """Note what readers of the record will have to live with."""
    record = row.record
    code, name = record.get("code"), record.get("name")
    if isinstance(code, str) and national_code(code) not in {code, None}:
        row.note(Dirt.CODE_LOCALISED, code)
    if isinstance(name, str) and _CODE_AT_END.search(name):
        row.note(Dirt.CODE_IN_NAME, name[-60:])
    if not record.get("field"):
        row.note(
            Dirt.NAME_ONLY
            if not any(record.get(part) for part in (*_OBJECTS, "steps_text"))
            else Dirt.NO_FIELD
        )
    levels = record.get("levels")
    for level in levels if isinstance(levels, list) else []:
        if isinstance(level, str) and one_line(level) not in LEVELS:
            row.note(Dirt.UNKNOWN_LEVEL, level)
    if record.get("parse_notes"):
        notes = record["parse_notes"]
        row.note(Dirt.UNCERTAIN, notes[0] if isinstance(notes, list) else "")
    channels = record.get("channels")
    for channel in channels if isinstance(channels, list) else []:
        if isinstance(channel, Mapping):
            _judge_channel(channel, row)


def _judge_channel(channel: Mapping[str, Any], row: Row) -> None:
    if str(channel.get("channel")) not in CHANNELS:
        row.note(Dirt.UNKNOWN_CHANNEL, channel.get("channel"))
    duration, fee = channel.get("duration_text"), channel.get("fee_text")
    if isinstance(duration, str) and duration.strip():
        time = parse_duration(one_line(duration))
        if time is None:
            row.note(Dirt.DURATION_UNREAD, duration)
        elif time["unit"] == UNKNOWN_UNIT:
            row.note(Dirt.DURATION_WITHOUT_UNIT, duration)
    if isinstance(fee, str) and any(one["doubtful"] for one in parse_fees(fee)):
        row.note(Dirt.FEE_UNREAD, fee)
