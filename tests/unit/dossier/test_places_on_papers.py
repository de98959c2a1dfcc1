"""Which place a paper is dated at: the unit the issuing body sits in (NĐ 30/2020, Phụ lục I, II.4)."""

from datetime import UTC, datetime

import pytest

from services.dossier.domain.definitions import Agency
from services.dossier.domain.papers import written_date

AT = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
"""Already the next day in Viet Nam."""
COMMITTEE = "Ủy ban nhân dân"
PROVINCE = "tỉnh Lam Giang"


@pytest.mark.parametrize(
    ("level", "name", "address", "place", "written"),
    [
        (
            "COMMUNE",
            f"{COMMITTEE} phường Bến Lam",
            f"1 Xã Đàn, phường Bến Lam, {PROVINCE}",
            "",
            "Phường Bến Lam",
        ),
        ("COMMUNE", COMMITTEE, f"Trụ sở {COMMITTEE} đặc khu Hòn Sa, {PROVINCE}", "", "Đặc khu Hòn Sa"),
        ("COMMUNE", f"{COMMITTEE} xã Suối Ngà", f"thôn Thượng, {PROVINCE}", "", "Xã Suối Ngà"),
        ("COMMUNE", f"{COMMITTEE} xã Suối Ngà", "", "", "Xã Suối Ngà"),
        ("COMMUNE", f"{COMMITTEE} phường Bến Lam", f"phường Bến Lam, {PROVINCE}", "Bến Lam", "Bến Lam"),
        ("COMMUNE", COMMITTEE, PROVINCE, "", "Tỉnh Lam Giang"),
        ("PROVINCE", "Sở Tư pháp", f"12 Hành Chính, phường Bến Lam, {PROVINCE}", "", "Tỉnh Lam Giang"),
        ("PROVINCE", "Sở Tư pháp", f"12 Hành Chính, {PROVINCE}", "Lam Giang", "Lam Giang"),
    ],
    ids=[
        "by its address, not by a street named like one",
        "an island zone by its seat",
        "by its name where the address has no unit",
        "by its name where there is no address",
        "its own word first",
        "nothing but the province known",
        "a department sits in the province's name",
        "a department by its own word",
    ],
)
def test_the_place_is_of_the_bodys_own_level(
    level: str, name: str, address: str, place: str, written: str
) -> None:
    agency = Agency("H99.201", name, level=level, address=address, place=place)
    assert written_date(AT, agency) == f"{written}, ngày 03 tháng 03 năm 2026"


def test_where_nothing_is_known_the_date_stands_alone() -> None:
    assert written_date(AT, Agency("H99", "Văn phòng")) == "Ngày 03 tháng 03 năm 2026"
