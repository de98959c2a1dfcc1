"""The archive at the other end: what it found in the folder, and what it answers."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from services.dossier.clients.historical_archive import PROTOCOL, understand
from services.dossier.domain.archive.packages import Acknowledgement
from services.dossier.use_cases.archive.ports import Delivery


def answer(protocol: dict[str, Any], key: str = "tra-loi-1", **changed: Any) -> bytes:
    """Return an acknowledgement of a whole batch; `lines` changes those of packages by their codes."""
    lines: dict[str, dict[str, Any]] = changed.pop("lines", {})
    packages = [
        {
            "package_id": one["package_id"],
            "sha256": one["sha256"],
            "outcome": "ACCEPTED",
            "archive_code": f"LT-{place:03d}",
            **lines.get(one["code"], {}),
        }
        for place, one in enumerate(protocol["packages"], 1)
    ]
    told = {
        "acknowledgement_id": key,
        "batch_id": protocol["batch_id"],
        "at": "2026-03-04T09:00:00+07:00",
        "received_by": "Trung tâm Lưu trữ lịch sử",
        "packages": packages,
    }
    return json.dumps({**told, **changed}).encode()


class ArchiveFolder:
    """The archive's side of the shared folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def protocols(self) -> list[dict[str, Any]]:
        """Return the protocols of batches that arrived whole."""
        found = sorted(self.folder.glob(f"giao/*/{PROTOCOL}"))
        return [json.loads(file.read_bytes()) for file in found]

    def package(self, batch_id: str, file: str) -> Path:
        """Return where a package lies."""
        return self.folder / "giao" / batch_id / file

    def say(self, raw: bytes, name: str = "tra-loi.json") -> None:
        """Leave a message."""
        place = self.folder / "nhan"
        place.mkdir(parents=True, exist_ok=True)
        part = place / f"{name}.part"
        part.write_bytes(raw)
        part.replace(place / name)


class MemoryHistoricalArchive:
    """The archive in memory; the conformance suite holds it against the folder."""

    def __init__(self) -> None:
        self.given: dict[UUID, dict[str, bytes]] = {}
        self.said: dict[str, bytes] = {}
        self.aside: dict[str, bool] = {}

    async def deliver(self, delivery: Delivery) -> str:
        files = {one.name: b"".join([part async for part in one.chunks()]) for one in delivery.packages}
        self.given[delivery.batch_id] = {**files, PROTOCOL: delivery.protocol}
        return ""

    async def waiting(self) -> list[str]:
        return [*self.said]

    async def read(self, name: str) -> bytes:
        return self.said[name]

    def understand(self, raw: bytes) -> Acknowledgement:
        return understand(raw)

    async def done(self, name: str, *, is_read: bool) -> None:
        if self.said.pop(name, None) is not None:
            self.aside[name] = is_read
