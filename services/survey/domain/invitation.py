"""An invitation to answer once, and the response that does not know it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Named:
    """A code with the name it had then."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One person's invitation about one dossier; of its token only the hash is kept."""

    id: UUID
    dossier_id: UUID
    person: bytes
    token_hash: bytes
    questionnaire: str
    questionnaire_version: int
    agency: Named
    procedure: Named
    issued_at: datetime
    expires_at: datetime
    is_answered: bool = False
    version: int = 1

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may still be answered."""
        return not self.is_answered and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Answers without identity: the day but no moment, a random id, no dossier and no invitation."""

    id: UUID
    questionnaire: str
    questionnaire_version: int
    agency_code: str
    procedure_code: str
    received_on: date
    answers: Mapping[str, int | None]


def hash_of(token: str) -> bytes:
    """Return what is kept of a token; the token has 128 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).digest()
