"""Procedures in the short form a test gives, and a small catalogue written for this simulator."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sandbox.portal.wire import Json


class Agency(BaseModel):
    """An agency as the catalogue names it."""

    code: str = Field(min_length=1)
    name: str = ""


class Component(BaseModel):
    """One paper a dossier needs."""

    code: str
    name: str
    originals: int = 1
    copies: int = 0


class Procedure(BaseModel):
    """A procedure in the short form of `PUT /sandbox/catalogue`; `detail` overrides the long form."""

    model_config = ConfigDict(extra="ignore")

    code: str = Field(min_length=1)
    name: str = Field(min_length=1)
    sector_code: str = ""
    sector_name: str = ""
    publishing_agency: str = "G15"
    agencies: list[Agency] = []
    components: list[Component] = []
    results: list[Agency] = []
    days: int | None = None
    levels: list[int] = [3]
    is_public: bool = True
    online_services: list[str] = []
    detail: dict[str, Any] = {}

    def as_detail(self) -> Json:
        """Return the procedure in the shape of `LayThuTuc` (section 11.2); every leaf is a string."""
        return {
            "ID": self.code.replace(".", ""),
            "MATTHC": self.code,
            "TENTTHC": self.name,
            "MACOQUANCONGBO": self.publishing_agency,
            "LOAITTHC": "1",
            "TRANGTHAI": "1" if self.is_public else "0",
            "IDQUYETDINHCONGBO": "",
            **dict.fromkeys(("YEUCAU", "TUKHOA", "MOTA", "QUYETDINH", "DIACHITIEPNHAN"), ""),
            **dict.fromkeys(("MOTADOITUONGTHUCHIEN", "MOTACOQUANTHUCHIEN", "MOTACOQUANTHAMQUYEN"), ""),
            **self._lists(),
            "DICHVUCONG": self.online_services or [f"{self.code}.01"],
            **self.detail,
        }

    def _lists(self) -> Json:
        names = {0: "Cấp Bộ", 1: "Cấp Tỉnh", 2: "Cấp Huyện", 3: "Cấp Xã"}
        agencies = [{"MADONVI": one.code, "TENDONVI": one.name} for one in self.agencies]
        sector = [{"MALINHVUC": self.sector_code, "TENLINHVUC": self.sector_name}] if self.sector_code else []
        return {
            "TRINHTUTHUCHIEN": [],
            "CAPTHUCHIEN": [{"CAPTHUCHIEN": str(one), "TENCAP": names.get(one, "")} for one in self.levels],
            "LINHVUCTHUCHIEN": sector,
            "CACHTHUCTHUCHIEN": [self._way(channel) for channel in ("1", "2", "3")],
            "DOITUONGTHUCHIEN": [{"MADOITUONG": "1", "TENDOITUONG": "Công dân Việt Nam"}],
            "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": [_paper(one) for one in self.components]}],
            "KETQUATHUCHIEN": [
                {"MAKETQUA": one.code, "TENKETQUA": one.name, "TENTEP": "", "URL": ""} for one in self.results
            ],
            "CANCUPHAPLY": [],
            "COQUANTHUCHIEN": agencies,
            "COQUANCOTHAMQUYEN": [],
            "COQUANDUOCUYQUYEN": [],
            "COQUANPHOIHOP": [],
            "TTHCLIENQUAN": [],
            "TTHCLIENTHONG": [],
        }

    def _way(self, channel: str) -> Json:
        days = "" if self.days is None else str(self.days)
        time = {"THOIGIANGIAIQUYET": days, "DONVITINH": "Ngày làm việc", "MOTA": "", "PHILEPHI": None}
        return {"KENH": channel, "THOIGIAN": [time]}


def _paper(component: Component) -> Json:
    return {
        "MAGIAYTO": component.code,
        "TENGIAYTO": component.name,
        "MA_KQ_THAYTHE": "",
        "SOBANCHINH": str(component.originals),
        "SOBANSAO": str(component.copies) if component.copies else "",
        "TENMAUDON": "",
        "URL": "",
    }


_COMMUNE = Agency(code="H99.101", name="Ủy ban nhân dân phường Mẫu Một")
_JUSTICE = Agency(code="H99.15", name="Sở Tư pháp tỉnh Mẫu")
_FINANCE = Agency(code="H99.12", name="Sở Tài chính tỉnh Mẫu")
_LAND = Agency(code="H99.14", name="Sở Nông nghiệp và Môi trường tỉnh Mẫu")
_BUILD = Agency(code="H99.17", name="Sở Xây dựng tỉnh Mẫu")

_CIVIL_STATUS = ("G15-TP07", "Hộ tịch")
_CERTIFICATION = ("G15-TP08", "Chứng thực")
_RECORDS = ("G15-TP09", "Lý lịch tư pháp")
_HOUSEHOLD_BUSINESS = ("G11-KH01", "Thành lập và hoạt động của hộ kinh doanh")
_LAND_USE = ("G13-DD01", "Đất đai")
_CONSTRUCTION = ("G17-XD07", "Hoạt động xây dựng")


def _seeded(code: str, name: str, agency: Agency, sector: tuple[str, str], *, days: int) -> Procedure:
    """Return a seeded procedure with one application form and one result."""
    return Procedure(
        code=code,
        name=name,
        sector_code=sector[0],
        sector_name=sector[1],
        agencies=[agency],
        days=days,
        levels=[3 if agency is _COMMUNE else 1],
        components=[Component(code=f"{code}-TP01", name="Tờ khai theo mẫu")],
        results=[Agency(code=f"{code}-KQ01", name=f"Kết quả: {name}")],
    )


SEED = (
    _seeded("1.001193", "Đăng ký khai sinh", _COMMUNE, _CIVIL_STATUS, days=1),
    _seeded("1.000894", "Đăng ký kết hôn", _COMMUNE, _CIVIL_STATUS, days=1),
    _seeded("1.000656", "Đăng ký khai tử", _COMMUNE, _CIVIL_STATUS, days=1),
    _seeded("1.004873", "Cấp giấy xác nhận tình trạng hôn nhân", _COMMUNE, _CIVIL_STATUS, days=3),
    _seeded("2.000635", "Cấp bản sao trích lục hộ tịch", _COMMUNE, _CIVIL_STATUS, days=1),
    _seeded("2.000815", "Chứng thực bản sao từ bản chính", _COMMUNE, _CERTIFICATION, days=1),
    _seeded("2.000488", "Cấp phiếu lý lịch tư pháp", _JUSTICE, _RECORDS, days=10),
    _seeded("1.001612", "Đăng ký thành lập hộ kinh doanh", _FINANCE, _HOUSEHOLD_BUSINESS, days=3),
    _seeded("1.012753", "Đăng ký biến động quyền sử dụng đất", _LAND, _LAND_USE, days=8),
    _seeded("1.013229", "Cấp giấy phép xây dựng nhà ở riêng lẻ", _BUILD, _CONSTRUCTION, days=15),
)
