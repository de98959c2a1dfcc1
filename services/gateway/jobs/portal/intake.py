"""Goes on with what the portal sent down and nobody finished: a kill, or a dossier service that was away."""

from kernel.service import Job, JobTick
from services.gateway.use_cases.portal.inbound.intake import TakeFromPortal

_BATCH = 50


async def deliver_waiting(tick: JobTick) -> None:
    """Deal with every message that is due, oldest first."""
    intake: TakeFromPortal = tick.resources.portal.intake
    while not tick.runtime.stopping.is_set():
        due = await intake.due(_BATCH)
        for message_id in due:
            await intake.deliver_again(message_id)
        if len(due) < _BATCH:
            return


PORTAL_INTAKE = Job("portal_intake", 2, deliver_waiting)
