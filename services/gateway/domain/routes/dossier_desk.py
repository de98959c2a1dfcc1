"""The front desk's addresses: queues, counters, kiosks, displays."""

from services.gateway.domain.policy import ANYBODY, OFFICERS, PERSONS, STAFF, Policy, machines
from services.gateway.domain.routes.row import Priority, Route

_KIOSK = machines("desk.kiosk")
_OFFICE = Policy(roles=frozenset({"ONE_STOP_OFFICER", "ONE_STOP_MANAGER"}))
_MANAGERS = Policy(roles=frozenset({"ONE_STOP_MANAGER"}))


def desk() -> list[Route]:
    """Queues and counters; whatever names a person is behind a sign-in."""
    point, session = "/api/v1/queues/{point}", "/api/v1/counter-sessions"
    ticket, one = "/api/v1/tickets/{ticket_id}", f"{session}/{{session_id}}"
    found = [
        Route("GET", point, "dossier", ANYBODY),
        Route("GET", ticket, "dossier", ANYBODY),
        # A heartbeat comes every 15 seconds; a stream silent for three of them is dead.
        Route("GET", "/api/v1/displays/{point}", "dossier", ANYBODY, timeout_seconds=45.0, is_stream=True),
        Route("GET", "/api/v1/kiosk/dossiers", "dossier", _KIOSK),
        Route("GET", f"{point}/groups", "dossier", OFFICERS),
        Route("GET", f"{point}/counters", "dossier", OFFICERS),
        Route("GET", f"{point}/tickets", "dossier", OFFICERS),
        Route("GET", f"{point}/rosters/{{day}}", "dossier", OFFICERS),
        Route("GET", f"{point}/figures", "dossier", STAFF, Priority.HEAVY),
        Route("GET", one, "dossier", OFFICERS),
        Route("PUT", f"{point}/groups/{{code}}", "dossier", _MANAGERS),
        Route("PUT", f"{point}/counters/{{code}}", "dossier", _MANAGERS),
        Route("PUT", f"{point}/kiosks/{{subject}}", "dossier", _MANAGERS),
        Route("PUT", f"{point}/rosters/{{day}}", "dossier", _MANAGERS),
        Route("POST", f"{point}/tickets", "dossier", OFFICERS | _KIOSK),
        Route("POST", session, "dossier", OFFICERS),
    ]
    found += [*_appointments(point), *_post()]
    found += [
        Route("POST", f"{one}/{what}", "dossier", OFFICERS)
        for what in ("calls", "break", "resumption", "closing")
    ]
    found += [
        Route("POST", f"{ticket}/{what}", "dossier", OFFICERS)
        for what in ("recall", "skipping", "service", "completion", "absence", "transfer")
    ]
    return found


def _appointments(point: str) -> list[Route]:
    booked = "/api/v1/appointments"
    own = f"{booked}/{{appointment_id}}"
    return [
        Route("GET", f"{point}/groups/{{code}}/slots", "dossier", ANYBODY),
        Route("GET", f"{point}/appointments", "dossier", OFFICERS),
        Route("POST", f"{point}/check-ins", "dossier", OFFICERS | _KIOSK),
        Route("GET", booked, "dossier", PERSONS),
        Route("POST", booked, "dossier", PERSONS),
        Route("GET", own, "dossier", PERSONS | OFFICERS),
        Route("POST", f"{own}/change", "dossier", PERSONS | OFFICERS),
        Route("POST", f"{own}/cancellation", "dossier", PERSONS | OFFICERS),
    ]


def _post() -> list[Route]:
    lists = "/api/v1/post-lists"
    one = f"{lists}/{{list_id}}"
    return [
        Route("GET", lists, "dossier", OFFICERS),
        Route("POST", lists, "dossier", OFFICERS),
        Route("GET", one, "dossier", OFFICERS),
        Route("POST", f"{one}/signature", "dossier", OFFICERS),
        Route("POST", f"{one}/withdrawal", "dossier", _OFFICE),
        Route("POST", f"{one}/items/{{item_id}}/tracking", "dossier", OFFICERS),
        Route("POST", f"{one}/items/{{item_id}}/removal", "dossier", _OFFICE),
        Route("POST", "/api/v1/post-statuses", "dossier", machines("post.status"), Priority.VITAL),
    ]
