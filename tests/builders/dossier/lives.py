"""Lives of dossiers in which everybody writes one name wherever people can write something."""

from typing import Any
from urllib.parse import quote

from kernel.core.caller import Caller
from services.dossier.domain.codes import masked_name
from tests.builders.dossier.archive import answer
from tests.builders.dossier.office import (
    CLERK,
    LEAD,
    PDF,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.builders.dossier.till import BOTH, MANAGER, PLATFORM, Till, a_cashier
from tests.builders.dossier.yard import Yard

NAME = "Mộc Miên Hương"
NUMBER = "099188000777"
WORDS = f"Về việc của {NAME}, nhà ở ngõ Hoa Gạo"
MARKS = (NAME, masked_name(NAME), NUMBER, "0977123321", "ngõ Hoa Gạo", "moc-mien@nguoidan.example")
AN = a_citizen()
OTHER_LEAD = an_officer("TEAM_LEAD", subject="pho-phong")
DEPUTY = an_officer("SIGNER", unit="lanh-dao", subject="pho-chu-tich")
OWNER = {
    "full_name": NAME,
    "identity_number": NUMBER,
    "phone": "0977123321",
    "email": "moc-mien@nguoidan.example",
    "address": "Số 9 ngõ Hoa Gạo",
}
AGENT = {"full_name": AN.name, "identity_number": AN.identity_number}
SAID = {"reason": WORDS, "legal_basis": WORDS}
MISSING = {"items": [{"component_code": "to-khai", "reason": WORDS}], "reason": WORDS}
ANSWERED = {"note": WORDS}
ADDRESS = "https://tt.example/moc-mien"


FILE = quote(f"{NAME}.pdf")


def a_file(what: str) -> bytes:
    """Return a file of its own that names her."""
    return PDF + f"\n% {what} {NAME}".encode()


class Life:
    """One dossier of hers, from the authorisation to the archive, at an office with a till."""

    def __init__(self, yard: Yard) -> None:
        self.yard, self.office = yard, yard.office
        self.seen: dict[str, Any] = {}

    async def post(self, path: str, body: dict[str, Any], by: Caller, version: int | None = None) -> Any:
        """Post, which must succeed."""
        said = await self.office.service.post(f"/v1/{path}", body, by, version=version)
        assert said.status_code in {200, 201}, (path, said.text)
        return said.json()

    async def act(self, action: str, by: Caller, **body: Any) -> None:
        """Do something to the dossier as last seen."""
        self.seen = await self.office.act(self.seen, action, by, **body)

    async def led(self) -> dict[str, Any]:
        """Live it all, as far as the result at the counter."""
        given = await self.authorised()
        await self.submitted(given["authorization_id"])
        await self.paid()
        await self.received()
        await self.worked()
        await self.stopped_and_went_on()
        await self.returned()
        await self.corrected()
        said = {"reason": WORDS}
        await self.post(f"authorizations/{given['authorization_id']}/revocation", said, RECEIVER, 1)
        return self.seen

    async def authorised(self) -> dict[str, Any]:
        """Let her name An, on paper."""
        paper = await self.office.upload(RECEIVER, a_file("giấy ủy quyền"), FILE)
        dates = {"valid_from": "2026-01-01", "valid_until": "2026-12-31"}
        owner = {name: value for name, value in OWNER.items() if name != "address"}
        body = {"owner": owner, "representative": AGENT, "attachment_id": paper, **dates}
        return dict(await self.post("authorizations", body, RECEIVER))

    async def submitted(self, authorization: str) -> None:
        """Have An hand in for her, somebody helping."""
        files = [await self.office.upload(AN, a_file("tờ khai"), FILE)]
        self.seen = await self.office.submitted(
            AN,
            owner=OWNER,
            representative=AGENT,
            authorization_id=authorization,
            helper={"full_name": f"{NAME} Em", "relation": "RELATIVE", "phone": "0977123321"},
            components=[{"component_code": "to-khai", "attachment_ids": files}],
            form_data={"muc_dich": WORDS},
            result_delivery="COUNTER",
        )
        seen = {"database": "CSDLQG", "outcome": "MATCHED", "reference": WORDS}
        await self.post(f"dossiers/{self.seen['dossier_id']}/evidence", seen, RECEIVER)

    async def paid(self) -> None:
        """Take money, give it back, ask the platform, find it does not agree."""
        money = Till(self.office, self.seen, a_cashier("hoa-gao"))
        payer = {"full_name": NAME, "identity_number": NUMBER, "address": "ngõ Hoa Gạo"}
        taken = (await money.take(50_000, payer=payer)).json()["receipt"]
        path = f"receipts/{taken['receipt_id']}/replacement"
        again = await self.post(path, {"reason": WORDS, "payer": payer}, money.cashier, 1)
        await self.post(f"receipts/{again['receipt_id']}/cancellation", {"reason": WORDS}, money.cashier, 1)
        asked = (await money.post("/requests", AN)).json()["reference"]
        await self.post(f"payment-requests/{asked}/opening", {"failure": WORDS}, PLATFORM)
        await self.post(f"payment-requests/{asked}/opening", {"pay_url": ADDRESS}, PLATFORM)
        told = await money.news(asked, 90_000, raw={"NguoiNop": NAME, "NoiDung": WORDS})
        assert told.json()["outcome"] == "booked", told.text
        item = (await money.read())["items"][0]["item_id"]
        less = await money.post("/corrections", MANAGER, item=item, amount=-1_000, reason=WORDS)
        assert less.status_code in {200, 201}, less.text
        payee = {"full_name": NAME, "bank": WORDS, "account": NUMBER}
        back = await money.post("/refunds", BOTH, amount=11_000, method="TRANSFER", reason=WORDS, payee=payee)
        assert back.status_code == 201, back.text
        yes = {"approved": True, "note": WORDS}
        await self.post(f"refunds/{back.json()['refund_id']}/decision", yes, MANAGER, 1)

    async def received(self) -> None:
        """Ask once more, take it in, put the name right."""
        # Money given back has made a new version.
        self.seen |= {"version": (await self.office.read(self.seen, RECEIVER))["version"]}
        await self.act("intake-supplement-request", RECEIVER, **MISSING, legal_basis=WORDS)
        await self.act("intake-supplement-answer", AN, **ANSWERED)
        await self.act("acceptance", RECEIVER, note=WORDS)
        await self.act(
            "owner-correction", RECEIVER, address="Số 10 ngõ Hoa Gạo", reason=WORDS, evidence=WORDS
        )
        await self.act("handover", RECEIVER, note=WORDS)

    async def worked(self) -> None:
        """Ask colleagues, ask for money by mistake and for a paper, send back, take back."""
        await self.act("claim", SPECIALIST)
        asked = {"agency": "H99.202", "unit": "chuyen-mon", "hours": 4, "question": WORDS}
        await self.act("consultation-request", SPECIALIST, **asked)
        await self.act("payment-notice", SPECIALIST, **SAID, name=f"Tiền đất của {NAME}", amount=900_000)
        await self.act("payment-notice-cancellation", LEAD, reason=WORDS)
        await self.act("supplement-request", SPECIALIST, **MISSING, legal_basis=WORDS)
        await self.act("supplement-request-approval", LEAD, approved=True, note=WORDS)
        await self.act("supplement-answer", AN, **ANSWERED)
        await self.act("resumption", RECEIVER, note=WORDS)
        await self.act("step-completion", SPECIALIST, step="tham-dinh", note=WORDS)
        await self.act("step-completion", LEAD, step="soat-xet", outcome="RETURNED", note=WORDS)
        await self.act("step-undo", LEAD, note=WORDS)
        await self.act("step-completion", LEAD, step="soat-xet", note=WORDS)

    async def stopped_and_went_on(self) -> None:
        """Suspend, withdraw and be declined."""
        await self.act("suspension", SIGNER, **SAID, cause="COURT_OR_INSPECTION")
        await self.act("suspension-end", SIGNER, reason=WORDS)
        await self.act("withdrawal", AN, note=WORDS)
        await self.act("withdrawal-decision", SIGNER, approved=False, note=WORDS)

    async def returned(self) -> None:
        """Sign, issue, recall, issue again, hand out."""
        for number in ("7/XN", "8/XN"):
            await self.act("step-completion", SIGNER, step="ky", note=WORDS)
            file = await self.office.upload(CLERK, a_file(f"kết quả {number}"), FILE)
            name = f"Giấy xác nhận của {NAME}"
            await self.act("result", CLERK, number=number, name=name, attachment_ids=[file])
            if number == "7/XN":
                await self.act("result-recall", SIGNER, reason=WORDS)
        handing = {"receiver_name": NAME, "identity_number": NUMBER, "checked_by": "DOCUMENT"}
        await self.act("return", RECEIVER, **handing, no_receipt_reason=WORDS, note=WORDS)

    async def corrected(self) -> None:
        """Find the result wrong twice: declined, then opened, and the correction refused by the signer."""
        error = {"reason": WORDS, "cause": "ERROR_WRITTEN", "found_by": "APPLICANT"}
        await self.act("result-correction-draft", RECEIVER, **error)
        await self.act("result-correction", SIGNER, approved=False, note=WORDS)
        await self.act("result-correction-draft", RECEIVER, **error)
        await self.act("result-correction", SIGNER, approved=True, note=WORDS)
        correction = {**self.seen["correction"], "version": 1}
        await self.office.act(correction, "refusal", SIGNER, **SAID)


async def held_and_released(yard: Yard, seen: dict[str, Any]) -> None:
    """Hold the record and let it go, both with words."""
    path = f"records/{seen['dossier_id']}/holds"
    hold = (await yard.ask(path, kind="COMPLAINT", **SAID)).json()
    said = await yard.ask(f"holds/{hold['hold_id']}/release", version=1, reason=WORDS)
    assert said.status_code == 200, said.text


async def handed_over(yard: Yard, seen: dict[str, Any]) -> None:
    """Take it out of a batch with words, have it refused with words, then taken."""
    first = await yard.packed()
    (package,) = [one for one in first["packages"] if one["code"] == seen["dossier_code"]]
    path = f"batches/{first['batch_id']}"
    removal = f"{path}/packages/{package['package_id']}/removal"
    out = await yard.ask(removal, version=first["version"], reason=WORDS)
    assert out.status_code == 200, out.text
    refused = {"outcome": "REFUSED", "reason": WORDS}
    for key, lines in (("lan-mot", {seen["dossier_code"]: refused}), ("lan-hai", {})):
        batch = await yard.packed()
        protocol = await yard.signed(batch)
        await yard.hear(answer(protocol, key=key, lines=lines))


async def cancelled(office: Office) -> dict[str, Any]:
    """Return one she took back herself."""
    her = a_citizen("cong-dan-moc", NUMBER)
    seen = await office.submitted(her, owner=OWNER, form_data={"muc_dich": WORDS})
    return await office.act(seen, "cancellation", her, note=WORDS)


async def refused(office: Office) -> dict[str, Any]:
    """Return one nobody took in."""
    her = a_citizen("cong-dan-moc", NUMBER)
    seen = await office.submitted(her, owner=OWNER, form_data={"muc_dich": WORDS})
    return await office.act(seen, "refusal", RECEIVER, **SAID)
