"""An office whose records are over: what people of a destruction list do there in one line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.dossier.jobs.archive import BUILD_ARCHIVE_PACKAGES, DESTROY_RECORDS, HAND_OVER_ARCHIVE
from services.dossier.jobs.print_papers import PRINT_PAPERS
from tests.builders.dossier.archive import ArchiveFolder, answer
from tests.builders.dossier.office import (
    CLERK,
    HANDED_OUT,
    PDF,
    RECEIVER,
    SIGNER,
    Office,
    a_citizen,
    an_officer,
)

COUNCIL = ["Ông A, Chủ tịch hội đồng", "Bà B, ủy viên"]
CITIZEN = a_citizen()
REVIEWER = an_officer("SPECIALIST", subject="tham-tra")


class Yard:
    """A running dossier service, the archive's folder beside it, and its files."""

    def __init__(self, office: Office, folder: Path, files: Path) -> None:
        self.office, self.side, self.files = office, ArchiveFolder(folder), files
        self.service = office.service

    async def cancelled(self, **changed: Any) -> dict[str, Any]:
        seen = await self.office.submitted(**changed)
        return await self.office.act(seen, "cancellation", CITIZEN, note="Tôi nộp nhầm")

    async def archived(self) -> dict[str, Any]:
        """Return a dossier with a result, acknowledged and archived."""
        seen = await self.office.issued(number="1/XN")
        seen = await self.office.act(seen, "return", RECEIVER, **HANDED_OUT)
        await self.service.run_job(PRINT_PAPERS)
        protocol = await self.signed(await self.packed())
        # An acknowledgement answers one batch: said once more under its name it would be a repetition.
        await self.hear(answer(protocol, f"tra-loi-{protocol['batch_id']}"))
        return await self.office.read(seen, CLERK)

    async def packed(self, by: Any = CLERK) -> dict[str, Any]:
        """Return a batch of all that waits, its packages made."""
        asked = await self.ask("batches", by, until="2027-12-31")
        assert asked.status_code == 201, asked.text
        await self.service.run_job(BUILD_ARCHIVE_PACKAGES)
        found = await self.service.get(f"/v1/archive/batches/{asked.json()['batch_id']}", by)
        return dict(found.json())

    async def signed(self, batch: dict[str, Any], by: Any = CLERK) -> dict[str, Any]:
        """Return the protocol of a batch that was signed for and delivered."""
        said = await self.ask(f"batches/{batch['batch_id']}/handover", by, batch["version"])
        assert said.status_code == 200, said.text
        await self.service.run_job(HAND_OVER_ARCHIVE)
        return dict(said.json()["protocol"])

    async def hear(self, raw: bytes) -> None:
        """Let the archive say something and the job read it."""
        self.side.say(raw)
        await self.service.run_job(HAND_OVER_ARCHIVE)

    async def ask(self, path: str, by: Any = CLERK, version: int | None = None, **body: Any) -> Any:
        return await self.service.post(f"/v1/archive/{path}", body, by, version=version)

    async def seen(self, found: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/archive/destruction-lists/{found['list_id']}"
        return dict((await self.service.get(path, SIGNER)).json())

    async def prepared(self) -> dict[str, Any]:
        asked = await self.ask("destruction-lists")
        assert asked.status_code == 201, asked.text
        return await self.seen(asked.json())

    async def reviewed(self, keep: str = "") -> dict[str, Any]:
        """Return a list whose every line a colleague reviewed."""
        found = await self.prepared()
        lines = [
            {"dossier_id": one["dossier_id"], "verdict": "KEEP", "reason": "Còn tranh chấp"}
            if one["code"] == keep
            else {"dossier_id": one["dossier_id"], "verdict": "DESTROY"}
            for one in found["lines"]
        ]
        path = f"destruction-lists/{found['list_id']}/reviews"
        said = await self.ask(path, REVIEWER, found["version"], lines=lines)
        assert said.status_code == 200, said.text
        return await self.seen(found)

    async def decision(self, by: Any = SIGNER) -> dict[str, Any]:
        document = await self.office.upload(by, PDF, "quyet-dinh.pdf")
        on = self.service.clock.now().date().isoformat()
        return {
            "decision_number": "15/QĐ-UBND",
            "decided_on": on,
            "council": COUNCIL,
            "document_id": document,
        }

    async def approved(self, keep: str = "") -> dict[str, Any]:
        found = await self.reviewed(keep)
        path = f"destruction-lists/{found['list_id']}/approval"
        said = await self.ask(path, SIGNER, found["version"], **await self.decision())
        assert said.status_code == 200, said.text
        return await self.seen(found)

    async def destroyed(self, keep: str = "") -> dict[str, Any]:
        """Return a list that was carried out."""
        found = await self.approved(keep)
        await self.service.run_job(DESTROY_RECORDS)
        return await self.seen(found)

    @contextmanager
    def years_later(self, years: int = 22) -> Iterator[None]:
        """Be there when every period is over."""
        self.service.clock.advance(timedelta(days=366 * years))
        try:
            yield
        finally:
            self.service.clock.advance(-timedelta(days=366 * years))

    async def everywhere(self, text: str) -> list[str]:
        """Return the tables that still hold a text of a dossier, but for what the kernel forgets by days."""
        pool = self.service.runtime.pool
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        tables = [row[0] for row in await pool.fetch(query)]
        passing = {"idempotency_keys", "outbox"}
        return [
            table
            for table in tables
            if table not in passing
            and await pool.fetchval(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE $1', f"%{text}%")
        ]
