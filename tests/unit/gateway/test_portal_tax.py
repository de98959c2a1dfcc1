"""Whose a land-tax message is: every dossier it names, however it is written, short and long."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.tax import told_in
from services.gateway.domain.portal.wire.outline import Bounds
from services.gateway.domain.portal.wire.profiles import LAND_TAX
from services.gateway.domain.portal.wire.words import NotUnderstood
from services.gateway.use_cases.portal.inbound.bodies import read_message
from services.gateway.use_cases.portal.inbound.tax_notices import dossiers_told

OURS, THEIRS = "G22.99-260303-000123", "H98.1-260303-0001"
PAID = {"SoTien": "1500000", "TrangThaiThanhToan": "1"}
LENGTHS = (0, 30_000, 2_000_000)


def row(code: str) -> str:
    return f"<ROW_LIST><MA_HSO>{code}</MA_HSO><LIST><SO_TIEN>5</SO_TIEN></LIST></ROW_LIST>"


def in_base64(text: str, letters: str = "utf-8") -> str:
    return base64.b64encode(text.encode(letters)).decode()


def notice(file: str, **changed: Any) -> dict[str, Any]:
    return {"service": "NhanThongBaoThueDat", "data": {"FileThongBaoThue": file}, **changed}


NOTICES = {
    "one row": f"<DATA>{row(OURS)}@</DATA>",
    "a prefix": f"<n:DATA><n:MA_HSO>@{OURS}</n:MA_HSO></n:DATA>".replace("<n:MA_HSO>@", "@<n:MA_HSO>"),
    "small letters": f"<data>@<ma_hso>{OURS}</ma_hso></data>",
    "an attribute": f"<DATA>@<ROW MA_HSO='{OURS}'/></DATA>",
    "an entity": f"<DATA>@{row(OURS.replace('-', '&#45;'))}</DATA>",
    "JSON": f'{{"DATA":{{"X":"@","ROW_LIST":[{{"MA_HSO": "{OURS}"}}]}}}}',
}


async def codes(message: Any) -> tuple[str, ...]:
    inbound = Inbound(
        id=UUID(int=1),
        path=LAND_TAX,
        body=message if isinstance(message, bytes) else json.dumps(message).encode(),
        sha256=b"",
        received_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    said = await read_message(inbound, lambda: None, Bounds())  # type: ignore[arg-type, return-value]
    return tuple(await dossiers_told(said))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", NOTICES)
async def test_a_notice_names_its_dossier_however_it_is_written(name: str, length: int) -> None:
    text = NOTICES[name].replace("@", "x" * length)
    assert await codes(notice(in_base64(text))) == (OURS,)
    assert await codes(notice(in_base64(text, "utf-16"))) == (OURS,)
    assert await codes(notice(text)) == (OURS,), "not in base64 at all"


@pytest.mark.parametrize("length", LENGTHS)
async def test_every_dossier_a_notice_names_is_told_in_its_order(length: int) -> None:
    between = "x" * length
    text = f"<DATA><!-- <MA_HSO>H1-1-1</MA_HSO> -->{row(THEIRS)}{between}{row(OURS)}{row(THEIRS)}</DATA>"
    assert await codes(notice(in_base64(text))) == ("H1-1-1", THEIRS, OURS)
    each = [{"FileThongBaoThue": in_base64(row(code) + between)} for code in (THEIRS, OURS)]
    assert await codes(notice("", data=each)) == (THEIRS, OURS)


VOUCHER = {"MaHoSo": OURS, "ThongTinThanhToan": PAID}
SPELLED = {
    "other letters for the service": notice(in_base64(row(OURS)), service="nhanthongbaothuedat "),
    "other letters for the file": notice("", data={"fileThongBaoThue": in_base64(row(OURS))}),
    "in a request": {"request": notice(in_base64(row(OURS)))},
    "a voucher": {"service": "NhanChungTuThueDat", "data": VOUCHER},
    "a voucher in camels": {
        "service": "NhanChungTuThueDat",
        "data": {"maHoSo": OURS, "thongTinThanhToan": PAID},
    },
    "two vouchers": {"service": "NhanChungTuThueDat", "data": [VOUCHER, VOUCHER]},
    "a payment as a text": {"data": {**VOUCHER, "ThongTinThanhToan": json.dumps(PAID)}},
}


@pytest.mark.parametrize("name", SPELLED)
async def test_it_is_understood_in_other_letters_and_containers(name: str) -> None:
    assert await codes(SPELLED[name]) == (OURS,)


async def test_a_notice_of_nothing_but_members_is_not_read_to_its_end() -> None:
    """Each costs a search; while they are made everybody else waits."""
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"<MA_HSO>" * 8_000

    assert await told_in(pieces()) == ()
    assert read == 1
    assert await codes(notice(in_base64(row(OURS) + "<MA_HSO>" * 50_000))) == (OURS,)


@pytest.mark.parametrize(
    "message",
    [
        {"service": "Khac", "data": VOUCHER},
        notice(in_base64("<DATA/>")),
        notice(in_base64("<MA_HSO>có dấu</MA_HSO>")),
        notice("<DATA/>" + "x" * 70_000),
        {"service": "NhanChungTuThueDat", "data": [VOUCHER, "x"]},
    ],
)
async def test_what_names_none_is_refused_in_words(message: Any) -> None:
    with pytest.raises(NotUnderstood):
        await codes(message)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"FileThongBaoThue": "FIRST", "data": {"FileThongBaoThue": "SECOND"}}),
        json.dumps({"data": {"FileThongBaoThue": "FIRST", "@@": "SECOND"}}).replace("@@", "FileThongBaoThue"),
        json.dumps({"data": {"FileThongBaoThue": "FIRST", "n0:FileThongBaoThue": "SECOND"}}),
        json.dumps({"data": {"FileThongBaoThue": "FIRST", "MaHoSo": THEIRS}}),
        json.dumps({"data": json.dumps({"FileThongBaoThue": "FIRST", "Khac": {"MaHoSo": THEIRS}})}),
    ],
)
async def test_no_dossier_a_notice_names_is_left_untold(text: str) -> None:
    """Also not where it stands in a member that is said twice, or that its kind is not read for."""
    first, second = (in_base64(f"<DATA>{row(code)}</DATA>") for code in (OURS, THEIRS))
    told = await codes(text.replace("FIRST", first).replace("SECOND", second).encode())
    assert sorted(told) == sorted((OURS, THEIRS))
