"""The archive's port: one suite on the folder and on the fake."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest

from services.dossier.clients.historical_archive import MOST_BYTES, PROTOCOL, FolderArchive
from services.dossier.use_cases.archive.ports import Delivery, PackageFile, Unreadable
from services.dossier.use_cases.ports.materials import ContentLost
from tests.builders.dossier.archive import ArchiveFolder, MemoryHistoricalArchive, answer

SCHEMA = Path(__file__).parents[3] / "contracts" / "archive" / "acknowledgement.v1.schema.json"
BATCH = UUID("01900000-0000-7000-8000-000000000001")
CONTENT = b"goi ho so" * 1000


class FolderCase:
    """The folder, and the archive's side of it."""

    def __init__(self, folder: Path) -> None:
        self.archive = FolderArchive(folder)
        self._side = ArchiveFolder(folder)

    def given(self, name: str) -> bytes | None:
        path = self._side.package(str(BATCH), name)
        return path.read_bytes() if path.exists() else None

    def say(self, raw: bytes, name: str) -> None:
        self._side.say(raw, name)


class MemoryCase:
    """The fake."""

    def __init__(self) -> None:
        self.archive = MemoryHistoricalArchive()

    def given(self, name: str) -> bytes | None:
        return self.archive.given.get(BATCH, {}).get(name)

    def say(self, raw: bytes, name: str) -> None:
        self.archive.said[name] = raw


@pytest.fixture(params=["folder", "memory"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> FolderCase | MemoryCase:
    return FolderCase(tmp_path) if request.param == "folder" else MemoryCase()


def delivery(content: bytes = CONTENT, protocol: bytes = b"{}") -> Delivery:
    async def chunks() -> AsyncIterator[bytes]:
        for place in range(0, len(content), 4096):
            yield content[place : place + 4096]

    digest = hashlib.sha256(content).digest()
    package = PackageFile(name="goi.zip", sha256=digest, size=len(content), chunks=chunks)
    return Delivery(BATCH, protocol, [package])


async def test_what_is_delivered_is_there_and_twice_is_as_once(case: Any) -> None:
    for _ in range(2):
        assert await case.archive.deliver(delivery()) == ""
        assert (case.given("goi.zip"), case.given(PROTOCOL)) == (CONTENT, b"{}")


async def test_messages_wait_in_order_until_they_are_put_aside(case: Any) -> None:
    case.say(b"1", "b.json")
    case.say(b"2", "a.json")
    assert await case.archive.waiting() == ["b.json", "a.json"]
    assert await case.archive.read("b.json") == b"1"
    for _ in range(2):
        await case.archive.done("b.json", is_read=True)
    await case.archive.done("a.json", is_read=False)
    assert await case.archive.waiting() == []


PROTOCOL_OF_ONE = {
    "batch_id": str(BATCH),
    "packages": [{"package_id": str(uuid4()), "code": "HS", "sha256": "ab" * 32}],
}


async def test_an_answer_is_understood_and_fits_what_archives_are_told(case: Any) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(answer(PROTOCOL_OF_ONE)), schema)
    told = case.archive.understand(answer(PROTOCOL_OF_ONE))
    assert (told.batch_id, told.lines[0].is_accepted, told.lines[0].archive_code) == (BATCH, True, "LT-001")


TWICE = {**PROTOCOL_OF_ONE, "packages": PROTOCOL_OF_ONE["packages"] * 2}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        json.dumps({"acknowledgement_id": "x"}).encode(),
        answer(PROTOCOL_OF_ONE, key=""),
        answer(PROTOCOL_OF_ONE, key="a/b"),
        answer(PROTOCOL_OF_ONE, at="hôm qua"),
        answer(PROTOCOL_OF_ONE, at="2026-03-04T09:00:00"),
        answer(PROTOCOL_OF_ONE, received_by="\x00"),
        answer(PROTOCOL_OF_ONE, lines={"HS": {"outcome": "PERHAPS"}}),
        answer(PROTOCOL_OF_ONE, lines={"HS": {"outcome": "REFUSED"}}),
        answer(PROTOCOL_OF_ONE, lines={"HS": {"sha256": "12"}}),
        answer(PROTOCOL_OF_ONE, packages=[]),
        answer(TWICE),
    ],
)
async def test_what_says_nothing_sure_is_unreadable(case: Any, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        case.archive.understand(raw)


async def test_a_package_that_was_cut_is_written_again(tmp_path: Path) -> None:
    case = FolderCase(tmp_path)
    await case.archive.deliver(delivery())
    path = ArchiveFolder(tmp_path).package(str(BATCH), "goi.zip")
    path.write_bytes(CONTENT[:-1] + b"?")
    await case.archive.deliver(delivery())
    assert path.read_bytes() == CONTENT


async def test_a_batch_is_not_there_before_all_its_packages_are(tmp_path: Path) -> None:
    case = FolderCase(tmp_path)
    whole = delivery()

    async def lost() -> AsyncIterator[bytes]:
        yield b"goi"
        raise ContentLost

    broken = PackageFile(name="hai.zip", sha256=b"0" * 32, size=9, chunks=lost)
    assert await case.archive.deliver(Delivery(BATCH, b"{}", [*whole.packages, broken])) == "file-lost"
    assert (case.given("goi.zip"), case.given("hai.zip"), case.given(PROTOCOL)) == (CONTENT, None, None)


async def test_a_message_without_end_is_not_taken_into_memory(tmp_path: Path) -> None:
    case = FolderCase(tmp_path)
    case.say(b" " * (MOST_BYTES + 10), "a.json")
    raw = await case.archive.read("a.json")
    assert len(raw) == MOST_BYTES + 1
    with pytest.raises(Unreadable):
        case.archive.understand(raw)
