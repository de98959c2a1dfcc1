"""Officers work a dossier's internal process to its result, each step by somebody who may do it."""

from typing import Any

from demo.door import Door, Person
from demo.papers import a_pdf
from demo.script import Script, equal, eventually, expect
from demo.token import Token


class Office:
    """The staff of one agency in the sample province."""

    def __init__(self, door: Door, agency: str, staff: list[dict[str, Any]]) -> None:
        self._door = door
        self.agency = agency
        self._staff = [member for member in staff if member["agency"] == agency]
        self._signed_in: dict[str, Person] = {}

    def member(self, role: str, unit: str | None = None) -> Person:
        """Return a signed-in officer with this role in this unit."""
        for one in self._staff:
            if role in one["roles"] and unit in {None, "", one["unit"]}:
                if one["subject"] not in self._signed_in:
                    self._signed_in[one["subject"]] = self._door.sign_in(one["subject"])
                return self._signed_in[one["subject"]]
        raise LookupError(f"nobody is {role} in {unit} of {self.agency}")

    def work_to_result(
        self, script: Script, dossier_id: str, *, symbol: str, is_electronic: bool = False
    ) -> None:
        """Complete step after step until the clerk issues the result: a paper's scan, or a sealed file."""
        reader = self.member("ONE_STOP_OFFICER")
        while True:
            seen = reader.get(f"/api/v1/dossiers/{dossier_id}")
            step = seen["step"]
            if step["kind"] == "OUTSIDE":
                self._await_outside(script, dossier_id, step)
                continue
            who = self.member(step["role"], step["unit"])
            if "result" in who.get(f"/api/v1/dossiers/{dossier_id}")["actions"]:
                with script.step(f"{who.subject} vào sổ, phát hành kết quả") as saw:
                    file_id = who.upload("ket-qua.pdf", a_pdf("Kết quả giải quyết"), "application/pdf")
                    if is_electronic:
                        # The person's signature and the agency's: domain.md 9 asks for both.
                        file_id = _sealed(who, Token(self.agency).signed(who, file_id))
                    number = _next_number(seen["dossier_code"], symbol)
                    body = {"number": number, "attachment_ids": [file_id]}
                    done = who.act(dossier_id, "result", body)
                    equal(done["state"], "RESULT_READY", "after the result")
                    equal(done["warnings"], [], "what is warned of the result")
                    saw(f"số {number}")
                return
            with script.step(f"{who.subject} làm bước {step['code']} ({step['role']})") as saw:
                expect(self._has_in_inbox(who, dossier_id), "the step is not in the officer's inbox")
                done = who.act(dossier_id, "step-completion", {"step": step["code"], "outcome": "DONE"})
                expect(done["step"]["code"] != step["code"], "the step did not move")
                saw(f"→ {done['step']['code']}, hạn bước {done['step']['due_at'][:16]}")

    def collect(self, script: Script, dossier_id: str) -> None:
        """Let the cashier take what is owed before acceptance and give a receipt."""
        cashier = self.member("CASHIER")
        path = f"/api/v1/dossiers/{dossier_id}/payments"
        with script.step(f"{cashier.subject} thu lệ phí tiền mặt, cấp biên lai") as saw:
            owed = cashier.get(path)
            body = {"amount": owed["outstanding_before"], "method": "CASH"}
            taken = cashier.post(f"{path}/receipts", body, version=owed["version"])
            equal(taken["outstanding_before"], 0, "what is still owed before acceptance")
            saw(f"{body['amount']} đồng, biên lai {taken['receipt']['serial']} {taken['receipt']['number']}")

    def _has_in_inbox(self, who: Person, dossier_id: str) -> bool:
        cursor = ""
        while True:
            page = who.get("/api/v1/inbox", limit=100, cursor=cursor)
            if any(item["dossier_id"] == dossier_id for item in page["items"]):
                return True
            cursor = page["next_cursor"]
            if not cursor:
                return False

    def _await_outside(self, script: Script, dossier_id: str, step: dict[str, Any]) -> None:
        reader = self.member("ONE_STOP_OFFICER")

        def answered() -> dict[str, Any] | None:
            now: dict[str, Any] = reader.get(f"/api/v1/dossiers/{dossier_id}")
            return now if now["step"]["code"] != step["code"] else None

        with script.step(f"hệ thống ngoài làm bước {step['code']}") as saw:
            now = eventually(answered, "the outside system's answer")
            saw(f"→ {now['step']['code']}, có chứng cứ")


def _sealed(clerk: Person, attachment_id: str) -> str:
    """Return the version of a file that carries the agency's seal too."""
    sealed: dict[str, Any] = clerk.post(f"/api/v1/attachments/{attachment_id}/seal", {})
    return str(sealed["attachment_id"])


def _next_number(dossier_code: str, symbol: str) -> str:
    """Return a number the agency has given to nobody yet, also where the story is played twice."""
    day, place = dossier_code.rsplit("-", 2)[1:]
    return f"{day}{place}/{symbol}"
