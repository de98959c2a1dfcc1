"""The e-office and the axis' agent in one: takes files from the folder, keeps them, answers, brings."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # nosec - only its error is named here.

from pydantic import BaseModel, ConfigDict, Field

from kernel.core.clock import Clock
from sandbox.axis import wire
from sandbox.axis.settings import AxisSettings
from sandbox.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS axis_documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL,
    direction TEXT NOT NULL,
    said TEXT NOT NULL,
    arrivals INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL DEFAULT '',
    at REAL NOT NULL,
    UNIQUE (direction, document_id, said)
);
"""
"""What the e-office holds; what the national door holds is in `national.py`."""
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"
    b" 2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"
)


class AxisFaults(BaseModel):
    """What `PUT /faults` takes; `{}` is a healthy axis."""

    model_config = ConfigDict(extra="forbid")

    is_away: bool = False
    """Take nothing and bring nothing."""
    refuses: str = ""
    """Give every message back with this reason."""
    loses_receipts: bool = False
    """Take messages without a word."""
    brings_twice: bool = False
    """Bring everything twice."""
    brings_broken: bool = False
    """Bring a broken file before each good one."""
    times: int | None = Field(None, ge=0)
    """How many messages meet a fault yet; None: until switched off."""


class Office:
    """Safe to stop at any moment: a receipt is written before a file is taken away."""

    def __init__(self, journal: Journal, settings: AxisSettings, clock: Clock) -> None:
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._me = wire.Party(settings.organ, settings.name)
        self.faults = AxisFaults()
        self.brings: Callable[[bytes], str] | None = None
        """Where what it sends goes when there is no folder."""

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self.work_once()
            await asyncio.sleep(self._settings.every_seconds)

    def work_once(self) -> int:
        """Take what stands in the folder and receive what is due; return how many messages were taken."""
        folder = self._settings.folder
        if folder is None and self.brings is not None:
            self._receive_due()
        if folder is None or self.faults.is_away or not (folder / "out").is_dir():
            return 0
        files = sorted((folder / "out").glob("[!.]*.edxml"), key=lambda one: one.stat().st_mtime_ns)
        for path in files:
            self._take(folder, path)
        self._receive_due()
        return len(files)

    def documents(self, limit: int = 200) -> list[dict[str, Any]]:
        """Return what was taken and sent, newest first."""
        rows = self._journal.rows("SELECT * FROM axis_documents ORDER BY number DESC LIMIT ?", limit)
        return [{**dict(row), "said": json.loads(row["said"])} for row in rows]

    def say(self, number: int, code: str, description: str = "") -> bool:
        """Acknowledge a document; False when there is none."""
        row = self._journal.row("SELECT * FROM axis_documents WHERE number = ? AND direction = 'IN'", number)
        if row is None:
            return False
        text = description or wire.STATUS_TEXTS.get(code, code)
        now = self._clock.now()
        self._bring(wire.status(json.loads(row["said"]), self._me, code, text, now), now)
        self._journal.write("UPDATE axis_documents SET status = ? WHERE number = ?", code, number)
        return True

    def send(self, to: wire.Party, subject: str, number: str, *, answers: int | None = None) -> str:
        """Send a document with a small PDF, perhaps as the answer to one that came; return its identifier."""
        row = self._journal.row("SELECT said FROM axis_documents WHERE number = ?", answers or 0)
        now = self._clock.now()
        document_id, raw = wire.document(
            sender=self._me,
            to=to,
            number=number,
            subject=subject,
            file=("công văn.pdf", _PDF),
            at=now,
            answers=json.loads(row["said"]) if row else None,
            zips_files=self._settings.zips_files,
        )
        self._keep("OUT", {"document_id": document_id, "subject": subject, "number": number}, now)
        self._bring(raw, now)
        return document_id

    def _take(self, folder: Path, path: Path) -> None:
        reason = self.takes(path.read_bytes())
        if reason:
            self._receipt(folder, path, is_taken=False, reason=reason)
            return
        if self.faults.loses_receipts and self._use():
            path.unlink()
            return
        self._receipt(folder, path, is_taken=True)

    def takes(self, raw: bytes) -> str:
        """Take a message; return why it is refused, empty when it is not."""
        try:
            said = wire.read(raw)
        except (ValueError, ET.ParseError) as error:
            return f"không đọc được: {type(error).__name__}"
        if self.faults.refuses and self._use():
            return self.faults.refuses
        now = self._clock.now()
        if said["kind"] == "STATUS":
            self._journal.write(
                "UPDATE axis_documents SET status = ? WHERE direction = 'OUT' AND document_id = ?",
                *(said["code"], said["document_id"]),
            )
        elif self._keep("IN", said, now):
            row = self._journal.row("SELECT max(number) AS number FROM axis_documents")
            self.say(row["number"] if row else 0, "01")
        return ""

    def _keep(self, direction: str, said: dict[str, Any], now: datetime) -> bool:
        """Keep a document; the same one again is counted, and False."""
        written = json.dumps(said, ensure_ascii=False, sort_keys=True)
        known = self._journal.write(
            "UPDATE axis_documents SET arrivals = arrivals + 1"
            " WHERE direction = ? AND document_id = ? AND said = ?",
            *(direction, said["document_id"], written),
        )
        if known:
            return False
        self._journal.write(
            "INSERT INTO axis_documents (document_id, direction, said, at) VALUES (?, ?, ?, ?)",
            *(said["document_id"], direction, written, now.timestamp()),
        )
        return True

    def _receive_due(self) -> None:
        after = self._settings.receive_seconds
        if after is None:
            return
        before = self._clock.now().timestamp() - after
        rows = self._journal.rows(
            "SELECT number FROM axis_documents WHERE direction = 'IN' AND status = '01' AND at <= ?", before
        )
        for row in rows:
            self.say(row["number"], "03")

    def _bring(self, raw: bytes, now: datetime) -> None:
        folder = self._settings.folder
        if folder is None:
            if self.brings is not None:
                self.brings(raw)
            return
        stem = f"{int(now.timestamp() * 1_000_000)}-{hashlib.sha256(raw).hexdigest()[:16]}"
        if self.faults.brings_broken and self._use():
            self._put(folder / "in" / f"{stem}-hong.edxml", raw[: len(raw) // 2])
        self._put(folder / "in" / f"{stem}.edxml", raw)
        if self.faults.brings_twice and self._use():
            self._put(folder / "in" / f"{stem}-lai.edxml", raw)

    def _receipt(self, folder: Path, path: Path, *, is_taken: bool, reason: str = "") -> None:
        said = {"taken": is_taken, "reference": f"axis-{path.stem}" if is_taken else "", "reason": reason}
        self._put(folder / "receipts" / f"{path.stem}.json", json.dumps(said, ensure_ascii=False).encode())
        with suppress(FileNotFoundError):
            path.unlink()

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.with_name(f".{path.name}.tmp")
        hidden.write_bytes(content)
        hidden.rename(path)

    def _use(self) -> bool:
        if self.faults.times is None:
            return True
        if self.faults.times == 0:
            return False
        self.faults.times -= 1
        return True
