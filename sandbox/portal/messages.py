"""What the portal sends down: the enveloped messages of section 17, for natural persons (inferred)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sandbox.portal.services.accounts import tech_id_of
from sandbox.portal.settings import PortalSettings
from sandbox.portal.wire import Json

ONLINE = "2"
AT_COUNTER = "0"
CITIZEN = "1"


class Owner(BaseModel):
    """Whose dossier it is."""

    name: str = Field(min_length=1)
    identity_number: str = Field(min_length=1)
    subject_type: str = CITIZEN
    birth_date: str = ""
    """yyyyMMdd."""
    phone: str = ""
    email: str = ""
    province_code: str = ""
    commune_code: str = ""
    address: str = ""
    tax_code: str = ""


class Attachment(BaseModel):
    """A file the citizen attached, its content in base64."""

    name: str
    component_code: str = ""
    base64: str = ""
    url: str = ""


class Submission(BaseModel):
    """A citizen's submission on the portal."""

    model_config = ConfigDict(extra="forbid")

    procedure_code: str
    owner: Owner
    attachments: list[Attachment] = []
    agency_code: str = ""
    agency_name: str = ""
    online_service_code: str = ""
    return_by_post: bool = False
    summary: str = ""
    form: dict[str, Any] = {}
    code: str | None = None
    """A portal code to use instead of the next one (a test may want to know it beforehand)."""
    extra: dict[str, Any] = {}
    """Members put into `data` as they are, over those built from the rest."""


class SupplementAnswer(BaseModel):
    """What a citizen adds to a dossier that was found incomplete."""

    model_config = ConfigDict(extra="forbid")

    note: str = "Công dân bổ sung hồ sơ theo yêu cầu"
    given: str = ""
    changed: str = ""
    attachments: list[Attachment] = []
    form: dict[str, Any] = {}


def dossier_message(
    asked: Submission, *, code: str, procedure: Json | None, at: str, settings: PortalSettings
) -> Json:
    """Return the message that brings a portal-born dossier to the province."""
    owner = asked.owner
    agency = _agency(asked, procedure)
    data = {
        "MaHoSo": code,
        "MaTTHC": asked.procedure_code,
        "TenTTHC": "" if procedure is None else procedure["TENTTHC"],
        "MaDVC": asked.online_service_code,
        "NgayNopHoSo": at,
        "KenhThucHien": ONLINE,
        "HinhThuc": "1" if asked.return_by_post else AT_COUNTER,
        "LoaiDoiTuong": owner.subject_type,
        "ChuHoSo": owner.name,
        "SoGiayToChuHoSo": owner.identity_number,
        "NgaySinh": owner.birth_date,
        "MaDoiTuong": tech_id_of(owner.identity_number) or "",
        "MaSoThue": owner.tax_code,
        "DiaChi": {
            "MaTinh": owner.province_code,
            "MaHuyen": "",
            "MaXa": owner.commune_code,
            "DiaChiChiTiet": owner.address,
        },
        "DienThoai": owner.phone,
        "Email": owner.email,
        "DonViXuLy": agency["TENDONVI"],
        "MaCoQuanThucHien": agency["MADONVI"],
        "TrichYeuHoSo": asked.summary,
        "TaiLieuNop": [_file(one) for one in asked.attachments],
        "DuLieuEForm": asked.form,
        **asked.extra,
    }
    return {"service": settings.province_dossier_service, "isUpdating": "False", "data": data}


def supplement_message(asked: SupplementAnswer, *, code: str, at: str, settings: PortalSettings) -> Json:
    """Return the message that brings a citizen's supplement; `MaHoSoQG` tells it from a submission."""
    data = {
        "MaHoSoQG": code,
        "NgayNopHoSo": at,
        "ThongTinDaNop": asked.given,
        "ThongTinSuaDoi": asked.changed,
        "LyDoDieuChinh": asked.note,
        "TaiLieuNop": [_file(one) for one in asked.attachments],
        "DuLieuEForm": asked.form,
    }
    return {"service": settings.province_dossier_service, "isUpdating": "True", "data": data}


def look_up_message(code: str, settings: PortalSettings) -> Json:
    """Return the portal's question after a dossier (section 17.5)."""
    agency = settings.province_agency
    return {"madonvi": agency, "service": settings.province_lookup_service, "masohoso": code}


def _agency(asked: Submission, procedure: Json | None) -> Json:
    if asked.agency_code:
        return {"MADONVI": asked.agency_code, "TENDONVI": asked.agency_name}
    agencies: list[Json] = [] if procedure is None else procedure.get("COQUANTHUCHIEN") or []
    return agencies[0] if agencies else {"MADONVI": "", "TENDONVI": ""}


def _file(attachment: Attachment) -> Json:
    file = {
        "TenTepDinhKem": attachment.name,
        "MaThanhPhanHoSo": attachment.component_code,
        "Base64": attachment.base64,
    }
    return {**file, "DuongDanTaiTepTin": attachment.url} if attachment.url else file
