"""Anybody who holds a paper may ask what it is: by the token of its QR code."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from kernel.web.edge import PUBLIC, EdgeRoute
from services.dossier.api.deps import PROBLEMS, Work
from services.dossier.api.moments import local
from services.dossier.domain.signing.verification import Thing
from services.dossier.use_cases.files.verify_paper import verify_paper

router = APIRouter(prefix="/v1", route_class=EdgeRoute, responses=PROBLEMS, tags=["Ký số"])
_TITLES = {
    "RESULT": "Kết quả giải quyết thủ tục hành chính",
    "CERTIFIED_COPY": "Bản sao điện tử được chứng thực từ bản chính",
}
"""Of files; a paper has the title of its set of forms."""
_OTHER = "Văn bản điện tử đã ký số"


class SignedWhenOut(BaseModel):
    """Who signed the file and when."""

    signer: str
    signed_at: datetime | None
    time_source: Literal["TIMESTAMP", "SIGNER", "NONE"] = Field(
        description="TIMESTAMP: dấu thời gian tin cậy; SIGNER: theo lời người ký"
    )
    level: str = Field(description="Mức PAdES khi tệp đến: B, T, LT, LTA; trống với tệp cũ")
    time_stamped_by: str


class VerificationOut(BaseModel):
    """What the paper is and what became of it; nothing that is not printed on it."""

    thing: Thing
    kind: str
    title: str
    number: str
    dossier_code: str
    agency: str
    issued_at: datetime
    issued_by: str
    sha256: str
    matches: bool | None
    is_superseded: bool
    is_recalled: bool
    is_valid: bool
    signatures: list[SignedWhenOut]


@router.get("/verification/{token}", openapi_extra=PUBLIC)
async def verify(
    token: Annotated[str, Path(max_length=60)],
    work: Work,
    sha256: Annotated[str, Query(max_length=64, description="SHA-256 của tệp trong tay, để đối chiếu")] = "",
) -> VerificationOut:
    """Kiểm tra một giấy tờ bằng mã QR: loại giấy, ai phát hành, khi nào, còn hiệu lực không."""
    found = await verify_paper(token, work=work)
    given = sha256.strip().lower()
    matches = given == found.sha256 if given and found.sha256 else None
    return VerificationOut(
        thing=found.thing,
        kind=found.kind,
        title=found.title or _TITLES.get(found.kind, _OTHER),
        number=found.number,
        dossier_code=found.dossier_code,
        agency=found.agency,
        issued_at=local(found.issued_at) or found.issued_at,
        issued_by=found.issued_by,
        sha256=found.sha256,
        matches=matches,
        is_superseded=found.is_superseded,
        is_recalled=found.is_recalled,
        signatures=[
            SignedWhenOut(**{**asdict(one), "signed_at": local(one.signed_at)}) for one in found.signatures
        ],
        is_valid=not found.is_superseded and not found.is_recalled and matches is not False,
    )
