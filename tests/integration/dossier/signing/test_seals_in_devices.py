"""Agencies' keys in a device that speaks PKCS#11: SoftHSM, which is one in software."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kernel.testing.running import RunningService
from services.dossier.domain.signing.session import SealSilent
from services.dossier.domain.signing.verification import Thing
from services.dossier.store.agency_seals import seals_of
from services.dossier.store.workshop.signing import is_signature
from tests.builders.dossier.office import COMMUNE, Office
from tests.builders.dossier.pki import Holder, a_holder, a_root, a_trust_folder
from tests.integration.dossier.signing.signed import issued, token_on, verified

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
PIN = "246813"
RSA, EC = a_holder("Xã có thiết bị", is_rsa=True), a_holder("Sở có thiết bị")


def the_module() -> str:
    """Return SoftHSM's driver; skip where this machine has none, fail where REQUIRE=softhsm forbids that."""
    found = next((one for one in MODULES if Path(one).exists()), "")
    if found and shutil.which("softhsm2-util"):
        return str(Path(found).resolve())
    reason = "SoftHSM is not installed here (Debian: softhsm2)"
    if "softhsm" in os.environ.get("REQUIRE", "").split(","):
        pytest.fail(f"REQUIRE=softhsm: {reason}", pytrace=False)
    pytest.skip(reason)  # The reason says what this machine lacks.


def util(*arguments: str) -> None:
    done = subprocess.run(["softhsm2-util", *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def put_in(folder: Path, place: int, token: str, label: str, holder: Holder) -> None:
    key = folder / f"{label}.pem"
    key.write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    given = ["--token", token, "--pin", PIN, "--label", label, "--id", f"0{place}"]
    util("--import", str(key), *given)
    key.unlink()


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Return how a seal in the device is set up, without its key and certificates.

    The driver reads where its tokens lie once a process.
    """
    module, folder = the_module(), tmp_path_factory.mktemp("thiet-bi")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    util("--init-token", "--free", "--label", "con-dau", "--pin", PIN, "--so-pin", "13572468")
    put_in(folder, 1, "con-dau", "xa", RSA)
    put_in(folder, 2, "con-dau", "so", EC)
    yield {"module": module, "token": "con-dau", "pin": PIN}
    del os.environ["SOFTHSM2_CONF"]


def kept_in(device: dict[str, Any], key: str, holder: Holder, **changed: Any) -> dict[str, Any]:
    chain = [base64.b64encode(one).decode() for one in holder.ders]
    return {**device, "key": key, "chain": chain, **changed}


async def test_keys_of_both_kinds_sign_in_the_device_as_keys_of_files_do(device: dict[str, Any]) -> None:
    seals = seals_of({"H99.201": kept_in(device, "xa", RSA), "*": kept_in(device, "so", EC)})
    for agency, holder in (("H99.201", RSA), ("H99.04", EC)):
        signed = await asyncio.gather(*(seals.sign(agency, b"noi dung %d" % place) for place in range(8)))
        for place, signature in enumerate(signed):
            assert is_signature(holder.ders[0], b"noi dung %d" % place, signature)
        assert not is_signature(holder.ders[0], b"noi dung khac", signed[0])


async def test_agencies_of_one_token_sign_at_once(device: dict[str, Any], tmp_path: Path) -> None:
    """Whoever is logged in is the process: an agency that is done would log the others out in the middle.

    Two services of one process read their seals each for itself, and may name the driver by another path.
    """
    (tmp_path / "driver.so").symlink_to(device["module"])
    renamed = {**device, "module": str(tmp_path / "driver.so")}
    holders = {"H99.201": RSA, "H99.04": EC, "H99.05": EC}
    first = seals_of({"H99.201": kept_in(device, "xa", RSA), "H99.04": kept_in(device, "so", EC)})
    second = seals_of({"H99.05": kept_in(renamed, "so", EC)})
    asked = [(agency, b"noi dung %d" % place) for place in range(20) for agency in holders]
    signed = await asyncio.gather(
        *((second if agency == "H99.05" else first).sign(agency, told) for agency, told in asked)
    )
    for (agency, told), signature in zip(asked, signed, strict=True):
        assert is_signature(holders[agency].ders[0], told, signature)


async def test_a_pin_the_device_did_not_take_is_tried_for_no_agency_before_the_next_start(
    device: dict[str, Any],
) -> None:
    """Each try counts there, and the last one locks it for everybody: the agencies have one token and PIN."""
    told = {
        f"H99.{n}": kept_in(device, *kept, pin="000000") for n, kept in enumerate([("xa", RSA), ("so", EC)])
    }
    seals = [seals_of(told), seals_of(told)]
    with pytest.raises(SealSilent):
        await seals[0].sign("H99.0", b"x")
    right = await seals_of({"*": kept_in(device, "so", EC)}).sign("H99.1", b"x")
    assert is_signature(EC.ders[0], b"x", right)
    with pin_changed(device, to="000000"):
        for one, agency in product(seals, told):
            with pytest.raises(SealSilent):
                await one.sign(agency, b"x")
        assert is_signature(RSA.ders[0], b"x", signed_after_a_start(told, "H99.0", b"x"))


STARTED = """
import asyncio, json, sys
from services.dossier.store.agency_seals import seals_of
told, agency, attributes = json.load(sys.stdin)
print(asyncio.run(seals_of(told).sign(agency, attributes.encode())).hex())
"""


def signed_after_a_start(told: dict[str, Any], agency: str, attributes: bytes) -> bytes:
    """Return what a process that has just started signs."""
    asked = json.dumps([told, agency, attributes.decode()])
    done = subprocess.run(
        [sys.executable, "-c", STARTED], input=asked, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    return bytes.fromhex(done.stdout)


@contextmanager
def pin_changed(device: dict[str, Any], to: str) -> Iterator[None]:
    token = pkcs11.lib(device["module"]).get_token(token_label=device["token"])
    for before, after in ((device["pin"], to), (to, device["pin"])):
        with token.open(rw=True, user_pin=before) as session:
            session.set_pin(before, after)
        if after == to:
            yield


@pytest.mark.parametrize("changed", [{"token": "khac"}, {"key": "khong-co"}], ids=str)
async def test_what_the_device_has_not_is_silence(device: dict[str, Any], changed: dict[str, str]) -> None:
    seals = seals_of({"*": {**kept_in(device, "xa", RSA), **changed}})
    with pytest.raises(SealSilent):
        await seals.sign("H99.1", b"x")


@pytest.mark.parametrize(("key", "holder"), [("xa", RSA), ("so", EC)], ids=["rsa", "ec"])
async def test_a_result_sealed_in_the_device_is_verified_like_any_other(
    start: Callable[..., Awaitable[RunningService]],
    tmp_path: Path,
    shared_workshop: None,
    device: dict[str, Any],
    key: str,
    holder: Holder,
) -> None:
    del shared_workshop
    started = await start(
        "dossier",
        files_url=(tmp_path / "files").as_uri(),
        trust_folder=str(a_trust_folder(tmp_path / "trust", a_root())),
        seals=json.dumps({COMMUNE: kept_in(device, key, holder)}),
    )
    office = await Office(started).open()
    seen, sealed = await issued(office)
    (found,) = sealed["signatures"]
    assert (found["intact"], found["trusted"]) == (True, True)
    token = await token_on(office, Thing.FILE, sealed["attachment_id"])
    told = await verified(office, token, sha256=sealed["sha256"])
    assert (told["matches"], told["is_valid"]) == (True, True)
    assert seen["state"] == "RESULT_READY"
