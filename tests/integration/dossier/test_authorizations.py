"""Acting for somebody: recorded once, used in its scope and time, ended at once."""

from datetime import datetime
from typing import Any

import pytest

from kernel.core.clock import VIETNAM
from kernel.testing.running import a_person
from tests.builders.dossier.office import (
    CLERK,
    OTHER_COMMUNE,
    PROCEDURE,
    RECEIVER,
    STRANGER,
    Office,
    a_citizen,
    an_officer,
)
from tests.integration.dossier.test_other_ways_in import a_walk_in

AN = a_citizen()
BINH = a_person("cong-dan-binh", name="Trần Thị Bình", identity_number="099192000022")
OWNER = {"full_name": AN.name, "identity_number": AN.identity_number}
REPRESENTATIVE = {"full_name": BINH.name, "identity_number": BINH.identity_number}


def an_authorization(**changed: Any) -> dict[str, Any]:
    """Return what An writes so that Bình may act."""
    body = {
        "owner": OWNER,
        "representative": REPRESENTATIVE,
        "procedures": [PROCEDURE],
        "valid_from": "2026-03-01",
        "valid_until": "2026-03-31",
    }
    return {**body, **changed}


async def recorded(office: Office, by: Any = AN, **changed: Any) -> dict[str, Any]:
    """Record one; it must succeed."""
    answer = await office.service.post("/v1/authorizations", an_authorization(**changed), by)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def tried(office: Office, given: dict[str, Any], by: Any = BINH, **changed: Any) -> Any:
    """Let somebody submit for An under an authorisation."""
    body = await office.submission(by, owner=OWNER, authorization_id=given["authorization_id"], **changed)
    return await office.service.post("/v1/dossiers", body, by)


async def ended(office: Office, given: dict[str, Any], by: Any = AN) -> Any:
    """End it."""
    url = f"/v1/authorizations/{given['authorization_id']}/revocation"
    return await office.service.post(url, {"reason": "Tự làm"}, by, version=given["version"])


async def test_it_is_used_again_and_again_until_it_is_revoked(office: Office) -> None:
    """The representative comes from the record; after the owner's word it is over, also on the same day."""
    given = await recorded(office)
    for _ in range(2):
        answer = await tried(office, given)
        assert answer.status_code == 201, answer.text
    detail = await office.read(answer.json(), RECEIVER)
    assert detail["representative"]["full_name"] == "Trần Thị Bình"
    assert detail["brought"] == {"authorization_id": given["authorization_id"]}
    assert await office.service.runtime.pool.fetchval("SELECT uses FROM authorizations") == 2
    assert (await ended(office, given, BINH)).status_code == 403
    assert (await ended(office, given, STRANGER)).status_code == 404
    over = await ended(office, given)
    assert (over.status_code, over.json()["state"]) == (200, "REVOKED")
    refused = await tried(office, given)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-authorized")
    assert await office.service.count("dossiers") == 2
    assert (await ended(office, given)).status_code == 412
    assert (await ended(office, over.json())).json()["code"] == "authorization-ended"


@pytest.mark.parametrize(
    ("changed", "by", "at"),
    [
        ({"procedures": ["2.000815"]}, BINH, "2026-03-03"),
        ({"valid_from": "2026-03-04"}, BINH, "2026-03-03"),
        ({}, BINH, "2026-04-01"),
        ({}, STRANGER, "2026-03-03"),
    ],
)
async def test_outside_its_scope_time_or_people_it_gives_nothing(
    office: Office, changed: dict[str, Any], by: Any, at: str
) -> None:
    """Another procedure, the day before and the day after, somebody else's hand."""
    given = await recorded(office, **changed)
    office.service.clock.set(datetime.fromisoformat(f"{at}T09:00:00").replace(tzinfo=VIETNAM))
    answer = await tried(office, given, by)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-authorized")
    assert await office.service.count("dossiers") == 0


async def test_an_officer_records_one_from_a_document(office: Office) -> None:
    """With its scan; at the counter it lets the named person hand in, and fetch what was decided."""
    without = await office.service.post("/v1/authorizations", an_authorization(), RECEIVER)
    assert (without.status_code, without.json()["errors"][0]["path"]) == (422, "attachment_id")
    scan = await office.upload(RECEIVER, name="giay-uy-quyen.pdf")
    given = await recorded(office, RECEIVER, attachment_id=scan, procedures=[])
    again = await office.service.post("/v1/authorizations", an_authorization(attachment_id=scan), RECEIVER)
    assert again.status_code == 422
    body = a_walk_in(owner=OWNER, authorization_id=given["authorization_id"], representative=REPRESENTATIVE)
    assert (await office.service.post("/v1/counter-dossiers", body, RECEIVER)).status_code == 201
    body["representative"] = {"full_name": "Người Lạ", "identity_number": STRANGER.identity_number}
    assert (await office.service.post("/v1/counter-dossiers", body, RECEIVER)).status_code == 403
    seen = await office.issued(number="1/XN")
    fetched = {
        "receiver": "AUTHORIZED",
        "receiver_name": "Trần Thị Bình",
        "checked_by": "DOCUMENT",
        "no_receipt_reason": "Ký sổ giấy",
        "authorization_id": given["authorization_id"],
    }
    wrong = await office.tried(seen, "return", RECEIVER, **fetched, identity_number=STRANGER.identity_number)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "not-authorized")
    done = await office.act(seen, "return", RECEIVER, **fetched, identity_number=BINH.identity_number)
    assert done["state"] == "RETURNED"


@pytest.mark.parametrize(
    ("changed", "by", "status"),
    [
        ({"owner": REPRESENTATIVE, "representative": OWNER}, AN, 422),
        ({"representative": OWNER}, AN, 422),
        ({"valid_until": "2026-02-28"}, AN, 422),
        ({"valid_until": "2036-03-01"}, AN, 422),
        ({"representative": {**REPRESENTATIVE, "identity_number": "12345"}}, AN, 422),
        ({}, CLERK, 403),
        ({}, a_person("khong-so", name="Không Số"), 403),
    ],
)
async def test_what_cannot_be_given_is_not_recorded(
    office: Office, changed: dict[str, Any], by: Any, status: int
) -> None:
    """Another's right, one's own to oneself, a time that is over or too long, a number that is none."""
    answer = await office.service.post("/v1/authorizations", an_authorization(**changed), by)
    assert answer.status_code == status, answer.text
    assert await office.service.count("authorizations") == 0


async def test_its_parties_see_it_and_nobody_else(office: Office) -> None:
    """Numbers are masked for all; an officer of another agency finds nothing."""
    given = await recorded(office)
    url = f"/v1/authorizations/{given['authorization_id']}"
    for by in (AN, BINH):
        listed = (await office.service.get("/v1/authorizations", by)).json()["items"]
        assert [item["owner"]["identity_number"] for item in listed] == ["099*******11"]
    assert (await office.service.get("/v1/authorizations", STRANGER)).json()["items"] == []
    elsewhere = an_officer("ONE_STOP_OFFICER", unit="mot-cua", agency=OTHER_COMMUNE)
    for by in (STRANGER, elsewhere, RECEIVER):
        assert (await office.service.get(url, by)).status_code == 404
