"""`TraCuuTechID`: the account behind a tax code or a citizen number (section 11.4)."""

import re
from uuid import UUID, uuid5

from sandbox.portal.state import PortalState
from sandbox.portal.wire import Answer, Call, PortalRefusal

IDENTITY_PROVIDER = "wso2is"
_ACCOUNTS = UUID("6f0e3c52-8a4f-5b7e-9a39-0f5c1f6f2d11")
_NUMBER = re.compile(r"\d{9}|\d{12}|\d{10}(-?\d{3})?")
_WITHOUT_ACCOUNT = "000"


def tech_id_of(number: str) -> str | None:
    """Return the same account for the same number every time; numbers ending in 000 have none."""
    if _NUMBER.fullmatch(number) is None or number.endswith(_WITHOUT_ACCOUNT):
        return None
    return str(uuid5(_ACCOUNTS, number))


def look_up_account(state: PortalState, call: Call) -> Answer:
    """Answer the account's TechID, an empty list when nobody has that number."""
    if call.text("provider") != IDENTITY_PROVIDER:
        raise PortalRefusal(state.settings.code_invalid, 'Trường provider phải là "wso2is"')
    tech_id = tech_id_of(call.text("mstorcmnd"))
    if tech_id is None:
        return Answer(0, "Không tìm thấy tài khoản", [])
    return Answer(0, "Thành công", [{"TECHNICALID": tech_id}])
