"""`DongBoTrangThaiHoSo`: the status of a dossier born on the portal (section 10)."""

from sandbox.portal.services.writes import require_shape
from sandbox.portal.state import PortalState
from sandbox.portal.store.dossiers import Arrival
from sandbox.portal.wire import Answer, Call, PortalRefusal, as_text

STATUS_OF_DOSSIER = "2"
"""The only `type` seen."""


def sync_status(state: PortalState, call: Call) -> Answer:
    """Move one portal-born dossier to a status 1-11; backwards is allowed (section 7.5)."""
    if call.text("type") != STATUS_OF_DOSSIER:
        raise PortalRefusal(state.settings.code_invalid, 'Trường type phải là "2"')
    data = call.data
    if not isinstance(data, dict):
        raise PortalRefusal(state.settings.code_invalid, "Trường data phải là đối tượng")
    require_shape(state, state.status_shape, data)
    code, status = as_text(data["MaHoSo"]), as_text(data["TrangThai"])
    if not state.dossiers.has(code):
        if state.settings.status_of_unknown == "refuse":
            message = f"Mã hồ sơ {code} không tồn tại trên hệ thống"
            raise PortalRefusal(state.settings.code_unknown_dossier, message, dossier=code)
        state.dossiers.put(code, status, {"MaHoSo": code}, origin="portal", at=call.at)
    state.dossiers.set_status(code, status, own_code=as_text(data.get("MaHoSoDonVi")), at=call.at)
    state.dossiers.log(Arrival(call.service, call.agency, code, status, data), at=call.at)
    return Answer(0, "Đồng bộ trạng thái hồ sơ thành công")
