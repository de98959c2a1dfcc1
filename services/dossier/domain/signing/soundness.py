"""Whether what was found of a file's signatures lets it leave the house as a signed document."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.core.errors import Kind, Refusal


class SignatureBroken(Refusal):
    """A file carries a signature that does not hold: bytes changed, certificate revoked (422)."""

    code = "signature-broken"
    kind = Kind.INVALID
    title = "Chữ ký số trên tệp không còn nguyên vẹn hoặc chứng thư đã bị thu hồi"


def is_broken(found: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether any signature or time stamp of a file does not hold."""
    return any(
        not one.get("intact")
        or one.get("changes_allowed") is False
        or (one.get("revocation") == "REVOKED" and not one.get("trusted_when_signed"))
        for one in found
    )


def is_signed(found: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether somebody signed or sealed the file and it holds; a time stamp alone signs nothing."""
    return not is_broken(found) and any(one.get("kind") == "SIGNATURE" for one in found)


def is_official(found: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a signature of the file makes it an official electronic result (domain.md 9, T19).

    Certificate and time are looked at when the file is received: it was trusted then, or when a trusted clock
    says it was signed, or it is a seal of this house. The signer's own word for the time proves nothing:
    whoever holds an ended certificate can date back.
    """
    return is_signed(found) and any(_is_vouched_for(one) for one in found if one.get("kind") == "SIGNATURE")


def _is_vouched_for(one: Mapping[str, Any]) -> bool:
    is_dated = one.get("time_source") == "TIMESTAMP"
    was_trusted = bool(is_dated and one.get("trusted_when_signed"))
    return bool(one.get("own_seal") or one.get("trusted")) or was_trusted


def doubt_of(
    files: Sequence[Sequence[Mapping[str, Any]]], *, has_roots: bool, has_time_stamps: bool = False
) -> str:
    """Return the code of the warning for signed files nobody vouches for; empty where there is no doubt.

    `signature-untrusted`: no configured root leads to who signed; `signature-unverified`: none is configured;
    `time-stamp-missing`: official, but no trusted clock dates it, where one is set up to (ADR 0036).
    """
    official = [one for one in files if is_official(one)]
    if official:
        is_dated = all(any(item.get("time_source") == "TIMESTAMP" for item in one) for one in official)
        return "time-stamp-missing" if has_time_stamps and not is_dated else ""
    if not any(is_signed(one) for one in files):
        return ""
    return "signature-untrusted" if has_roots else "signature-unverified"
