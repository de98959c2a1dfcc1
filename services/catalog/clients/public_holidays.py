"""Proposes a year's days off from the package `holidays`: a forecast, never a calendar in force."""

from datetime import date
from importlib.metadata import version

from holidays.countries.vietnam import Vietnam

from services.catalog.use_cases.calendars.ports import ProposedYear

_SATURDAY = 5


def propose_year(year: int) -> ProposedYear:
    """Return the days off of a year, with what an editor must still decide.

    The package knows the law and the moon, not yet the government's yearly announcement: which days of the
    Lunar New Year are off, and which days are swapped, stays to be announced.
    """
    source = f"Gói holidays {version('holidays')} (PyPI), Vietnam: dự kiến, chưa phải thông báo của Nhà nước"
    found = Vietnam(years=year, language="vi")  # type: ignore[no-untyped-call]  # the package leaves it out.
    days = []
    notes = []
    for day, name in sorted(found.items()):
        if day.weekday() < _SATURDAY:
            days.append({"day": day.isoformat(), "status": "OFF", "reason": name, "source": source})
        else:
            notes.append(f"{_said(day)} {name}: rơi vào ngày nghỉ hằng tuần, kiểm tra ngày nghỉ bù")
    days += [
        {"day": day.isoformat(), "status": "WORK", "reason": "Làm bù", "source": source}
        for day in found.weekend_workdays
        if day.year == year
    ]
    notes.append("Số ngày nghỉ Tết Nguyên đán và ngày hoán đổi theo thông báo hằng năm")
    return ProposedYear(source, sorted(days, key=lambda one: one["day"]), notes)


def _said(day: date) -> str:
    return day.strftime("%d/%m/%Y")
