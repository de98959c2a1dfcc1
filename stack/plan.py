"""Which processes make a stack, and what each is told."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.issuers import simulated_issuers
from stack.keys import Keys
from stack.ministry import MINISTRY, simulated_ministry
from stack.seal import province_seal
from stack.servers import free_port
from stack.time_authority import authority_file

SERVICES = ("catalog", "dossier", "notify", "survey", "gateway")
_LAST_PORT = 65535
ROLES = ("api", "consume", "relay", "jobs")


POSTAL_OPERATOR = "buu-chinh"
"""The unit of the sample province's postal agents, whose machine reports what became of letters."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, all on 127.0.0.1."""

    gateway: int = 8000
    catalog: int = 8001
    dossier: int = 8002
    notify: int = 8003
    survey: int = 8004
    portal: int = 8090
    catcher: int = 8091
    smtp: int = 8025
    outside: int = 8092
    ministry: int = 8093
    axis: int = 8094
    identity: int = 8095
    tsa: int = 8096
    # Where the api (or the one process) of a service answers probes and metrics.
    gateway_ops: int = 9000
    catalog_ops: int = 9001
    dossier_ops: int = 9002
    notify_ops: int = 9003
    survey_ops: int = 9004

    @classmethod
    def free(cls, count_from: Iterable[int] | None = None) -> "Ports":
        """Return ports taken from an iterable of free ones, of the system's choice when none is given."""
        numbers = iter(count_from) if count_from is not None else iter(free_port, 0)
        # The system may offer a port twice, because nothing listens on it yet.
        chosen: dict[int, None] = {}
        while len(chosen) < len(cls.__slots__):
            chosen[next(numbers)] = None
        return cls(*chosen)

    @classmethod
    def of(cls, given: Mapping[str, int]) -> "Ports":
        """Return the usual ports with some replaced; raise `ValueError` naming what is no port of ours."""
        unknown = sorted(set(given) - set(cls.__slots__))
        wrong = {name: port for name, port in given.items() if not _is_port(port)}
        if unknown or wrong:
            names = ", ".join(cls.__slots__)
            raise ValueError(f"ports are numbers from 1 to {_LAST_PORT} of {names}; not {unknown or wrong}")
        made = cls(**given)
        twice = sorted(
            name for name, port in made.named().items() if [*made.named().values()].count(port) > 1
        )
        if twice:
            raise ValueError(f"one port cannot be that of {' and '.join(twice)}")
        return made

    def named(self) -> dict[str, int]:
        """Return name to port."""
        return {name: getattr(self, name) for name in self.__slots__}

    def url(self, name: str) -> str:
        """Return the address of a part."""
        return f"http://127.0.0.1:{getattr(self, name)}"


def _is_port(port: object) -> bool:
    return isinstance(port, int) and not isinstance(port, bool) and 1 <= port <= _LAST_PORT


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the environment of every process is made from."""

    data: Path
    databases: Mapping[str, str]
    bus_url: str
    keys: Keys
    ports: Ports
    clock_offset_seconds: float
    sample_users: Path
    kiosks: Sequence[str] = ()
    """Names of the sample province's kiosks, which sign in as machines."""
    identification_level: int = 1
    """Of the account citizens hand in with, where a procedure names none: one for catalogue and dossiers."""
    machines: Sequence[Mapping[str, object]] = ()
    """Further machines that may sign in, as `GATEWAY_SERVICE_CLIENTS` has them."""


def service_env(name: str, role: str, around: Surroundings) -> dict[str, str]:
    """Return the variables of one process of a service."""
    ports, keys = around.ports, around.keys
    # A role that serves nobody has no public port, and answers probes on a free one that its log names.
    is_served = role in {"api", "all"}
    own = {
        "MODE": "development",
        "DATABASE_URL": around.databases[name],
        "BUS_URL": around.bus_url,
        "INTERNAL_JWKS": json.dumps(keys.internal_jwks),
        "PII_KEY": keys.pii_key,
        "CLOCK_OFFSET_SECONDS": str(around.clock_offset_seconds),
        "HOST": "127.0.0.1",
        "PORT": str(ports.named()[name] if is_served else 0),
        "OPS_HOST": "127.0.0.1",
        "OPS_PORT": str(ports.named()[f"{name}_ops"] if is_served else 0),
        **_particular(name, around),
    }
    return {f"{name.upper()}_{key}": value for key, value in own.items()}


def _particular(name: str, around: Surroundings) -> dict[str, str]:
    ports, keys = around.ports, around.keys
    match name:
        case "dossier":
            return {
                "HISTORY_KEY": keys.history_key,
                "IDENTIFICATION_LEVEL": str(around.identification_level),
                "SEALS": json.dumps({"*": province_seal(around.data, keys)}),
                "FILES_URL": (around.data / "files").as_uri(),
                "OUTSIDE_URL": ports.url("outside") + "/requests",
                "OUTSIDE_KEY": keys.outside_key,
                "RECEIPTS_URL": ports.url("outside") + "/bien-lai",
                "ARCHIVE_URL": (around.data / "archive").as_uri(),
                "OUTSIDE_CALLBACK_URL": ports.url("gateway") + "/api/v1/outside-results",
                "PUBLIC_URL": ports.url("gateway"),
            }
        case "notify":
            return {
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(ports.smtp),
                "SMS_URL": ports.url("catcher") + "/sms",
                "SMS_KEY": keys.sms_key,
                "PUBLIC_URL": ports.url("gateway"),
            }
        case "catalog":
            return {
                "PUBLIC_URL": ports.url("gateway"),
                "IDENTIFICATION_LEVEL": str(around.identification_level),
            }
        case "survey":
            return {"PUBLIC_URL": ports.url("gateway")}
        case "gateway":
            return _gateway(around)
    return {}


def _gateway(around: Surroundings) -> dict[str, str]:
    ports, keys = around.ports, around.keys
    return {
        **{f"{name.upper()}_URL": ports.url(name) for name in SERVICES if name != "gateway"},
        "INTERNAL_PRIVATE_JWK": json.dumps(keys.internal_private_jwk),
        "PUBLIC_URL": ports.url("gateway"),
        "ISSUERS": json.dumps(
            simulated_issuers(ports.url("identity"), ports.url("identity"), keys.identity_secret)
        ),
        "DEVELOPMENT_ISSUER": "true",
        "ISSUER_PRIVATE_JWK": json.dumps(keys.issuer_private_jwk),
        "SAMPLE_USERS_FILE": str(around.sample_users),
        "SERVICE_CLIENTS": json.dumps(
            [
                *(_machine(subject, "desk.kiosk", keys) for subject in around.kiosks),
                _machine(POSTAL_OPERATOR, "post.status", keys),
                *around.machines,
            ]
        ),
        "PORTAL_URL": ports.url("portal"),
        "PORTAL_ADAPTER_KEY": keys.adapter_key,
        "PAYMENT_URL": f"{ports.url('portal')}/thanh-toan/giao-dich",
        "PAYMENT_LIST_URL": f"{ports.url('portal')}/thanh-toan/danh-sach",
        "OUTSIDE_CALLBACK_KEY": keys.callback_key,
        "DOCUMENTS_FOLDER": str(around.data / "axis"),
        "POPULATION_URL": ports.url("ministry") + "/csdl/dan-cu",
        "BUSINESS_URL": ports.url("ministry") + "/csdl/doanh-nghiep",
        "DATABASE_KEY": keys.database_key,
        "PAPERS_URL": ports.url("ministry"),
        "PAPERS_USERNAME": "tinh-mau",
        "PAPERS_PASSWORD": keys.database_key,
        "PORTAL_DATABASE_CODES": json.dumps({"POPULATION": "7"}),
        "CONNECTORS": json.dumps(
            [simulated_ministry(ports.url("ministry"), around.data / "connectors" / MINISTRY)]
        ),
        "CONNECTOR_KEYS": json.dumps({"ministry-pull": keys.pull_key, "ministry-push": keys.push_key}),
    }


def _machine(subject: str, scope: str, keys: Keys) -> dict[str, object]:
    secret = hashlib.sha256(keys.kiosk_secret(subject).encode()).hexdigest()
    return {"client_id": subject, "secret_sha256": secret, "scopes": [scope]}


def sandbox_env(around: Surroundings) -> dict[str, str]:
    """Return the variables of the process that plays the world outside."""
    ports, keys, data = around.ports, around.keys, around.data
    offset = str(around.clock_offset_seconds)
    return {
        "SANDBOX_PORT": str(ports.portal),
        "SANDBOX_DATABASE": str(data / "portal.sqlite"),
        "SANDBOX_PROVINCE_URL": ports.url("gateway"),
        "SANDBOX_ADAPTER_KEY": keys.adapter_key,
        "SANDBOX_CLOCK_OFFSET_SECONDS": offset,
        "CATCHER_PORT": str(ports.catcher),
        "CATCHER_SMTP_PORT": str(ports.smtp),
        "CATCHER_DATABASE": str(data / "catcher.sqlite"),
        "CATCHER_SMS_KEY": keys.sms_key,
        "CATCHER_CLOCK_OFFSET_SECONDS": offset,
        "OUTSIDE_PORT": str(ports.outside),
        "OUTSIDE_DATABASE": str(data / "outside.sqlite"),
        "OUTSIDE_REQUEST_KEY": keys.outside_key,
        "OUTSIDE_CALLBACK_KEY": keys.callback_key,
        "OUTSIDE_CLOCK_OFFSET_SECONDS": offset,
        "IDENTITY_PORT": str(ports.identity),
        "IDENTITY_CLIENT_SECRET": keys.identity_secret,
        "IDENTITY_REDIRECT_URIS": json.dumps([ports.url("gateway") + "/session/callback"]),
        "IDENTITY_BACK_CHANNEL_URL": ports.url("gateway") + "/session/back-channel",
        "IDENTITY_CLOCK_OFFSET_SECONDS": offset,
        "TSA_PORT": str(ports.tsa),
        "TSA_KEY_FILE": str(authority_file(data, keys)),
        "TSA_KEY_PASSPHRASE": keys.seal_passphrase,
        "TSA_CLOCK_OFFSET_SECONDS": offset,
        "AXIS_PORT": str(ports.axis),
        "AXIS_DATABASE": str(data / "axis.sqlite"),
        "AXIS_FOLDER": str(data / "axis"),
        "AXIS_CLOCK_OFFSET_SECONDS": offset,
        "MINISTRY_PORT": str(ports.ministry),
        "MINISTRY_DATABASE": str(data / "ministry.sqlite"),
        "MINISTRY_PULL_KEY": keys.pull_key,
        "MINISTRY_PUSH_KEY": keys.push_key,
        "MINISTRY_PUSH_URL": ports.url("gateway") + f"/connectors/{MINISTRY}/statuses",
        "MINISTRY_FILES_FOLDER": str(data / "connectors" / MINISTRY),
        "MINISTRY_DATABASE_KEY": keys.database_key,
        "MINISTRY_PAPERS_PASSWORD": keys.database_key,
        "MINISTRY_CLOCK_OFFSET_SECONDS": offset,
    }
