"""Questions and answers: section 14."""

from datetime import datetime

from sandbox.portal.fields import current_agency
from sandbox.portal.services.writes import elements_of
from sandbox.portal.state import PortalState
from sandbox.portal.wire import Answer, Call, Json, PortalRefusal, as_text


def list_asked_on_portal(state: PortalState, call: Call) -> Answer:
    """List what citizens asked the calling agency on the portal."""
    return Answer(0, "Thành công", state.questions.listed("portal", agency=current_agency(call.agency)))


def list_written_by_agency(state: PortalState, call: Call) -> Answer:
    """List what the calling agency wrote itself."""
    return Answer(0, "Thành công", state.questions.listed("agency", agency=current_agency(call.agency)))


def list_answers(state: PortalState, call: Call) -> Answer:
    """List the answers of one question."""
    number = call.text("cauhoiid")
    if not number.isdecimal():
        raise PortalRefusal(state.settings.code_invalid, "Trường cauhoiid phải là số")
    return Answer(0, "Thành công", state.questions.answers_of(number))


def sync_own_questions(state: PortalState, call: Call) -> Answer:
    """Keep the agency's own questions, with their answers where they come along."""
    for element in elements_of(state, call):
        _require(state, element, "HOIDAPID", "MaLinhVuc", "NOIDUNG", "MADONVI")
        body = {
            "MALINHVUC": as_text(element["MaLinhVuc"]),
            "NOIDUNG": as_text(element["NOIDUNG"]),
            "MADONVI": as_text(element["MADONVI"]),
            "TENDONVI": as_text(element.get("TENDONVI")),
            "TRANGTHAI": "1",
        }
        agency = current_agency(call.agency)
        number = state.questions.put_own(as_text(element["HOIDAPID"]), body, agency=agency)
        if as_text(element.get("NOIDUNGTRALOI")):
            state.questions.answer(number, as_text(element["NOIDUNGTRALOI"]), element)
    return Answer(0, "Đồng bộ hỏi đáp thành công")


def sync_answers(state: PortalState, call: Call) -> Answer:
    """Keep the agency's answers to citizens' questions; `NGAYTRALOI` is dd/MM/yyyy."""
    for element in elements_of(state, call):
        _require(state, element, "HOIDAPID", "MADONVI", "NGUOITRALOI", "NGAYTRALOI", "NOIDUNGTRALOI")
        number = as_text(element["HOIDAPID"])
        if not state.questions.is_asked_on_portal(number):
            raise PortalRefusal(state.settings.code_invalid, f"Câu hỏi {number} không tồn tại")
        if not _is_day(as_text(element["NGAYTRALOI"])):
            raise PortalRefusal(state.settings.code_invalid, "Trường NGAYTRALOI phải có dạng dd/MM/yyyy")
        state.questions.answer(int(number), as_text(element["NOIDUNGTRALOI"]), element)
    return Answer(0, "Đồng bộ kết quả hỏi đáp thành công")


def _require(state: PortalState, element: Json, *names: str) -> None:
    if not isinstance(element, dict):
        raise PortalRefusal(state.settings.code_invalid, "Phần tử của data phải là đối tượng")
    for name in names:
        if not as_text(element.get(name)):
            raise PortalRefusal(state.settings.code_invalid, f"Thiếu trường bắt buộc {name}")


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007  Only the existence of the day is asked.
    except ValueError:
        return False
    return True
