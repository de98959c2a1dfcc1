"""What of a message is told on by another word or to nobody, each with its reason: the net's only exceptions.

An exception is for one name at one place and, wherever it can be, for values only that say what the dossier
is told: `HinhThuc` "1" is no exception where the result goes over the counter (ADR 0029).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.gateway.domain.account import tech_id_of
from services.gateway.domain.portal.wire.leaves import token
from services.gateway.domain.portal.wire.words import NO, YES, is_no_moment, moment_of, procedure_of

_LONGEST_OF_THE_ROAD = 4_000
_SUBJECTS = {"1": "CITIZEN", "2": "BUSINESS", "3": "STATE_AGENCY", "4": "ORGANISATION"}
_CHANGE_WORDS = frozenset(
    {
        *("1", "true", "y", "yes", "có", "co", "update", "updating", "edit", "cập nhật", "sửa"),
        *("0", "false", "n", "no", "không", "khong", "create", "insert", "add", "thêm", "thêm mới"),
    }
)


class Where(StrEnum):
    """On which level of a message something stands."""

    ENVELOPE = "ENVELOPE"
    """An object on the way to the content, or its head."""
    CONTENT = "CONTENT"
    """The dossier itself, or beside it on the way to it."""
    BARE = "BARE"
    """The dossier itself where it has no envelope."""
    ADDRESS = "ADDRESS"
    PEOPLE = "PEOPLE"
    FILE = "FILE"
    """A file of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOn:
    """What becomes of a message, as exceptions hold values against it."""

    is_change: bool
    portal_code: str
    procedure: str = ""
    """As the portal names it, before it is put into our codes; so is the agency."""
    agency: str = ""
    tech_id: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> Mapping[str, str]:
        """Whose dossier it is, as the dossier service is told; of a change nobody."""
        found: Mapping[str, str] = self.body.get("owner") or {}
        return found

    @property
    def note(self) -> str:
        """What is said of it in words."""
        return token(self.body.get("note") or "")


Says = Callable[[str, ToldOn], bool]
"""Tells whether a value, stripped, says what the dossier is told of it."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One exception."""

    name: str
    """Letters of the member's name."""
    where: Where
    why: str
    says: Says


def _always(_: str, __: ToldOn) -> bool:
    return True


def _short(value: str, _: ToldOn) -> bool:
    return len(value) <= _LONGEST_OF_THE_ROAD


def _of_a_change(_: str, told: ToldOn) -> bool:
    return told.is_change


def _of_a_create(_: str, told: ToldOn) -> bool:
    return not told.is_change


def _one_of(*words: str) -> Says:
    return lambda value, _: token(value) in words


def _begins_so(*words: str) -> Says:
    return lambda value, told: not told.is_change and token(value) in words


def _owner(name: str) -> Says:
    return lambda value, told: token(value) == token(told.owner.get(name, ""))


def _digits(value: str) -> str:
    plain = value.removesuffix(".0") if value.removesuffix(".0").isdecimal() else value
    return "".join(sign for sign in plain if sign.isalnum()).lstrip("0").casefold()


def _owner_number(name: str) -> Says:
    return lambda value, told: bool(_digits(value)) and _digits(value) == _digits(told.owner.get(name, ""))


def _is_no_number(value: str, _: ToldOn) -> bool:
    bare = "".join(sign for sign in value if sign not in " .-()")
    return bare.isdecimal() and bare.strip("0") in {"", "1"}


def _moment(value: str, told: ToldOn) -> bool:
    found = moment_of(value)
    return is_no_moment(value) or (found is not None and found.isoformat() == told.body.get("submitted_at"))


def _birthday(value: str, told: ToldOn) -> bool:
    found = moment_of(value)
    return is_no_moment(value) or (
        found is not None and found.date().isoformat() == told.owner.get("birth_date")
    )


def _agency(value: str, told: ToldOn) -> bool:
    groups = [
        sorted(group for group in code.casefold().split(".") if group.strip("0"))
        for code in (value, told.agency)
    ]
    return groups[0] == groups[1]


def _by_post(value: str, told: ToldOn) -> bool:
    if told.is_change:
        return False
    return token(value) in (("1", "true") if told.body.get("result_delivery") == "POST" else ("0", "false"))


def _verified(value: str, told: ToldOn) -> bool:
    return told.is_change or token(value) in (
        ("1", "true") if told.body.get("is_vneid_verified") else ("0", "false")
    )


def _subject(value: str, told: ToldOn) -> bool:
    kind = _SUBJECTS.get(token(value))
    return kind is not None and (told.is_change or kind == told.owner.get("applicant_type"))


def _account(value: str, told: ToldOn) -> bool:
    return tech_id_of(value) != "" and (told.is_change or token(value) == told.tech_id)


def _code(value: str, told: ToldOn) -> bool:
    return token(value) == token(told.portal_code)


def _procedure(value: str, told: ToldOn) -> bool:
    return told.is_change or token(procedure_of(value)) == token(told.procedure)


def _agency_or_change(value: str, told: ToldOn) -> bool:
    return told.is_change or _agency(value, told)


def _noted(value: str, told: ToldOn) -> bool:
    return told.is_change and token(value) in told.note


def _named_in_the_note(value: str, told: ToldOn) -> bool:
    return token(value) in told.note


_OF_THE_ROAD = (
    *("service", "issync", "ngay", "madonvi", "requestid", "messageid", "transactionid"),
    *("correlationid", "traceid", "timestamp", "token", "sessionid", "signature", "checksum", "dstcode"),
    *("providerurl", "authorization", "username", "password", "apikey"),
)
_CARRIES = "says who carries the message and how, nothing of the dossier (17.2)"
_ITSELF = (
    "the dossier has it by itself, from its procedure's code, its agency's or its files, once it is made"
)
_STAYS = "a change changes neither procedure, agency nor whose account it is of"

DECLARED: tuple[Declared, ...] = (
    *(Declared(name, Where.ENVELOPE, _CARRIES, _short) for name in _OF_THE_ROAD),
    *(Declared(name, Where.BARE, _CARRIES, _short) for name in ("service", "issync", "madonvi")),
    Declared(
        "isupdating",
        Where.CONTENT,
        "says whether it is a change: how it is handed in",
        _one_of(*_CHANGE_WORDS),
    ),
    Declared("securitykey", Where.CONTENT, "the sender's own key is for nobody's eyes", _always),
    *(
        Declared(name, Where.CONTENT, "is the dossier's code: told as that", _code)
        for name in ("mahoso", "mahosoqg")
    ),
    Declared("matthc", Where.CONTENT, f"is its procedure: told as that; {_STAYS}", _procedure),
    Declared(
        "macoquanthuchien", Where.CONTENT, f"is its agency, written anew (2.1); {_STAYS}", _agency_or_change
    ),
    Declared("ngaynophoso", Where.CONTENT, "is when it was submitted: told as that moment", _moment),
    Declared("hinhthuc", Where.CONTENT, "is how the result goes out: told as that", _by_post),
    Declared(
        "taikhoanduocxacthucvoivneid",
        Where.CONTENT,
        f"is whether VNeID vouches: told as that; {_STAYS}",
        _verified,
    ),
    Declared("loaidoituong", Where.CONTENT, "is what kind of applicant it is: told as that", _subject),
    Declared(
        "madoituong", Where.CONTENT, f"is the applicant's account: kept with the message; {_STAYS}", _account
    ),
    *(
        Declared(name, Where.CONTENT, "is whose dossier it is", _owner("full_name"))
        for name in ("chuhoso", "tenthuongnhan")
    ),
    *(
        Declared(
            name,
            Where.CONTENT,
            "is the owner's number, its zeros and points aside",
            _owner_number("identity_number"),
        )
        for name in ("sogiaytochuhoso", "masothue")
    ),
    Declared("sogiaytochuhoso", Where.CONTENT, "000000001 stands for no number (13.6)", _is_no_number),
    Declared("ngaysinh", Where.CONTENT, "is the owner's birthday, or .NET's word for none", _birthday),
    *(
        Declared(
            name, Where.CONTENT, "is the owner's telephone, its zeros and signs aside", _owner_number("phone")
        )
        for name in ("dienthoai", "sodienthoai")
    ),
    *(
        Declared(name, Where.CONTENT, "noughts stand for no number (13.6)", _is_no_number)
        for name in ("dienthoai", "sodienthoai")
    ),
    Declared("email", Where.CONTENT, "is the owner's address for mails", _owner("email")),
    *(
        Declared(name, Where.CONTENT, "is the owner's address in one line", _owner("address"))
        for name in ("diachi", "diachidoanhnghiep")
    ),
    Declared("diachichitiet", Where.ADDRESS, "is all of the owner's address", _owner("address")),
    Declared("sodinhdanh", Where.PEOPLE, "is the owner's number", _owner_number("identity_number")),
    Declared("sodinhdanh", Where.PEOPLE, "000000001 stands for no number (13.6)", _is_no_number),
    Declared(
        "loaidinhdanh",
        Where.PEOPLE,
        "is told as the number's kind (13.6)",
        _one_of("1", "2", "3", "4", "5", "6"),
    ),
    *(
        Declared(name, Where.CONTENT, _ITSELF, _of_a_create)
        for name in ("tentthc", "malinhvuc", "tenlinhvuc", "donvixuly", "hosocothanhphansohoa")
    ),
    Declared("kenhthuchien", Where.CONTENT, "all made on the portal came over it (13.1)", _begins_so("2")),
    Declared(
        "noinophoso", Where.CONTENT, "all made on the portal were handed in there (13.4)", _begins_so("1")
    ),
    Declared("trangthaihoso", Where.CONTENT, "all begin so (12)", _begins_so("1", "2")),
    *(
        Declared(name, Where.CONTENT, "is what a change says in words: its note", _noted)
        for name in ("lydodieuchinh", "thongtindanop", "thongtinsuadoi")
    ),
    *(
        Declared(name, Where.CONTENT, "names a file that is not there: the note says it", _named_in_the_note)
        for name in ("tentepdondangky", "tentepdangky")
    ),
    Declared(
        "isdeleted",
        Where.FILE,
        "is done, not said: the file is named as deleted or handed in",
        _one_of(*YES, *NO),
    ),
    Declared("duoctaisudung", Where.FILE, "a file is not reused unless it says so", _one_of(*NO)),
    Declared("duoclaytukhodmqg", Where.FILE, "a file is not of the store unless it says so", _one_of(*NO)),
    Declared("duocsohoa", Where.FILE, "a file that is there is digitised", _one_of(*YES)),
    *(
        Declared(
            name, Where.CONTENT, "null as a text, as serializers write nothing, says nothing", _one_of("null")
        )
        for name in ("dulieueform", "eform", "tailieunop", "dinhdanhchs", "diachi", "diachidoanhnghiep")
    ),
)
