"""As whom and where the portal is called: one form for each of its two drivers (sections 3.1 and 3.2)."""

from dataclasses import dataclass
from datetime import timedelta

from services.gateway.domain.portal.answers.verdicts import AnswerWords


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectAccount:
    """Where and as whom; `prefix` is the adapter's forward prefix, empty without an adapter."""

    url: str
    prefix: str
    dstcode: str
    username: str
    password: str
    agency: str
    login_path: str
    call_path: str
    session_lifetime: timedelta
    words: AnswerWords


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAddresses:
    """Where a province's gateway takes each message; `key` goes into the header `SecurityKey`."""

    root: str
    agency: str
    words: AnswerWords
    key: str = ""
    create: str = "DongBoHoSoMC"
    update: str = "DongBoHoSoMC"
    progress: str = "CapNhatTienDoHoSoMC"
    status: str = "DongBoTrangThaiHoSoKM"
    look_up: str = "TraCuuHoSo"
