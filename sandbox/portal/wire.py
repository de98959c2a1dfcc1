"""The portal's envelope (section 5): what a call carries and how an answer is written."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from kernel.core.clock import VIETNAM

Json = dict[str, Any]


class PortalRefusal(Exception):  # noqa: N818  Errors are named for the fact.
    """The portal declines a call: a code and the Vietnamese message that travels with HTTP 200."""

    def __init__(self, code: int, message: str, *, dossier: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.dossier = dossier


class Unreadable(Exception):  # noqa: N818  Errors are named for the fact.
    """The body is not a JSON object or array; the only application failure that is not HTTP 200."""


@dataclass(frozen=True)
class Call:
    """One call of a service, whichever road it came by."""

    service: str
    agency: str
    fields: Json
    at: datetime

    @property
    def data(self) -> Any:
        """Return the member `data`, None when the call has none."""
        return self.fields.get("data")

    def text(self, name: str) -> str:
        """Return a service field as text; absent, null and blank are the same."""
        return as_text(self.fields.get(name))


@dataclass(frozen=True)
class Answer:
    """What a service replies; `result` is left out of a write's answer."""

    code: int
    message: str
    result: Any = field(default=None)

    def members(self, code_as: str) -> Json:
        """Return the answer as JSON members, `error_code` in the asked spelling."""
        members: Json = {"error_code": _spelled(self.code, code_as), "message": self.message}
        if self.result is not None:
            members["result"] = self.result
        return members


def _spelled(code: int, code_as: str) -> int | str:
    if code_as == "number":
        return code
    if code_as == "padded" and code == 0:
        return "00"
    return str(code)


def read_json(body: bytes) -> Any:
    """Read a UTF-8 JSON body; `Unreadable` for anything else."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as broken:
        raise Unreadable(str(broken)) from None


def as_text(value: Any) -> str:
    """Return a leaf as the portal keeps it: numbers and booleans become their strings, null is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def as_boolean(value: Any) -> bool | None:
    """Read "True"/"False" or "1"/"0" (section 5.2); None when it is neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(as_text(value).lower())


def stamp(at: datetime) -> str:
    """Write an instant as the portal does: local time, yyyyMMddHHmmss, no zone."""
    return at.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")
