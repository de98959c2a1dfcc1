"""Online here: from a search without diacritics to a returned result, with a supplement on the way."""

from datetime import datetime
from typing import Any

import httpx

from demo.door import Door
from demo.office import Office
from demo.papers import a_pdf
from demo.script import Script, equal, eventually, expect
from demo.world import World

PROCEDURE = "1.004859"
OF_LEVEL_TWO = "1.004873"
MINISTRY_PROCEDURE = "1.010803"
AGENCY = "H99.201"


def play(script: Script, door: Door, world: World) -> dict[str, Any]:
    """Return what later acts look at: code, secret, citizen, statuses that happened."""
    script.act("Nộp trực tuyến tại tỉnh")
    office = Office(door, AGENCY, world.staff)
    person = world.person("cong-dan-an")
    _search(script, door)
    with script.step("công dân đăng nhập") as saw:
        citizen = door.sign_in(person["subject"])
        saw(str(citizen.get("/api/v1/session")["name"]))
    _raise_level(script, door, person)
    with script.step("nộp thủ tục của bộ tại tỉnh bị từ chối") as saw:
        refused = citizen.try_post("/api/v1/dossiers", _submission(MINISTRY_PROCEDURE, person, {}))
        equal(refused.status_code, 409, "a procedure of a ministry's system")
        equal(refused.json()["code"], "submit-at-portal", "the refusal")
        expect("dichvucong.gov.vn" in refused.json()["portal_url"], "no link to the portal")
        saw(refused.json()["portal_url"])
    with script.step("tải lên hai tệp, nộp hồ sơ") as saw:
        components = {
            code: citizen.upload(f"{code}.pdf", a_pdf(code), "application/pdf", PROCEDURE, code)
            for code in ("to-khai", "chung-minh")
        }
        submitted = citizen.post("/api/v1/dossiers", _submission(PROCEDURE, person, components))
        dossier_id = str(submitted["dossier_id"])
        saw(f"mã tra cứu {submitted['reference']}")
    _pay(script, office, citizen, dossier_id)
    accepted = _accept(script, world, office, dossier_id)
    with script.step("cán bộ một cửa chuyển hồ sơ cho đơn vị xử lý") as saw:
        handed = office.member("ONE_STOP_OFFICER").act(dossier_id, "handover", {"note": ""})
        equal(handed["state"], "PROCESSING", "after the hand-over")
        saw(f"bước {handed['step']['code']}")
    _supplement(script, office, citizen, dossier_id)
    office.work_to_result(script, dossier_id, symbol="QĐ-UBND")
    with script.step("trả kết quả cho công dân") as saw:
        officer = office.member("ONE_STOP_OFFICER")
        receipt = officer.upload("bien-nhan.pdf", a_pdf("Giấy biên nhận"), "application/pdf")
        body = {
            "delivery": "COUNTER",
            "receiver_name": person["name"],
            "identity_number": person["identity_number"],
            "checked_by": "DOCUMENT",
            "receipt_attachment_id": receipt,
        }
        returned = officer.act(dossier_id, "return", body)
        equal(returned["state"], "RETURNED", "at the end")
        history = citizen.get(f"/api/v1/dossiers/{dossier_id}/history")
        saw(f"{len(history['items'])} dòng lịch sử")
    return {
        "dossier_id": dossier_id,
        "code": accepted["dossier_code"],
        "secret": accepted["secret"],
        "person": person,
        "citizen": citizen,
        "statuses": ["1", "2", "4", "5", "4", "9", "10"],
    }


def _raise_level(script: Script, door: Door, person: dict[str, Any]) -> None:
    with script.step("đăng nhập mức 1 không khai được thủ tục đòi hỏi mức 2; nâng mức rồi khai") as saw:
        wanted = int(door.get(f"/api/v1/procedures/{OF_LEVEL_TWO}")["identification_level"])
        equal(wanted, 2, "the level the procedure asks for")
        draft = {"procedure_code": OF_LEVEL_TWO, "content": {}}
        weak = door.sign_in(person["subject"], "LoA1")
        refused = weak.try_post("/api/v1/drafts", draft)
        equal((refused.status_code, refused.json()["code"]), (403, "assurance-too-low"), "the refusal")
        equal(refused.json()["step_up"], f"/session/login?assurance={wanted}", "the way up")
        raised = door.sign_in(person["subject"], "LoA2")
        begun = raised.post("/api/v1/drafts", draft)
        equal(begun["state"], "OPEN", "the draft")
        saw(refused.json()["detail"])


def _search(script: Script, door: Door) -> None:
    with script.step("tìm thủ tục không dấu: 'cai chinh ho tich'") as saw:
        found = door.get("/api/v1/procedures", q="cai chinh ho tich", limit=5)["items"]
        expect(PROCEDURE in [item["code"] for item in found], f"not among {[item['code'] for item in found]}")
        saw(found[0]["name"][:50])


def _submission(procedure: str, person: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    return {
        "procedure_code": procedure,
        "channel": "ONLINE",
        "owner": {
            "full_name": person["name"],
            "identity_type": "CITIZEN_ID",
            "identity_number": person["identity_number"],
            "phone": person["phone"],
            "email": person["email"],
            "address": person["address"],
        },
        "receiving_agency": AGENCY,
        "components": [
            {"component_code": code, "attachment_ids": [file], "form": "electronic"}
            for code, file in files.items()
        ],
        "form_data": {"noi_dung": "Cải chính ngày sinh trong Giấy khai sinh"},
        "result_delivery": "COUNTER",
    }


def _pay(script: Script, office: Office, citizen: Any, dossier_id: str) -> None:
    path = f"/api/v1/dossiers/{dossier_id}"
    with script.step("chưa nộp lệ phí thì chưa tiếp nhận được") as saw:
        seen = citizen.get(path)
        refused = office.member("ONE_STOP_OFFICER").try_post(
            f"{path}/acceptance", {"note": ""}, version=int(seen["version"])
        )
        equal((refused.status_code, refused.json()["code"]), (409, "fee-unpaid"), "the refusal")
        saw(f"còn {refused.json()['outstanding']} đồng")
    with script.step("công dân thanh toán qua nền tảng của Cổng Dịch vụ công quốc gia") as saw:
        asked = citizen.post(f"{path}/payments/requests", {})

        def request(state: str) -> Any:
            found = citizen.get(f"{path}/payments")["requests"][-1]
            return found if found["state"] == state else None

        opened = eventually(lambda: request("OPEN"), "the address to pay at")
        httpx.post(opened["pay_url"], timeout=30).raise_for_status()
        eventually(lambda: request("PAID"), "the platform's result")
        saw(f"{asked['amount']} đồng, tham chiếu {asked['reference']}")


def _accept(script: Script, world: World, office: Office, dossier_id: str) -> dict[str, Any]:
    officer = office.member("ONE_STOP_OFFICER")
    with script.step(f"{officer.subject} tiếp nhận: mã hồ sơ, phiếu hẹn PDF có QR") as saw:
        accepted: dict[str, Any] = officer.act(dossier_id, "acceptance")
        expect(world.is_legal_code(accepted["dossier_code"], AGENCY), f"code {accepted['dossier_code']}")
        wanted = world.due(AGENCY, PROCEDURE, "ONLINE", datetime.fromisoformat(accepted["accepted_at"]))
        equal(datetime.fromisoformat(accepted["due_at"]), wanted, "the due moment by the rules")

        def slip() -> Any:
            papers = officer.get(f"/api/v1/dossiers/{dossier_id}/papers")["items"]
            return next((paper for paper in papers if paper["kind"] == "FORM_01"), None)

        paper = eventually(slip, "form 01")
        pdf = officer.download(f"/api/v1/papers/{paper['paper_id']}").content
        expect(pdf.startswith(b"%PDF-"), "form 01 is not a PDF")
        again = officer.download(f"/api/v1/papers/{paper['paper_id']}").content
        expect(pdf == again, "form 01 was rendered twice")
        saw(f"{accepted['dossier_code']}, hẹn {accepted['due_at'][:16]}, phiếu {len(pdf) // 1024} kB")
    return accepted


def _supplement(script: Script, office: Office, citizen: Any, dossier_id: str) -> None:
    items = [{"component_code": "chung-minh", "reason": "Bản chụp bị mờ"}]
    with script.step("chuyên viên đề nghị, trưởng phòng duyệt bổ sung: dừng đồng hồ") as saw:
        specialist = office.member("SPECIALIST", "chuyen-mon")
        specialist.act(dossier_id, "supplement-request", {"items": items, "reason": "Bản chụp bị mờ"})
        lead = office.member("TEAM_LEAD", "chuyen-mon")
        stopped = lead.act(dossier_id, "supplement-request-approval", {"approved": True, "note": ""})
        equal((stopped["state"], stopped["clock"]), ("SUPPLEMENT_REQUESTED", "STOPPED"), "after the request")
        saw("đồng hồ dừng")
    with script.step("công dân bổ sung, một cửa xác nhận: đồng hồ chạy tiếp") as saw:
        file = citizen.upload("bo-sung.pdf", a_pdf("Bản rõ"), "application/pdf", PROCEDURE, "chung-minh")
        citizen.act(dossier_id, "supplement-answer", {"attachment_ids": [file], "note": "Bản rõ kèm theo"})
        resumed = office.member("ONE_STOP_OFFICER").act(dossier_id, "resumption", {"note": ""})
        equal((resumed["state"], resumed["clock"]), ("PROCESSING", "RUNNING"), "after the answer")
        saw(f"hạn mới {resumed['due_at'][:16]}")
