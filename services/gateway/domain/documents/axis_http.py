"""The axis over HTTP, as its first client library calls it: what is said in headers, and how they are signed.

Arguments travel as headers with one prefix; their JSON object, in their order, is signed with HMAC-SHA256
under the system's secret. docs/edxml.md says where each fact comes from; what one source alone tells is a
setting.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.core.clock import VIETNAM

_GOOD = frozenset({"0", "00"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisAccount:
    """Where the axis is and as whom it is called."""

    url: str
    system_id: str
    secret: str
    prefix: str = "XroadVnpt-"
    version: str = "3.0.201608"
    send_path: str = "/sendEdoc"
    sent_path: str = "/getSentEdocList"
    received_path: str = "/getReceivedEdocList"
    content_path: str = "/getEdoc"
    status_path: str = "/updateStatus"
    own_name: str = "senderDocId"
    """Header, and member of the list of what was sent, that holds our id of a message; empty: none does."""
    retry_codes: frozenset[str] = frozenset()
    """Values of ErrorCode after which trying again is right."""
    short_hash: bool = True
    """Write hash-file as the library does, each byte without a leading zero."""
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the axis answered."""

    code: str
    reason: str
    members: Mapping[str, Any]

    @property
    def is_good(self) -> bool:
        """Tell whether it did what it was asked."""
        return self.code in _GOOD


def headers_of(
    account: AxisAccount, values: Mapping[str, str], *, content_type: str, now: datetime
) -> dict[str, str]:
    """Return the headers of one call, signed."""
    local = now.astimezone(VIETNAM)
    told = {
        "timestamp": f"{local:%d%m%YT%H%M%S}+{local.microsecond // 1000:04d}",
        "systemid": account.system_id,
        "Content-Type": content_type,
        **values,
    }
    named = {f"{account.prefix}{name}": value for name, value in told.items()}
    signed = json.dumps(named, ensure_ascii=True, separators=(",", ":"))
    mark = hmac.new(account.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    return {
        **named,
        f"{account.prefix}sign-header-key": ";".join(told),
        f"{account.prefix}sign-header": signed,
        f"{account.prefix}hash-header": mark,
        f"{account.prefix}version": account.version,
    }


def file_hash(body: bytes, *, is_short: bool) -> str:
    """Return the SHA-256 of a message as the axis is told it."""
    digest = hashlib.sha256(body)
    return "".join(f"{byte:x}" for byte in digest.digest()) if is_short else digest.hexdigest()


def answer_of(said: Any) -> Answer | None:
    """Return what an answer says, None when it is no answer of the axis."""
    if not isinstance(said, dict) or "ErrorCode" not in said:
        return None
    code = str(said["ErrorCode"]).strip()
    status = str(said.get("status") or "").upper()
    good_code = code in _GOOD and status != "FAIL"
    return Answer(code if good_code or code not in _GOOD else "FAIL", str(said.get("ErrorDesc") or ""), said)
