"""Faults of the providers, on a switch."""

import asyncio

from pydantic import BaseModel, ConfigDict, Field

REFUSED_FOR_GOOD = 550


class ProviderFaults(BaseModel):
    """What `PUT /faults` takes; `{}` is a healthy provider."""

    model_config = ConfigDict(extra="forbid")

    sms_status: int | None = Field(None, ge=400, le=599)
    """Answer SMS with this HTTP status and keep nothing."""
    sms_lose_answer: bool = False
    """Keep the SMS, then answer 504."""
    mail_reply: int | None = Field(None, ge=400, le=599)
    """Refuse mail with this SMTP code: 4xx try later, 5xx for good."""
    refuse_recipients: list[str] = []
    """Recipients refused for good, by mail (550) and SMS (422)."""
    slow_ms: int = Field(0, ge=0)
    times: int | None = Field(None, ge=0)
    """How many messages meet a fault yet (None: until switched off); slowness is not counted."""


class Switchboard:
    """The faults that are on; kept in memory."""

    def __init__(self) -> None:
        self.faults = ProviderFaults()

    async def mail_fault(self, recipients: list[str]) -> str | None:
        """Return the SMTP reply of the fault that meets this mail, or None."""
        await self._slow()
        if any(one in self.faults.refuse_recipients for one in recipients):
            return f"{REFUSED_FOR_GOOD} no such recipient"
        if self.faults.mail_reply is None or not self._use():
            return None
        return f"{self.faults.mail_reply} refused as switched"

    async def sms_fault(self, recipient: str) -> int | None:
        """Return the HTTP status of the fault that meets this SMS, or None."""
        await self._slow()
        if recipient in self.faults.refuse_recipients:
            return 422
        return self.faults.sms_status if self.faults.sms_status is not None and self._use() else None

    def loses_answer(self) -> bool:
        """Tell whether the answer of an SMS that was kept gets lost."""
        return self.faults.sms_lose_answer and self._use()

    async def _slow(self) -> None:
        if self.faults.slow_ms:
            await asyncio.sleep(self.faults.slow_ms / 1000)

    def _use(self) -> bool:
        if self.faults.times is None:
            return True
        if self.faults.times == 0:
            return False
        self.faults.times -= 1
        return True
