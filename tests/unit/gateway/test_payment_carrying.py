"""Carrying payments: one that the dossier service or the platform fails on holds up none of the others."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from kernel.core.errors import Unavailable
from kernel.testing.fixed_clock import FixedClock
from services.gateway.clients.portal.payments import HttpDossierMoney
from services.gateway.clients.portal.uploads import unavailable
from services.gateway.domain.portal.answers.answer import PortalSilent
from services.gateway.domain.portal.payments.messages import PaymentAccount
from services.gateway.domain.portal.telling.codes import CodeKind
from services.gateway.use_cases.portal.exchange.payments import CarryPayments
from tests.unit.gateway.test_payment_messages import ACCOUNT, CARRIED, a_result

FIRST, SECOND, THIRD = "dvcA", "dvcB", "dvcC"


class DossierService:
    """Answers as the dossier service does, and refuses what is told of the first."""

    def __init__(self, status: int = 200, code: str = "") -> None:
        self.status, self.code = status, code
        self.told: list[dict[str, Any]] = []

    async def exchange(self, method: str, path: str, body: Any, *, scope: str) -> tuple[int, dict[str, Any]]:
        if method == "GET":
            put_off = {one["reference"] for one in self.told if one.get("refused") or one.get("failure")}
            due = [one for one in (FIRST, SECOND, THIRD) if one not in put_off]
            return 200, {"items": [{**CARRIED, "reference": one} for one in due]}
        reference = path.split("/")[3] if path.endswith("/opening") else body.get("reference", "")
        is_put_off = bool(body.get("refused") or body.get("failure"))
        if self.status != 200 and not is_put_off and reference in {"", FIRST, CARRIED["reference"]}:
            return self._refused()
        self.told.append({**body, "reference": reference})
        return 200, {"outcome": "booked"}

    def _refused(self) -> tuple[int, dict[str, Any]]:
        if self.status >= 500:
            unavailable(self.status)
        return self.status, {"code": self.code}


class Platform:
    """Answers everything, signed, but for those it is silent about."""

    def __init__(self, *silent: str) -> None:
        self.silent = set(silent)
        self.asked: list[str] = []

    async def send(self, message: dict[str, Any]) -> Any:
        self.asked.append(message["MaThamChieu"])
        if message["MaThamChieu"] in self.silent:
            raise PortalSilent("HTTP 500: Nguyễn Văn An, số 099088000011, không hợp lệ")
        if message["LoaiBanTin"] == "INIT":
            return {"MaLoi": "00", "UrlThanhToan": "https://tt.example/1"}
        return a_result(MaThamChieu=message["MaThamChieu"], TrangThaiGD="1")


def carrying(service: Any, platform: Any, account: PaymentAccount = ACCOUNT) -> CarryPayments:
    return CarryPayments(platform, HttpDossierMoney(service), account, FixedClock(), open_work=mapped)


class _Codes:
    async def portal_of(self, kind: CodeKind, codes: Sequence[str]) -> dict[str, str]:
        return {code: f"{code}.QG" for code in codes}

    async def online_service_of(self, local_code: str, procedure: str) -> str:
        return f"{procedure}.{len(local_code):02}"


@asynccontextmanager
async def mapped() -> AsyncIterator[Any]:
    """Open a work in which people have mapped every code."""
    yield SimpleNamespace(portal_codes=_Codes())


def booked(service: DossierService) -> list[str]:
    return [one["reference"] for one in service.told if one.get("outcome") == "PAID"]


class Lists(Platform):
    """Has a list a day, but while it is away; one day's list nobody can read."""

    def __init__(self, broken: date | None = None) -> None:
        super().__init__()
        self.is_away, self.broken = False, broken
        self.had: list[date] = []
        self.has_lists = True

    async def paid_on(self, day: date) -> Any:
        if self.is_away:
            raise PortalSilent("timeout")
        if day == self.broken:
            return "<html>"
        self.had.append(day)
        return None if day.isoweekday() == 7 else {"error_code": 0, "result": []}


class Books(DossierService):
    async def exchange(self, method: str, path: str, body: Any, *, scope: str) -> tuple[int, dict[str, Any]]:
        return 200, {"differences": []}


REFUSALS = [(409, "calendar-missing"), (404, "not-found"), (422, "invalid"), (500, "")]


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_a_payment_that_is_not_booked_is_put_off_and_the_others_are_booked(
    status: int, code: str
) -> None:
    service, platform = DossierService(status, code), Platform()
    with pytest.raises(ExceptionGroup) as failed:
        await carrying(service, platform).look_up_due()
    assert [error.__notes__ for error in failed.value.exceptions] == [[f"payments not looked up: {FIRST}"]]
    assert booked(service) == [SECOND, THIRD]
    put_off = [one for one in service.told if one["refused"]]
    assert [(one["reference"], one["source"], one["amount"]) for one in put_off] == [(FIRST, "LOOK_UP", 0)]


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_a_result_that_is_not_booked_is_answered_signed_and_not_confirmed(
    status: int, code: str
) -> None:
    answer = await carrying(DossierService(status, code), Platform()).receive(a_result())
    assert (answer["MaLoi"], answer["MaThamChieu"]) == ("99", CARRIED["reference"])
    assert answer["MaXacThuc"]


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_an_address_that_is_not_kept_is_put_off_and_the_others_are_opened(
    status: int, code: str
) -> None:
    service = DossierService(status, code)
    with pytest.raises(ExceptionGroup):
        await carrying(service, Platform()).open_waiting()
    assert {one["reference"]: bool(one["pay_url"]) for one in service.told} == {
        FIRST: False,
        SECOND: True,
        THIRD: True,
    }


async def test_one_the_platform_is_silent_about_lets_the_others_be_asked() -> None:
    service, platform = DossierService(), Platform(FIRST)
    with capture_logs() as logged:
        assert await carrying(service, platform).look_up_due() == 2
    assert booked(service) == [SECOND, THIRD]
    assert [one["reference"] for one in service.told if one["refused"]] == [FIRST]
    # Its words may name a citizen: they stand with the payment, not in the log.
    assert [line["reason"] for line in logged] == ["HTTP 500"]


async def test_a_platform_that_is_away_is_left_alone_after_some_silences() -> None:
    class Many(DossierService):
        async def exchange(self, method: str, path: str, body: Any, *, scope: str) -> Any:
            if method == "GET":
                return 200, {"items": [{**CARRIED, "reference": f"dvc{n}"} for n in range(50)]}
            return await super().exchange(method, path, body, scope=scope)

    platform = Platform(*(f"dvc{n}" for n in range(50)))
    assert await carrying(Many(), platform).look_up_due() == 0
    assert platform.asked == ["dvc0", "dvc1", "dvc2"]


async def test_only_nothing_to_pay_is_nothing_to_pay() -> None:
    """Whatever else stands against a bill is no word that nothing is owed."""
    nothing = carrying(DossierService(409, "nothing-to-pay"), Platform())
    assert await nothing.what_is_owed("H99") == {"error_code": 0, "message": []}
    with pytest.raises(Unavailable):
        await carrying(DossierService(409, "transition-refused"), Platform()).what_is_owed("H99")


async def test_every_day_is_held_against_the_books_however_long_nobody_answers() -> None:
    """Away for days, the platform is asked for each of them afterwards, the oldest first, once."""
    lists = Lists()
    payments = carrying(Books(), lists)
    clock: Any = payments._clock
    await payments.reconcile_due()
    before, lists.is_away = len(lists.had), True
    for _ in range(5):
        clock.advance(timedelta(days=1))
        assert (await payments.reconcile_due()).days == ()
    lists.is_away = False
    await payments.reconcile_due()
    await payments.reconcile_due()
    caught_up = lists.had[before:]
    assert len(caught_up) == 5
    assert lists.had == sorted(set(lists.had))


async def test_a_list_nobody_can_read_holds_up_no_other_day_and_stays_told() -> None:
    clock = FixedClock()
    broken = (clock.now() - timedelta(days=5)).date()
    payments = carrying(Books(), Lists(broken))
    for days in (13, 0):
        found = await payments.reconcile_due()
        assert (len(found.days), list(found.faults)) == (days, [broken])


async def test_a_list_that_came_late_lets_the_days_after_it_be_compared_again() -> None:
    """It may name what they were missing."""
    clock = FixedClock()
    lists = Lists((clock.now() - timedelta(days=5)).date())
    payments = carrying(Books(), lists)
    assert len((await payments.reconcile_due()).days) == 13
    late, lists.broken = lists.broken, None
    found = await payments.reconcile_due()
    assert (found.days[0], len(found.days)) == (late, 5)
    assert (await payments.reconcile_due()).days == ()


async def test_an_installation_without_lists_asks_for_none() -> None:
    lists = Lists()
    lists.has_lists = False
    assert (await carrying(Books(), lists).reconcile_due()).days == ()
    assert lists.had == []


async def test_a_bill_speaks_in_the_codes_people_mapped() -> None:
    class Open(Platform):
        async def send(self, message: dict[str, Any]) -> Any:
            self.message = message
            return await super().send(message)

    platform = Open()
    await carrying(DossierService(), platform).open_waiting()
    bill = platform.message["ThongTinBienLai"]
    assert (bill["MaTTHC"], bill["MaDonVi"]) == ("1.004873.QG", "H99.201.QG")
    assert bill["MaDVC"] == "1.004873.QG.08", "its online service, not the procedure"
