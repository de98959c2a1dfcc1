"""A shared database's answer is held against who was asked about, wherever in it somebody is named."""

from typing import Any

import pytest

from services.gateway.domain.database_answers import found_in
from services.gateway.domain.shared_databases import DatabaseSilent, Question

ME = {"full_name": "Nguyễn Văn An", "gender": "Nam"}
OTHER = "099192000022"
SUBJECT = {"identity_number": "099088000011", "full_name": "Nguyễn Văn An", "birth_date": "1988-05-01"}


def asked() -> Question:
    return Question(
        look_up_id="L1", dossier_id="d", purpose="p", subject=SUBJECT, fields=("full_name", "gender")
    )


def told(data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"ketQua": "KHOP", "duLieu": {**ME, **(data or {})}, **more}


OF_ANOTHER: tuple[dict[str, Any], ...] = (
    told({"full_name": "Trần Thị Bình"}),
    told({"soCMND": OTHER}),
    told({"cccd": OTHER}),
    told({"maDinhDanh": OTHER}),
    told({"congDan": {"soDinhDanh": OTHER}}),
    told({"soDinhDanh": [SUBJECT["identity_number"], OTHER]}),
    told({"soDinhDanh": {"#text": OTHER}}),
    told({"soDinhDanh": "088000011"}),
    told({"namSinh": "1992"}),
    told(congDan={"soDinhDanh": OTHER}),
    told(MaYeuCau="L2"),
    told(KetQua="KHONG_KHOP"),
    told(error_code=-1, message="lỗi"),
    {"ketQua": "KHONG_KHOP", "soDinhDanh": OTHER},
    {"ketQua": "KHONG_TIM_THAY", "soDinhDanh": OTHER},
    {"ketQua": "KHONG_TIM_THAY", "error_code": "-500", "message": "Hệ thống bận"},
    {"ketQua": "KHONG_KHOP", "ketQua (2)": "KHOP"},
)


@pytest.mark.parametrize("said", OF_ANOTHER, ids=str)
def test_an_answer_of_another_person_or_of_a_fault_is_no_consultation(said: dict[str, Any]) -> None:
    with pytest.raises(DatabaseSilent):
        found_in(said, asked())


@pytest.mark.parametrize(
    "data",
    [
        {"soDinhDanh": 99088000011},
        {"soDinhDanh": "********0011"},
        {"soCMND": "088000011"},
        {"Cha": {"soDinhDanh": OTHER}, "chuHo": {"hoTen": "Trần Văn B", "soDinhDanh": OTHER}},
        {"ngaySinh": "01051988"},
        {"ngaySinh": "May 1, 1988 12:00:00 AM"},
        {"ngaySinh": 578422800000},
        {"ngaySinh": "05/1988"},
        {"namSinh": "1988"},
        {"full_name": "NGUYEN VAN AN"},
    ],
    ids=str,
)
def test_the_right_person_is_known_in_other_writings_and_beside_relatives(data: dict[str, Any]) -> None:
    assert found_in(told(data), asked()).outcome == "MATCHED"
