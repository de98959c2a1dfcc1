"""GATEWAY_* variables; lists and objects are JSON. Read by app.py only."""

import json
import re
from datetime import timedelta
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from kernel.settings import KernelSettings, UnsafeSetting
from services.gateway.domain.connectors.source import FileWay, PullWay, PushWay, Source
from services.gateway.domain.documents.axis_http import AxisAccount
from services.gateway.domain.documents.profile import NAMESPACE, Bounds, Profile
from services.gateway.domain.documents.signed import Required
from services.gateway.domain.folding import unmarked
from services.gateway.domain.portal_account import DirectAccount, GatewayAddresses
from services.gateway.domain.portal_ledger import Backoff
from services.gateway.domain.portal_links import Allowed, Network
from services.gateway.domain.portal_outline import Bounds as PortalBounds
from services.gateway.domain.portal_payments import PaymentAccount
from services.gateway.domain.portal_quota import Quota, Window
from services.gateway.domain.portal_verdicts import AnswerWords
from services.gateway.domain.shared_databases import SESSION_WORDS, PapersAccount
from services.gateway.setting_groups import (
    ConnectorSettings,
    IssuerSettings,
    PortalWindow,
    RateLimit,
    ServiceClientSettings,
)
from services.gateway.use_cases.documents.ports import Office, Signatures

PetitionField = Literal["number", "agency", "title", "text", "name", "address", "phone", "email"]

SAMPLE_PORTAL_USER = "tinh-mau"
SAMPLE_PORTAL_PASSWORD = "mat-khau-thu-nghiem"  # noqa: S105 - the simulator's sample, refused in production.
SAMPLE_ADAPTER_KEY = "khoa-adapter-thu-nghiem"
SAMPLE_AXIS_SECRET = "bi-mat-truc-thu-nghiem"  # noqa: S105 - the simulator's, refused in production.
SAMPLE_PAYMENT_SECRET = "khoa-thanh-toan-thu-nghiem"  # noqa: S105 - the simulator's, refused in production.

SAMPLE_CONNECTOR_KEYS = frozenset({"khoa-lay-thu-nghiem", "khoa-gui-thu-nghiem"})


class Settings(KernelSettings):
    """What the gateway is told from outside."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    internal_private_jwk: SecretStr = Field(description="Ed25519 JWK that signs the internal tokens")
    public_url: str = Field(default="http://127.0.0.1:8000", description="where browsers reach this door")
    catalog_url: str = "http://127.0.0.1:8001"
    dossier_url: str = "http://127.0.0.1:8002"
    notify_url: str = "http://127.0.0.1:8003"
    survey_url: str = "http://127.0.0.1:8004"
    upstream_connections: int = Field(default=256, ge=1, le=4096, description="kept open to each service")
    issuers: list[IssuerSettings] = Field(default=[])
    service_clients: list[ServiceClientSettings] = Field(default=[])
    issuer_private_jwk: SecretStr = Field(
        default=SecretStr(""), description="signs what /oidc gives out; empty: the internal key"
    )
    development_issuer: bool = Field(
        default=False, description="sample people may sign in without a password"
    )
    sample_users_file: str = Field(default="", description="JSON with `people` and `staff`, as in province/")
    redirect_uris: list[str] = Field(default=[], description="further clients of the development issuer")
    cors_origins: list[str] = Field(default=[])
    session_hours: float = Field(default=8, gt=0, le=24)
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="hops whose X-Forwarded-For is believed")
    max_in_flight: int = Field(default=512, ge=8, le=20000)
    rate_limits: dict[str, RateLimit | None] = Field(
        default={}, description="by class (see README); null switches a class off"
    )
    usage_smallest_cell: int = Field(
        default=5,
        ge=2,
        le=1000,
        description="numbers of use below this are not told, nor what would tell them",
    )
    usage_keep_days: int = Field(default=1100, ge=62, le=4000, description="how long use is kept by the day")

    portal_url: str = Field(default="", description="the adapter or the provincial gateway; empty: no portal")
    portal_driver: Literal["direct", "gateway"] = "direct"
    portal_prefix: str = Field(
        default="", description="/XrdAdapter/RestService/forward or the VXP one; empty without an adapter"
    )
    portal_dstcode: str = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
    portal_username: str = SAMPLE_PORTAL_USER
    portal_password: SecretStr = SecretStr(SAMPLE_PORTAL_PASSWORD)
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
        default=r"token|đăng nhập|xác thực|unauthori[sz]ed|access denied|forbidden",
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
    payment_url: str = Field(
        default="", description="the portal's payment platform; empty: no online payment"
    )
    payment_list_url: str = Field(default="", description="its list of a day; empty: not reconciled here")
    payment_partner: str = Field(default="H99", description="our code on the platform (MaDoiTac)")
    payment_secret: SecretStr = SecretStr(SAMPLE_PAYMENT_SECRET)
    payment_result_type: str = Field(default="RESULT", description="LoaiBanTin of the platform's results")
    payment_result_path: str = Field(default="nhanketquathanhtoan", description="behind the adapter's prefix")
    payment_bill_path: str = Field(default="tracuuthanhtoan", description="behind the adapter's prefix")
    payment_ip: str = Field(default="127.0.0.1", description="our address as the platform is told it")
    payment_account_number: str = Field(default="", description="account the money goes to")
    payment_bank_code: str = ""
    payment_account_name: str = ""
    documents_folder: str = Field(
        default="", description="folder shared with the e-office's agent of the document axis; empty: no axis"
    )
    documents_url: str = Field(
        default="", description="the axis over HTTP instead of through a folder; empty: not so"
    )
    documents_system_id: str = Field(default="", description="as whom the axis is called")
    documents_secret: SecretStr = SecretStr("")
    documents_paths: dict[Literal["send", "sent", "received", "content", "status"], str] = Field(
        default={}, description="the axis' paths where they are not its client library's"
    )
    documents_header_prefix: str = "XroadVnpt-"
    documents_own_name: str = Field(
        default="senderDocId", description="header and list member with our id of a message; empty: none"
    )
    documents_retry_codes: list[str] = Field(
        default=[], description="values of ErrorCode after which a message is tried again, not refused"
    )
    documents_short_hash: bool = Field(default=True, description="hash-file without leading zeros")
    documents_timeout_seconds: float = Field(default=60, gt=0, le=600)
    documents_namespace: str = NAMESPACE
    documents_status_element: Literal["Status", "MessageStatus"] = "Status"
    documents_old_identifiers: bool = Field(default=False, description="write agencies as 000.00.01.H99")
    documents_zip_attachments: bool = Field(default=False, description="each file inside a zip of its own")
    documents_tell_digests: bool = Field(default=True, description="SHA-256 in each file's description")
    documents_signing_keys: SecretStr = Field(
        default=SecretStr("{}"),
        description='JSON by agency: {"file", "passphrase"} of PKCS#12; what it sends is signed',
    )
    documents_trust_folder: str = Field(
        default="",
        description="roots/, intermediates/, crls/ (PEM or DER) for what comes; empty: signatures are noted",
    )
    documents_signers: dict[str, list[str]] = Field(
        default={},
        description="SHA-256 of certificates an agency signs with; of others the subject names the agency",
    )
    documents_signature_required: Required = Field(
        default=Required.NOTHING, description="of what comes in: NOTHING, DOCUMENTS or EVERYTHING"
    )
    documents_place: str = Field(default="", description="place of issue; empty: the sender's name")
    documents_sphere: str = ""
    documents_megabytes: int = Field(default=64, ge=1, le=512, description="of a message that comes in")
    documents_first_retry_seconds: float = Field(default=5, gt=0)
    documents_longest_retry_seconds: float = Field(default=3600, gt=0)
    documents_silent_hours: int = Field(
        default=48, ge=1, le=8760, description="without a receipt for so long: people should look"
    )
    outside_callback_key: SecretStr = Field(
        default=SecretStr(""), description="key an outside system calls back with; empty: nobody may"
    )

    connectors: list[ConnectorSettings] = Field(
        default=[], description="systems of ministries and sectors (docs/connectors.md)"
    )
    connector_keys: dict[str, SecretStr] = Field(
        default={}, description="keys of those systems by the name connectors refer to them with"
    )
    connector_keep_days: int = Field(
        default=30, ge=1, le=3650, description="what a system said is kept after it was told on"
    )

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
    portal_database_codes: dict[str, str] = Field(
        default={}, description="MaCSDL of POPULATION, BUSINESS, PERSONAL_PAPERS; what has none is not told"
    )

    @field_validator("documents_signing_keys")
    @classmethod
    def _are_signing_keys(cls, value: SecretStr) -> SecretStr:
        try:
            told = json.loads(value.get_secret_value())
        except ValueError as error:
            raise UnsafeSetting("JSON by agency") from error
        if not isinstance(told, dict) or not all(
            isinstance(one, dict) and isinstance(one.get("file"), str) for one in told.values()
        ):
            raise UnsafeSetting('each key is {"file", "passphrase"}')
        return value

    @field_validator("connectors")
    @classmethod
    def _named_once(cls, value: list[ConnectorSettings]) -> list[ConnectorSettings]:
        if len({one.name for one in value}) < len(value):
            raise ValueError("two connectors with one name")
        return value

    @field_validator("public_url", "catalog_url", "dossier_url", "notify_url", "survey_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            message = "must be an http(s) address"
            raise ValueError(message)
        return value.rstrip("/")

    def signing_jwk(self) -> dict[str, Any]:
        """Return the private key of the internal tokens."""
        return _jwk(self.internal_private_jwk)

    def issuer_jwk(self) -> dict[str, Any]:
        """Return the private key of the tokens that /oidc gives out."""
        return (
            _jwk(self.issuer_private_jwk)
            if self.issuer_private_jwk.get_secret_value()
            else self.signing_jwk()
        )

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

    def portal_bounds(self) -> PortalBounds:
        """Return what a message of the portal may be beside its files."""
        return PortalBounds(
            long_bytes=self.portal_long_kilobytes * 1024,
            plain_bytes=self.portal_plain_megabytes * 1_048_576,
            depth=self.portal_json_depth,
        )

    @field_validator("portal_link_hosts")
    @classmethod
    def _names_hosts(cls, hosts: list[str]) -> list[str]:
        for one in hosts:
            Allowed.of(one)
        return hosts

    def link_patience(self) -> timedelta:
        """Return how long a dossier waits for files named by an address."""
        return timedelta(hours=self.portal_link_hours)

    def files_url(self) -> str:
        """Return where the portal fetches files."""
        return (self.portal_files_url or self.public_url).rstrip("/")

    def portal_quota(self) -> Quota:
        """Return how fast and when the portal may be called."""
        windows = [Window(one.first, one.last, one.per_second) for one in self.portal_windows]
        return Quota(self.portal_calls_per_second, windows)

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
            timeout_seconds=self.database_timeout_seconds,
        )

    def sources(self) -> dict[str, Source]:
        """Return the configured systems by name, their keys in place; a key nobody gave is an error."""
        return {one.name: self._source(one) for one in self.connectors}

    def _source(self, given: ConnectorSettings) -> Source:
        def key(name: str) -> str:
            if name and name not in self.connector_keys:
                raise ValueError(f"connector {given.name}: no key {name} in connector_keys")
            return self.connector_keys[name].get_secret_value() if name else ""

        pull, push, drop = given.pull, given.push, given.drop
        return Source(
            name=given.name,
            title=given.title,
            route=given.route,
            agency=given.agency,
            fields=given.fields,
            procedures=given.procedures,
            statuses=given.statuses,
            agencies=given.agencies,
            pull=PullWay(**{**pull.model_dump(), "key": key(pull.key)}) if pull else None,
            push=PushWay(**{**push.model_dump(), "key": key(push.key)}) if push else None,
            drop=FileWay(**drop.model_dump()) if drop else None,
        )

    def payment_account(self) -> PaymentAccount:
        """Return as whom the payment platform is called."""
        return PaymentAccount(
            partner=self.payment_partner,
            secret=self.payment_secret.get_secret_value(),
            result_type=self.payment_result_type,
            ip=self.payment_ip,
            account_number=self.payment_account_number,
            bank_code=self.payment_bank_code,
            account_name=self.payment_account_name,
        )

    def axis_account(self) -> AxisAccount | None:
        """Return how the axis is called over HTTP, None when it is not."""
        if not self.documents_url:
            return None
        paths = {f"{name}_path": path for name, path in self.documents_paths.items()}
        return AxisAccount(
            url=self.documents_url.rstrip("/"),
            system_id=self.documents_system_id,
            secret=self.documents_secret.get_secret_value(),
            prefix=self.documents_header_prefix,
            own_name=self.documents_own_name,
            retry_codes=frozenset(self.documents_retry_codes),
            short_hash=self.documents_short_hash,
            timeout_seconds=self.documents_timeout_seconds,
            **paths,
        )

    def _unsafe_documents(self) -> list[tuple[str, str]]:
        is_plain = self.documents_url and not self.documents_url.startswith("https://")
        return [("documents_url", "not https")] if is_plain else []

    def document_keys(self) -> dict[str, dict[str, str]]:
        """Return the keys agencies sign documents with."""
        told: dict[str, dict[str, str]] = json.loads(self.documents_signing_keys.get_secret_value())
        return told

    @model_validator(mode="after")
    def _believes_somebody(self) -> Self:
        if self.documents_signature_required is not Required.NOTHING and not self.documents_trust_folder:
            raise UnsafeSetting("documents_signature_required: nothing is believed without trusted roots")
        if self.documents_url and (self.documents_folder or not self.documents_secret.get_secret_value()):
            raise UnsafeSetting("documents_url: one way to the axis, and a secret for it")
        return self

    def office(self, signatures: Signatures) -> Office:
        """Return how this office writes documents and how patient it is."""
        return Office(
            profile=Profile(
                namespace=self.documents_namespace,
                status_element=self.documents_status_element,
                old_identifiers=self.documents_old_identifiers,
                zips_attachments=self.documents_zip_attachments,
                tells_digests=self.documents_tell_digests,
            ),
            bounds=Bounds(bytes=self.documents_megabytes * 1_048_576),
            backoff=Backoff(self.documents_first_retry_seconds, self.documents_longest_retry_seconds),
            place=self.documents_place,
            sphere=self.documents_sphere,
            signatures=signatures,
            required=self.documents_signature_required,
        )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add what a public door must never have: sample users, development keys, open CORS, plain HTTP."""
        found = super().unsafe()
        if self.development_issuer:
            found.append(("development_issuer", "sample people sign in without a password"))
        if self.sample_users_file:
            found.append(("sample_users_file", "sample people are for development"))
        for name in ("internal_private_jwk", "issuer_private_jwk"):
            secret = getattr(self, name)
            if secret.get_secret_value() and str(_jwk(secret).get("kid", "")).startswith("development"):
                found.append((name, "a development key"))
        if any("*" in origin or not origin.startswith("https://") for origin in self.cors_origins):
            found.append(("cors_origins", "open, or not https"))
        if not self.public_url.startswith("https://"):
            found.append(("public_url", "cookies need https"))
        samples = {
            SAMPLE_PORTAL_PASSWORD: ("portal_password", self.portal_url),
            SAMPLE_ADAPTER_KEY: ("portal_adapter_key", self.portal_url),
            SAMPLE_AXIS_SECRET: ("documents_secret", self.documents_url),
            SAMPLE_PAYMENT_SECRET: ("payment_secret", self.payment_url),
        }
        for sample, (name, url) in samples.items():
            if url and getattr(self, name).get_secret_value() == sample:
                found.append((name, "a sample everybody knows"))
        found += self._unsafe_documents()
        found += [
            ("connectors", f"{one.name}: not https")
            for one in self.connectors
            if one.pull and not one.pull.url.startswith("https://")
        ]
        found += [
            ("connector_keys", "a sample everybody knows")
            for key in self.connector_keys.values()
            if key.get_secret_value() in SAMPLE_CONNECTOR_KEYS
        ]
        for issuer in self.issuers:
            found += [("issuers", reason) for reason in _unsafe_issuer(issuer)]
        return found


def _unsafe_issuer(issuer: IssuerSettings) -> list[str]:
    """Say what is missing: keys come by https, and tokens must be meant for us."""
    found = [] if issuer.audience else [f"{issuer.issuer}: no audience"]
    if issuer.kind == "staff" and not issuer.second_factors:
        found.append(f"{issuer.issuer}: staff without a second factor")
    urls = (
        issuer.end_session_url,
        issuer.jwks_url,
        issuer.token_url,
        issuer.authorization_url,
        issuer.userinfo_url,
    )
    if any(url and not url.startswith("https://") for url in urls) or (
        not issuer.jwks and not issuer.jwks_url and not issuer.issuer.startswith("https://")
    ):
        found.append(f"{issuer.issuer}: not https")
    return found


def _jwk(secret: SecretStr) -> dict[str, Any]:
    value = json.loads(secret.get_secret_value())
    if not isinstance(value, dict):
        message = "a private JWK is a JSON object"
        raise TypeError(message)
    return value
