"""Levels of electronic identification: how surely a person was identified, and what asks for how much."""

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden

LEVELS = (1, 2)
"""Of an electronic identification account (VNeID, "mức độ 1" and "mức độ 2"); 0 is none told."""
VERIFIED = 2
"""From this level on the issuer has checked the number an account tells."""
LOWEST = 1
"""What is asked for where neither the procedure nor the operator says more."""


class AssuranceTooLow(Forbidden):
    """The person is identified less surely than what they do asks for (403).

    `required_level` and `level` are of `LEVELS`; `step_up` is the door's address that raises the level in a
    browser. An app asks its issuer for the level instead and comes with the new token.
    """

    code = "assurance-too-low"
    title = "Cần đăng nhập bằng tài khoản định danh điện tử ở mức độ cao hơn"

    @classmethod
    def of(cls, required: int, level: int) -> "AssuranceTooLow":
        """Return the refusal, naming both levels and the way up."""
        return cls(
            f"Cần tài khoản định danh điện tử mức độ {required}; phiên hiện tại ở mức độ {level}.",
            extra={
                "required_level": required,
                "level": level,
                "step_up": f"/session/login?assurance={required}",
            },
        )


def require_checked(caller: Caller) -> None:
    """Raise `AssuranceTooLow` for a person whose number is only told: what goes by a number is not theirs."""
    if caller.told_number:
        require_level(caller, VERIFIED)


def require_level(caller: Caller, required: int) -> None:
    """Raise `AssuranceTooLow` for a person below the level.

    Officers and machines are not identified by such an account: their roles and keys speak for them.
    """
    if caller.kind is CallerKind.PERSON and caller.assurance_level < required:
        raise AssuranceTooLow.of(required, caller.assurance_level)
