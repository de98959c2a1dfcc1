"""The look-up secret of a dossier: derived from the key, so that nothing readable is ever kept."""

from uuid import UUID

from services.dossier.domain.codes import secret_of
from services.dossier.use_cases.ports import Seals


def look_up_secret(seals: Seals, dossier_id: UUID) -> str:
    """Return the secret printed on form 01; the same for ever."""
    return secret_of(seals.blind_index(str(dossier_id), purpose="look-up secret of"))


def secret_hash(seals: Seals, dossier_id: UUID, secret: str) -> str:
    """Return what public look-up compares: keyed, so that a copy of the data cannot be searched through."""
    return seals.blind_index(f"{dossier_id}:{secret}", purpose="look-up secret").hex()


def identity_index(seals: Seals, number: str) -> bytes | None:
    """Return the blind index of an identity number, None for none."""
    return seals.blind_index(number.replace(" ", "").upper(), purpose="identity") if number else None
