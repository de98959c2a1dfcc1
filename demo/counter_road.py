"""Counter: a walk-in is received for another commune's agency and handed over to it."""

from typing import Any

from demo.door import Door
from demo.office import Office
from demo.script import Script, equal, expect
from demo.world import World

PROCEDURE = "1.004873"
HERE = "H99.201"
COMPETENT = "H99.202"


def play(script: Script, door: Door, world: World) -> dict[str, Any]:
    """Return the dossier received for the other commune."""
    script.act("Tại quầy, phi địa giới")
    here, there = Office(door, HERE, world.staff), Office(door, COMPETENT, world.staff)
    officer = here.member("ONE_STOP_OFFICER")
    person = world.person("cong-dan-chin")
    with script.step(f"{officer.subject} nhận hộ phường khác, chờ thu lệ phí") as saw:
        taken_in = officer.post("/api/v1/counter-dossiers", _walk_in(person))
        equal(taken_in["state"], "SUBMITTED", "before the fee is paid")
        saw(str(taken_in["reference"]))
    dossier_id = str(taken_in["dossier_id"])
    here.collect(script, dossier_id)
    with script.step(f"{officer.subject} tiếp nhận, hẹn trả") as saw:
        receipt = officer.act(dossier_id, "acceptance")
        received = officer.get(f"/api/v1/dossiers/{dossier_id}")
        equal(received["state"], "ACCEPTED", "at the counter")
        equal(received["competent_agency"]["code"], COMPETENT, "the competent agency")
        equal(received["helping_agency"]["code"], HERE, "the helping agency")
        expect(world.is_legal_code(received["dossier_code"], COMPETENT), received["dossier_code"])
        saw(received["dossier_code"])
    with script.step("chuyển sang cơ quan có thẩm quyền") as saw:
        handed = there.member("ONE_STOP_OFFICER").act(dossier_id, "handover", {"note": ""})
        equal(handed["state"], "PROCESSING", "after the hand-over")
        equal(handed["step"]["agency"], COMPETENT, "who works it")
        saw(f"bước {handed['step']['code']} tại {COMPETENT}")
    with script.step("cán bộ cơ quan thứ ba không thấy hồ sơ này") as saw:
        third = Office(door, "H99.203", world.staff).member("ONE_STOP_OFFICER")
        refused = third.try_get(f"/api/v1/dossiers/{dossier_id}")
        equal(refused.status_code, 404, "a stranger's look")
        saw("404")
    return {
        "dossier_id": dossier_id,
        "code": received["dossier_code"],
        "secret": receipt["secret"],
        "person": person,
        "statuses": ["1", "2", "4"],
    }


def _walk_in(person: dict[str, Any]) -> dict[str, Any]:
    return {
        "procedure_code": PROCEDURE,
        "channel": "DIRECT",
        "owner": {
            "full_name": person["name"],
            "identity_type": "CITIZEN_ID",
            "identity_number": person["identity_number"],
            "phone": person["phone"],
            "email": person["email"],
            "address": person["address"],
        },
        "receiving_agency": COMPETENT,
        "competent_agency": COMPETENT,
        "components": [{"component_code": "to-khai", "attachment_ids": [], "form": "original"}],
        "result_delivery": "COUNTER",
    }
