"""The reads of section 11: procedures, agencies, sectors, online services and the code tables."""

from sandbox.portal.fields import current_agency
from sandbox.portal.state import PortalState
from sandbox.portal.wire import Answer, Call, Json, PortalRefusal

ONLINE_SERVICES = "DICHVUCONG"
"""Our own member of a kept procedure; it is not part of `LayThuTuc`."""

SUBJECTS = {
    "1": "Công dân",
    "2": "Doanh nghiệp",
    "3": "Cơ quan nhà nước",
    "4": "Tổ chức khác",
}
LEVELS = {"0": "Cấp Bộ", "1": "Cấp Tỉnh", "2": "Cấp Huyện", "3": "Cấp Xã"}
PROCEDURE_TYPES = {
    "1": "TTHC không được giao cho địa phương quy định",
    "2": "TTHC được luật giao quy định chi tiết",
    "3": "Khác",
}


def list_procedures(state: PortalState, _: Call) -> Answer:
    """List the code and name of every public procedure."""
    return Answer(0, "Thành công", [_line(one) for one in state.catalogue.all() if one["TRANGTHAI"] == "1"])


def list_procedures_of_agency(state: PortalState, call: Call) -> Answer:
    """List the procedures an agency publishes or carries out."""
    agency = current_agency(call.text("maDonVi") or call.agency)
    return Answer(0, "Thành công", [_line(one) for one in state.catalogue.of_agency(agency)])


def read_procedure(state: PortalState, call: Call) -> Answer:
    """Answer one procedure in full, an empty list when the code is not known."""
    code = call.text("maTTHC")
    if not code:
        raise PortalRefusal(state.settings.code_invalid, "Thiếu trường bắt buộc maTTHC")
    detail = state.catalogue.find(code)
    if detail is None:
        return Answer(0, "Không tìm thấy thủ tục hành chính", [])
    return Answer(0, "Thành công", [{key: one for key, one in detail.items() if key != ONLINE_SERVICES}])


def read_publication_decision(state: PortalState, call: Call) -> Answer:
    """Answer a publication decision with the procedures it publishes; its real fields are not known."""
    number = call.text("idQDCB")
    procedures = [
        _line(one) for one in state.catalogue.all() if number and one["IDQUYETDINHCONGBO"] == number
    ]
    return Answer(0, "Thành công", [{"ID": number, "TTHC": procedures}] if procedures else [])


def list_agencies(state: PortalState, _: Call) -> Answer:
    """List the agencies that carry out a procedure."""
    return Answer(0, "Thành công", state.catalogue.agencies())


def list_sectors(state: PortalState, _: Call) -> Answer:
    """List the sectors with the ministry that owns each."""
    return Answer(0, "Thành công", state.catalogue.sectors())


def list_online_services(state: PortalState, _: Call) -> Answer:
    """List the online services; the one read whose `result` is an object."""
    services = [
        _online_service(detail, code)
        for detail in state.catalogue.all()
        for code in detail.get(ONLINE_SERVICES) or []
    ]
    return Answer(0, "Thành công", {"data": services})


def code_table(names: dict[str, str]) -> Answer:
    """Answer a small code table; the real members' names were not found, MA and TEN are inferred."""
    return Answer(0, "Thành công", [{"MA": code, "TEN": name} for code, name in names.items()])


def _line(detail: Json) -> Json:
    return {
        name: detail[name]
        for name in ("ID", "MATTHC", "TENTTHC", "MACOQUANCONGBO", "TRANGTHAI")
        if name in detail
    }


def _online_service(detail: Json, code: str) -> Json:
    sectors = detail.get("LINHVUCTHUCHIEN") or []
    agencies = detail.get("COQUANTHUCHIEN") or []
    return {
        "MADVC": code,
        "TENDVC": detail["TENTTHC"],
        "MATTHC": detail["MATTHC"],
        "TENTTHC": detail["TENTTHC"],
        "TENCOQUANBANHANH": detail.get("MACOQUANCONGBO", ""),
        "TENLINHVUC": sectors[0]["TENLINHVUC"] if sectors else "",
        "APDUNGDVC": [one["TENDONVI"] for one in agencies],
    }
