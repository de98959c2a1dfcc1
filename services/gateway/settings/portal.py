"""The national portal: where it is, as whom and how fast it is called, what its messages may be."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from kernel.settings import KernelSettings
from services.gateway.domain.portal.account import DirectAccount, GatewayAddresses
from services.gateway.domain.portal.answers.verdicts import AnswerWords
from services.gateway.domain.portal.inbound.links import Allowed, Network
from services.gateway.domain.portal.telling.quota import Quota, Window
from services.gateway.domain.portal.wire.outline import Bounds
from services.gateway.setting_groups import PortalWindow
from services.gateway.settings.samples import samples_among

PetitionField = Literal["number", "agency", "title", "text", "name", "address", "phone", "email"]

SAMPLE_USER = "tinh-mau"
SAMPLE_PASSWORD = "mat-khau-thu-nghiem"  # noqa: S105 - the simulator's sample, refused in production.
SAMPLE_ADAPTER_KEY = "khoa-adapter-thu-nghiem"


class PortalPart(KernelSettings):
    """Dossiers' exchange with the national portal; without an address there is none."""

    portal_url: str = Field(default="", description="the adapter or the provincial gateway; empty: no portal")
    portal_driver: Literal["direct", "gateway"] = "direct"
    portal_prefix: str = Field(
        default="", description="/XrdAdapter/RestService/forward or the VXP one; empty without an adapter"
    )
    portal_dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    portal_username: str = SAMPLE_USER
    portal_password: SecretStr = SecretStr(SAMPLE_PASSWORD)
    portal_madonvi: str = Field(default="H99", description="our agency identifier on the portal")
    portal_mode: Literal["2020", "2024"] = "2024"
    portal_login_path: str = "/mapi/login"
    portal_call_path: str = "/mapi/g"
    portal_gateway_root: str = "/KetNoiMotCuaQuocGia"
    portal_gateway_key: SecretStr = SecretStr("")
    portal_session_minutes: float = Field(default=10, gt=0)
    portal_session_words: str = Field(
        default=r"session|phiên(?! bản)", description="what the portal's message says of a session it rejects"
    )
    portal_doubt_words: str = Field(
        default=r"token|jwt\b|\bticket|đăng nhập|\blog(?:ged)?[ -]?in\b|\bsign(?:ed)?[ -]?in\b|xác thực"
        r"|authenticat|access key|(?:quyền|mã|khóa|khoá) truy cập|kết nối (?:đã |bị )?(?:hết|đóng|ngắt)"
        r"|hết (?:thời gian|lượt) (?:truy cập|đăng nhập|kết nối|sử dụng|làm việc)"
        r"|unauthori[sz]ed|access denied|forbidden",
        description="what may mean the session or something in the message: believed after signing in anew",
    )
    portal_busy_words: str = Field(
        default=r"đang bận|bảo trì|quá tải|thử lại sau|gián đoạn|time-?d? ?out|ora-\d|too many|unavailable",
        description="what the portal says of its own bad moments: what was told then is told again later",
    )
    portal_timeout_seconds: float = Field(default=60, gt=0)
    portal_concurrency: int = Field(default=64, ge=1, le=512, description="dossiers told at once")
    portal_lease_seconds: float = Field(
        default=5, ge=1, description="renewed while its sender lives; who follows a killed one waits so long"
    )
    portal_first_retry_seconds: float = Field(default=1, gt=0)
    portal_longest_retry_seconds: float = Field(default=300, gt=0)
    portal_mends: bool = Field(
        default=True, description="tell the last status again, once, where the portal holds another"
    )
    portal_sheet_lines: int = Field(
        default=200_000, ge=1, description="lines of a list of the portal's that is compared"
    )
    portal_calls_per_second: float = Field(
        default=0, ge=0, description="the quota agreed for this province, over all services; 0: none"
    )
    portal_windows: list[PortalWindow] = Field(
        default=[], description="hours with a pace of their own; 0 a second: nobody calls then"
    )
    portal_lists_hours: float = Field(default=24, gt=0, description="between readings of its catalogues")
    portal_questions_hours: float = Field(default=1, gt=0, description="between readings of its questions")
    portal_summary_day: int = Field(
        default=2, ge=1, le=28, description="of a month, from when the month before is told"
    )
    portal_smallest_sample: int = Field(
        default=5, ge=1, description="fewer answers about a procedure go into their agency's sum"
    )
    portal_petitions_hours: float = Field(
        default=1, gt=0, description="between readings of the petitions that wait there"
    )
    portal_petition_fields: dict[PetitionField, str] = Field(
        default={}, description="names of the waiting list's fields that differ from the supposed ones"
    )
    portal_service_questions: list[str] = Field(
        default=["ONLINE_QUALITY"], description="questions about the online service (section 15)"
    )
    portal_refusal_status: int = Field(
        default=11, description="how a refusal of a dossier born on the portal is told: 11 or 3"
    )
    portal_files_url: str = Field(
        default="", description="where the portal fetches files; empty: the public address"
    )
    portal_adapter_key: SecretStr = SecretStr(SAMPLE_ADAPTER_KEY)
    portal_body_megabytes: int = Field(
        default=256, ge=1, le=2048, description="the largest body of the portal; it is never held whole"
    )
    portal_body_seconds: float = Field(default=180, gt=0, le=3600, description="so long it may take to come")
    portal_bodies_at_once: int = Field(
        default=4, ge=1, le=64, description="of more than 1 MB; further ones wait"
    )
    portal_long_kilobytes: int = Field(
        default=64, ge=1, le=1024, description="a text longer than this must be a file's content"
    )
    portal_plain_megabytes: int = Field(
        default=4, ge=1, le=64, description="what a body may say beside its files"
    )
    portal_json_depth: int = Field(default=32, ge=4, le=100, description="levels of a body's JSON")
    portal_link_hosts: list[str] = Field(
        default=["dichvucong.gov.vn", ".dichvucong.gov.vn"],
        description="hosts whose files are fetched when the portal names them by address; .x is all below x",
    )
    portal_link_networks: list[Network] = Field(
        default=[], description="private networks such a host may be in, as 10.20.0.0/16; none by default"
    )
    portal_link_megabytes: int = Field(default=25, ge=1, le=100, description="the largest such file")
    portal_link_seconds: float = Field(default=60, gt=0, le=600, description="so long fetching one may take")
    portal_link_hours: float = Field(
        default=4, gt=0, description="a dossier waits so long for its files, then goes in and tells of them"
    )
    portal_keep_days: int = Field(
        default=30, ge=1, le=3650, description="what a message of the portal said is kept after it is done"
    )

    @field_validator("portal_link_hosts")
    @classmethod
    def _names_hosts(cls, hosts: list[str]) -> list[str]:
        for one in hosts:
            Allowed.of(one)
        return hosts

    def adapter_key(self) -> str:
        """Return the key the portal's adapter must show; production never takes the sample one."""
        key = self.portal_adapter_key.get_secret_value()
        return "" if self.mode == "production" and key == SAMPLE_ADAPTER_KEY else key

    def portal_account(self) -> DirectAccount | GatewayAddresses:
        """Return as whom and where the portal is called, in the form of the chosen driver."""
        url = self.portal_url.rstrip("/")
        words = AnswerWords.of(
            session=self.portal_session_words, doubt=self.portal_doubt_words, busy=self.portal_busy_words
        )
        if self.portal_driver == "gateway":
            return GatewayAddresses(
                root=url + self.portal_gateway_root.rstrip("/"),
                agency=self.portal_madonvi,
                words=words,
                key=self.portal_gateway_key.get_secret_value(),
            )
        return DirectAccount(
            url=url,
            prefix=self.portal_prefix.rstrip("/"),
            dstcode=self.portal_dstcode,
            username=self.portal_username,
            password=self.portal_password.get_secret_value(),
            agency=self.portal_madonvi,
            login_path=self.portal_login_path,
            call_path=self.portal_call_path,
            session_lifetime=timedelta(minutes=self.portal_session_minutes),
            words=words,
        )

    def portal_bounds(self) -> Bounds:
        """Return what a message of the portal may be beside its files."""
        return Bounds(
            long_bytes=self.portal_long_kilobytes * 1024,
            plain_bytes=self.portal_plain_megabytes * 1_048_576,
            depth=self.portal_json_depth,
        )

    def link_patience(self) -> timedelta:
        """Return how long a dossier waits for files named by an address."""
        return timedelta(hours=self.portal_link_hours)

    def portal_quota(self) -> Quota:
        """Return how fast and when the portal may be called."""
        windows = [Window(one.first, one.last, one.per_second) for one in self.portal_windows]
        return Quota(self.portal_calls_per_second, windows)

    def unsafe(self) -> list[tuple[str, str]]:
        """Add the samples of the simulator."""
        samples = {"portal_password": SAMPLE_PASSWORD, "portal_adapter_key": SAMPLE_ADAPTER_KEY}
        return super().unsafe() + (samples_among(self, samples) if self.portal_url else [])
