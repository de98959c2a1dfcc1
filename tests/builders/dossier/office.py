"""An office to test in, as the catalogue tells of it, and what people do there in one line each."""

from typing import Any

from kernel.core.caller import Caller
from kernel.core.event import Event
from kernel.testing.running import RunningService, a_person, a_service, a_staff_member, an_event
from tests.builders.dossier.files import a_pdf

COMMUNE = "H99.201"
OTHER_COMMUNE = "H99.202"
PROCEDURE = "1.004873"
PDF = a_pdf()


HANDED_OUT = {
    "receiver_name": "Nguyễn Văn An",
    "identity_number": "099088000011",
    "checked_by": "DOCUMENT",
    "no_receipt_reason": "Người nhận ký vào sổ giấy",
}
"""How An fetches a result at the counter."""


def a_citizen(subject: str = "cong-dan-an", number: str = "099088000011") -> Caller:
    """Return a citizen with an assured identity."""
    return a_person(subject, name="Nguyễn Văn An", identity_number=number)


def an_officer(*roles: str, unit: str = "chuyen-mon", agency: str = COMMUNE, subject: str = "") -> Caller:
    """Return an officer of the commune."""
    return a_staff_member(*roles, agency=agency, unit=unit, name="Cán bộ", subject=subject)


RECEIVER = an_officer("ONE_STOP_OFFICER", unit="mot-cua", subject="nhan")
SPECIALIST = an_officer("SPECIALIST", subject="thu-ly")
LEAD = an_officer("TEAM_LEAD", subject="truong-phong")
SIGNER = an_officer("SIGNER", unit="lanh-dao", subject="lanh-dao")
CLERK = an_officer("CLERK", unit="van-phong", subject="van-thu")
GATEWAY = a_service("portal.intake", "portal.read", "outside.answer", subject="gateway")
STRANGER = a_person("nguoi-la", name="Người Lạ", identity_number="099000000999")


def an_agency(code: str = COMMUNE, **known: Any) -> Event:
    """Return an agency as the catalogue publishes it."""
    data = {
        "code": code,
        "name": f"UBND {code}",
        "kind": "COMMUNE",
        "level": "COMMUNE",
        "calendar": "default",
    }
    data["one_stop_unit"] = {"name": "Trung tâm Phục vụ hành chính công"}
    return an_event("agency.changed.v1", code, {**data, **known})


def a_calendar(year: int = 2026) -> Event:
    """Return an ordinary year without holidays."""
    data = {"code": "default", "year": year, "office_hours": "07:30-11:30;13:30-17:30", "exceptions": []}
    return an_event("calendar.changed.v1", f"default:{year}", data)


def a_step(
    code: str, role: str | None, unit: str | None, *, to: str = "", back: str = "", **known: Any
) -> dict[str, Any]:
    """Return a step of a process."""
    ways = [{"to": to, "when": ""}] if to else []
    step = {
        "code": code,
        "name": code,
        "kind": "OFFICE",
        "role": role,
        "unit": unit,
        "hours": 4,
        "next": ways,
    }
    return {**step, "can_return_to": [back] if back else [], "product": "x", **known}


PLAIN_STEPS = [
    a_step("tham-dinh", "SPECIALIST", "chuyen-mon", to="soat-xet")
    | {"next": [{"to": "thuc-dia", "when": "needs_site_visit"}, {"to": "soat-xet", "when": ""}]},
    a_step("thuc-dia", "SPECIALIST", "chuyen-mon", to="soat-xet", back="tham-dinh"),
    a_step("soat-xet", "TEAM_LEAD", "chuyen-mon", to="ky", back="tham-dinh"),
    a_step("ky", "SIGNER", "lanh-dao", to="phat-hanh", back="soat-xet"),
    a_step("phat-hanh", "CLERK", "van-phong", back="ky", issues_result=True),
]
OUTSIDE_STEPS = [
    a_step("kiem-tra", "SPECIALIST", "chuyen-mon", to="ho-tich"),
    a_step("ho-tich", None, None, to="ky", back="kiem-tra", kind="OUTSIDE", system="HO_TICH_DUNG_CHUNG"),
    a_step("ky", "SIGNER", "lanh-dao", to="phat-hanh", back="kiem-tra"),
    a_step("phat-hanh", "CLERK", "van-phong", back="ky", issues_result=True),
]


def a_process(steps: list[dict[str, Any]] | None = None, code: str = "QT-1", version: int = 1) -> Event:
    """Return a process; the plain road unless other steps are given."""
    found = steps or PLAIN_STEPS
    data = {"code": code, "name": code, "version": version, "first": found[0]["code"], "steps": found}
    return an_event("process.approved.v1", code, data, sequence=version)


def a_procedure(code: str = PROCEDURE, version: int = 1, **known: Any) -> Event:
    """Return a procedure of three working days with one mandatory component."""
    term = {"value": 3, "unit": "WORKING_DAY"}
    fee = {"code": "LP", "name": "Lệ phí", "kind": "CHARGE", "amount": 5000, "collected": "NONE"}
    data = {
        "code": code,
        "version": version,
        "name": "Cấp Giấy xác nhận tình trạng hôn nhân",
        "sector": "G15-TP07",
        "route": "PROVINCE",
        "submit_here": True,
        "portal_url": "https://dichvucong.gov.vn/",
        "boundary_free": True,
        "performing_agencies": [COMMUNE, OTHER_COMMUNE],
        "channels": [
            {"channel": "DIRECT", "processing_time": term, "fees": [fee]},
            {"channel": "ONLINE", "processing_time": term, "fees": [fee]},
        ],
        "components": [
            {"code": "to-khai", "name": "Tờ khai", "mandatory": True, "allowed_types": ["application/pdf"]},
            {"code": "ly-hon", "name": "Bản án ly hôn", "mandatory": False},
        ],
        "results": [{"code": "giay-xac-nhan", "name": "Giấy xác nhận", "electronic": True}],
        "process": "QT-1",
        "max_supplements": 1,
    }
    return an_event("procedure.published.v1", code, {**data, **known}, sequence=version)


class Office:
    """A running dossier service in that office, and what people do there in one line each."""

    def __init__(self, service: RunningService) -> None:
        self.service = service

    async def open(self, *, steps: list[dict[str, Any]] | None = None, **procedure: Any) -> "Office":
        """Tell the service of the office."""
        await self.service.receive(
            an_agency(),
            an_agency(OTHER_COMMUNE),
            a_calendar(),
            a_calendar(2027),
            a_process(steps),
            a_procedure(**procedure),
        )
        return self

    async def upload(
        self, by: Caller, content: bytes = PDF, name: str = "to-khai.pdf", component: str = ""
    ) -> str:
        """Upload a file, for a component where one is named."""
        path = f"/v1/attachments?component={component}" if component else "/v1/attachments"
        answer = await self.service.post(path, content, by, headers={"X-File-Name": name})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["attachment_id"])

    async def submission(self, by: Caller, **changed: Any) -> dict[str, Any]:
        """Return a complete submission of this citizen."""
        body = {
            "procedure_code": PROCEDURE,
            "owner": {
                "full_name": by.name,
                "identity_number": by.identity_number,
                "phone": "0900000011",
                "email": "an@nguoidan.example",
                "address": "12 ngõ Bến Đò",
            },
            "receiving_agency": COMMUNE,
            "components": [{"component_code": "to-khai", "attachment_ids": [await self.upload(by)]}],
            "form_data": {"muc_dich": "kết hôn"},
            "result_delivery": "ELECTRONIC",
        }
        return {**body, **changed}

    async def submitted(self, by: Caller | None = None, **changed: Any) -> dict[str, Any]:
        """Submit a dossier and return the receipt."""
        citizen = by or a_citizen()
        answer = await self.service.post("/v1/dossiers", await self.submission(citizen, **changed), citizen)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(self, seen: dict[str, Any], action: str, by: Caller, **body: Any) -> dict[str, Any]:
        """Do something to a dossier as last seen; it must succeed."""
        answer = await self.tried(seen, action, by, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def tried(self, seen: dict[str, Any], action: str, by: Caller, **body: Any) -> Any:
        """Try something and return the answer."""
        path = f"/v1/dossiers/{seen['dossier_id']}/{action}"
        return await self.service.post(path, body, by, version=seen["version"])

    async def accepted(self, **changed: Any) -> dict[str, Any]:
        """Return a dossier that was accepted."""
        return await self.act(await self.submitted(**changed), "acceptance", RECEIVER)

    async def in_process(self) -> dict[str, Any]:
        """Return a dossier at its first step."""
        return await self.act(await self.accepted(), "handover", RECEIVER)

    async def at_issue(
        self, accepted: dict[str, Any] | None = None, decision: str | None = None
    ) -> dict[str, Any]:
        """Return a dossier that was signed and waits for the clerk."""
        seen = await (self.act(accepted, "handover", RECEIVER) if accepted else self.in_process())
        seen = await self.act(seen, "step-completion", SPECIALIST, step="tham-dinh")
        seen = await self.act(seen, "step-completion", LEAD, step="soat-xet")
        return await self.act(seen, "step-completion", SIGNER, step="ky", decision=decision)

    async def issued(
        self, at_issue: dict[str, Any] | None = None, by: Caller = CLERK, **result: Any
    ) -> dict[str, Any]:
        """Return a dossier whose result was issued: the scan of a paper, unless other files are named."""
        seen = at_issue or await self.at_issue()
        told = {"number": "1/XN", **result}
        told.setdefault("attachment_ids", [await self.upload(by, name="ket-qua.pdf")])
        return await self.act(seen, "result", by, **told)

    async def read(self, seen: dict[str, Any], by: Caller) -> dict[str, Any]:
        """Read a dossier."""
        answer = await self.service.get(f"/v1/dossiers/{seen['dossier_id']}", by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
