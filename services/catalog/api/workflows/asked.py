"""What the questions about processes and groups share: days, moments, pages of drafts."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query

from kernel.core.clock import VIETNAM
from kernel.core.errors import Invalid

Code = Annotated[str, Path(max_length=100)]
On = Annotated[date | None, Query(description="Ngày áp dụng; để trống là hôm nay")]
Number = Annotated[int, Query(ge=1, le=2**53)]
Word = Annotated[str, Query(max_length=100)]
Start = Annotated[datetime, Query(description="Thời điểm bắt đầu; không ghi múi giờ là giờ Việt Nam")]
_YEARS = range(2000, 2100)


def moment(start: datetime) -> datetime:
    """Return the moment in Vietnam's time; raises `Invalid` for one no calendar could hold."""
    if start.year not in _YEARS:
        raise Invalid(fields=[("start", "Thời điểm ngoài khoảng tính được")])
    return start.replace(tzinfo=VIETNAM) if start.tzinfo is None else start.astimezone(VIETNAM)
