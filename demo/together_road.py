"""Two procedures in one submission: the second begins when the first has its result; one of everything."""

from functools import partial
from typing import Any

import httpx

from demo.door import Door, Person
from demo.office import Office
from demo.papers import a_pdf
from demo.script import Script, equal, eventually
from demo.world import World

GROUP = "LT-KHUYET-TAT"
AGENCY = "H99.201"
ASKED = (("1.001699", "don"), ("1.001776", "to-khai"))


def play(script: Script, door: Door, world: World, catcher: httpx.Client) -> None:
    """Hand in once, work both, look at tracking and messages."""
    script.act("Liên thông: nộp một lần cho hai thủ tục")
    office, person = Office(door, AGENCY, world.staff), world.person("cong-dan-an")
    citizen = door.sign_in(person["subject"])
    with script.step("công dân nộp một lần, nhận một mã tra cứu") as saw:
        whole = citizen.post("/api/v1/interlinked-dossiers", _submission(citizen, person))
        equal([one["status"] for one in whole["members"]], ["OPEN", "WAITING"], "the members")
        saw(f"mã tra cứu {whole['reference']}")
    path = f"/api/v1/interlinked-dossiers/{whole['interlinked_dossier_id']}"
    for place, symbol in enumerate(("GXN", "QĐ-UBND")):
        member = eventually(partial(_begun, citizen, path, place), f"member {place} begins")
        officer = office.member("ONE_STOP_OFFICER")
        officer.act(member["dossier_id"], "acceptance")
        officer.act(member["dossier_id"], "handover", {"note": ""})
        office.work_to_result(script, member["dossier_id"], symbol=symbol)
    with script.step("cả hai có kết quả thì hồ sơ liên thông kết thúc, hẹn một lần") as saw:
        ended = eventually(lambda: _ended(citizen, path), "the end of the whole")
        equal(ended["outcome"], "GRANTED", "the outcome")
        equal(ended["due_at"], ended["original_due_at"], "the one appointment")
        saw(f"hẹn {ended['due_at'][:16]}")
    with script.step("tra cứu bằng một mã thấy cả hai; một tin hẹn") as saw:
        asked = {"code": whole["reference"], "secret": whole["secret"]}
        shown = eventually(lambda: _shown(door, asked), "the end in public tracking")
        equal(len(shown["members"]), 2, "members in tracking")
        texts = eventually(lambda: _texts(catcher, whole["reference"]), "the last message")
        equal(sum("hen tra" in one for one in texts), 1, "messages of an appointment")
        saw(f"{len(texts)} tin")


def _submission(citizen: Person, person: dict[str, Any]) -> dict[str, Any]:
    papers = [
        {
            "names": [f"{procedure}/{component}"],
            "attachment_ids": [citizen.upload(f"{component}.pdf", a_pdf(procedure), "application/pdf")],
        }
        for procedure, component in ASKED
    ]
    owner = {"full_name": person["name"], "identity_number": person["identity_number"]}
    return {
        "group_code": GROUP,
        "owner": {**owner, "phone": "0900000001", "email": "an@nguoidan.example"},
        "receiving_agency": AGENCY,
        "papers": papers,
    }


def _begun(citizen: Person, path: str, place: int) -> Any:
    member = citizen.get(path)["members"][place]
    return member if member["dossier_id"] else None


def _ended(citizen: Person, path: str) -> Any:
    whole = citizen.get(path)
    return whole if whole["state"] == "ENDED" else None


def _shown(door: Door, asked: dict[str, str]) -> Any:
    shown = door.get("/api/v1/tracking", **asked)
    return shown if shown["state"] == "ENDED" else None


def _texts(catcher: httpx.Client, reference: str) -> list[str] | None:
    found = catcher.get("/messages", params={"contains": reference}).raise_for_status().json()
    texts = [str(one["body"]) for one in found]
    return texts if any("da ket thuc" in one for one in texts) else None
