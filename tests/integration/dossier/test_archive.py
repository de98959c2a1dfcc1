"""The archive on a real database and a real folder: packed, handed over, acknowledged, archived."""

import hashlib
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kernel.testing.running import RunningService
from services.dossier.commands.archive import fix_retention
from services.dossier.jobs.archive import BUILD_ARCHIVE_PACKAGES, HAND_OVER_ARCHIVE
from services.dossier.jobs.print_papers import PRINT_PAPERS
from services.dossier.use_cases.archive import acknowledge
from tests.builders.dossier.archive import ArchiveFolder, answer
from tests.builders.dossier.office import (
    CLERK,
    GATEWAY,
    HANDED_OUT,
    OTHER_COMMUNE,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.integration.dossier.test_mirrors import fed
from tests.integration.dossier.test_whole_rows import by_hand

GIVEN = HANDED_OUT
ELSEWHERE = an_officer("CLERK", agency=OTHER_COMMUNE, subject="van-thu-khac")
WATCH = an_officer("SUPERVISOR", agency="H99.201", subject="giam-sat")


class Shelf:
    """An office and the archive it hands over to."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office, self.side = office, ArchiveFolder(folder)

    async def returned(self) -> dict[str, Any]:
        """Return a dossier whose result was handed over and whose papers are printed."""
        seen = await self.office.issued(number="1/XN")
        seen = await self.office.act(seen, "return", RECEIVER, **GIVEN)
        await self.office.service.run_job(PRINT_PAPERS)
        return seen

    async def ask(self, path: str, by: Any = CLERK, version: int | None = None, **body: Any) -> Any:
        return await self.office.service.post(f"/v1/archive/{path}", body, by, version=version)

    async def read(self, path: str, by: Any = CLERK) -> Any:
        return await self.office.service.get(f"/v1/archive/{path}", by)

    async def prepared(self) -> dict[str, Any]:
        """Return a batch of all that waits, packed."""
        asked = await self.ask("batches", until="2027-12-31")
        assert asked.status_code == 201, asked.text
        await self.office.service.run_job(BUILD_ARCHIVE_PACKAGES)
        return dict((await self.read(f"batches/{asked.json()['batch_id']}")).json())

    async def handed(self) -> dict[str, Any]:
        """Return the protocol of a batch that was handed over and lies in the folder."""
        batch = await self.prepared()
        signed = await self.ask(f"batches/{batch['batch_id']}/handover", version=batch["version"])
        assert signed.status_code == 200, signed.text
        await self.office.service.run_job(HAND_OVER_ARCHIVE)
        return dict(signed.json()["protocol"])

    async def batch(self, protocol: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.read(f"batches/{protocol['batch_id']}")).json())

    async def state(self, seen: dict[str, Any]) -> tuple[str, str]:
        """Return the dossier's state and its record's."""
        record = (await self.read(f"records/{seen['dossier_id']}")).json()
        return (await self.office.read(seen, CLERK))["state"], record["state"]

    async def hear(self, raw: bytes, name: str = "a.json") -> None:
        """Let the archive say something and the job read it."""
        self.side.say(raw, name)
        await self.office.service.run_job(HAND_OVER_ARCHIVE)


@pytest.fixture(scope="module")
async def shelf(start_once: Callable[..., Awaitable[RunningService]], tmp_path_factory: Any) -> Shelf:
    folder = tmp_path_factory.mktemp("luu-tru")
    files = tmp_path_factory.mktemp("files")
    service = await start_once("dossier", files_url=files.as_uri(), archive_url=folder.as_uri())
    return Shelf(await Office(service).open(), folder)


@pytest.fixture(autouse=True)
async def _nothing_waits(shelf: Shelf) -> None:
    """Each test begins with no record that waits; what was handed over before is left alone."""
    await shelf.office.service.runtime.pool.execute("DELETE FROM archive_records WHERE state <> 'DESTROYED'")
    await shelf.office.service.runtime.pool.execute("DELETE FROM archive_packages")
    await shelf.office.service.runtime.pool.execute("DELETE FROM archive_batches")


async def test_a_record_is_fixed_when_the_dossier_ends(shelf: Shelf) -> None:
    seen = await shelf.returned()
    found = (await shelf.read(f"records/{seen['dossier_id']}")).json()
    assert (found["retention"], found["kept_through"], found["counted_from"]) == (
        "Y20",
        "2046-12-31",
        "2026-12-31",
    )
    assert (found["state"], found["ending"], found["is_checked"]) == ("KEPT", "GRANTED", False)
    cancelled = await shelf.office.act(
        await shelf.office.submitted(), "cancellation", a_citizen(), note="Nộp nhầm"
    )
    found = (await shelf.read(f"records/{cancelled['dossier_id']}")).json()
    assert (found["retention"], found["ending"], found["kept_through"]) == ("Y5", "CANCELLED", "2031-12-31")
    open_one = await shelf.office.accepted()
    assert (await shelf.read(f"records/{open_one['dossier_id']}")).status_code == 404


async def test_from_batch_to_archived(shelf: Shelf) -> None:
    seen = await shelf.returned()
    batch = await shelf.prepared()
    (package,) = batch["packages"]
    assert (batch["state"], package["state"], package["code"]) == ("READY", "BUILT", seen["dossier_code"])
    signed = await shelf.ask(f"batches/{batch['batch_id']}/handover", version=batch["version"])
    protocol = signed.json()["protocol"]
    assert protocol["number"].endswith("/BBGN-2026")
    assert "Nguyễn" not in json.dumps(protocol, ensure_ascii=False)
    by_hand = await shelf.office.tried(seen, "archiving", CLERK)
    assert (by_hand.status_code, by_hand.json()["missing"]) == (409, ["acknowledgement"])
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert (await shelf.batch(protocol))["state"] == "SENT"
    assert await shelf.state(seen) == ("RETURNED", "SUBMITTED")
    await shelf.hear(answer(protocol))
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")
    found = await shelf.batch(protocol)
    assert (found["state"], found["packages"][0]["archive_code"]) == ("CLOSED", "LT-001")
    told = await shelf.office.service.published("dossier.archived.v1")
    assert [row["key"] for row in told].count(seen["dossier_id"]) == 1
    path = f"/v1/portal-views/{seen['dossier_id']}"
    now = (await shelf.office.service.get(path, GATEWAY)).json()
    then = (await shelf.office.service.get(f"{path}?version={seen['version']}", GATEWAY)).json()
    assert now["state"] == "ARCHIVED"
    assert now["returned_at"] == then["returned_at"] is not None


async def test_what_another_system_ended_is_archived_without_the_result_it_has(shelf: Shelf) -> None:
    """Its result lies there: the record here is whole without it, and goes to the archive."""
    code = {"source": "BNV-TTHC", "outside_code": "G05-260303-0000777"}
    seen = await shelf.office.in_process()
    seen = await shelf.office.act(
        seen, "route-change", SIGNER, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV"
    )
    shelf.office.service.clock.advance(timedelta(minutes=1))
    await fed(shelf.office, status=10, at=shelf.office.service.clock.now().isoformat(), **code)
    await shelf.office.service.run_job(PRINT_PAPERS)
    by_hand = await shelf.office.tried(await shelf.office.read(seen, CLERK), "archiving", CLERK)
    assert (by_hand.status_code, by_hand.json()["missing"]) == (409, ["acknowledgement"])
    await shelf.hear(answer(await shelf.handed(), "noi-khac"))
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")
    # What the archive has is moved by nobody's word any more.
    shelf.office.service.clock.advance(timedelta(minutes=1))
    await fed(shelf.office, status=4, at=shelf.office.service.clock.now().isoformat(), **code)
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")


async def test_what_another_system_only_has_ready_is_handed_over_too(shelf: Shelf) -> None:
    """That it was handed out there may never be told: its record waits for nobody."""
    code = {"source": "BNV-TTHC", "outside_code": "G05-260303-0000779"}
    seen = await shelf.office.in_process()
    seen = await shelf.office.act(
        seen, "route-change", SIGNER, route="MINISTRY", **code, note="QĐ 1001/QĐ-BNV"
    )
    shelf.office.service.clock.advance(timedelta(minutes=1))
    await fed(shelf.office, status=9, at=shelf.office.service.clock.now().isoformat(), **code)
    await shelf.office.service.run_job(PRINT_PAPERS)
    await shelf.hear(answer(await shelf.handed(), "co-ket-qua-noi-khac"))
    assert await shelf.state(seen) == ("RESULT_READY", "ARCHIVED")
    shelf.office.service.clock.advance(timedelta(minutes=1))
    await fed(shelf.office, status=10, at=shelf.office.service.clock.now().isoformat(), **code)
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")


async def test_the_package_is_a_bag_that_proves_itself(shelf: Shelf) -> None:
    seen = await shelf.returned()
    protocol = await shelf.handed()
    (told,) = protocol["packages"]
    path = shelf.side.package(protocol["batch_id"], told["file"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    with zipfile.ZipFile(path) as bag:
        assert bag.testzip() is None
        root = seen["dossier_code"]
        lines = bag.read(f"{root}/manifest-sha256.txt").decode().splitlines()
        listed = dict(reversed(line.split("  ")) for line in lines)
        inside = {name.removeprefix(f"{root}/") for name in bag.namelist()}
        assert {name for name in inside if name.startswith("data/")} == set(listed)
        for name, digest in listed.items():
            assert hashlib.sha256(bag.read(f"{root}/{name}")).hexdigest() == digest
        record = json.loads(bag.read(f"{root}/data/ho-so.json"))
        history = [json.loads(line) for line in bag.read(f"{root}/data/lich-su.jsonl").splitlines()]
    assert record["parties"]["owner"]["full_name"] == "Nguyễn Văn An"
    assert record["form"] == {"muc_dich": "kết hôn"}
    assert len(record["files"]) == 2
    assert [one["kind"] for one in record["papers"]] == ["FORM_01"]
    assert record["history"]["head"] == history[-1]["hash"]
    for earlier, later in pairwise(history):
        assert later["previous_hash"] == earlier["hash"]


async def test_made_again_after_a_kill_a_package_is_the_same_bytes(shelf: Shelf) -> None:
    """Killed between the file and its row, the job makes the package anew: same digest, stored once."""
    await shelf.returned()
    batch = await shelf.prepared()
    (package,) = batch["packages"]
    forget = "UPDATE archive_packages SET state = 'WAITING', sha256 = NULL WHERE id = $1"
    await shelf.office.service.runtime.pool.execute(forget, package["package_id"])
    reopen = "UPDATE archive_batches SET state = 'BUILDING' WHERE id = $1"
    await shelf.office.service.runtime.pool.execute(reopen, batch["batch_id"])
    shelf.office.service.clock.advance(timedelta(minutes=3))
    await shelf.office.service.run_job(BUILD_ARCHIVE_PACKAGES)
    (again,) = (await shelf.batch(batch))["packages"]
    assert (again["state"], again["sha256"]) == ("BUILT", package["sha256"])


async def test_a_lost_answer_a_doubled_one_and_a_late_one(shelf: Shelf) -> None:
    seen = await shelf.returned()
    protocol = await shelf.handed()
    shelf.office.service.clock.advance(timedelta(days=4))
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert (await shelf.batch(protocol))["attempts"] == 2
    await shelf.hear(answer(protocol, key="mot"))
    await shelf.hear(answer(protocol, key="mot"))
    await shelf.hear(answer(protocol, key="hai"))
    late = {"outcome": "REFUSED", "reason": "Thiếu trang"}
    await shelf.hear(answer(protocol, key="ba", lines={seen["dossier_code"]: late}))
    found = await shelf.batch(protocol)
    judged = {one["acknowledgement_id"]: one["judgement"] for one in found["answers"]}
    assert judged == {"mot": "ACCEPTED", "hai": "REPEATED", "ba": "LATE"}
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")


async def test_a_wrong_hash_moves_nothing_and_a_refused_package_goes_again(shelf: Shelf) -> None:
    seen = await shelf.returned()
    protocol = await shelf.handed()
    wrong = {"sha256": "00" * 32}
    await shelf.hear(answer(protocol, key="sai", lines={seen["dossier_code"]: wrong}))
    assert await shelf.state(seen) == ("RETURNED", "SUBMITTED")
    refused = {"outcome": "REFUSED", "reason": "Tệp không mở được"}
    await shelf.hear(answer(protocol, key="tu-choi", lines={seen["dossier_code"]: refused}))
    assert await shelf.state(seen) == ("RETURNED", "KEPT")
    found = await shelf.batch(protocol)
    assert (found["state"], found["packages"][0]["reason"]) == ("CLOSED", "Tệp không mở được")
    assert [one["judgement"] for one in found["answers"]] == ["WRONG_HASH", "REFUSED"]
    again = await shelf.handed()
    assert again["batch_id"] != protocol["batch_id"]
    await shelf.hear(answer(again, key="lan-hai"))
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")


async def test_killed_between_answer_and_archiving_the_next_run_goes_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await shelf.returned()
    protocol = await shelf.handed()

    async def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("services.dossier.use_cases.archive.acknowledge.archive_by_system", killed)
        with pytest.raises(KeyboardInterrupt):
            await shelf.hear(answer(protocol, key="dut"))
    assert await shelf.state(seen) == ("RETURNED", "ARCHIVED")
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert await shelf.state(seen) == ("ARCHIVED", "ARCHIVED")


async def test_killed_in_the_middle_of_a_message_no_line_is_lost_or_doubled(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [await shelf.returned(), await shelf.returned()]
    protocol = await shelf.handed()
    whole, done = acknowledge._apply, 0

    async def dies(*given: Any) -> None:
        nonlocal done
        if done:
            raise KeyboardInterrupt
        done += 1
        await whole(*given)

    with monkeypatch.context() as patched:
        patched.setattr(acknowledge, "_apply", dies)
        with pytest.raises(KeyboardInterrupt):
            await shelf.hear(answer(protocol, key="nua"))
    assert [row["judgement"] for row in (await shelf.batch(protocol))["answers"]] == ["ACCEPTED"]
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert [row["judgement"] for row in (await shelf.batch(protocol))["answers"]] == ["ACCEPTED"] * 2
    assert [await shelf.state(one) for one in both] == [("ARCHIVED", "ARCHIVED")] * 2


async def test_a_dossier_that_changed_after_it_was_packed_is_packed_again(shelf: Shelf) -> None:
    seen = await shelf.returned()
    protocol = await shelf.handed()
    raise_version = "UPDATE archive_packages SET dossier_version = dossier_version - 1 WHERE batch_id = $1"
    await shelf.office.service.runtime.pool.execute(raise_version, protocol["batch_id"])
    await shelf.hear(answer(protocol, key="cu"))
    found = await shelf.batch(protocol)
    assert found["packages"][0]["reason"] == "dossier-changed-since-packed"
    assert await shelf.state(seen) == ("RETURNED", "KEPT")


async def test_unknown_packages_and_messages_that_say_nothing_are_kept(shelf: Shelf) -> None:
    await shelf.returned()
    protocol = await shelf.handed()
    strange = {**protocol, "packages": [{**protocol["packages"][0], "package_id": protocol["batch_id"]}]}
    await shelf.hear(answer(strange, key="la"))
    await shelf.hear(b"{", "hong.json")
    (said,) = (await shelf.batch(protocol))["answers"]
    assert said["judgement"] == "UNKNOWN"
    kept = "SELECT failure FROM archive_messages WHERE id = 'unreadable/hong.json'"
    assert await shelf.office.service.runtime.pool.fetchval(kept) == "json_invalid"
    assert (shelf.side.folder / "nhan" / "loi" / "hong.json").read_bytes() == b"{"


async def test_a_record_that_lacks_something_is_named_and_taken_out(shelf: Shelf) -> None:
    whole = await shelf.returned()
    seen = await shelf.office.issued(number="2/XN")
    lacking = await shelf.office.act(seen, "return", RECEIVER, **GIVEN)
    batch = await shelf.prepared()
    failed = next(one for one in batch["packages"] if one["code"] == lacking["dossier_code"])
    assert (failed["state"], failed["reason"]) == ("FAILED", "record-incomplete: printed_papers")
    path = f"batches/{batch['batch_id']}"
    refused = await shelf.ask(f"{path}/handover", version=batch["version"])
    assert (refused.json()["code"], refused.json()["failed"][0]["code"]) == (
        "archive-packages-failed",
        lacking["dossier_code"],
    )
    taken = await shelf.ask(
        f"{path}/packages/{failed['package_id']}/removal", version=batch["version"], reason="Chờ in giấy"
    )
    signed = await shelf.ask(f"{path}/handover", version=taken.json()["version"])
    assert [one["code"] for one in signed.json()["protocol"]["packages"]] == [whole["dossier_code"]]
    assert (await shelf.state(lacking))[1] == "KEPT"


async def test_who_may_prepare_hand_over_and_read(shelf: Shelf) -> None:
    seen = await shelf.returned()
    for by in (SPECIALIST, SIGNER, a_citizen()):
        assert (await shelf.ask("batches", by, until="2027-12-31")).status_code == 403
    assert (await shelf.ask("batches", ELSEWHERE, until="2027-12-31")).json()["code"] == "nothing-to-archive"
    batch = await shelf.prepared()
    path = f"batches/{batch['batch_id']}"
    assert (await shelf.read(path, SPECIALIST)).status_code == 404
    assert (await shelf.read(path, ELSEWHERE)).status_code == 404
    assert (await shelf.ask(f"{path}/handover", version=1)).status_code == 412
    assert (await shelf.ask(f"{path}/handover")).status_code == 428
    assert (await shelf.ask(f"{path}/resending", version=batch["version"])).json()["code"] == (
        "archive-batch-state"
    )
    content = f"packages/{batch['packages'][0]['package_id']}/content"
    assert (await shelf.read(content)).status_code == 422
    assert (await shelf.read(f"{content}?purpose=x", ELSEWHERE)).status_code == 404
    assert (await shelf.read(f"{content}?purpose=doi%20chieu", SIGNER)).status_code == 200
    query = "SELECT what FROM access_log WHERE subject = $1 AND what LIKE 'archive-package:%'"
    assert await shelf.office.service.runtime.pool.fetchval(query, SIGNER.subject) == (
        "archive-package: doi chieu"
    )
    cancelled = await shelf.ask(f"{path}/cancellation", version=batch["version"])
    assert cancelled.json()["state"] == "CANCELLED"
    assert (await shelf.state(seen))[1] == "KEPT"


async def test_a_hold_is_placed_and_released_with_reasons(shelf: Shelf) -> None:
    seen = await shelf.returned()
    path = f"records/{seen['dossier_id']}"
    why = {"kind": "COMPLAINT", "reason": "Đơn khiếu nại 12", "legal_basis": "Luật Khiếu nại"}
    assert (await shelf.ask(f"{path}/holds", SPECIALIST, **why)).status_code == 403
    assert (await shelf.ask(f"{path}/holds", ELSEWHERE, **why)).status_code == 404
    placed = (await shelf.ask(f"{path}/holds", WATCH, **why)).json()
    assert (await shelf.read(path)).json()["holds"] == 1
    one = f"holds/{placed['hold_id']}/release"
    assert (await shelf.ask(one, CLERK, version=2, reason="Xong")).status_code == 412
    assert (await shelf.ask(one, CLERK, version=1, reason="Đã giải quyết")).status_code == 200
    assert (await shelf.ask(one, CLERK, version=2, reason="Xong")).json()["code"] == "archive-hold-released"
    found = (await shelf.read(path)).json()
    assert (found["holds"], found["all_holds"][0]["release_reason"]) == (0, "Đã giải quyết")


async def test_dossiers_of_before_get_their_records(shelf: Shelf) -> None:
    seen = await shelf.returned()
    pool = shelf.office.service.runtime.pool
    await pool.execute("DELETE FROM archive_records")
    for _ in range(2):
        assert await fix_retention(shelf.office.service.runtime, ()) == 0
    assert (await shelf.read(f"records/{seen['dossier_id']}")).json()["retention"] == "Y20"


async def test_a_record_that_cannot_be_read_holds_up_no_other_of_its_batch_nor_another_batch(
    shelf: Shelf,
) -> None:
    bad, good = await shelf.returned(), await shelf.returned()
    first = (await shelf.ask("batches", until="2027-12-31")).json()["batch_id"]
    await shelf.returned()
    second = (await shelf.ask("batches", until="2027-12-31")).json()["batch_id"]
    written = "UPDATE dossiers SET state = 'X' WHERE id = $1"
    await by_hand(shelf.office, written, bad["dossier_id"])
    await shelf.office.service.run_job(BUILD_ARCHIVE_PACKAGES)
    found = [(await shelf.read(f"batches/{one}")).json() for one in (first, second)]
    assert [one["state"] for one in found] == ["READY", "READY"]
    packages = {one["dossier_id"]: (one["state"], one["reason"]) for one in found[0]["packages"]}
    assert packages[bad["dossier_id"]] == ("FAILED", "record-unreadable")
    assert packages[good["dossier_id"]][0] == "BUILT"


async def test_an_answer_that_cannot_be_taken_holds_up_no_other(shelf: Shelf) -> None:
    """The message stays; whoever looks after the service is told at each run."""
    bad = await shelf.returned()
    first = await shelf.handed()
    good = await shelf.returned()
    second = await shelf.handed()
    written = "UPDATE dossiers SET state = 'X' WHERE id = $1"
    await by_hand(shelf.office, written, bad["dossier_id"])
    shelf.side.say(answer(first), "a.json")
    shelf.side.say(answer(second), "b.json")
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert (await shelf.read(f"records/{good['dossier_id']}")).json()["state"] == "ARCHIVED"
    put_right = "UPDATE dossiers SET state = 'RETURNED' WHERE id = $1"
    await shelf.office.service.runtime.pool.execute(put_right, bad["dossier_id"])
    await shelf.office.service.run_job(HAND_OVER_ARCHIVE)
    assert (await shelf.read(f"records/{bad['dossier_id']}")).json()["state"] == "ARCHIVED"
