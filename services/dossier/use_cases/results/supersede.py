"""The result of a correction that is handed out takes the place of the wrong one in the register."""

from datetime import datetime
from typing import Any

from services.dossier.domain.correcting import corrects_of
from services.dossier.domain.dossier import Dossier
from services.dossier.use_cases.ports import Work


async def supersede(dossier: Dossier, *, work: Work, now: datetime) -> dict[str, Any]:
    """Queue that the wrong result counts no more, and return what history says of it; often nothing.

    Only once the right one is in the applicant's hands: until then the wrong one is what they have. A
    correction that ended in a refusal takes nothing's place; taking a right away is the signer's own
    decision on its legal basis (`revoke_result`).
    """
    corrects = corrects_of(dossier.brought)
    if corrects is None:
        return {}
    reason = f"Thay bằng kết quả của hồ sơ đính chính {dossier.dossier_code or dossier.reference}"
    done = await work.results.supersede(corrects.dossier_id, dossier.id, reason=reason, at=now)
    if done is None:
        return {}
    return {"supersedes": {"result_id": str(done.result_id), "replaced_by": str(done.replaced_by)}}
