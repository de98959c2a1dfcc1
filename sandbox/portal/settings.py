"""SANDBOX_* variables: how the simulated portal behaves where nobody outside knows how the real one does.

Section numbers are those of the wire contract (README.md says where each one is used).
"""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PortalSettings(BaseSettings):
    """Everything of section 22 (not known) is here with its suggested default."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True, env_parse_none_str="null")

    host: str = "127.0.0.1"
    port: int = Field(8090, ge=0, le=65535)
    database: Path | None = None
    clock_offset_seconds: float = 0.0

    accounts: dict[str, str] = {"tinh-mau": "mat-khau-thu-nghiem"}
    """User name to password; section 4. Sample values for a simulator, not secrets."""
    session_minutes: float = Field(30.0, gt=0)
    dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    """The exchange's name of the portal, asked for on the two forward prefixes only (section 3.1)."""
    call_paths: list[str] = ["/mapi/g"]
    """One address for all services; an installation may have two (share and integration)."""
    gateway_root: str = "/KetNoiMotCuaQuocGia"
    gateway_key: str | None = None
    """Asked for in the header `SecurityKey` of the provincial gateway when it is set."""
    gateway_create_path: str = "ThemMoiHoSoMC"
    gateway_update_path: str = "CapNhatHoSoMC"
    gateway_progress_path: str = "CapNhatTienDoHoSoMC"
    gateway_status_path: str = "DongBoTrangThaiHoSoKM"

    mode: Literal["2020", "2024"] = "2024"
    """2024 also requires the fields added after 2021 (section 7)."""
    strictness: Literal["core", "table"] = "core"
    """`core`: section 22's suggestion (four fields); `table`: every field section 7 marks required."""
    procedures: Literal["any", "well_formed", "known"] = "well_formed"
    """What `MaTTHC` must be; `known` asks the catalogue, by exact code and then by national prefix."""
    dossier_code_pattern: str = r"[A-Z0-9][A-Z0-9.]{0,34}-\d{6}-\d{4,}"
    update_of_unknown: Literal["refuse", "create"] = "refuse"
    status_of_unknown: Literal["refuse", "accept"] = "refuse"
    look_up_of_unknown: Literal["list", "refuse"] = "list"
    """An empty list, or a code and words, as the province answers the portal's own look-up (17.5)."""
    look_up_status: Literal["MaTrangThai", "TrangThaiHoSo", "words"] = "MaTrangThai"
    """How a look-up tells the status: as the sister service, as section 7, or in words alone (22.6)."""
    batch_limit: int = Field(0, ge=0)
    """Largest number of elements in one `data`; 0 is no limit."""
    body_limit_mb: int = Field(64, ge=1)
    note_limit: int = Field(2000, ge=1)

    error_code_as: Literal["number", "string", "padded"] = "number"
    code_session: int = -2
    session_words: str = "Phiên làm việc (session) không hợp lệ hoặc đã hết hạn"
    """What is said to an old session; neither the code nor the words are known (22.1)."""
    code_invalid: int = -1
    code_exists: int = -3
    code_unknown_dossier: int = -4
    code_login: int = -1

    portal_code_agency: str = "G22.99"
    portal_code_digits: int = Field(6, ge=4)
    province_url: str = "http://127.0.0.1:8000"
    province_prefix: str = "/VXPAdapter/RestService/forward"
    province_dossier_path: str = "nhanhsdvcqg"
    province_lookup_path: str = "search/call"
    province_dossier_service: str = "DongBoHoSo"
    province_lookup_service: str = "TraCuuHoSo"
    province_dstcode: str = "VN:GOV:H99:motcua"
    province_agency: str = "H99"
    province_timeout_seconds: float = Field(15.0, gt=0)
    payment_partner: str = "H99"
    payment_secret: str = "khoa-thanh-toan-thu-nghiem"  # noqa: S105 - a sample.
    """Shared with the province; section 19. A sample for a simulator, not a secret."""
    payment_result_type: str = "RESULT"
    """`LoaiBanTin` of a result: the contract says that its name is configuration."""
    payment_result_path: str = "nhanketquathanhtoan"
    adapter_key: str = "khoa-adapter-thu-nghiem"
    """Sent as `X-Adapter-Key`; the province's adapter refuses calls without it."""

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session is good for after its login."""
        return timedelta(minutes=self.session_minutes)
