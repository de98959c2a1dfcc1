"""Faults on a switch: the portal on its bad days, asked for by a test or from the page."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox.portal.wire import Json, as_text


class Fault(BaseModel):
    """One switched fault: what, for which service, how many times yet (None: until switched off)."""

    model_config = ConfigDict(extra="forbid")

    value: Any = True
    times: int | None = Field(None, ge=0)
    service: str | None = None

    def is_for(self, service: str) -> bool:
        """Tell whether the fault is still on for a service."""
        return self.times != 0 and self.service in (None, service)


class Refusal(Fault):
    """Refuses calls of one service, dossier, procedure, status or agency with a code and a message."""

    error_code: int = -1
    message: str = "Dữ liệu không hợp lệ"
    dossier: str | None = None
    procedure: str | None = None
    status: str | None = None
    agency: str | None = None

    def hits(self, element: Mapping[str, Any]) -> bool:
        """Tell whether an element of the call's data is one the refusal names."""
        wanted = (
            (self.dossier, ("MaHoSo",)),
            (self.procedure, ("MaTTHC",)),
            (self.status, ("TrangThaiHoSo", "TrangThai")),
            (self.agency, ("Madonvi", "MADONVI")),
        )
        return all(
            asked is None or asked in {as_text(element.get(name)) for name in names}
            for asked, names in wanted
        )


class Faults(BaseModel):
    """What `PUT /sandbox/faults` takes. Each member is a bare value, or an object with times and service."""

    model_config = ConfigDict(extra="forbid")

    slow_ms: Fault | None = None
    """Answer this many milliseconds late (the work is done at once)."""
    down: Fault | None = None
    """The exchange answers 503 without reaching the portal; value "cut" breaks the connection instead."""
    html_5xx: Fault | None = None
    """An HTML error page with this status (true: 502) instead of an answer; nothing is applied."""
    error_code_as: Fault | None = None
    """"number", "string" or "padded" ("00"): how `error_code` is spelled."""
    duplicate_answers: Fault | None = None
    """A create is applied and then answered as if it had been there already."""
    lose_answer_after_applying: Fault | None = None
    """Applied, then answered 504; value "cut" breaks the connection in the middle of the answer."""
    expire_sessions_every_n: Fault | None = None
    """Every n-th call finds all sessions forgotten."""
    duplicate_deliveries: Fault | None = None
    """Portal to province: what a citizen submits is delivered twice."""
    refuse: list[Refusal] = []

    @field_validator(
        "slow_ms",
        "down",
        "html_5xx",
        "error_code_as",
        "duplicate_answers",
        "lose_answer_after_applying",
        "expire_sessions_every_n",
        "duplicate_deliveries",
        mode="before",
    )
    @classmethod
    def _bare_value(cls, given: Any) -> Any:
        if given is None or given is False or given == 0:
            return None
        return given if isinstance(given, dict | Fault) else {"value": given}

    @field_validator("refuse", mode="before")
    @classmethod
    def _one_or_many(cls, given: Any) -> Any:
        if given is None:
            return []
        return given if isinstance(given, list) else [given]

    @field_validator("slow_ms", "expire_sessions_every_n")
    @classmethod
    def _positive(cls, fault: Fault | None) -> Fault | None:
        if fault is not None and (isinstance(fault.value, bool) or not isinstance(fault.value, int)):
            raise ValueError("a whole number is asked for")
        if fault is not None and fault.value <= 0:
            raise ValueError("a positive number is asked for")
        return fault


FaultName = Literal[
    "slow_ms",
    "down",
    "html_5xx",
    "error_code_as",
    "duplicate_answers",
    "lose_answer_after_applying",
    "expire_sessions_every_n",
    "duplicate_deliveries",
]


class Switchboard:
    """The faults that are on now. Kept in memory: a restarted portal is a healthy one."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._calls = 0

    def set(self, faults: Faults) -> None:
        """Replace all faults and start counting anew."""
        self.faults = faults
        self._calls = 0

    def peek(self, name: FaultName, service: str) -> Any:
        """Return the value of a fault that is on for a service, None otherwise; its count stays."""
        fault: Fault | None = getattr(self.faults, name)
        return fault.value if fault is not None and fault.is_for(service) else None

    def take(self, name: FaultName, service: str) -> Any:
        """Return the value of a fault that is on for a service and use up one of its times."""
        value = self.peek(name, service)
        if value is not None:
            self._use(getattr(self.faults, name))
        return value

    def take_refusal(self, service: str, elements: list[Json]) -> Refusal | None:
        """Return the refusal that names this service and one of these elements, used up once."""
        for refusal in self.faults.refuse:
            if refusal.is_for(service) and any(refusal.hits(element) for element in elements or [{}]):
                self._use(refusal)
                return refusal
        return None

    def should_forget_sessions(self, service: str) -> bool:
        """Count a call and tell whether it is one that finds its session gone."""
        every = self.peek("expire_sessions_every_n", service)
        if every is None:
            return False
        self._calls += 1
        if self._calls % every:
            return False
        self.take("expire_sessions_every_n", service)
        return True

    @staticmethod
    def _use(fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
