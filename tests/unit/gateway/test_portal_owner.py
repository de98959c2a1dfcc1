"""Whose number a message tells: as it is on the paper, whatever a sheet or a JSON number made of it."""

from typing import Any

import pytest

from services.gateway.domain.portal.inbound.owner import owner_of
from services.gateway.domain.portal.wire.profiles import GENERAL, PROFILES
from services.gateway.domain.portal.wire.words import NeedsPeople

CITIZEN, OLD, TAX = "099088000011", "012345678", "0101234567"


def card(kind: Any, number: Any) -> dict[str, Any]:
    return {"LoaiDinhDanh": kind, "SoDinhDanh": number}


NUMBERS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "plain": ({"SoGiayToChuHoSo": CITIZEN}, (CITIZEN, "CITIZEN_ID")),
    "a number of a sheet": ({"SoGiayToChuHoSo": f"{CITIZEN}.0"}, (CITIZEN, "CITIZEN_ID")),
    "a number of a sheet without its zero": ({"SoGiayToChuHoSo": "99088000011.00"}, (CITIZEN, "CITIZEN_ID")),
    "thousands set apart": ({"SoGiayToChuHoSo": "099.088.000.011"}, (CITIZEN, "CITIZEN_ID")),
    "a zero lost in a text": ({"SoGiayToChuHoSo": "99088000011"}, (CITIZEN, "CITIZEN_ID")),
    "a zero lost in a number": ({"SoGiayToChuHoSo": 99088000011}, (CITIZEN, "CITIZEN_ID")),
    "an old card without its zero": ({"SoGiayToChuHoSo": 12345678}, (OLD, "OLD_ID")),
    "eight digits in a text": ({"SoGiayToChuHoSo": "12345678"}, ("12345678", "OTHER")),
    "elsewhere, as a number": ({"DinhDanhCHS": [card(1, 99088000011)]}, (CITIZEN, "CITIZEN_ID")),
    "elsewhere, an old card": ({"DinhDanhCHS": [card("2", 12345678)]}, (OLD, "OLD_ID")),
    "elsewhere, both": ({"DinhDanhCHS": [card(2, OLD), card(1, CITIZEN)]}, (CITIZEN, "CITIZEN_ID")),
    "elsewhere, another paper": ({"DinhDanhCHS": [card("9", "C1234567")]}, ("C1234567", "OTHER")),
    "what stands for none": ({"DinhDanhCHS": [card("2", "000000001")]}, ("", "OTHER")),
    "noughts": ({"SoGiayToChuHoSo": "000000000000"}, ("", "OTHER")),
    "what stands for none beside one": (
        {"SoGiayToChuHoSo": "000000001", "DinhDanhCHS": [card("2", "000000001"), card("1", CITIZEN)]},
        (CITIZEN, "CITIZEN_ID"),
    ),
    "a tax code as a number": ({"LoaiDoiTuong": "2", "MaSoThue": 101234567}, (TAX, "TAX_CODE")),
    "a tax code without its zero": ({"LoaiDoiTuong": "2", "MaSoThue": "101234567"}, (TAX, "TAX_CODE")),
    "a branch": ({"LoaiDoiTuong": "2", "MaSoThue": f"{TAX}-001"}, (f"{TAX}-001", "TAX_CODE")),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_the_one_on_the_paper(name: str) -> None:
    said, told = NUMBERS[name]
    owner = owner_of({"ChuHoSo": "An", "LoaiDoiTuong": "1", **said}, PROFILES[GENERAL])
    assert (owner.get("identity_number", ""), owner["identity_type"]) == told


@pytest.mark.parametrize("name", [{"HoTen": "An"}, ["An", "Bình"]])
def test_a_name_that_is_there_and_no_text_is_for_people(name: Any) -> None:
    with pytest.raises(NeedsPeople, match="cần sửa: ChuHoSo"):
        owner_of({"ChuHoSo": name, "LoaiDoiTuong": "1"}, PROFILES[GENERAL])
