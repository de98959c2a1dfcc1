"""What survey publishes (contracts/events/invitation.*, survey_response.*)."""

from datetime import datetime, time

from kernel.core.clock import VIETNAM
from kernel.core.event import Event
from services.survey.domain.invitation import Invitation, Response


def invitation_issued(
    invitation: Invitation, *, dossier_code: str, subject: str | None, contact: str | None, link: str
) -> Event:
    """Say who is invited to answer what; `contact` and `link` are sealed for the purpose `contact`."""
    data = {
        "invitation_id": str(invitation.id),
        "dossier_id": str(invitation.dossier_id),
        "dossier_code": dossier_code,
        "procedure": {"code": invitation.procedure.code, "name": invitation.procedure.name},
        "agency": {"code": invitation.agency.code, "name": invitation.agency.name},
        "subject": subject,
        "contact": contact,
        "link": link,
        "expires_at": invitation.expires_at.astimezone(VIETNAM).isoformat(),
    }
    return Event(
        type="invitation.issued.v1",
        key=str(invitation.id),
        sequence=invitation.version,
        data=data,
        occurred_at=invitation.issued_at,
    )


def survey_response_received(response: Response) -> Event:
    """Say what was answered about whom, and neither by whom nor at what moment of the day."""
    data = {
        "response_id": str(response.id),
        "questionnaire": {"code": response.questionnaire, "version": response.questionnaire_version},
        "agency_code": response.agency_code,
        "procedure_code": response.procedure_code,
        "received_on": response.received_on.isoformat(),
        "scores": dict(response.answers),
    }
    return Event(
        type="survey_response.received.v1",
        key=str(response.id),
        sequence=1,
        data=data,
        occurred_at=datetime.combine(response.received_on, time.min, VIETNAM),
    )
