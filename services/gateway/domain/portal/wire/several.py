"""Whether a message holds a second dossier: each is a message of its own, none an answer of another."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.gateway.domain.portal.wire.elements import letters_of_name, without_elements
from services.gateway.domain.portal.wire.json_text import parsed
from services.gateway.domain.portal.wire.profiles import PROFILES
from services.gateway.domain.portal.wire.twice import is_blank
from services.gateway.domain.portal.wire.words import LongText

_CODES = ("mahoso", "mahosoqg")
_SAID_OF_A_DOSSIER = frozenset(
    name.casefold()
    for profile in PROFILES.values()
    for name in (profile["procedure"], profile["owner"]["full_name"])
)
_FORMS = frozenset({"dulieueform", "eform"})
_LETTERS_OF_A_CODE = "mahoso"
_DEEPEST = 6


def another_dossier(content: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Any:
    """Return what stands in a content or beside it and is another dossier, also as a text; None for none.

    It is somebody else's: as an answer of this one's form strangers would read it, and nobody would ask.
    """
    own = {*_codes_of(content)}
    for held in (*beside, content):
        for name, value in held.items():
            # What an applicant writes in a form of other dossiers is an answer.
            if letters_of_name(name) not in _FORMS and any(
                code not in own for code in _dossiers_in(value, _DEEPEST)
            ):
                return value
    return None


def _codes_of(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes an object names itself by."""
    for name, value in told.items():
        if letters_of_name(name) in _CODES:
            plain = without_elements(value)
            for one in plain if isinstance(plain, list) else [plain]:
                if not is_blank(one):
                    yield str(one).strip()


def _dossiers_in(told: Any, deep: int) -> Iterator[str]:
    """Yield the code of everything in it that is a dossier itself, not only the name of one.

    A dossier says its own code, and whose it is or for which procedure.
    """
    told = _opened(told)
    if isinstance(told, Mapping):
        if any(letters_of_name(name) in _SAID_OF_A_DOSSIER for name in told):
            yield from _codes_of(told)
        told = list(told.values())
    if isinstance(told, list) and deep:
        for one in told:
            yield from _dossiers_in(one, deep - 1)


def _opened(value: Any) -> Any:
    """Return what a text says that may name a dossier, anything else as it is."""
    if not isinstance(value, str) or isinstance(value, LongText) or value.lstrip()[:1] not in {"{", "["}:
        return value
    if _LETTERS_OF_A_CODE not in value.replace("_", "").casefold():
        return value
    try:
        return parsed(value.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return value
