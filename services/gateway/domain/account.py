"""An account at an issuer, and when two of them are one person's (national-portal.md section 18.2)."""

import re
from dataclasses import dataclass

from kernel.core.errors import Refusal

_TECH_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
BOTH_SIGNED_IN, EQUAL_NUMBER = "BOTH_SIGNED_IN", "EQUAL_NUMBER"
"""How it was proven: both accounts signed in within one session, or both tell one checked number."""


def tech_id_of(text: str) -> str:
    """Return the identifier of an account on the portal, blank for anything else (section 2.5).

    Nothing but noughts is what .NET writes where there is none.
    """
    return text.lower() if _TECH_ID.fullmatch(text) and text.strip("0-") else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who signed in, where: the pair (`issuer`, `issuer_subject`) never changes hands, or it is another."""

    issuer: str
    issuer_subject: str
    subject: str
    """Inside, when it is linked to none."""
    kind: str = "1"
    """`LoaiTaiKhoan`: 1 citizen, 2 enterprise, 3 organisation."""
    number: str = ""
    """A citizen's identity number, an enterprise's or organisation's tax code."""
    level: int = 0


class TwoPeople(Refusal):
    """The accounts tell different numbers: they are two people's, and stay apart (409)."""

    code = "accounts-of-two-people"
    title = "Hai tài khoản có số định danh khác nhau nên không liên kết được"


class KindsDiffer(Refusal):
    """A citizen's account is never one with an enterprise's, even where one person uses both (409)."""

    code = "account-kinds-differ"
    title = "Không liên kết được tài khoản cá nhân với tài khoản tổ chức, doanh nghiệp"


class LinkedAlready(Refusal):
    """One of the accounts is linked to others already (409); end that link first."""

    code = "account-linked-already"
    title = "Tài khoản đã được liên kết, hãy hủy liên kết cũ trước"


class OtherPerson(Refusal):
    """Somebody else signed in than whose session it is (409); the session stays as it was."""

    code = "other-person"
    title = "Tài khoản vừa đăng nhập không phải của người đang đăng nhập"


def require_one_person(one: Account, other: Account) -> None:
    """Raise `KindsDiffer` or `TwoPeople` where what the accounts tell speaks against one person."""
    if one.kind != other.kind:
        raise KindsDiffer
    if one.number and other.number and one.number != other.number:
        raise TwoPeople


def of_subject(subject: str) -> str:
    """Name everything of a subject inside."""
    return f"subject {subject}"


def of_account(issuer: str, issuer_subject: str) -> str:
    """Name everything of an account at an issuer."""
    return f"account {issuer} {issuer_subject}"


def of_account_heard(issuer: str, issuer_subject: str) -> str:
    """Name when we heard that all of an account is over, by the one clock: the issuer's says it of tokens."""
    return f"heard {issuer} {issuer_subject}"


def of_word(word: str) -> str:
    """Name when a word of an issuer was first heard."""
    return f"word {word}"


def of_session(issuer: str, session: str) -> str:
    """Name everything of one session at an issuer."""
    return f"session {issuer} {session}"
