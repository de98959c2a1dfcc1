"""The folder is a way to the axis, and takes nothing it should not."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from services.gateway.clients.document_folder import made
from tests.conformance.documents.axis_conformance import (
    AxisConformance,
    ReceiptConformance,
    Way,
    a_message,
    brought,
)

MOST = 1_000_000


@dataclass
class FolderPeer:
    root: Path
    brought: int = 0

    def taken(self) -> list[bytes]:
        files = sorted((self.root / "out").iterdir(), key=lambda one: one.stat().st_mtime_ns)
        return [path.read_bytes() for path in files]

    def receipt(self, message: UUID, *, is_taken: bool, reference: str = "", reason: str = "") -> None:
        said = {"taken": is_taken, "reference": reference, "reason": reason}
        (self.root / "receipts" / f"{message}.json").write_text(json.dumps(said), encoding="utf-8")
        (self.root / "out" / f"{message}.edxml").unlink(missing_ok=True)

    def bring(self, raw: bytes) -> None:
        self.brought += 1
        path = self.root / "in" / f"{self.brought}.edxml"
        path.write_bytes(raw)
        os.utime(path, ns=(self.brought * 1_000, self.brought * 1_000))

    def cut(self) -> None:
        self.root.rename(self.root.with_name("away"))


@pytest.fixture
def way(tmp_path: Path) -> Way:
    root = tmp_path / "axis"
    return Way(made(root, most_bytes=MOST), FolderPeer(root), made(root, most_bytes=MOST))


class TestFolder(AxisConformance, ReceiptConformance):
    async def test_only_whole_plain_files_are_taken(self, way: Way, tmp_path: Path) -> None:
        inbox = tmp_path / "axis" / "in"
        secret = tmp_path / "secret.edxml"
        secret.write_bytes(b"secret")
        (inbox / "link.edxml").symlink_to(secret)
        (inbox / ".hidden.edxml").write_bytes(b"x")
        (inbox / "half.edxml.tmp").write_bytes(b"x")
        (inbox / "note.txt").write_bytes(b"x")
        (inbox / "folder.edxml").mkdir()
        os.mkfifo(inbox / "pipe.edxml")
        assert await brought(way.axis, 10) == []

    async def test_a_half_written_message_of_a_killed_process_is_written_again(
        self, way: Way, tmp_path: Path
    ):
        message = a_message(b"whole")
        (tmp_path / "axis" / "out" / f".{message.id}.edxml.tmp").write_bytes(b"ha")
        await way.axis.hand_over(message)
        assert (tmp_path / "axis" / "out" / f"{message.id}.edxml").read_bytes() == b"whole"

    @pytest.mark.parametrize("said", ["", "{", "[]", '{"taken": 1}', '{"reference": "x"}', "null"])
    async def test_a_receipt_nobody_can_read_is_no_consent(self, way: Way, tmp_path: Path, said: str) -> None:
        message = a_message()
        await way.axis.hand_over(message)
        (tmp_path / "axis" / "receipts" / f"{message.id}.json").write_text(said)
        (found,) = await way.axis.receipts(10)
        assert (found.message, found.is_taken) == (message.id, False)

    async def test_a_receipt_of_no_message_is_put_aside(self, way: Way, tmp_path: Path) -> None:
        (tmp_path / "axis" / "receipts" / "khong-phai.json").write_text("{}")
        assert list(await way.axis.receipts(10)) == []
        assert (tmp_path / "axis" / "kept" / "receipts" / "khong-phai.json").exists()
