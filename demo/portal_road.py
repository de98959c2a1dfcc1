"""Born on the portal: birth registration comes down, keeps the portal's code, is worked and returned."""

from typing import Any

import httpx

from demo.door import Door
from demo.office import Office
from demo.papers import as_base64
from demo.script import Script, equal, eventually, expect
from demo.world import World

PROCEDURE = "1.001193"
AGENCY = "H99.201"


def play(script: Script, door: Door, world: World, portal: httpx.Client) -> dict[str, Any]:
    """Return the portal's code and what happened to it."""
    script.act("Sinh ra trên Cổng Dịch vụ công quốc gia")
    office = Office(door, AGENCY, world.staff)
    officer = office.member("ONE_STOP_OFFICER")
    person = world.person("cong-dan-binh")
    with script.step("cổng gửi hồ sơ đăng ký khai sinh xuống tỉnh") as saw:
        sent = portal.post("/sandbox/submissions", json=_submission(person)).raise_for_status().json()
        equal(sent["state"], "accepted", f"the province's answer {sent.get('answer')}")
        saw(f"mã cổng {sent['code']}")
    with script.step("cổng gửi lại lần nữa: không sinh hồ sơ thứ hai") as saw:
        path = f"/sandbox/submissions/{sent['code']}/resend"
        portal.post(path, params={"everything": "true"}).raise_for_status()
        dossier = eventually(lambda: _find(officer, sent["code"]), "the portal-born dossier")
        equal(len(_all(officer, sent["code"])), 1, "dossiers of this portal code")
        saw(f"giữ mã cổng, trạng thái {dossier['state']}")
    dossier_id = str(dossier["dossier_id"])
    with script.step("tiếp nhận: mã riêng bên cạnh mã cổng, chuyển xử lý") as saw:
        accepted = officer.act(dossier_id, "acceptance")
        equal(accepted["portal_code"], sent["code"], "the portal's code")
        expect(world.is_legal_code(accepted["dossier_code"], AGENCY), accepted["dossier_code"])
        officer.act(dossier_id, "handover", {"note": ""})
        saw(accepted["dossier_code"])
    office.work_to_result(script, dossier_id, symbol="KS", is_electronic=True)
    with script.step("trả kết quả điện tử") as saw:
        agreed = "Chủ hồ sơ đồng ý nhận bản điện tử khi nộp trên Cổng"
        body = {"delivery": "ELECTRONIC", "delivery_reason": agreed}
        returned = officer.act(dossier_id, "return", body)
        equal(returned["state"], "RETURNED", "at the end")
        saw(returned["state"])
    return {
        "dossier_id": dossier_id,
        "code": sent["code"],
        "own_code": accepted["dossier_code"],
        "secret": accepted["secret"],
        "person": person,
        "statuses": ["2", "4", "9", "10"],
    }


def _submission(person: dict[str, Any]) -> dict[str, Any]:
    return {
        "procedure_code": PROCEDURE,
        "owner": {
            "name": person["name"],
            "identity_number": person["identity_number"],
            "birth_date": person["birth_date"].replace("-", ""),
            "phone": person["phone"],
            "email": person["email"],
            "address": person["address"],
        },
        "attachments": [
            {
                "name": "to-khai.pdf",
                "component_code": "to-khai",
                "base64": as_base64("Tờ khai đăng ký khai sinh"),
            },
            {
                "name": "chung-sinh.pdf",
                "component_code": "giay-chung-sinh",
                "base64": as_base64("Giấy chứng sinh"),
            },
        ],
        "agency_code": AGENCY,
        "agency_name": "UBND phường Bến Lam",
        "form": {"ho_ten_tre": "Trần Minh Khôi", "ngay_sinh": "20261103"},
        "summary": "Đăng ký khai sinh cho trẻ",
    }


def _all(officer: Any, portal_code: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = officer.get("/api/v1/dossiers", code=portal_code, limit=10)["items"]
    return [item for item in items if item["portal_code"] == portal_code]


def _find(officer: Any, portal_code: str) -> dict[str, Any] | None:
    return next(iter(_all(officer, portal_code)), None)
