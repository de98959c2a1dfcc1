"""A one-stop hall: its point, groups and counters, and what people do there in one line each."""

from typing import Any

from kernel.core.caller import Caller
from kernel.core.event import Event
from kernel.testing.fixed_clock import TUESDAY_MORNING
from kernel.testing.running import RunningService, a_service, an_event
from tests.builders.dossier.office import COMMUNE, an_agency, an_officer

POINT = "mot-cua-ben-do"
MANAGER = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="truong-bo-phan")
HOA = an_officer("ONE_STOP_OFFICER", unit="mot-cua", subject="hoa")
BINH = an_officer("ONE_STOP_OFFICER", unit="mot-cua", subject="binh")
KIOSK = a_service("desk.kiosk", subject="kiosk-1")


def a_point(code: str = POINT, *, agency: str = COMMUNE, **known: Any) -> Event:
    """Return a one-stop point as the catalogue publishes it."""
    data = {
        "code": code,
        "name": "Bộ phận Một cửa xã Bến Đò",
        "kind": "COMMUNE_CENTRE",
        "agency": agency,
        "address": "Trụ sở UBND",
        "calendar": "default",
        "coverage": {"agencies": []},
        "valid_from": "2025-07-01",
        "valid_to": None,
        "version": 1,
    }
    return an_event("one_stop_point.changed.v1", code, {**data, **known})


_OF_THE_DESK = (
    "tickets",
    "ticket_parts",
    "queues",
    "counter_sessions",
    "display_heads",
    "display_events",
    "desk_points",
    "desk_groups",
    "desk_counters",
    "desk_kiosks",
    "desk_rosters",
    "calendars",
    "appointments",
    "slot_loads",
)


class Hall:
    """A running dossier service with a hall, and what people do there."""

    def __init__(self, service: RunningService) -> None:
        self.service = service

    async def emptied(self) -> "Hall":
        """Leave nothing of the hall, and begin at the usual moment: for tests that share a database."""
        for table in _OF_THE_DESK:
            await self.service.runtime.pool.execute(f"DELETE FROM {table}")
        await self.service.runtime.pool.execute("DELETE FROM inbox")
        self.service.clock.set(TUESDAY_MORNING)
        return self

    async def open(self, *, counters: int = 2, **groups: dict[str, Any]) -> "Hall":
        """Learn of the point; set up groups `nop` (A) and `tra` (B) unless others are given, and counters."""
        await self.service.receive(an_agency(), a_point())
        wanted = groups or {"nop": {"letter": "A"}, "tra": {"letter": "B"}}
        for code, known in wanted.items():
            await self.put(f"groups/{code}", {"name": f"Nhóm {code}", **known})
        for number in range(1, counters + 1):
            await self.put(f"counters/q{number}", {"name": f"Quầy {number}", "groups": list(wanted)})
        answer = await self.tried_put(f"kiosks/{KIOSK.subject}", {"name": "Máy lấy số cửa chính"})
        assert answer.status_code == 204, answer.text
        return self

    async def tried_put(self, path: str, body: Any, by: Caller = MANAGER, version: int | None = None) -> Any:
        """PUT under the point and return the answer."""
        headers = self.service.headers(by, version=version)
        return await self.service.client.put(f"/v1/queues/{POINT}/{path}", json=body, headers=headers)

    async def put(self, path: str, body: Any) -> dict[str, Any]:
        """PUT something new; it must succeed."""
        answer = await self.tried_put(path, body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def tried_take(self, group: str = "nop", by: Caller = KIOSK, **body: Any) -> Any:
        """Ask for a number and return the answer."""
        return await self.service.post(f"/v1/queues/{POINT}/tickets", {"group": group, **body}, by)

    async def take(self, group: str = "nop", by: Caller = HOA, **body: Any) -> dict[str, Any]:
        """Take a number; it must succeed."""
        answer = await self.tried_take(group, by, **body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def sit(self, by: Caller = HOA, counter: str = "q1") -> dict[str, Any]:
        """Open a counter; it must succeed."""
        answer = await self.service.post("/v1/counter-sessions", {"point": POINT, "counter": counter}, by)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def tried_call(self, session: dict[str, Any], by: Caller = HOA) -> Any:
        """Call the next person and return the answer."""
        return await self.service.post(f"/v1/counter-sessions/{session['session_id']}/calls", {}, by)

    async def call(self, session: dict[str, Any], by: Caller = HOA) -> dict[str, Any]:
        """Call the next person; there must be one."""
        answer = await self.tried_call(session, by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def tried(self, ticket: dict[str, Any], what: str, by: Caller = HOA, **body: Any) -> Any:
        """Do something with a ticket as last seen and return the answer."""
        path = f"/v1/tickets/{ticket['ticket_id']}/{what}"
        return await self.service.post(path, body, by, version=ticket["version"])

    async def do(self, ticket: dict[str, Any], what: str, by: Caller = HOA, **body: Any) -> dict[str, Any]:
        """Do something with a ticket as last seen; it must succeed."""
        answer = await self.tried(ticket, what, by, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def serve(self, ticket: dict[str, Any], by: Caller = HOA) -> dict[str, Any]:
        """Serve a called person and be done."""
        return await self.do(await self.do(ticket, "service", by), "completion", by)

    async def queues(self) -> dict[str, Any]:
        """Read the queues as anybody does."""
        answer = await self.service.get(f"/v1/queues/{POINT}")
        assert answer.status_code == 200, answer.text
        return {item["group"]: item for item in answer.json()["items"]}
