"""The scanner's client against a peer that speaks clamd's protocol."""

from pathlib import Path

import pytest

from services.dossier.clients.clamd import Clamd, scanner_at
from services.dossier.use_cases.files.ports import Verdict
from tests.builders.dossier.clamd import HARMFUL, THREAT, a_clamd


@pytest.mark.parametrize("way", ["tcp", "unix"])
async def test_what_the_scanner_says_is_understood(tmp_path: Path, way: str) -> None:
    async with a_clamd(tmp_path / "clamd.sock" if way == "unix" else None) as peer:
        scan = scanner_at(peer.url)
        clean = b"x" * 200_000
        assert (await scan(clean)).verdict is Verdict.CLEAN
        assert peer.seen == [clean]
        found = await scan(b"abc" * 50_000 + HARMFUL)
        assert (found.verdict, found.threat) == (Verdict.INFECTED, THREAT)


async def test_no_address_is_no_scanner() -> None:
    assert (await scanner_at("")(HARMFUL)).verdict is Verdict.OFF


async def test_whatever_is_no_clear_word_is_silence(tmp_path: Path) -> None:
    async with a_clamd() as peer:
        scan = scanner_at(peer.url)
        peer.most_bytes = 100_000
        assert (await scan(b"x" * 3_000_000)).verdict is Verdict.SILENT
        peer.error = "Can't allocate memory"
        assert (await scan(b"x")).verdict is Verdict.SILENT
        peer.hangs_up = True
        assert (await scan(b"x")).verdict is Verdict.SILENT
    assert (await scan(b"x")).verdict is Verdict.SILENT
    assert (await scanner_at(f"unix://{tmp_path}/nobody")(b"x")).verdict is Verdict.SILENT


async def test_a_scanner_that_takes_too_long_is_silent() -> None:
    async with a_clamd() as peer:
        peer.is_slow = True
        assert (await Clamd(peer.url, seconds=0.05)(b"x")).verdict is Verdict.SILENT
        assert peer.seen == [b"x"]
