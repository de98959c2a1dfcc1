"""The agencies' seals: keys that fit, files that do not, devices that are not there."""

import asyncio
import base64
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from services.dossier.domain.signing.session import NoSeal, SealSilent
from services.dossier.settings import DossierSettings
from services.dossier.store import agency_seals, device_driver
from services.dossier.store.agency_seals import seals_of
from services.dossier.store.workshop.signing import is_signature
from tests.builders.dossier.pki import PASSPHRASE, a_holder

DEVICE = {"module": "/khong/co.so", "token": "dau", "pin": "1234", "key": "khoa"}


def a_file(folder: Path, name: str, **known: Any) -> dict[str, str]:
    file = folder / f"{name}.p12"
    file.write_bytes(a_holder(name, **known).pkcs12())
    return {"file": str(file), "passphrase": PASSPHRASE}


@pytest.mark.parametrize("is_rsa", [False, True], ids=["ec", "rsa"])
async def test_each_agency_signs_with_its_own_key_and_the_others_with_the_provinces(
    tmp_path: Path, is_rsa: bool
) -> None:
    own, common = a_file(tmp_path, "Xã", is_rsa=is_rsa), a_file(tmp_path, "Tỉnh")
    seals = seals_of({"H99.201": own, "*": common})
    for agency, holder in (("H99.201", a_holder("Xã", is_rsa=is_rsa)), ("H99.9", a_holder("Tỉnh"))):
        assert list(seals.chain(agency)) == holder.ders
        signature = await seals.sign(agency, b"noi dung")
        assert is_signature(holder.ders[0], b"noi dung", signature)
        assert not is_signature(holder.ders[0], b"noi dung khac", signature)
    assert not is_signature(a_holder("Tỉnh").ders[0], b"x", await seals.sign("H99.201", b"x"))


async def test_an_agency_without_a_seal_has_none(tmp_path: Path) -> None:
    seals = seals_of({"H99.201": a_file(tmp_path, "Xã")})
    with pytest.raises(NoSeal):
        seals.chain("H99.202")
    with pytest.raises(NoSeal):
        await seals.sign("H99.202", b"x")


async def test_a_file_that_does_not_open_stops_the_start_and_a_device_that_is_away_does_not(
    tmp_path: Path,
) -> None:
    told = a_file(tmp_path, "Xã")
    with pytest.raises(ValueError, match="password"):
        seals_of({"*": {**told, "passphrase": "sai"}})
    with pytest.raises(OSError, match="khong-co"):
        seals_of({"*": {"file": str(tmp_path / "khong-co.p12")}})
    (tmp_path / "nua.p12").write_bytes(a_holder("Xã").pkcs12()[:100])
    with pytest.raises(ValueError, match="deserialize"):
        seals_of({"*": {"file": str(tmp_path / "nua.p12")}})
    chain = [base64.b64encode(one).decode() for one in a_holder("Xã").ders]
    seals = seals_of({"*": {**DEVICE, "chain": chain}})
    assert list(seals.chain("H99.1")) == a_holder("Xã").ders
    with pytest.raises(SealSilent):
        await seals.sign("H99.1", b"x")


async def test_a_device_that_hangs_is_silence_and_holds_up_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In time for who waits, at once for who comes later; and it signs again when it answers again."""
    answers, asked = Event(), []

    def hanging(name: str) -> Any:
        asked.append(name)
        answers.wait()
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(agency_seals, "import_module", hanging)
    monkeypatch.setattr(device_driver, "_PATIENCE", 0.3)
    seals = seals_of({"*": {**DEVICE, "module": "/treo.so", "chain": []}})
    waiting = [asyncio.create_task(seals.sign("H99.1", b"x")) for _ in range(8)]
    async with asyncio.timeout(30):
        assert await asyncio.to_thread(str) == ""
        assert {type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)} == {SealSilent}
    monkeypatch.setattr(device_driver, "_PATIENCE", 60)
    async with asyncio.timeout(30):
        with pytest.raises(SealSilent):
            await seals.sign("H99.1", b"x")
    assert len(asked) == 1
    answers.set()
    async with asyncio.timeout(30):
        while len(asked) == 1:
            await asyncio.sleep(0)
            with pytest.raises(SealSilent):
                await seals.sign("H99.1", b"x")


@pytest.mark.parametrize("wrong", ["[]", "x", '{"*": {}}', '{"*": {"module": "a.so"}}', '{"*": "a.p12"}'])
def test_seals_that_cannot_be_read_are_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="seals"):
        DossierSettings(database_url="postgresql://x/y", bus_url="memory://", seals=wrong)


def test_a_scanner_is_named_by_tcp_or_unix() -> None:
    with pytest.raises(ValueError, match="scanner_url"):
        DossierSettings(database_url="postgresql://x/y", bus_url="memory://", scanner_url="http://x")
