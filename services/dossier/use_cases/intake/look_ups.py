"""Look-ups of shared databases: permitted and logged before they are made, evidence only of a real answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM
from kernel.core.errors import Forbidden, Invalid
from kernel.core.ids import new_id
from kernel.sealing import SealBroken
from services.dossier.domain.errors import TransitionRefused
from services.dossier.domain.intake.evidence import Evidence, EvidenceKind, Outcome
from services.dossier.domain.intake.look_ups import (
    PERMIT_LASTS,
    ConsentMissing,
    Database,
    Permit,
    PermitOver,
    least,
    subject_of,
)
from services.dossier.domain.standing import is_colleague, require_sight
from services.dossier.use_cases.open_dossier import parties_of
from services.dossier.use_cases.ports import Work
from services.dossier.use_cases.read_dossiers import log_reading
from services.dossier.use_cases.secrets import identity_index

_PERMIT = "look-up permit"


async def permit_look_up(
    dossier_id: UUID,
    *,
    database: Database,
    purpose: str,
    component_code: str,
    consent: Mapping[str, Any] | None,
    birth_date: str,
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[Permit, dict[str, str], str]:
    """Return a permit, whom to ask about, and the permit sealed; who asks is logged before anybody is."""
    dossier, grounds = await work.dossiers.load(dossier_id)
    require_sight(dossier, by, identity_index(work.seals, by.identity_number))
    if by.kind is not CallerKind.STAFF or not is_colleague(dossier, by):
        raise Forbidden
    if dossier.is_closed:
        # What the database was asked for is decided: the purpose is over, and so is the right to ask.
        raise TransitionRefused.in_state(dossier.state)
    named = work.ways_in.purposes.of(purpose, database, now.astimezone(VIETNAM).date())
    if component_code and component_code not in grounds.procedure.components:
        raise Invalid(fields=[("component_code", "Thủ tục không có thành phần này")])
    if named.needs_consent and not consent:
        raise ConsentMissing(fields=[("consent", "Ghi ai đồng ý, bằng cách nào, lúc nào")])
    if consent and datetime.fromisoformat(str(consent["given_at"])) > now:
        raise Invalid(fields=[("consent.given_at", "Sự đồng ý phải có trước khi tra cứu")])
    subject = subject_of(database, parties_of(dossier, work)["owner"], birth_date)
    permit = Permit(
        look_up_id=new_id(),
        dossier_id=dossier_id,
        database=database,
        purpose=named.code,
        component_code=component_code,
        fields=tuple(named.fields[database]),
        consent=consent,
        by=by.subject,
        at=now,
    )
    await log_reading(work, by, f"look-up: {database.value}", dossier_id, permit.look_up_id, now)
    sealed = work.seals.seal(orjson.loads(orjson.dumps(asdict(permit))), purpose=_PERMIT)
    return permit, subject, sealed


async def answer_look_up(
    sealed: str,
    *,
    outcome: Outcome,
    source: str,
    reference: str,
    answered_at: datetime,
    data: Mapping[str, Any],
    files: Mapping[str, str],
    by: Caller,
    work: Work,
    now: datetime,
) -> tuple[str, UUID]:
    """Keep what a database answered as evidence, once; what did not answer was not consulted and leaves none.

    `files` are the SHA-256 of contents by name. Of `data` only what the permit asks for is kept, sealed.
    """
    if by.kind is not CallerKind.SERVICE or not by.has_role("look-up.answer"):
        raise Forbidden
    permit = _opened(sealed, work, now)
    if outcome is Outcome.UNAVAILABLE:
        return "not-consulted", permit.look_up_id
    if any(item.id == permit.look_up_id for item in await work.ways_in.evidence.of(permit.dossier_id)):
        return "repeated", permit.look_up_id
    snapshot = orjson.dumps(least(permit.fields, data), option=orjson.OPT_SORT_KEYS)
    details = {
        "outcome": outcome.value,
        "look_up": "ANSWERED",
        "purpose": permit.purpose,
        "fields": list(permit.fields),
        "reference": reference,
        "answered_at": answered_at.isoformat(),
        "asked_at": permit.at.isoformat(),
        "sha256": hashlib.sha256(snapshot).hexdigest(),
        "snapshot": work.seals.seal(orjson.loads(snapshot), purpose=f"look-up {permit.look_up_id}"),
        **({"consent": dict(permit.consent)} if permit.consent else {}),
    }
    common: dict[str, Any] = {
        "dossier_id": permit.dossier_id,
        "at": now,
        "by": permit.by,
        "component_code": permit.component_code,
    }
    kept = [
        Evidence(
            id=permit.look_up_id,
            kind=EvidenceKind.DATABASE_CONSULTED,
            source=permit.database.value,
            details={**details, "provider": source},
            **common,
        )
    ]
    if permit.database is Database.PERSONAL_PAPERS and permit.component_code and files:
        papers = {"look_up_id": str(permit.look_up_id), "files": dict(files)}
        kept.append(
            Evidence(
                kind=EvidenceKind.FROM_PERSONAL_STORE, source=permit.database.value, details=papers, **common
            )
        )
    await work.ways_in.evidence.hold(permit.dossier_id)
    work.ways_in.evidence.add(kept)
    return "kept", permit.look_up_id


def _opened(sealed: str, work: Work, now: datetime) -> Permit:
    try:
        told = work.seals.open(sealed, purpose=_PERMIT)
    except SealBroken as error:
        raise PermitOver from error
    if not isinstance(told, dict):
        raise PermitOver
    permit = Permit(
        look_up_id=UUID(told["look_up_id"]),
        dossier_id=UUID(told["dossier_id"]),
        database=Database(told["database"]),
        purpose=told["purpose"],
        component_code=told["component_code"],
        fields=tuple(told["fields"]),
        consent=told["consent"],
        by=told["by"],
        at=datetime.fromisoformat(told["at"]),
    )
    if now > permit.at + PERMIT_LASTS:
        raise PermitOver
    return permit
