"""National databases asked about people, businesses and personal papers."""

import re
from datetime import timedelta

from pydantic import Field, SecretStr

from kernel.settings import KernelSettings
from services.gateway.domain.folding import unmarked
from services.gateway.domain.shared_databases import SESSION_WORDS, PapersAccount


class DatabasesPart(KernelSettings):
    """Each is asked where an address is given."""

    population_url: str = Field(default="", description="the population database; empty: never consulted")
    business_url: str = Field(default="", description="the business register; empty: never consulted")
    database_key: SecretStr = Field(default=SecretStr(""), description="shown to both as a bearer token")
    database_timeout_seconds: float = Field(default=5, gt=0, le=60)
    papers_url: str = Field(default="", description="adapter before the personal-paper store; empty: none")
    papers_prefix: str = ""
    papers_dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    papers_provider_url: str = "https://apigiaytocanhan.dichvucong.gov.vn"
    papers_username: str = ""
    papers_password: SecretStr = SecretStr("")
    papers_login_path: str = "/bndp/public/v1/login"
    papers_list_path: str = Field(default="/bndp/public/v1/danhsachgiayto", description="not known")
    papers_file_path: str = Field(default="/bndp/public/v1/taigiayto", description="not known")
    papers_session_minutes: float = Field(default=10, gt=0, description="not known how long one lasts")
    papers_session_words: str = Field(
        default=SESSION_WORDS, description="words of a session's end, marks or none; not known"
    )
    papers_names: dict[str, str] = Field(
        default={
            "holder": "MaChuGiayTo",
            "issued_on": "NgayCap",
            "valid_to": "ThoiHanHieuLuc",
            "state": "TrangThai",
        },
        description="members of a listed paper beyond the known ones; not known whether it tells them",
    )
    papers_revoked_states: frozenset[str] = Field(
        default=frozenset({"THU_HOI", "DA_THU_HOI", "HUY", "DA_HUY", "HET_HIEU_LUC"}),
        description="states of a paper that hold no more; not known",
    )
    papers_good_states: frozenset[str] = Field(
        default=frozenset(
            {
                "CON_HIEU_LUC",
                "CO_HIEU_LUC",
                "DANG_CO_HIEU_LUC",
                "HIEU_LUC",
                "CON_GIA_TRI",
                "DANG_HIEU_LUC",
                "CON_HAN",
                "CON_THOI_HAN",
                "CHUA_HET_HAN",
                "CHUA_HET_HIEU_LUC",
                "DANG_SU_DUNG",
                "DA_CAP",
                "HOP_LE",
                "CHUA_THU_HOI",
                "CHUA_BI_THU_HOI",
                "KHONG_BI_THU_HOI",
                "ACTIVE",
                "VALID",
            }
        ),
        description="states of a paper in force, whole; any other that is told stands against it; not known",
    )
    portal_database_codes: dict[str, str] = Field(
        default={}, description="MaCSDL of POPULATION, BUSINESS, PERSONAL_PAPERS; what has none is not told"
    )

    def papers_account(self) -> PapersAccount:
        """Return as whom and where the personal-paper store is called."""
        return PapersAccount(
            url=self.papers_url.rstrip("/"),
            prefix=self.papers_prefix.rstrip("/"),
            dstcode=self.papers_dstcode,
            provider_url=self.papers_provider_url,
            username=self.papers_username,
            password=self.papers_password.get_secret_value(),
            login_path=self.papers_login_path,
            list_path=self.papers_list_path,
            file_path=self.papers_file_path,
            session_lifetime=timedelta(minutes=self.papers_session_minutes),
            session_words=re.compile(unmarked(self.papers_session_words)),
            names=self.papers_names,
            revoked_states=self.papers_revoked_states,
            good_states=self.papers_good_states,
            timeout_seconds=self.database_timeout_seconds,
        )
