"""A dossier is received under the version in force on its day, whatever the catalogue publishes ahead."""

from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import COMMUNE, PROCEDURE, RECEIVER, Office, a_citizen, a_procedure

APRIL = datetime(2026, 4, 1, 8, tzinfo=VIETNAM)


async def received(office: Office, **changed: Any) -> tuple[int, dict[str, Any]]:
    """Submit a dossier; return the version it was received under."""
    receipt = await office.submitted(**changed)
    seen = await office.read(receipt, a_citizen())
    return int(seen["procedure_version"]), receipt


async def test_a_version_published_ahead_waits_for_its_day(office: Office) -> None:
    """Before its day nothing of it holds, not even for an upload; a running dossier keeps the old one."""
    later = [{"code": "mau-moi", "name": "Mẫu mới", "mandatory": True, "allowed_types": ["application/pdf"]}]
    await office.service.receive(a_procedure(version=2, valid_from="2026-04-01", components=later))
    version, running = await received(office)
    assert version == 1
    citizen = a_citizen()
    url = f"/v1/attachments?procedure={PROCEDURE}&component="
    headers = {"X-File-Name": "a.pdf"}
    early = await office.service.post(f"{url}mau-moi", a_pdf(), citizen, headers=headers)
    assert early.status_code == 422, early.text
    assert (await office.service.post(f"{url}to-khai", a_pdf(), citizen, headers=headers)).status_code == 201
    office.service.clock.set(APRIL)
    papers = [{"component_code": "mau-moi", "attachment_ids": [await office.upload(citizen)]}]
    version, _ = await received(office, components=papers)
    assert version == 2
    accepted = await office.act(running, "acceptance", RECEIVER)
    assert (await office.read(accepted, RECEIVER))["procedure_version"] == 1


async def test_a_superseded_version_never_applies(office: Office) -> None:
    """A version ahead replaced by a later number of an earlier day: the highest number begun decides."""
    await office.service.receive(
        a_procedure(version=2, valid_from="2026-05-01"), a_procedure(version=3, valid_from="2026-04-01")
    )
    assert (await received(office))[0] == 1
    office.service.clock.set(APRIL)
    assert (await received(office))[0] == 3
    office.service.clock.set(datetime(2026, 5, 4, 8, tzinfo=VIETNAM))
    assert (await received(office))[0] == 3


async def test_an_abolished_procedure_takes_no_new_dossier_and_finishes_running_ones(office: Office) -> None:
    """From its day on; until then everything goes on."""
    await office.service.receive(a_procedure(version=2, valid_from="2026-04-01", visibility="ABOLISHED"))
    version, running = await received(office)
    assert version == 1
    office.service.clock.set(APRIL)
    citizen = a_citizen()
    answer = await office.service.post("/v1/dossiers", await office.submission(citizen), citizen)
    assert answer.status_code == 409, answer.text
    assert (await office.act(running, "acceptance", RECEIVER))["version"] > running["version"]


async def test_of_two_publishing_agencies_the_receivers_own_decides(office: Office) -> None:
    """Another province's line of the same code, published later, is not ours; nor is the nation's."""
    await office.service.receive(
        a_procedure(version=2, agency="QG"),
        a_procedure(version=3, agency="H99"),
        a_procedure(version=4, agency="H98", performing_agencies=["H98.201"]),
    )
    assert (await received(office))[0] == 3
    assert COMMUNE.startswith("H99")
    await office.service.receive(a_procedure(version=5, agency="H99"))
    assert (await received(office))[0] == 5
