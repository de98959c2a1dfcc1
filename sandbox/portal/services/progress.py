"""`CapNhatTienDoHoSoMC`: progress entries, a history that does not grow by repetition (section 8)."""

from sandbox.portal.services.writes import elements_of, require_shape
from sandbox.portal.state import PortalState
from sandbox.portal.store.dossiers import Arrival
from sandbox.portal.wire import Answer, Call, PortalRefusal, as_text


def add_progress(state: PortalState, call: Call) -> Answer:
    """Keep each entry once, in time order of `ThoiDiemXuLy`; refuse all when one dossier is unknown."""
    for entry in elements_of(state, call):
        require_shape(state, state.progress_shape, entry)
        code = as_text(entry["MaHoSo"])
        if not state.dossiers.has(code):
            message = f"Mã hồ sơ {code} không tồn tại trên hệ thống"
            raise PortalRefusal(state.settings.code_unknown_dossier, message, dossier=code)
        state.dossiers.add_progress(code, entry, occurred=as_text(entry["ThoiDiemXuLy"]), at=call.at)
        arrival = Arrival(call.service, call.agency, code, as_text(entry["TrangThai"]), entry)
        state.dossiers.log(arrival, at=call.at)
    return Answer(0, "Cập nhật tiến độ hồ sơ thành công")
