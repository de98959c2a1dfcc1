"""Procedures for measuring: as many as wanted, varied from real ones where those are there, else made up."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.catalog.app import read_phrasebook

REAL = Path(__file__).parents[2] / "shared" / "data" / "procedures-public.jsonl"
_QUALIFIERS = (
    "thực hiện tại cấp tỉnh",
    "thực hiện tại cấp xã",
    "trường hợp có yếu tố nước ngoài",
    "đối với hộ gia đình, cá nhân",
    "đối với tổ chức, doanh nghiệp",
    "thuộc thẩm quyền của Bộ",
    "tại khu vực biên giới",
    "trong khu công nghiệp, khu kinh tế",
    "đối với cơ sở giáo dục",
    "cấp lần đầu",
    "do bị mất hoặc hư hỏng",
    "do thay đổi thông tin",
    "qua dịch vụ bưu chính",
    "theo thủ tục rút gọn",
)
_FIELDS = (
    "Hộ tịch",
    "Đất đai",
    "Xây dựng",
    "Cư trú",
    "Bảo trợ xã hội",
    "Thuế",
    "Y tế",
    "Giáo dục",
    "Giao thông",
)
_LEVELS = ("Cấp bộ", "Cấp tỉnh", "Cấp xã")


def procedures(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Return that many different procedures, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - variety, no secret.
    real = _real() or _made_up(chance)
    found = [{**record} for record in real[:count]]
    taken = {record["code"] for record in found}
    number = 500_000
    while len(found) < count:
        record = {**real[len(found) % len(real)]}
        qualifier = chance.choice(_QUALIFIERS)
        while f"4.{number:06d}" in taken:
            number += 1
        record["code"] = f"4.{number:06d}"
        number += 1
        record["name"] = f"{record['name']} {qualifier} số {chance.randrange(1, 400)}"
        found.append(record)
    return found


def questions(records: Sequence[dict[str, Any]], count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Return that many questions with the code each wants: pieces of names, some without their marks."""
    chance = random.Random(seed)  # noqa: S311 - variety, no secret.
    asked: list[tuple[str, str]] = []
    while len(asked) < count:
        record = chance.choice(records)
        words = str(record["name"]).split()
        size = min(len(words), chance.randint(3, 9))
        first = chance.randint(0, len(words) - size)
        asked.append((" ".join(words[first : first + size]), str(record["code"])))
    return asked


def _real() -> list[dict[str, Any]]:
    if not REAL.exists():
        return []
    return [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]


def _made_up(chance: random.Random) -> list[dict[str, Any]]:
    """Make procedures of the words of the law that everyday speech stands for."""
    subjects = sorted({meant for _, meant in read_phrasebook().means})
    found = []
    for number, (subject, qualifier) in enumerate(
        (subject, qualifier) for qualifier in _QUALIFIERS for subject in subjects
    ):
        steps = " ".join(chance.choices(subjects, k=40))
        found.append(
            {
                "code": f"3.{number:06d}",
                "name": f"Thủ tục {subject} {qualifier}",
                "field": chance.choice(_FIELDS),
                "levels": [chance.choice(_LEVELS)],
                "target_audience": ["Công dân Việt Nam"],
                "issuing_agency": "Bộ Tư pháp",
                "implementing_agencies": ["Ủy ban nhân dân cấp xã"],
                "channels": [
                    {
                        "channel": channel,
                        "duration_text": "5 Ngày làm việc",
                        "fee_text": "Phí: 50.000 Đồng",
                        "description": steps[:300],
                    }
                    for channel in ("online", "in_person", "postal")
                ],
                "steps_text": steps,
                "components": [
                    {"case": None, "name": text, "form": None, "originals": 1, "copies": 0}
                    for text in chance.choices(subjects, k=6)
                ],
                "results": [{"name": subject, "code": None}],
                "legal_bases": [{"number": "63/2010/NĐ-CP", "title": "Nghị định"}],
                "decision_number": "1/QĐ-BTP",
                "keywords": [],
            }
        )
    return found
