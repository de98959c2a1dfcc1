"""Petitions that wait for an agency (section 16): only the list's name is known, its fields are [I]."""

from sandbox.portal.fields import current_agency
from sandbox.portal.state import PortalState
from sandbox.portal.wire import Answer, Call


def list_waiting(state: PortalState, call: Call) -> Answer:
    """List what waits for the calling agency and those below it."""
    return Answer(0, "Thành công", state.questions.petitions_of(current_agency(call.agency)))
