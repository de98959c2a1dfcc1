"""`DongBoHoSoMC` and `TraCuuHoSo`: sections 7 and 9."""

from sandbox.portal.services.writes import elements_of, require_shape
from sandbox.portal.state import PortalState
from sandbox.portal.statuses import STATUS_NAMES
from sandbox.portal.store.dossiers import Arrival
from sandbox.portal.wire import Answer, Call, Json, PortalRefusal, as_boolean, as_text


def sync_dossiers(state: PortalState, call: Call) -> Answer:
    """Create or replace dossiers; one fault in a batch and nothing of it is kept."""
    is_updating = as_boolean(call.fields.get("isUpdating"))
    if is_updating is None:
        raise PortalRefusal(state.settings.code_invalid, 'Trường isUpdating phải là "True" hoặc "False"')
    for element in elements_of(state, call):
        _keep(state, call, element, is_updating=is_updating)
    return Answer(0, "Cập nhật hồ sơ thành công" if is_updating else "Thêm mới hồ sơ thành công")


def _keep(state: PortalState, call: Call, element: Json, *, is_updating: bool) -> None:
    require_shape(state, state.dossier_shape, element)
    code, status = as_text(element["MaHoSo"]), as_text(element["TrangThaiHoSo"])
    _require_known_procedure(state, element, code)
    known = state.dossiers.has(code)
    if known and not is_updating:
        raise PortalRefusal(state.settings.code_exists, f"Mã hồ sơ {code} đã tồn tại", dossier=code)
    if not known and is_updating and state.settings.update_of_unknown == "refuse":
        message = f"Mã hồ sơ {code} không tồn tại trên hệ thống"
        raise PortalRefusal(state.settings.code_unknown_dossier, message, dossier=code)
    state.dossiers.put(code, status, element, origin="province", at=call.at)
    arrival = Arrival(call.service, call.agency, code, status, element, is_updating=is_updating)
    state.dossiers.log(arrival, at=call.at)


def _require_known_procedure(state: PortalState, element: Json, code: str) -> None:
    procedure = as_text(element["MaTTHC"])
    if state.settings.procedures == "known" and state.catalogue.find(procedure) is None:
        message = f"Mã thủ tục hành chính {procedure} không có trong danh mục"
        raise PortalRefusal(state.settings.code_invalid, message, dossier=code)


def _status_told(state: PortalState, status: str) -> Json:
    words = STATUS_NAMES.get(status, "")
    told = {
        "MaTrangThai": {"MaTrangThai": status, "TrangThaiHoSo": words},
        "TrangThaiHoSo": {"TrangThaiHoSo": status},
        "words": {"TrangThaiHoSo": words},
    }
    return told[state.settings.look_up_status]


def look_up_dossier(state: PortalState, call: Call) -> Answer:
    """Answer what is held under a code, an empty list when nothing is.

    The portal's own element fields are not known; these are the sister service's (section 9).
    """
    code = call.text("mahoso")
    if not code:
        raise PortalRefusal(state.settings.code_invalid, "Thiếu trường bắt buộc mahoso")
    held = state.dossiers.look_up(code)
    if held is None and state.settings.look_up_of_unknown == "refuse":
        raise PortalRefusal(state.settings.code_invalid, f"Mã hồ sơ {code} không tồn tại trên hệ thống")
    if held is None:
        return Answer(0, "Không tìm thấy hồ sơ", [])
    record = held["record"]
    element = {
        "MaHoSo": code,
        "MaTTHC": as_text(record.get("MaTTHC")),
        "TenTTHC": as_text(record.get("TenTTHC")),
        "MaDVC": as_text(record.get("MaDVC")),
        "TenDVC": as_text(record.get("TenTTHC")),
        "HoTenNguoiNop": as_text(record.get("ChuHoSo")),
        **_status_told(state, held["status"]),
        "MaHoSoDonVi": held["own_code"],
        "DonViXuLy": as_text(record.get("DonViXuLy")),
        "MaDonViXuLy": as_text(record.get("MaCoQuanThucHien")),
        "NgayNop": as_text(record.get("NgayNopHoSo")),
        "NgayTiepNhan": as_text(record.get("NgayTiepNhan")),
        "NgayHenTra": as_text(record.get("NgayHenTra")),
        "HinhThucNhanKQ": as_text(record.get("HinhThuc")),
    }
    return Answer(0, "Thành công", [element])
