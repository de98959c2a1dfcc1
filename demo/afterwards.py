"""What must be true afterwards: messages, survey, public tracking, and the portal's own books."""

import re
from itertools import groupby
from typing import Any

import httpx

from demo.door import Door
from demo.script import Script, equal, eventually, expect

Played = dict[str, Any]


def _moves(told: list[dict[str, Any]]) -> list[str]:
    """Return the statuses in order: what changed within one (papers answered) is told whole at the same."""
    return [status for status, _ in groupby(str(item["status"]) for item in told)]


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
    code = one.get("own_code", one["code"])
    answer = catcher.get("/messages", params={"contains": code})
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


_TOLD = {
    "2": "da tiep nhan ho so",
    "5": "can bo sung",
    "9": "da co ket qua",
    "10": "Đã trả kết quả",
    "invited": "Mời đánh giá",
}
"""Words of the message each status must have brought, once."""


def _messages(script: Script, catcher: httpx.Client, one: Played) -> None:
    happened = [*one["statuses"], *(["invited"] if one["statuses"][-1] == "10" else [])]
    wanted = {_TOLD[status] for status in happened if status in _TOLD}
    with script.step(f"{one['person']['name']} đã nhận đủ tin, mỗi tin một lần") as saw:

        def seen() -> dict[str, int]:
            texts = [message["subject"] + message["body"] for message in _of(catcher, one)]
            return {words: sum(words in text for text in texts) for words in wanted}

        eventually(lambda: all(seen().values()), f"messages of {one['code']}: {seen()}", 30)
        equal(seen(), dict.fromkeys(wanted, 1), "how often each message came")
        saw(f"{len(wanted)} tin")


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
        answers = {question["code"]: 5 for question in sheet["questionnaire"]["questions"]}
        door.post(f"/api/v1/invitations/{token}/response", {"answers": answers})
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
            return statuses if len(_moves(statuses)) >= len(wanted) else None

        statuses = eventually(complete, f"{wanted} at the portal", 60)
        equal(_moves(statuses), wanted, "the statuses at the portal")
        equal({item.get("count", 1) for item in statuses}, {1}, "how often each arrived")
        saw(" → ".join(wanted))
