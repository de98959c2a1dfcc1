"""Reads the end of dossiers: returned or stopped here, their applicants are asked once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from kernel.core.clock import VIETNAM
from kernel.core.event import ReceivedEvent
from kernel.service import Handler
from services.survey.domain.invitation import Named
from services.survey.use_cases.invite_applicant import EndedDossier, invite_applicant


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class NamedFields(_Read):
    """An agency or a procedure as the event names it."""

    code: str
    name: str

    def named(self) -> Named:
        """Return it in survey's words."""
        return Named(self.code, self.name)


class DossierFields(_Read):
    """The shared state, as far as an invitation needs it."""

    dossier_id: UUID
    reference: str
    dossier_code: str | None = None
    procedure: NamedFields
    competent_agency: NamedFields
    owner_subject: str | None = None
    submitter_subject: str | None = None
    contact: str | None = None
    accepted_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    going_on: dict[str, NamedFields] = {}

    @property
    def working(self) -> Named:
        """Who worked it in the end: the competent agency, or who goes on for it since it ended."""
        return self.going_on.get(self.competent_agency.code, self.competent_agency).named()


class DossierEnded(_Read):
    """The part of `dossier.returned` and `dossier.stopped` that survey reads."""

    dossier: DossierFields


async def on_dossier_ended(data: DossierEnded, *, event: ReceivedEvent, work: Any, now: datetime) -> None:
    """Invite the applicant; keep how it ended for the index of satisfaction with dossiers."""
    dossier = data.dossier
    _keep_end(dossier, event.sequence, work)
    ended = EndedDossier(
        dossier_id=dossier.dossier_id,
        code=dossier.dossier_code or dossier.reference,
        agency=dossier.working,
        procedure=dossier.procedure.named(),
        subject=dossier.submitter_subject or dossier.owner_subject,
        contact=dossier.contact,
    )
    await invite_applicant(ended, work=work, now=now)


async def on_dossier_ended_elsewhere(
    data: DossierEnded,
    *,
    event: ReceivedEvent,
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Keep how it ended; nobody here worked it, so nobody is asked how they did."""
    _keep_end(data.dossier, event.sequence, work)


async def on_dossier_reopened_elsewhere(
    data: DossierEnded,
    *,
    event: ReceivedEvent,
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Take the end back."""
    work.ended_dossiers.take_back(data.dossier.dossier_id, version=event.sequence)


def _keep_end(dossier: DossierFields, version: int, work: Any) -> None:
    if dossier.accepted_at is not None and dossier.ended_at is not None:
        work.ended_dossiers.keep(
            dossier.dossier_id,
            code=dossier.dossier_code or dossier.reference,
            agency=dossier.working.code,
            ended_on=dossier.ended_at.astimezone(VIETNAM).date(),
            is_overdue=dossier.due_at is not None and dossier.ended_at > dossier.due_at,
            version=version,
        )


class _Gone(_Read):
    dossier_id: UUID


class DossierDestroyed(_Read):
    """The part of `dossier.destroyed` that survey reads: which one."""

    dossier: _Gone


async def on_dossier_destroyed(
    data: DossierDestroyed,
    *,
    event: ReceivedEvent,  # noqa: ARG001 - a handler's signature.
    work: Any,
    now: datetime,  # noqa: ARG001 - a handler's signature.
) -> None:
    """Forget who was invited; answers never knew."""
    work.invitations.forget(data.dossier.dossier_id)
    work.ended_dossiers.forget(data.dossier.dossier_id)


HANDLERS = (
    *(
        Handler(kind, DossierEnded, on_dossier_ended)
        for kind in ("dossier.returned.v1", "dossier.stopped.v1")
    ),
    Handler("dossier.ended_elsewhere.v1", DossierEnded, on_dossier_ended_elsewhere),
    Handler("dossier.reopened_elsewhere.v1", DossierEnded, on_dossier_reopened_elsewhere),
    Handler("dossier.destroyed.v1", DossierDestroyed, on_dossier_destroyed),
)
