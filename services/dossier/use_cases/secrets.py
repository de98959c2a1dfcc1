"""The look-up secret of a dossier: derived from the key, so that nothing readable is ever kept."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel.sealing import SealBroken
from services.dossier.domain.codes import secret_of
from services.dossier.domain.intake.identifiers import identity_key
from services.dossier.use_cases.ports import Seals

BROUGHT = frozenset({"personal-paper permit", "look-up permit"})
"""Purposes of sealed texts that callers bring back: one that does not open is their mistake."""


UNREADABLE = "(không mở được)"
"""What a list says in the place of words that do not open."""


def opened_or_nothing(seals: Seals, sealed: str, *, purpose: str) -> object:
    """Return what a row of a list keeps sealed, None where it does not open: it holds up no other row."""
    try:
        return seals.open(sealed, purpose=purpose)
    except SealBroken:
        return None


def look_up_secret(seals: Seals, dossier_id: UUID) -> str:
    """Return the secret printed on form 01; the same for ever."""
    return secret_of(seals.blind_index(str(dossier_id), purpose="look-up secret of"))


def secret_hash(seals: Seals, dossier_id: UUID, secret: str) -> str:
    """Return what public look-up compares: keyed, so that a copy of the data cannot be searched through."""
    return seals.blind_index(f"{dossier_id}:{secret}", purpose="look-up secret").hex()


def identity_index(seals: Seals, number: str) -> bytes | None:
    """Return the blind index of a citizen's own number, as an account brings it; None for none."""
    return person_index(seals, {"identity_number": number})


def person_index(seals: Seals, person: Mapping[str, Any]) -> bytes | None:
    """Return the blind index of a party by kind, country and number; None where there is no number."""
    key = identity_key(person)
    return seals.blind_index(key, purpose="identity") if key else None
