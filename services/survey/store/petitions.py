"""Petitions in PostgreSQL: what people wrote and who they are is sealed, each for its own row."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from kernel.core.ids import new_id
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.survey.domain.petitions.indices import Recorded
from services.survey.domain.petitions.petition import (
    Office,
    Petition,
    PetitionKind,
    PetitionStage,
    RejectReason,
)
from services.survey.use_cases.petitions.ports import Act
from services.survey.use_cases.ports import Seals
from worktime.term import Stop

_CHANGING = (
    *("kind", "stage", "agency_code", "agency_name", "been_at", "arrived_at", "due_at", "answer_due_at"),
    *("stops", "closed_at", "is_late", "reject_reason", "published_at", "published", "is_satisfied"),
    *("times_again", "ask_due_at", "publish_due_at", "published_words", "version", "words"),
)
_FIXED = (
    *("id", "reference", "source", "portal_id", "subject", "sender", "code_hash", "dossier_code"),
    *("received_at", "is_secret"),
)
_ALL = (*_FIXED, *_CHANGING)
_ADD = Statement(
    f"INSERT INTO petitions ({', '.join(_ALL)}) VALUES ({', '.join(f':{name}' for name in _ALL)})"
    " ON CONFLICT (portal_id) DO NOTHING"
)
_SAVE = Statement(
    f"UPDATE petitions SET {', '.join(f'{name} = :{name}' for name in _CHANGING)}"
    " WHERE id = :id AND version = :version - 1"
)
_SHOW = Statement("UPDATE petitions SET words = :words WHERE id = :id AND version = :version", rows=None)
_ACT = Statement(
    "INSERT INTO petition_acts (petition_id, version, action, subject, at, agency, due_at, next_due_at,"
    " is_late, is_satisfied) VALUES (:petition_id, :version, :action, :subject, :at, :agency, :due_at,"
    " :next_due_at, :is_late, :is_satisfied)"
)
_ACTS = Statement(
    "SELECT action, subject, at FROM petition_acts WHERE petition_id = :petition_id ORDER BY version"
)
_FIND = Statement("SELECT * FROM petitions WHERE id = :id")
_BY_REFERENCE = Statement("SELECT * FROM petitions WHERE reference = :reference")
_BY_PORTAL = Statement("SELECT * FROM petitions WHERE portal_id = :portal_id")
_ONE_AT_A_TIME = Statement("SELECT pg_advisory_xact_lock(:number::bigint)")
_SENT_SINCE = Statement("SELECT count(*) FROM petitions WHERE sender = :sender AND received_at > :since")
_OF_SENDER = Statement(
    "SELECT * FROM petitions WHERE subject = ANY(:subjects::text[]) AND (:after::uuid IS NULL OR id < :after)"
    " ORDER BY id DESC LIMIT :limit"
)
_DUE = "coalesce(due_at, 'infinity'::timestamptz)"
_OF_OFFICE = Statement(
    f"SELECT *, {_DUE} AS due FROM petitions WHERE (:agencies::text[] IS NULL"
    " OR agency_code = ANY (:agencies)) AND stage = ANY (:stages::text[])"
    " AND (:source::text IS NULL OR source = :source)"
    f" AND (:after_id::uuid IS NULL OR ({_DUE}, id) > (:after_due::timestamptz, :after_id))"
    f" ORDER BY {_DUE}, id LIMIT :limit"
)
_PUBLISHED = Statement(
    "SELECT * FROM petitions WHERE published_at IS NOT NULL"
    " AND (:agency::text IS NULL OR published #>> '{agency,code}' = :agency)"
    " AND published_words LIKE ALL (:words::text[])"
    " AND (:after_id::uuid IS NULL OR (published_at, id) < (:after_at::timestamptz, :after_id))"
    " ORDER BY published_at DESC, id DESC LIMIT :limit"
)
_PUBLISHED_ONE = Statement("SELECT * FROM petitions WHERE id = :id AND published_at IS NOT NULL")
_UNPUBLISHED = Statement(
    "SELECT * FROM petitions WHERE stage = 'ANSWERED' AND published_at IS NULL AND NOT is_secret"
    " AND (:agencies::text[] IS NULL OR agency_code = ANY (:agencies))"
    " AND (:after::uuid IS NULL OR id > :after)"
    " ORDER BY id LIMIT :limit"
)
# Acts of before say neither where they were done nor whether in time: their petition's row does.
_RECORDED = Statement("""
SELECT a.petition_id, p.reference, p.dossier_code, a.action, a.at,
    coalesce(a.agency, p.agency_code) AS agency,
    coalesce(a.is_late, p.is_late AND a.action IN ('ANSWERED', 'REJECTED', 'FORWARDED')) AS is_late,
    CASE WHEN a.agency IS NULL THEN p.due_at ELSE a.next_due_at END AS next_due_at,
    CASE WHEN a.agency IS NULL AND a.action = 'RATED' THEN p.is_satisfied ELSE a.is_satisfied END
        AS is_satisfied
FROM petition_acts a JOIN petitions p ON p.id = a.petition_id
WHERE a.petition_id IN (SELECT b.petition_id FROM petition_acts b WHERE b.at >= :begin AND b.at < :end
    AND b.action IN ('FILED', 'FORWARDED', 'RAISED_AGAIN'))
ORDER BY a.petition_id, a.version
""")
_READING = Statement(
    "INSERT INTO petition_readings (id, petition_id, subject, at) VALUES (:id, :petition_id, :subject, :at)"
)
_FORGET = Statement(
    "UPDATE petitions SET words = '', sender = NULL, subject = NULL, code_hash = NULL"
    " WHERE id IN (SELECT id FROM petitions WHERE closed_at < :before AND words <> '' LIMIT 1000)",
    rows=None,
)


_LIKE = re.compile(r"[\\%_]")
"""What LIKE would read as a pattern."""


class PostgresPetitions:
    """Petitions of one unit of work."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    async def find(self, petition_id: UUID) -> Petition | None:
        """Return one."""
        return self._opened(await self._unit.fetch_one(_FIND, id=petition_id))

    async def by_reference(self, reference: str) -> Petition | None:
        """Return the one of a reference."""
        return self._opened(await self._unit.fetch_one(_BY_REFERENCE, reference=reference))

    async def by_portal(self, portal_id: str) -> Petition | None:
        """Return the one of the portal's number."""
        return self._opened(await self._unit.fetch_one(_BY_PORTAL, portal_id=portal_id))

    async def sent_since(self, sender: bytes, since: datetime) -> int:
        """Return how many this sender sent; one of them is let through at a time until its commit."""
        await self._unit.begin()
        await self._unit.fetch(_ONE_AT_A_TIME, number=int.from_bytes(sender[:8], signed=True))
        return int(await self._unit.fetch_value(_SENT_SINCE, sender=sender, since=since))

    def add(self, petition: Petition, act: Act) -> None:
        """Keep a new petition."""
        self._unit.write(_ADD, **self._columns(petition, _ALL))
        self._act(petition, act)

    def save(self, petition: Petition, act: Act) -> None:
        """Keep its next version."""
        self._unit.write(_SAVE, **self._columns(petition, ("id", *_CHANGING)))
        self._act(petition, act)

    def show(self, petition: Petition) -> None:
        """Keep what stands beside its words, in the same version; nothing where somebody made the next."""
        self._unit.write(_SHOW, **self._columns(petition, ("id", "version", "words")))

    def _act(self, petition: Petition, act: Act) -> None:
        self._unit.write(
            _ACT,
            petition_id=petition.id,
            version=petition.version,
            action=act.action,
            subject=act.by,
            at=act.at,
            agency=act.agency,
            due_at=act.due_at,
            next_due_at=act.next_due_at,
            is_late=act.is_late,
            is_satisfied=act.is_satisfied,
        )

    async def of_sender(self, subjects: Sequence[str], after: UUID | None, limit: int) -> list[Petition]:
        """Return what one person sent with any of these accounts, newest first."""
        rows = await self._unit.fetch(_OF_SENDER, subjects=list(subjects), after=after, limit=limit)
        return [cast("Petition", self._opened(row)) for row in rows]

    async def of_office(
        self,
        agencies: Sequence[str] | None,
        stages: Sequence[PetitionStage],
        after: tuple[datetime, UUID] | None,
        limit: int,
        *,
        source: str | None = None,
    ) -> list[Petition]:
        """Return these agencies', or everybody's, what is due first before all; without their words."""
        rows = await self._unit.fetch(
            _OF_OFFICE,
            agencies=agencies,
            stages=[stage.value for stage in stages],
            source=source,
            after_due=after[0] if after else None,
            after_id=after[1] if after else None,
            limit=limit,
        )
        return [_petition(row, {}) for row in rows]

    async def published(
        self,
        after: tuple[datetime, UUID] | None,
        limit: int,
        *,
        words: Sequence[str] = (),
        agency: str | None = None,
    ) -> list[Petition]:
        """Return what is published and holds all these words, newest first; without what was sent."""
        rows = await self._unit.fetch(
            _PUBLISHED,
            agency=agency,
            words=[_pattern(word) for word in words],
            after_at=after[0] if after else None,
            after_id=after[1] if after else None,
            limit=limit,
        )
        return [_petition(row, {}) for row in rows]

    async def published_one(self, petition_id: UUID) -> Petition | None:
        """Return one that is published; without what was sent."""
        row = await self._unit.fetch_one(_PUBLISHED_ONE, id=petition_id)
        return _petition(row, {}) if row is not None else None

    async def unpublished(
        self, agencies: Sequence[str] | None, after: UUID | None, limit: int
    ) -> list[Petition]:
        """Return answered ones nobody has published or keeps secret, oldest first."""
        rows = await self._unit.fetch(_UNPUBLISHED, agencies=agencies, after=after, limit=limit)
        return [_petition(row, {}) for row in rows]

    async def recorded(self, begin: datetime, end: datetime) -> list[Recorded]:
        """Return all acts of petitions that arrived anywhere between two moments, each one's in order."""
        rows = await self._unit.fetch(_RECORDED, begin=begin, end=end)
        return [Recorded(**dict(row)) for row in rows]

    async def log_reading(self, petition_id: UUID, subject: str, at: datetime) -> None:
        """Keep that an officer read it, at once."""
        await self._unit.fetch(_READING, id=new_id(), petition_id=petition_id, subject=subject, at=at)

    async def acts(self, petition_id: UUID) -> list[Act]:
        """Return what was done to it, oldest first."""
        rows = await self._unit.fetch(_ACTS, petition_id=petition_id)
        return [Act(row["action"], row["subject"], row["at"]) for row in rows]

    def forget(self, before: datetime) -> None:
        """Forget words and senders of what was closed before then; counts and dates stay."""
        self._unit.write(_FORGET, before=before)

    def _columns(self, petition: Petition, names: Sequence[str]) -> dict[str, Any]:
        values = {
            **{name: getattr(petition, name) for name in _ALL if hasattr(petition, name)},
            "agency_code": petition.office.code,
            "agency_name": petition.office.name,
            "kind": petition.kind.value if petition.kind else None,
            "stage": petition.stage.value,
            "been_at": list(petition.been_at),
            "stops": [
                [stop.stopped_at.isoformat(), stop.resumed_at.isoformat() if stop.resumed_at else None]
                for stop in petition.stops
            ],
            "reject_reason": petition.reject_reason.value if petition.reject_reason else None,
            "published": dict(petition.published) if petition.published is not None else None,
            "words": self._seals.seal(dict(petition.words), purpose=f"petition {petition.id}"),
        }
        return {name: values[name] for name in names}

    def _opened(self, row: Any | None) -> Petition | None:
        if row is None:
            return None
        words = self._seals.open(row["words"], purpose=f"petition {row['id']}") if row["words"] else {}
        return _petition(row, cast("Mapping[str, Any]", words))


def _pattern(word: str) -> str:
    """Return what LIKE finds a word anywhere by, signs of its own taken literally."""
    return "%" + _LIKE.sub(r"\\\g<0>", word) + "%"


def _petition(row: Any, words: Mapping[str, Any]) -> Petition:
    return Petition(
        **{name: row[name] for name in ("id", "reference", "source", "portal_id", "subject", "dossier_code")},
        **{name: row[name] for name in ("received_at", "arrived_at", "due_at", "answer_due_at", "closed_at")},
        **{
            name: row[name]
            for name in ("is_late", "published_at", "published", "is_satisfied", "times_again", "is_secret")
        },
        **{name: row[name] for name in ("ask_due_at", "publish_due_at", "published_words")},
        kind=PetitionKind(row["kind"]) if row["kind"] else None,
        stage=PetitionStage(row["stage"]),
        office=Office(row["agency_code"], row["agency_name"]),
        been_at=tuple(row["been_at"]),
        sender=bytes(row["sender"]) if row["sender"] is not None else None,
        code_hash=bytes(row["code_hash"]) if row["code_hash"] is not None else None,
        stops=tuple(
            Stop(datetime.fromisoformat(begun), datetime.fromisoformat(ended) if ended else None)
            for begun, ended in row["stops"]
        ),
        reject_reason=RejectReason(row["reject_reason"]) if row["reject_reason"] else None,
        version=row["version"],
        words=words,
    )
