"""What a message says beside what it is read for reaches the officer, under its own names."""

from typing import Any

import pytest

from services.gateway.domain.portal.inbound.reading import handed_of
from services.gateway.domain.portal.wire.profiles import GENERAL, PROMOTION

PROMISED = {
    "SoVanBan": "12/TB",
    "NguoiLienHe": "Lê B",
    "SoDienThoaiNguoiLienHe": "0911111111",
    "Fax": "0240000000",
    "HinhThucKM": "Giảm giá",
    "TongGiaTri": 5_000_000,
}
TRADER = {"MaSoThue": "0101234567", "TenThuongNhan": "Công ty Mẫu", "DienThoai": "0900000000"}
DOSSIER = {"MaHoSo": "G22.99-260303-1", "MaTTHC": "1.004873", "NgayNopHoSo": "20260303081500"}
PERSON = {"ChuHoSo": "An", "LoaiDoiTuong": "1", "SoGiayToChuHoSo": "099088000011"}


@pytest.mark.parametrize(
    ("path", "message", "more"),
    [
        (PROMOTION, {**DOSSIER, **TRADER, **PROMISED}, {}),
        (GENERAL, {"service": "x", "data": {**DOSSIER, **TRADER, **PROMISED}}, {}),
        # What a change says of the owner stands with it: the dossier's own stays as it is.
        (PROMOTION, {"data": {"MaHoSoQG": DOSSIER["MaHoSo"], **TRADER, **PROMISED}}, TRADER),
    ],
    ids=["bare", "general address", "supplement"],
)
def test_a_promotions_own_fields_are_its_form(
    path: str, message: dict[str, Any], more: dict[str, Any]
) -> None:
    assert handed_of(path, message).body["form_data"] == PROMISED | more


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"TruongMoi": {"a": [1]}, "DuLieuEForm": {"b": "2"}}, {"b": "2", "TruongMoi": {"a": [1]}}),
        (
            {"TrichYeuHoSo": "Xin cấp", "MaSoThue": "0101234567"},
            {"TrichYeuHoSo": "Xin cấp", "MaSoThue": "0101234567"},
        ),
        ({"b": "1", "DuLieuEForm": {"b": "2"}}, {"b": "2", "b (2)": "1"}),
        ({"b": "2", "DuLieuEForm": {"b": "2"}}, {"b": "2"}),
        ({"TruongMoi": {"a": []}, "TenTTHC": "Cấp giấy", "Khac": " "}, {}),
    ],
)
def test_members_nobody_named_stand_with_the_form(said: dict[str, Any], told: dict[str, Any]) -> None:
    message = {"data": {**DOSSIER, **PERSON, **said}}
    assert handed_of(GENERAL, message).body["form_data"] == told
