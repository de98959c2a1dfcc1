"""The portal's messages made of a view: sections 7, 8 and 10 of the wire contract, field by field.

Every value is a string, an absent one is blank. Flags say what evidence was recorded, never what would look
well in the statistics; a status is sent as it is; nothing unknown gets a placeholder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM
from services.gateway.domain.portal.telling.ledger import RECEIVED, REFUSED_AT_INTAKE
from services.gateway.domain.portal.telling.view import (
    Fee,
    FileRef,
    HandedFile,
    PortalView,
    ResultPaper,
    Supplement,
)

Json = dict[str, Any]

SUMMARY_LIMIT = 1000
FILE_NAME_LIMIT = 4000
PAPER_NAME_LIMIT = 2000
OFFICER_LIMIT = 50
NOTE_LIMIT = 2000
MODES = ("2020", "2024")

STATUS_TEXTS = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
    11: "Từ chối tiếp nhận",
}
_REFUSED_ON_PORTAL = 11
_CHANNELS = {"DIRECT": "1", "ONLINE": "2", "POSTAL": "3"}
_SUBJECTS = {"CITIZEN": "1", "BUSINESS": "2", "STATE_AGENCY": "3", "ORGANISATION": "4"}
_PAID_THROUGH = {"PORTAL": "1", "PROVINCE": "2"}
_FEE_KINDS = {"FEE": "1", "CHARGE": "2"}
_CARD_DIGITS = 12
_OLD_CARD_DIGITS = 9
_ENDED_BY_STATUS = frozenset({3, 8, 9, 10})
_RETURNED = 10
_WAITS_FOR_PAPERS = 5
_PROVINCE = "2"
_YES, _NO = "1", "0"


@dataclass(frozen=True, slots=True)
class Wire:
    """How this installation writes: the portal's generation, and where it fetches files."""

    mode: str = "2024"
    addresses: Mapping[str, str] | None = None
    refusal_status: int = 11
    database_codes: Mapping[str, str] = field(default_factory=dict)
    """`MaCSDL` by our names of databases; the codes' meaning is not known, so one without is not told."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """Addresses the portal was given of files that are no result any more, by their ids."""

    def address(self, file: FileRef) -> str:
        """Return where the portal may fetch a file."""
        return (self.addresses or {})[file.attachment_id]


def stamp(at: datetime | None) -> str:
    """Write an instant as the portal does: yyyyMMddHHmmss in Vietnam, blank when there is none."""
    return "" if at is None else at.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")


def flag(value: bool) -> str:
    """Write 0 or 1."""
    return _YES if value else _NO


def _summary(view: PortalView) -> str:
    """Return what it is about; the portal has no member that links a correction to what it corrects."""
    named = view.procedure_name
    return f"Đính chính kết quả hồ sơ {view.corrects}: {named}" if view.corrects else named


def dossier_message(view: PortalView, *, code: str, status: int, procedure: str, wire: Wire) -> Json:
    """Return one element of `DongBoHoSoMC` as the dossier stood when it had this status."""
    message = {
        "MaHoSo": code,
        "MaTTHC": procedure,
        "TenTTHC": view.procedure_name,
        "MaLinhVuc": view.sector,
        "TenLinhVuc": view.sector_name,
        "ChuHoSo": view.owner.name,
        "LoaiDoiTuong": _SUBJECTS.get(view.owner.kind, "4"),
        "MaDoiTuong": view.owner.tech_id,
        "ThongTinKhac": "",
        "Email": view.owner.email,
        "Fax": "",
        "SoDienThoai": view.owner.phone,
        "TrichYeuHoSo": _summary(view)[:SUMMARY_LIMIT],
        "NgayTiepNhan": stamp(view.accepted_at),
        "NgayHenTra": stamp(view.due_at),
        "TrangThaiHoSo": str(status),
        "NgayTra": stamp(view.returned_at) if status == _RETURNED else "",
        "ThongTinTra": "",
        "HinhThuc": flag(view.result_delivery == "POST"),
        "NgayKetThucXuLy": stamp(view.ended_at) if status in _ENDED_BY_STATUS else "",
        "DonViXuLy": view.unit_name,
        "GhiChu": "",
        "TaiLieuNop": [_file(item, wire) for item in view.handed],
        "DanhSachLePhi": [_fee(fee) for fee in view.fees],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [_supplement(item, n, wire) for n, item in enumerate(view.supplements, 1)],
        "DanhSachGiayToKetQua": [paper for item in view.results for paper in _results(item, wire)],
    }
    return message if wire.mode == MODES[0] else {**message, **_added_after_2021(view, status, wire)}


def _added_after_2021(view: PortalView, status: int, wire: Wire) -> Json:
    return {
        "KenhThucHien": _CHANNELS.get(view.channel, ""),
        "SoGiayToChuHoSo": view.owner.told_number,
        "NoiNopHoSo": _PROVINCE,
        "HoSoCoThanhPhanSoHoa": flag(any(item.is_digitised for item in view.handed)),
        "TaiKhoanDuocXacThucVoiVNeID": flag(view.is_verified),
        "DuocThanhToanTrucTuyen": paid_online(view.fees),
        "NgayTuChoi": stamp(view.ended_at) if status == REFUSED_AT_INTAKE else "",
        "DinhDanhCHS": _identities(view.owner.number),
        "NgayNopHoSo": stamp(view.submitted_at),
        "DSKetNoiCSDL": [
            {"MaCSDL": wire.database_codes[name]} for name in view.databases if name in wire.database_codes
        ],
    }


def paid_online(fees: tuple[Fee, ...]) -> str:
    """Return 1 paid on the portal, 2 through our own gate, 0 for cash, unpaid or free (section 13.5)."""
    ways = {_PAID_THROUGH.get(fee.paid_through, "") for fee in fees if fee.amount > 0}
    return next((way for way in ("1", "2") if way in ways), _NO)


def _identities(number: str) -> list[Json]:
    """Name only kinds of numbers whose code is known (section 13.6)."""
    kind = {_CARD_DIGITS: "1", _OLD_CARD_DIGITS: "2"}.get(len(number)) if number.isdecimal() else None
    return [{"LoaiDinhDanh": kind, "SoDinhDanh": number}] if kind else []


def _file(item: HandedFile, wire: Wire) -> Json:
    told = {
        "TepDinhKemId": item.file.attachment_id,
        "TenTepDinhKem": item.file.name[:FILE_NAME_LIMIT],
        "IsDeleted": "False",
        "MaThanhPhanHoSo": item.component_code,
        "DuongDanTaiTepTin": wire.address(item.file),
    }
    if wire.mode == MODES[0]:
        return told
    return {
        **told,
        "DuocSoHoa": flag(item.is_digitised),
        "DuocTaiSuDung": str(item.reuse),
        "DuocLayTuKhoDMQG": flag(item.is_from_personal_store),
        "MaKetQuaThayThe": item.replaced_by,
    }


def _fee(fee: Fee) -> Json:
    return {
        "TenPhiLePhi": fee.name,
        "MaPhiLePhi": fee.code,
        "HinhThucThu": "",
        "Gia": str(fee.amount),
        "LoaiPhiLePhi": _FEE_KINDS.get(fee.kind, ""),
    }


def _supplement(item: Supplement, number: int, wire: Wire) -> Json:
    """Tell of a request and what was recorded of its answer; one nobody answered stays open."""
    return {
        "HoSoBoSungId": str(number),
        "NguoiYeuCauBoSung": item.asked_by[:OFFICER_LIMIT],
        "NoiDungBoSung": item.asked_for[:NOTE_LIMIT],
        "NgayBoSung": stamp(item.asked_at),
        "NguoiTiepNhanBoSung": item.confirmed_by[:OFFICER_LIMIT],
        "ThongTinTiepNhan": item.answer_note[:NOTE_LIMIT],
        "NgayTiepNhanBoSung": stamp(item.answered_at),
        "TrangThaiBoSung": "False" if item.answered_at is None else "True",
        "DanhSachGiayToBoSung": [_file(one, wire) for one in item.handed],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": stamp(item.due_before),
        "NgayHenTraMoi": stamp(item.due_after),
    }


def _results(paper: ResultPaper, wire: Wire) -> list[Json]:
    told = []
    for file in paper.files:
        one = {
            "TenGiayTo": paper.name[:PAPER_NAME_LIMIT],
            "MaThanhPhanHoSo": "",
            "GiayToId": file.attachment_id,
            "DuongDanTepTinKetQua": wire.address(file),
        }
        told.append(one if wire.mode == MODES[0] else {**one, "MaGiayToKetQua": paper.code})
    return told


def progress_entry(view: PortalView, *, code: str, status: int) -> Json:
    """Return one element of `CapNhatTienDoHoSoMC`; the same version always makes the same entry."""
    change = view.change
    text = change.text or STATUS_TEXTS.get(status, "")
    return {
        "MaHoSo": code,
        "NguoiXuLy": (change.officer or view.unit_name)[:OFFICER_LIMIT],
        "ChucDanh": "",
        "ThoiDiemXuLy": stamp(change.at),
        "PhongBanXuLy": view.unit_name,
        "NoiDungXuLy": _within(f"{text} - {change.note}" if change.note else text, _moved(view)),
        "TrangThai": str(status),
        "NgayBatDau": "",
        "NgayKetThucTheoQuyDinh": stamp(change.step_due_at),
    }


def status_on_portal(status: int, *, is_portal_born: bool, refusal_status: int) -> int:
    """Return the number a status is told by; only a refusal of a portal-born one has another (section 10)."""
    return refusal_status if is_portal_born and status == REFUSED_AT_INTAKE else status


def _content(view: PortalView, status: int) -> str:
    """Return what the applicant reads: why, by when, which papers are missing, on what legal basis.

    A new due date is told in these words: `DongBoTrangThaiHoSo` has no field for one (section 10), and the
    messages that have (`NgayHenTra`, `NgayHenTraMoi`) are not sent of dossiers born on the portal.

    The portal is the only place who applied there looks. Date, papers and legal basis are told whole before a
    long reason is: the reason is what is cut to the limit.
    """
    change = view.change
    said = change.note or change.text or STATUS_TEXTS.get(status, "")
    if change.keeps_status and change.note:
        # The status says nothing of what happened then.
        said = " - ".join(part for part in (change.text, change.note) if part)
    last = view.supplements[-1] if view.supplements else None
    # No field of the message names an agency, and the one chosen on the portal may have ended.
    rest = [f"Cơ quan giải quyết: {view.unit_name}"] if status == RECEIVED and view.unit_name else []
    basis = change.legal_basis
    if status == _WAITS_FOR_PAPERS and last is not None and last.answered_at is None:
        basis = basis or last.legal_basis
        if last.asked_for and last.asked_for != said:
            rest.append(f"Giấy tờ cần bổ sung: {last.asked_for}")
    if basis:
        rest.append(f"Căn cứ: {basis}")
    return _within(said, ". ".join(one for one in (_moved(view), *rest) if one))


def _moved(view: PortalView) -> str:
    """Return the day promised anew by this version; an apology's changes no `NgayHenTra`: it stays late."""
    promised = view.change.promised_anew
    return f"Ngày hẹn trả kết quả mới: {promised.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if promised else ""


def _within(said: str, told: str) -> str:
    """Put both within the limit; the first is what is cut."""
    if not told:
        return said[:NOTE_LIMIT]
    room = NOTE_LIMIT - len(told) - len(". ")
    return (f"{said[:room].rstrip(' .')}. {told}" if room > 0 else told)[:NOTE_LIMIT]


def status_message(view: PortalView, *, code: str, status: int, wire: Wire) -> Json:
    """Return the `data` of `DongBoTrangThaiHoSo`; a result taken back is told as deleted, once."""
    change = view.change
    told = status_on_portal(status, is_portal_born=True, refusal_status=wire.refusal_status)
    return {
        "MaHoSo": code,
        "MaHoSoDonVi": view.dossier_code,
        "MaDoiTuong": view.owner.tech_id,
        "NoiDung": _content(view, status),
        "NgayXuLy": stamp(change.at),
        "TrangThai": str(told),
        "TaiLieuXuLy": [
            *(_document(file, wire.address(file)) for paper in view.results for file in paper.files),
            *(
                {**_document(file, wire.gone[file.attachment_id]), "IsDeleted": "True"}
                for file in view.gone
                if file.attachment_id in wire.gone
            ),
        ],
    }


def _document(file: FileRef, address: str) -> Json:
    return {
        "TenTepDinhKem": file.name[:FILE_NAME_LIMIT],
        "MaThanhPhanHoSo": "",
        "TepDinhKemId": file.attachment_id,
        "DuongDanTaiTepTin": address,
        "IsDeleted": "False",
    }
