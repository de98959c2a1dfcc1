"""A day is written out: a number would be seconds since 1970, and somebody born then."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from services.dossier.api.moments import Day, Moment


@pytest.mark.parametrize("told", [0, "0", 86400, 1.0, True, "86400", "172800.0", 567648000000], ids=repr)
def test_a_number_is_no_day_and_no_instant(told: object) -> None:
    for kind in (Day, Moment):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(told)


def test_what_is_written_out_is_one() -> None:
    assert TypeAdapter(Day).validate_python("2026-03-05") == date(2026, 3, 5)
    assert TypeAdapter(Day).validate_python(date(2026, 3, 5)) == date(2026, 3, 5)
    assert TypeAdapter(Moment).validate_python("2026-03-05T08:00:00+07:00").hour == 8
