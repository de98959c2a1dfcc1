"""The portal's one desk: every call, by whichever road, is checked, served and written down here."""

from collections.abc import Callable, Mapping

from sandbox.portal.fields import is_agency
from sandbox.portal.services import (
    accounts,
    catalogue,
    dossiers,
    petitions,
    portal_born,
    progress,
    questions,
    satisfaction,
)
from sandbox.portal.state import PortalState
from sandbox.portal.store.dossiers import Arrival
from sandbox.portal.wire import Answer, Call, Json, PortalRefusal, as_text

Service = Callable[[PortalState, Call], Answer]

WRITES: Mapping[str, Service] = {
    "DongBoHoSoMC": dossiers.sync_dossiers,
    "CapNhatTienDoHoSoMC": progress.add_progress,
    "DongBoTrangThaiHoSo": portal_born.sync_status,
    "DongBoHoiDap": questions.sync_own_questions,
    "DongBoKetQuaHoiDapGuiTuDVCQG": questions.sync_answers,
    "DongBoDanhGia": satisfaction.sync_satisfaction,
}


def _table(names: dict[str, str]) -> Service:
    return lambda _state, _call: catalogue.code_table(names)


READS: Mapping[str, Service] = {
    "TraCuuHoSo": dossiers.look_up_dossier,
    "TraCuuTechID": accounts.look_up_account,
    "LayDanhSachTTHC": catalogue.list_procedures,
    "LayDanhSachTTHCDonVi": catalogue.list_procedures_of_agency,
    "LayThuTuc": catalogue.read_procedure,
    "LayQDCB": catalogue.read_publication_decision,
    "LayDVC": catalogue.list_online_services,
    "LayDanhMucCoQuan": catalogue.list_agencies,
    "LayDanhMucLinhVuc": catalogue.list_sectors,
    "LayDanhMucDoiTuong": _table(catalogue.SUBJECTS),
    "LayDanhMucCapThucHien": _table(catalogue.LEVELS),
    "LayDanhMucLoaiThuTuc": _table(catalogue.PROCEDURE_TYPES),
    "LayDanhSachHoiDapGuiTuDVCQG": questions.list_asked_on_portal,
    "LayDanhSachHoiDapBoCoQuan": questions.list_written_by_agency,
    "LayNoiDungTraLoiTheoCauHoi": questions.list_answers,
    "DanhSachPAKNChoXuLy": petitions.list_waiting,
}
_LOGGED_WITH_DOSSIER = frozenset({"DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo"})


class Desk:
    """Serves calls; a refusal is an answer like any other."""

    def __init__(self, state: PortalState) -> None:
        self.state = state

    def log_in(self, fields: Json) -> tuple[Answer, str]:
        """Answer a login and, when it is right, the session that goes with it."""
        session = self.state.sessions.open(as_text(fields.get("username")), as_text(fields.get("password")))
        if session is None:
            return Answer(self.state.settings.code_login, "Tên đăng nhập hoặc mật khẩu không đúng"), ""
        return Answer(0, "Đăng nhập thành công"), session

    def serve_with_session(self, fields: Json) -> Answer:
        """Serve a call that carries its session in the body."""
        service, agency = as_text(fields.get("service")), as_text(fields.get("madonvi"))
        if self.state.switchboard.should_forget_sessions(service):
            self.state.sessions.forget_all()
        if not self.state.sessions.is_open(as_text(fields.get("session"))):
            return Answer(self.state.settings.code_session, self.state.settings.session_words)
        if not is_agency(agency):
            return Answer(self.state.settings.code_invalid, "Mã đơn vị (madonvi) không hợp lệ")
        return self.serve(service, agency, fields)

    def serve(self, service: str, agency: str, fields: Json) -> Answer:
        """Serve a call of somebody already trusted; nothing of a refused write stays."""
        handler = WRITES.get(service) or READS.get(service)
        if handler is None:
            return Answer(self.state.settings.code_invalid, f"Dịch vụ {service[:100]} không tồn tại")
        call = Call(service, agency, fields, self.state.clock.now())
        try:
            self._refuse_as_switched(call)
            answer = self._written(handler, call) if service in WRITES else handler(self.state, call)
        except PortalRefusal as refusal:
            self._log_refusal(call, refusal)
            return Answer(refusal.code, refusal.message)
        return self._as_if_there_already(call, answer)

    def _written(self, handler: Service, call: Call) -> Answer:
        with self.state.journal.together():
            return handler(self.state, call)

    def _refuse_as_switched(self, call: Call) -> None:
        refusal = self.state.switchboard.take_refusal(call.service, _elements(call))
        if refusal is not None:
            code = refusal.dossier or _code_of(call)
            raise PortalRefusal(refusal.error_code, refusal.message, dossier=code)

    def _as_if_there_already(self, call: Call, answer: Answer) -> Answer:
        if call.service != "DongBoHoSoMC" or as_text(call.fields.get("isUpdating")) in ("True", "1"):
            return answer
        if self.state.switchboard.take("duplicate_answers", call.service) is None:
            return answer
        return Answer(self.state.settings.code_exists, f"Mã hồ sơ {_code_of(call)} đã tồn tại")

    def _log_refusal(self, call: Call, refusal: PortalRefusal) -> None:
        if call.service not in _LOGGED_WITH_DOSSIER:
            return
        code = refusal.dossier or _code_of(call)
        element = next((one for one in _elements(call) if as_text(one.get("MaHoSo")) == code), {})
        status = as_text(element.get("TrangThaiHoSo") or element.get("TrangThai"))
        self.state.dossiers.log(
            Arrival(
                call.service,
                call.agency,
                code,
                status,
                element or call.data,
                error_code=refusal.code or -1,
                message=refusal.message,
            ),
            at=call.at,
        )


def _elements(call: Call) -> list[Json]:
    data = call.data
    return [one for one in (data if isinstance(data, list) else [data]) if isinstance(one, dict)]


def _code_of(call: Call) -> str:
    return next((as_text(one.get("MaHoSo")) for one in _elements(call)), "")
