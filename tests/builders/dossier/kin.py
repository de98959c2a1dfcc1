"""A family that hands in birth, residence and insurance card at once, and the offices that work them."""

from typing import Any

from kernel.core.caller import Caller
from kernel.core.event import Event
from kernel.testing.running import RunningService, a_person, a_staff_member, an_event
from services.dossier.jobs.advance_interlinked import ADVANCE_INTERLINKED
from tests.builders.dossier.office import (
    COMMUNE,
    PDF,
    Office,
    a_calendar,
    a_procedure,
    a_process,
    an_agency,
)

BIRTH, RESIDENCE, CARD = "1.001193", "1.004222", "1.001939"
POLICE, INSURANCE = "H99.301", "H99.401"
GROUP = "LT-KHAI-SINH"
FATHER = a_person("cong-dan-an", name="Nguyễn Văn An", identity_number="099088000011")
PLACES = {BIRTH: COMMUNE, RESIDENCE: POLICE, CARD: INSURANCE}


def staff(role: str, agency: str, unit: str = "chuyen-mon") -> Caller:
    """Return an officer of one of the three offices."""
    return a_staff_member(role, agency=agency, unit=unit, name="Cán bộ", subject=f"{role.lower()}-{agency}")


CARRIED = [{"component": "khai-sinh", "procedure": BIRTH}]
LEAD = staff("ONE_STOP_OFFICER", COMMUNE, "mot-cua")
WHY = {"reason": "Không đủ điều kiện", "legal_basis": "Luật Cư trú Điều 20"}


def a_group(members: list[dict[str, Any]] | None = None, sequence: int = 1, **known: Any) -> Event:
    """Return the group as the catalogue publishes it: residence and card wait for the birth certificate."""
    carried = [{"component": "khai-sinh", "procedure": BIRTH, "result": "giay-khai-sinh"}]
    data = {
        "code": GROUP,
        "name": "Khai sinh, thường trú, thẻ bảo hiểm y tế",
        "lead_procedure": BIRTH,
        "lead_agency": "ALL_COMMUNES",
        "members": members
        or [
            {"procedure": BIRTH, "after": [], "on_refused": "STOP"},
            {
                "procedure": RESIDENCE,
                "after": [BIRTH],
                "carries": {"form_fields": ["ho_ten_con", "cho_o"], "results": carried},
            },
            {
                "procedure": CARD,
                "after": [BIRTH],
                "carries": {"form_fields": ["ho_ten_con"], "results": carried},
            },
        ],
        "components": {"together": [{"papers": [f"{BIRTH}/cu-tru", f"{RESIDENCE}/cu-tru"]}]},
        "version": sequence,
        **known,
    }
    return an_event("interlinked_group.published.v1", GROUP, data, sequence=sequence)


def in_a_row(**rules: str) -> Any:
    """Return the group with the card after the residence, whose rules are given."""
    return a_group(
        [
            {"procedure": BIRTH, "after": []},
            {"procedure": RESIDENCE, "after": [BIRTH], "carries": {"results": CARRIED}, **rules},
            {"procedure": CARD, "after": [RESIDENCE], "carries": {"results": CARRIED}},
        ]
    )


def _offers(code: str, name: str, agency: str, days: int, asked: list[str], **known: Any) -> Event:
    term = {"value": days, "unit": "WORKING_DAY"}
    channels = [{"channel": one, "processing_time": term, "fees": []} for one in ("DIRECT", "ONLINE")]
    papers = [
        {"code": one, "name": one, "mandatory": not one.endswith("?"), "allowed_types": ["application/pdf"]}
        for one in asked
    ]
    return a_procedure(
        code,
        name=name,
        performing_agencies=[agency],
        boundary_free=False,
        channels=channels,
        results=[
            {"code": "giay-khai-sinh" if code == BIRTH else "ket-qua", "name": name, "electronic": True}
        ],
        **{"components": papers, **known},
    )


class Kin(Office):
    """Three offices that know the group."""

    async def open_kin(self, group: Event | None = None, **routes: dict[str, Any]) -> "Kin":
        """Tell the service of the offices, the procedures and the group; `routes` change a procedure."""
        given = {key.replace("_", "."): value for key, value in routes.items()}
        await self.service.receive(
            an_agency(COMMUNE),
            an_agency(POLICE, kind="DEPARTMENT", level="PROVINCE"),
            an_agency(INSURANCE, kind="DEPARTMENT", level="PROVINCE"),
            a_calendar(),
            a_calendar(2027),
            a_process(),
            _offers(BIRTH, "Khai sinh", COMMUNE, 1, ["to-khai", "cu-tru"], **given.get("birth", {})),
            _offers(
                RESIDENCE, "Thường trú", POLICE, 7, ["cu-tru", "khai-sinh"], **given.get("residence", {})
            ),
            _offers(CARD, "Thẻ BHYT", INSURANCE, 5, ["tk1", "khai-sinh"], **given.get("card", {})),
            group or a_group(),
        )
        return self

    async def submission_of_group(self, by: Caller = FATHER, **changed: Any) -> dict[str, Any]:
        """Return a complete submission."""
        body = {
            "group_code": GROUP,
            "owner": {
                "full_name": by.name,
                "identity_number": by.identity_number,
                "phone": "0900000011",
                "email": "an@nguoidan.example",
            },
            "receiving_agency": COMMUNE,
            "papers": [
                {
                    "names": [f"{BIRTH}/to-khai"],
                    "attachment_ids": [await self.upload(by, name="to-khai.pdf")],
                },
                {"names": [f"{BIRTH}/cu-tru"], "attachment_ids": [await self.upload(by, name="cu-tru.pdf")]},
                {"names": [f"{CARD}/tk1"], "attachment_ids": [await self.upload(by, PDF, "tk1.pdf")]},
            ],
            "form_data": {"ho_ten_con": "Nguyễn Bé", "cho_o": "12 Bến Đò", "ho_ten_me": "Trần Thị Bình"},
            "result_delivery": "ELECTRONIC",
        }
        return {**body, **changed}

    async def handed_in(self, by: Caller = FATHER, **changed: Any) -> dict[str, Any]:
        """Submit and return the parent."""
        body = await self.submission_of_group(by, **changed)
        answer = await self.service.post("/v1/interlinked-dossiers", body, by)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def parent(self, seen: dict[str, Any], by: Caller = FATHER) -> dict[str, Any]:
        """Read a parent."""
        answer = await self.service.get(f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}", by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def on(self, seen: dict[str, Any], action: str, by: Caller = FATHER, **body: Any) -> Any:
        """Try something with a parent as last seen."""
        path = f"/v1/interlinked-dossiers/{seen['interlinked_dossier_id']}/{action}"
        return await self.service.post(path, body, by, version=seen["version"])

    async def advance(self) -> None:
        """Let time's job go on with what has news."""
        await self.service.run_job(ADVANCE_INTERLINKED)

    async def child(self, seen: dict[str, Any], procedure: str) -> dict[str, Any]:
        """Read a child as its own office sees it."""
        parent = await self.parent(seen)
        found = next(one for one in parent["members"] if one["procedure"]["code"] == procedure)
        assert found["dossier_id"], found
        return await self.read(found, staff("ONE_STOP_OFFICER", PLACES[procedure], "mot-cua"))

    async def accepted_child(self, seen: dict[str, Any], procedure: str) -> dict[str, Any]:
        """Accept a child at its own office."""
        child = await self.child(seen, procedure)
        return await self.act(child, "acceptance", staff("ONE_STOP_OFFICER", PLACES[procedure], "mot-cua"))

    async def granted(self, seen: dict[str, Any], procedure: str, **result: Any) -> dict[str, Any]:
        """Bring a child from submission to its result."""
        agency = PLACES[procedure]
        at = await self.at_issue_of(seen, procedure)
        clerk = staff("CLERK", agency, "van-phong")
        given = {"number": f"{procedure}/KQ"} | result
        return await self.issued(at, clerk, **given)

    async def at_issue_of(self, seen: dict[str, Any], procedure: str) -> dict[str, Any]:
        """Bring a child to where its clerk issues the result."""
        agency = PLACES[procedure]
        at = await self.accepted_child(seen, procedure)
        at = await self.act(at, "handover", staff("ONE_STOP_OFFICER", agency, "mot-cua"))
        at = await self.act(at, "step-completion", staff("SPECIALIST", agency), step="tham-dinh")
        at = await self.act(at, "step-completion", staff("TEAM_LEAD", agency), step="soat-xet")
        return await self.act(at, "step-completion", staff("SIGNER", agency, "lanh-dao"), step="ky")

    async def statuses(self, seen: dict[str, Any]) -> dict[str, str]:
        """Return where each member stands."""
        parent = await self.parent(seen)
        return {one["procedure"]["code"]: one["status"] for one in parent["members"]}


def kin_of(service: RunningService) -> Kin:
    """Return the offices in a running service."""
    return Kin(service)


async def refused(kin: Kin, seen: dict[str, Any], procedure: str) -> None:
    """Refuse a child at its own office, and let the parent hear."""
    child = await kin.child(seen, procedure)
    agency = POLICE if procedure == RESIDENCE else COMMUNE
    await kin.act(child, "refusal", staff("ONE_STOP_OFFICER", agency, "mot-cua"), **WHY)
    await kin.advance()
