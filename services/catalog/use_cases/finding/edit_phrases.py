"""Editors teach the search how people speak, and how often procedures are asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kernel.core.caller import Caller
from kernel.core.errors import Forbidden, Invalid, NotFound
from services.catalog.domain.identifiers import national_code
from services.catalog.domain.speech import LONGEST_PHRASE, Entry, Kind, forms_of
from services.catalog.domain.text import one_line
from services.catalog.use_cases.finding.ports import PhraseChange
from services.catalog.use_cases.ports import Work


class MayNotEditPhrases(Forbidden):
    """Only the catalogue's editors teach the search."""

    code = "phrases-not-allowed"
    title = "Không có quyền sửa từ đồng nghĩa của tìm kiếm"


class NoSuchPhrase(NotFound):
    """This phrase is not in use."""

    code = "phrase-not-found"
    title = "Không có cụm từ này"


async def list_phrases(*, by: Caller, work: Work) -> Sequence[Entry]:
    """Return every phrase in use, the shipped ones and the added."""
    _allow(by)
    _, changes = await work.phrases.changes()
    return work.synonyms.entries(changes)


async def add_phrase(
    kind: Kind, phrase: str, meaning: str, *, by: Caller, work: Work, now: datetime
) -> PhraseChange:
    """Add a phrase, or take back its removal; raise `Invalid` for one that could never be heard."""
    _allow(by)
    change = PhraseChange(kind, *_checked(kind, phrase, meaning), False, by.subject, now)  # noqa: FBT003 - is_removed.
    work.phrases.save(change)
    return change


async def remove_phrase(
    kind: Kind, phrase: str, meaning: str, *, by: Caller, work: Work, now: datetime
) -> None:
    """Take a phrase out of use, shipped or added; raise `NoSuchPhrase` when it is not in use."""
    entries = await list_phrases(by=by, work=work)
    key = (kind, one_line(phrase).lower(), one_line(meaning).lower())
    found = next(
        (entry for entry in entries if (entry.kind, entry.phrase.lower(), entry.meaning.lower()) == key), None
    )
    if found is None:
        raise NoSuchPhrase
    work.phrases.save(PhraseChange(kind, found.phrase, found.meaning, True, by.subject, now))  # noqa: FBT003


async def set_uses(uses: Mapping[str, int], *, by: Caller, work: Work) -> int:
    """Set how often procedures were asked for, whatever the period, the same for all; return how many."""
    if not by.has_role("CATALOG_EDITOR", "catalog.import"):
        raise MayNotEditPhrases
    known = {national_code(code): count for code, count in uses.items()}
    if None in known or len(known) < len(uses):
        raise Invalid(fields=[("uses", "Phải là các mã thủ tục, mỗi mã một lần")])
    work.phrases.set_uses({code: count for code, count in known.items() if code}, by.subject)
    return len(known)


def _allow(by: Caller) -> None:
    if not by.has_role("CATALOG_EDITOR"):
        raise MayNotEditPhrases


def _checked(kind: Kind, phrase: str, meaning: str) -> tuple[str, str]:
    phrase, meaning = one_line(phrase).lower(), one_line(meaning).lower()
    has_meaning = kind in {Kind.SAME, Kind.MEANS}
    fields = []
    forms = list(forms_of(phrase, {}))
    if not forms or len(forms[0]) > LONGEST_PHRASE or (kind is Kind.WEAK and len(forms[0]) > 1):
        fields.append(("phrase", f"Phải có từ 1 đến {LONGEST_PHRASE} tiếng; từ yếu chỉ một tiếng"))
    if has_meaning != bool(list(forms_of(meaning, {}))):
        fields.append(("meaning", "Chỉ và luôn phải có với SAME và MEANS"))
    if fields:
        raise Invalid(fields=fields)
    return phrase, meaning if has_meaning else ""
