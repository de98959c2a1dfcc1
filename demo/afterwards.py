"""What must be true afterwards: messages, survey, public tracking, and the portal's own books."""

import re
from typing import Any

import httpx

from demo.door import Door
from demo.script import Script, equal, eventually, expect

Played = dict[str, Any]


def play(
    script: Script, door: Door, portal: httpx.Client, catcher: httpx.Client, played: list[Played]
) -> None:
    """Look from outside at each dossier that was played."""
    script.act("Sau đó")
    for one in played:
        _messages(script, catcher, one)
    for one in played:
        if one["statuses"][-1] == "10":
            _survey(script, door, catcher, one)
    for one in played:
        _tracking(script, door, one)
    for one in played:
        _portal(script, portal, one)


def _of(catcher: httpx.Client, one: Played) -> list[dict[str, Any]]:
    to = [one["person"]["email"], one["person"]["phone"]]
    found: list[dict[str, Any]] = []
    for address in to:
        found += catcher.get("/messages", params={"to": address}).raise_for_status().json()["messages"]
    codes = {one["code"], one.get("own_code", one["code"])}
    return [
        message for message in found if any(code in message["subject"] + message["body"] for code in codes)
    ]


def _messages(script: Script, catcher: httpx.Client, one: Played) -> None:
    wanted = {"2": "accepted", "5": "supplement", "9": "result_ready", "10": "returned"}
    expected = {name for status, name in wanted.items() if status in one["statuses"]}
    with script.step(f"{one['person']['name']} đã nhận đủ tin") as saw:

        def arrived() -> list[dict[str, Any]] | None:
            found = _of(catcher, one)
            mails = {message["subject"] for message in found if message["kind"] == "mail"}
            return found if len(mails) >= len(expected) else None

        found = eventually(arrived, f"messages for {sorted(expected)} of {one['code']}", 30)
        mails = [message["subject"] for message in found if message["kind"] == "mail"]
        equal(len(mails), len(set(mails)), f"each mail once: {mails}")
        saw(f"{len(mails)} thư, {len(found) - len(mails)} SMS")


def _survey(script: Script, door: Door, catcher: httpx.Client, one: Played) -> None:
    with script.step(f"{one['person']['name']} trả lời khảo sát") as saw:

        def invited() -> str | None:
            for message in _of(catcher, one):
                link = re.search(r"/khao-sat/([A-Za-z0-9_-]{20,})", message["body"])
                if link:
                    return link.group(1)
            return None

        token = eventually(invited, f"the invitation for {one['code']}", 30)
        sheet = door.get(f"/api/v1/invitations/{token}")
        answers = [{"question": item["code"], "score": 5} for item in sheet["questions"]]
        door.post(f"/api/v1/invitations/{token}/response", {"answers": answers, "comment": "Nhanh, rõ ràng"})
        saw(f"{len(answers)} câu")


def _tracking(script: Script, door: Door, one: Played) -> None:
    with script.step(f"tra cứu công khai {one['code']}") as saw:
        code = one.get("own_code", one["code"])
        last = {"10": "RETURNED", "4": "PROCESSING"}[one["statuses"][-1]]

        def shown() -> dict[str, Any] | None:
            seen: dict[str, Any] = door.get("/api/v1/tracking", code=code, secret=one["secret"])
            return seen if seen["state"] == last else None

        seen = eventually(shown, f"{last} in the public tracking")
        expect("***" in seen["owner"], f"the owner is not masked: {seen['owner']}")
        text = str(seen)
        for secret in (one["person"]["identity_number"], one["person"]["phone"], one["person"]["email"]):
            expect(secret not in text, "personal data in the public tracking")
        saw(f"{seen['owner']}, {seen['state']}")


def _portal(script: Script, portal: httpx.Client, one: Played) -> None:
    with script.step(f"cổng giữ {one['code']}: mỗi trạng thái một lần, đúng thứ tự") as saw:
        wanted = one["statuses"]

        def complete() -> list[dict[str, Any]] | None:
            answer = portal.get(f"/sandbox/dossiers/{one['code']}")
            if answer.status_code != httpx.codes.OK:
                return None
            statuses: list[dict[str, Any]] = answer.json()["statuses"]
            return statuses if len(statuses) >= len(wanted) else None

        statuses = eventually(complete, f"{wanted} at the portal", 60)
        equal([str(item["status"]) for item in statuses], wanted, "the statuses at the portal")
        equal({item.get("count", 1) for item in statuses}, {1}, "how often each arrived")
        saw(" → ".join(wanted))
