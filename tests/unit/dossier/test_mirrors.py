"""What the event of a mirror carries, however much its source tells of one dossier."""

from datetime import datetime, timedelta

import orjson

from kernel.core.clock import VIETNAM
from kernel.core.event import MOST_DATA_BYTES
from kernel.core.ids import new_id
from services.dossier.domain.work.mirrors import Mirror, Status, mirror_data

NOW = datetime(2026, 3, 3, 8, tzinfo=VIETNAM)


def a_mirror(*statuses: Status) -> Mirror:
    return Mirror(
        id=new_id(),
        version=len(statuses),
        source="BNV-TTHC",
        outside_code="G05-260303-0000123",
        route="MINISTRY",
        procedure_code="1.004873",
        procedure_name="Xác nhận",
        sector="HT",
        agency="H99.201",
        agency_name="UBND",
        owner_name="Trần Thị Bình",
        submitted_at=NOW,
        statuses=statuses,
    )


def told(place: int, version: int, text: str = "Đang xử lý") -> Status:
    """Return a status of the source's clock at `place`, the `version`th that came in."""
    return Status(4, NOW + timedelta(minutes=place), text, version=version)


def test_a_source_that_never_stops_telling_makes_no_event_too_heavy_for_a_bus() -> None:
    """The longest text there is, of letters that weigh most."""
    many = [told(n, n, "𠀀" * 2000) for n in range(1, 501)]
    data = mirror_data(a_mirror(*many))
    assert len(orjson.dumps(data)) < MOST_DATA_BYTES
    assert data["statuses"][-1]["at"] == data["status_at"]


def test_what_was_told_last_is_told_on_wherever_it_stands() -> None:
    """Readers merge by the source's moment: each status reaches them once at least."""
    late = told(0, 301)
    data = mirror_data(a_mirror(*(told(n, n) for n in range(1, 301)), late))
    moments = [one["at"] for one in data["statuses"]]
    assert moments == sorted(moments)
    assert (len(moments), moments[0]) == (101, late.at.isoformat())


def test_of_few_statuses_all_are_told() -> None:
    data = mirror_data(a_mirror(told(2, 1), told(1, 2)))
    assert len(data["statuses"]) == 2
