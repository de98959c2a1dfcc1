"""The sample province's front desks, set up as their managers would: groups, counters, kiosks, rosters."""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kernel.core.caller import Caller, CallerKind
from kernel.core.clock import VIETNAM, Clock
from kernel.web.auth import TokenSigner
from stack.keys import Keys
from stack.province import office_calendar
from stack.servers import StackError

Record = dict[str, Any]

ROSTER_DAYS = 5
"""Working days from today on that a start makes rosters of; the next start goes on from there."""

_GROUP_FIELDS = (
    *("name", "letter", "most_tickets", "expected_minutes"),
    *("slot_minutes", "slot_capacity", "booking_days"),
)
_SUCCESS = 300
_FORBIDDEN = 403
_VERSION_NEEDED = 428
"""There is one already, which is changed only by who names its version."""


def roster_days(document: Record, points: Sequence[Record], now: datetime) -> dict[str, list[date]]:
    """Return the next working days of each point by its own calendar."""
    found: dict[str, list[date]] = {}
    for point in points:
        calendar = office_calendar(document, point["calendar"])
        days: list[date] = []
        day = now.astimezone(VIETNAM).date()
        while len(days) < ROSTER_DAYS:
            if calendar.is_working_day(day):
                days.append(day)
            day += timedelta(days=1)
        found[point["code"]] = days
    return found


def load_desks(
    desks: Sequence[Record],
    days: Mapping[str, Sequence[date]],
    staff: Sequence[Record],
    port: int,
    keys: Keys,
    clock: Clock,
) -> None:
    """Set up each front desk once: what is there, and what an office changed since, stays.

    Killed half-way, the next start goes on: a desk is whole when the last of its counters is there.
    """
    members = {member["subject"]: member for member in staff}
    signer = TokenSigner(keys.internal_private_jwk, clock)
    for desk in desks:
        manager = _Manager(members[desk["manager"]], desk["point"], port, signer)
        try:
            if not _is_ours(desk, manager):
                continue
            _set_up(desk, manager)
            for day in days[desk["point"]]:
                manager.put(f"rosters/{day}", {"entries": desk["roster"]})
        finally:
            manager.close()


def _is_ours(desk: Record, manager: "_Manager") -> bool:
    """Tell whether the point still is the manager's and has no groups of its office's own making."""
    there = manager.codes("groups")
    return there is not None and there <= {group["code"] for group in desk["groups"]}


def _set_up(desk: Record, manager: "_Manager") -> None:
    """Write the last counter last, so that its being there says that nothing is missing."""
    if desk["counters"][-1]["code"] in (manager.codes("counters") or ()):
        return
    for kiosk in desk["kiosks"]:
        manager.put(f"kiosks/{kiosk['subject']}", {"name": kiosk["name"]})
    for group in desk["groups"]:
        manager.put(f"groups/{group['code']}", {name: group[name] for name in _GROUP_FIELDS})
    for counter in desk["counters"]:
        manager.put(f"counters/{counter['code']}", {name: counter[name] for name in ("name", "groups")})


class _Manager:
    """Who leads a point, at the dossier service."""

    def __init__(self, member: Record, point: str, port: int, signer: TokenSigner) -> None:
        who = Caller(
            subject=member["subject"],
            kind=CallerKind.STAFF,
            roles=frozenset(member["roles"]),
            name=member["name"],
            agency=member["agency"],
            unit=member["unit"],
        )
        token, _ = signer.sign(who)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._point = point
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def codes(self, what: str) -> set[str] | None:
        """Return the codes of what the point has of a kind; None where others lead it since."""
        status, said = self._ask("GET", what)
        return None if status == _FORBIDDEN else {one["code"] for one in json.loads(said)["items"]}

    def put(self, what: str, body: Record) -> None:
        """Make something of the point; what is there already stays as it is."""
        self._ask("PUT", what, body)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, what: str, body: Record | None = None) -> tuple[int, str]:
        path = f"/v1/queues/{self._point}/{what}"
        headers = {**self._headers, "Idempotency-Key": f"desk-{time.time_ns()}"} if body else self._headers
        self._connection.request(method, path, json.dumps(body).encode() if body else None, headers)
        answer = self._connection.getresponse()
        said = answer.read().decode()
        expected = _VERSION_NEEDED if body else _FORBIDDEN
        if answer.status >= _SUCCESS and answer.status != expected:
            raise StackError(f"the front desk {path} was refused ({answer.status}): {said[:1_000]}")
        return answer.status, said
