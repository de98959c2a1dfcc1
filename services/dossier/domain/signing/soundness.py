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
