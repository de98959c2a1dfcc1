"""What tests of signing, sealing and verifying share: signing outside, issuing, asking as anybody."""

import base64
import hashlib
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller
from services.dossier.domain.signing.verification import Thing
from services.dossier.use_cases.files.verify_paper import verification_token
from tests.builders.dossier.files import a_pdf
from tests.builders.dossier.office import (
    CLERK,
    Office,
    a_citizen,
)
from tests.builders.dossier.pki import (
    Holder,
    a_holder,
)

AN = a_citizen()


SEAL = a_holder("Ủy ban nhân dân xã Bến Đò", "UBND xã Bến Đò")


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


async def prepared(
    office: Office, by: Caller, holder: Holder, *files: str, **more: Any
) -> list[dict[str, Any]]:
    body = {
        "certificates": [b64(one) for one in holder.ders],
        "items": [{"attachment_id": file, **more} for file in files],
    }
    answer = await office.service.post("/v1/signings", body, by)
    assert answer.status_code == 201, answer.text
    return list(answer.json()["items"])


async def finished(
    office: Office, by: Caller, signed: list[tuple[str, bytes]], key: str = ""
) -> list[dict[str, Any]]:
    body = {"items": [{"signing_id": one, "signature": b64(raw)} for one, raw in signed]}
    answer = await office.service.post("/v1/signings/completion", body, by, key=key)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def signed_by(holder: Holder, item: dict[str, Any]) -> tuple[str, bytes]:
    """Sign outside: what the token gets is the bytes, or the digest it is told."""
    to_sign = base64.b64decode(item["to_sign"])
    assert hashlib.sha256(to_sign).hexdigest() == item["digest_sha256"]
    return item["signing_id"], holder.sign(to_sign)


async def content_of(office: Office, attachment_id: str, by: Caller) -> bytes:
    answer = await office.service.get(f"/v1/attachments/{attachment_id}/content", by)
    assert answer.status_code == 200, answer.text
    return answer.content


async def issued(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a dossier whose result was sealed and issued, and the sealed file."""
    seen = await office.at_issue()
    draft = await office.upload(CLERK, a_pdf(pages=2), "giay-xac-nhan.pdf")
    answer = await office.service.post(f"/v1/attachments/{draft}/seal", {}, CLERK)
    assert answer.status_code == 201, answer.text
    sealed = answer.json()
    result = {"number": "12/GXN", "name": "Giấy xác nhận", "outcome": "GRANTED"}
    seen = await office.act(seen, "result", CLERK, **result, attachment_ids=[sealed["attachment_id"]])
    return seen, sealed


async def verified(office: Office, token: str, **query: str) -> dict[str, Any]:
    """Ask as anybody."""
    answer = await office.service.client.get(f"/v1/verification/{token}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def token_on(office: Office, thing: Thing, one: str) -> str:
    async with office.service.runtime.unit_of_work() as unit:
        work = office.service.runtime.open_work(unit)
        return verification_token(thing, UUID(one), work)
