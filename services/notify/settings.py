"""NOTIFY_* variables; read by app.py only."""

from datetime import time
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from kernel.settings import KernelSettings

_SAMPLE_SMS_KEY = "khoa-sms-thu-nghiem"


class Settings(KernelSettings):
    """What notify is told from outside; the defaults fit the development stack's catcher."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    public_url: str = Field(
        default="http://127.0.0.1:8000",
        max_length=48,
        description="where people look dossiers up; short, because it stands in every SMS",
    )
    hotline: str = Field(default="1022", max_length=11, description="telephone named in every message")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=8025, ge=1, le=65535)
    smtp_security: str = Field(default="none", pattern="^(none|starttls|tls)$")
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = Field(default="mot-cua@tinh.example", pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    mail_sender_name: str = "Cổng dịch vụ công"
    sms_url: str = "http://127.0.0.1:8091/sms"
    sms_key: SecretStr = SecretStr(_SAMPLE_SMS_KEY)
    sms_sender: str = Field(default="MOTCUA", max_length=11, description="the registered brand name")
    provider_timeout_seconds: float = Field(default=15, gt=0, le=120)
    lease_seconds: float = Field(
        default=60, gt=0, le=900, description="after this a claimed message is taken to be a dead worker's"
    )
    parallel: int = Field(default=16, ge=1, le=200, description="messages in flight, for each channel")
    poll_milliseconds: int = Field(default=100, ge=5, le=10000)
    latest_notice_hours: int = Field(
        default=72,
        ge=1,
        le=8760,
        description="a notice about an older event is kept and never sent: a rebuild tells nobody anew",
    )
    quiet_from: time = Field(
        default=time(21, 0), description="no SMS from this hour of Vietnam (domain.md 7)"
    )
    quiet_until: time = Field(default=time(7, 0), description="until this hour")

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            message = "must be an http(s) address"
            raise ValueError(message)
        return value.rstrip("/")

    def unsafe(self) -> list[tuple[str, str]]:
        """Add what must not reach real people, or would not: samples, plain HTTP, a short lease, no relay."""
        found = super().unsafe()
        if self.sms_key.get_secret_value() == _SAMPLE_SMS_KEY:
            found.append(("sms_key", "the sample key of the catcher"))
        if _is_loopback(self.smtp_host):
            found.append(("smtp_host", "this very machine, where no relay takes mail"))
        if self.mail_from.endswith(".example"):
            found.append(("mail_from", "a sample sender, whose mail no relay takes"))
        if not self.public_url.startswith("https://"):
            found.append(("public_url", "people are sent to https only"))
        if not self.sms_url.startswith("https://"):
            found.append(("sms_url", "the key and the texts need https"))
        if self.lease_seconds < 2 * self.provider_timeout_seconds:
            found.append(("lease_seconds", "shorter than two provider calls: messages would be sent twice"))
        return found


def _is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: a loopback or unspecified address, or localhost by name."""
    name = host.strip().strip("[]").rstrip(".").lower()
    try:
        address = ip_address(name)
    except ValueError:
        return name in {"", "localhost"} or name.endswith((".localhost", "localhost.localdomain"))
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified
