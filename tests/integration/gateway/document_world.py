"""A gateway with a folder for the document axis, and the e-office's agent on the folder's other side."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.core.event import Event
from kernel.testing.running import RunningService, an_event
from services.gateway.domain.documents.envelope import Envelope, StatusNotice
from services.gateway.domain.documents.reading import read_envelope
from services.gateway.domain.documents.writing import write_envelope, write_status
from services.gateway.jobs.documents import DOCUMENT_EXCHANGE
from tests.builders.gateway.documents import PDF, WARD
from tests.integration.gateway.portal_dossiers import PROCEDURE, ADossier
from tests.integration.gateway.portal_world import World, a_world

OFFICERS = {
    "van-thu": ("CLERK", WARD.id),
    "van-thu-khac": ("CLERK", "H99.202"),
    "thu-ngan": ("CASHIER", WARD.id),
    "quan-tri": ("ADMIN", "H99"),
}
RESULT_FILE = "0193a5c2-7d00-7a10-8000-00000000f11e"
CLERK = {
    "van-thu": ("CLERK", "H99.201"),
    "van-thu-khac": ("CLERK", "H99.202"),
    "thu-ngan": ("CASHIER", "H99.201"),
}


@dataclass
class Agent:
    """What stands at the other end: takes, gives receipts, brings."""

    root: Path

    def taken_away(self, *, is_taken: bool = True, reason: str = "") -> list[Envelope | StatusNotice]:
        """Take everything from the folder, a receipt each; return what was said, oldest first."""
        found = []
        for path in sorted((self.root / "out").glob("*.edxml"), key=lambda one: one.stat().st_mtime_ns):
            found.append(read_envelope(path.read_bytes()))
            said = {"taken": is_taken, "reference": f"axis-{path.stem[:8]}", "reason": reason}
            receipt = self.root / "receipts" / f"{path.stem}.json"
            receipt.with_suffix(".tmp").write_text(json.dumps(said))
            receipt.with_suffix(".tmp").rename(receipt)
            path.unlink()
        return found

    def waiting(self) -> list[str]:
        """Return the files that stand there to be taken."""
        return sorted(path.name for path in (self.root / "out").glob("*.edxml"))

    def brings(self, said: Envelope | StatusNotice | bytes, name: str = "") -> bytes:
        """Put something into the folder, as an agent should."""
        raw = said if isinstance(said, bytes) else write(said)
        names = self._names()
        final = self.root / "in" / (name or next(names))
        hidden = final.with_name(f".{final.name}")
        hidden.write_bytes(raw)
        hidden.rename(final)
        return raw

    def _names(self) -> Iterator[str]:
        number = sum(1 for _ in self.root.rglob("*"))
        while True:
            number += 1
            yield f"{number:05d}.edxml"


def write(said: Envelope | StatusNotice) -> bytes:
    return write_status(said) if isinstance(said, StatusNotice) else write_envelope(said)


@dataclass
class DocumentWorld:
    """The world of the portal's tests, with a folder."""

    world: World
    agent: Agent

    @property
    def gateway(self) -> RunningService:
        return self.world.gateway

    async def begins_anew(self) -> None:
        """Forget everything exchanged, on both sides: tests share one gateway."""
        tables = await self.gateway.runtime.pool.fetch(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'document_%'"
        )
        names = ", ".join([*(row["tablename"] for row in tables), "exchanged_documents", "outbox"])
        await self.gateway.runtime.pool.execute(f"TRUNCATE {names}")
        for path in self.agent.root.rglob("*.*"):
            path.unlink()
        self.world.dossiers.told.clear()
        self.world.dossiers.is_down = False
        self.world._tokens.clear()

    async def goes_round(self, times: int = 1) -> None:
        for _ in range(times):
            await self.gateway.run_job(DOCUMENT_EXCHANGE)

    async def rows(self, table: str, order: str = "id") -> list[dict[str, Any]]:
        return [
            dict(row)
            for row in await self.gateway.runtime.pool.fetch(f"SELECT * FROM {table} ORDER BY {order}")
        ]

    async def documents(self, direction: str) -> list[dict[str, Any]]:
        return [row for row in await self.rows("exchanged_documents") if row["direction"] == direction]

    async def messages(self) -> list[dict[str, Any]]:
        return await self.rows("document_messages", "seq")

    async def sends_results_to(self, *organs: Any) -> None:
        receivers = [{"id": one.id, "name": one.name} for one in organs]
        await self.gateway.runtime.pool.execute(
            "INSERT INTO document_routes VALUES ($1, $2, 1, 'quan-tri', now())", PROCEDURE["code"], receivers
        )

    async def hears(self, *events: Event) -> None:
        await self.gateway.receive(*events)


def with_a_result(dossier: ADossier, *, number: str = "12/UBND-XNTTHN", has_file: bool = True) -> ADossier:
    """Let a dossier's newest version hold an issued result."""
    event = dossier.events[-1]
    event.data["change"]["result"] = {"name": "Giấy xác nhận tình trạng hôn nhân", "number": number}
    files = [{"attachment_id": RESULT_FILE, "file_name": "giấy xác nhận.pdf"}] if has_file else []
    dossier.views[dossier.version]["results"] = [
        {
            "code": "KQ01",
            "name": "Giấy xác nhận tình trạng hôn nhân",
            "number": number,
            "signed_by": "Phạm Thị Hòa",
            "attachments": files,
        }
    ]
    return dossier


@asynccontextmanager
async def a_document_world(start: Any, root: Path, **settings: Any) -> AsyncIterator[DocumentWorld]:
    users = root.with_name("users.json")
    staff = [
        {"subject": subject, "name": subject, "agency": agency, "roles": [role], "position": ""}
        for subject, (role, agency) in OFFICERS.items()
    ]
    users.write_text(json.dumps({"people": [], "staff": staff}), encoding="utf-8")
    given = {"documents_folder": str(root), "sample_users_file": str(users), **settings}
    async with a_world(start, **given) as world:
        for subject, (role, agency) in OFFICERS.items():
            data = {"subject": subject, "name": subject, "agency": agency, "unit": "", "roles": [role]}
            data |= {"valid_from": None, "valid_to": None, "delegations": [], "leaves": []}
            await world.gateway.receive(an_event("staff.changed.v1", subject, data, sequence=2))
        world.dossiers.files[RESULT_FILE] = PDF
        for code, name in ((WARD.id, WARD.name), ("H99.202", "Ủy ban nhân dân xã Tân Hòa")):
            units: list[Any] = []
            data = {"code": code, "name": name, "units": units}
            await world.gateway.receive(an_event("agency.changed.v1", code, data))
        yield DocumentWorld(world, Agent(root))
