"""Money of one dossier, and what people do with it in one line each."""

from typing import Any

from kernel.testing.running import a_service
from tests.builders.dossier.office import PROCEDURE, Office, a_citizen, an_officer

MANAGER = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="truong-quay")
BOTH = an_officer("CASHIER", "ONE_STOP_MANAGER", unit="mot-cua", subject="hai-vai")
PLATFORM = a_service("portal.payments", subject="gateway-payments")
TERM = {"value": 3, "unit": "WORKING_DAY"}
WATCHER = an_officer("CASHIER", unit="mot-cua", subject="thu-ngan-xem")


def a_cashier(name: str) -> Any:
    """Return a cashier of the commune, with a drawer of their own."""
    return an_officer("CASHIER", unit="mot-cua", subject=f"thu-ngan-{name}")


def a_channel(*fees: dict[str, Any], name: str = "ONLINE") -> dict[str, Any]:
    """Return a channel of three days with these fees."""
    return {"channel": name, "processing_time": TERM, "fees": [*fees]}


def a_fee(amount: int | None = 50_000, collected: str | None = "BEFORE", **known: Any) -> dict[str, Any]:
    """Return a fee row."""
    row = {"code": "LP", "name": "Lệ phí", "kind": "CHARGE", "amount": amount, "collected": collected}
    return {**row, **known}


AFTER = a_fee(30_000, "AFTER", code="PHI", name="Phí thẩm định", kind="FEE")


class Till:
    """What people do with one dossier's money."""

    def __init__(self, office: Office, dossier: dict[str, Any], cashier: Any = WATCHER) -> None:
        self.office, self.dossier, self.cashier = office, dossier, cashier
        self.path = f"/v1/dossiers/{dossier['dossier_id']}/payments"

    async def read(self, by: Any = WATCHER) -> dict[str, Any]:
        """Read the account."""
        answer = await self.office.service.get(self.path, by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def post(self, what: str, by: Any, version: int | None = None, **body: Any) -> Any:
        """Try something on the account as last seen."""
        seen = (await self.read())["version"] if version is None else version
        return await self.office.service.post(f"{self.path}{what}", body, by, version=seen)

    async def take(self, amount: int, by: Any = None, **body: Any) -> Any:
        """Take money over the counter."""
        return await self.post("/receipts", by or self.cashier, amount=amount, **{"method": "CASH", **body})

    async def ask(self, **body: Any) -> dict[str, Any]:
        """Ask for an address to pay at."""
        answer = await self.post("/requests", a_citizen(), **body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def news(self, reference: str, amount: int = 50_000, **news: Any) -> Any:
        """Tell the service what the platform said."""
        body = {"reference": reference, "outcome": "PAID", "amount": amount, "source": "CALLBACK", **news}
        return await self.office.service.post("/v1/payment-results", body, PLATFORM)


async def a_till(office: Office, cashier: Any = WATCHER, procedure: str = PROCEDURE) -> Till:
    """Return the money of a dossier just submitted."""
    return Till(office, await office.submitted(procedure_code=procedure), cashier)
