"""The seed year: 90 decisions over 1,746 procedures on three levels, with a truth of its own.

The truth is kept as plain sets of days, by rules of its own: a procedure is public from the day a decision
puts it up until the day before another takes it down. It never asks the catalogue's code.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

YEAR = date(2026, 1, 1)
LEVELS = {"PROVINCE": 1_343, "DISTRICT": 257, "COMMUNE": 146}
DECISIONS, NEW, AMENDED, ABOLISHED = 90, 600, 200, 600
PROCESSES, INTERLINKED = 400, 500


@dataclass
class SeedDecision:
    """A decision: when it is signed and takes effect, and what it does."""

    number: str
    signed_on: date
    effective_on: date
    items: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class SeedYear:
    """Procedures at the year's end, what happened on the way there, and what was public on each day."""

    random: random.Random
    levels: dict[str, str] = field(default_factory=dict)
    at_start: list[str] = field(default_factory=list)
    decisions: list[SeedDecision] = field(default_factory=list)
    up: dict[str, date] = field(default_factory=dict)
    down: dict[str, date] = field(default_factory=dict)
    edition: dict[str, list[tuple[date, int]]] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    @classmethod
    def generate(cls, seed: int = 20260101) -> "SeedYear":
        """Make the year: it begins with 1,746 procedures and, 600 new, 600 abolished, ends with as many."""
        year = cls(random.Random(seed))
        codes = iter(f"{1 + number // 900_000}.{100_000 + number:06d}" for number in range(10_000))
        for level, count in LEVELS.items():
            for _ in range(count):
                year._add(next(codes), level)
        year.at_start = list(year.levels)
        for code in year.at_start:
            year._begin(code, YEAR)
        year._decide()
        year._spread("NEW", NEW, codes)
        year._spread("AMENDED", AMENDED, codes)
        year._spread("ABOLISHED", ABOLISHED, codes)
        return year

    def _add(self, code: str, level: str) -> None:
        self.levels[code] = level

    def _begin(self, code: str, day: date) -> None:
        self.up[code] = day
        self.edition[code] = [(day, 1)]

    def _decide(self) -> None:
        for number in range(DECISIONS):
            signed = YEAR + timedelta(days=3 + number * 4)
            effective = signed + timedelta(days=self.random.choice([1, 5, 7, 20]))
            self.decisions.append(SeedDecision(f"{100 + number}/QĐ-UBND", signed, effective))

    def _spread(self, kind: str, count: int, codes: Iterator[str]) -> None:
        for index in range(count):
            decision = self.decisions[index % DECISIONS]
            if kind == "NEW":
                code = next(codes)
                self._add(code, self.random.choice(list(LEVELS)))
                self._begin(code, decision.effective_on)
            else:
                code = self._untouched(decision.effective_on)
                if kind == "AMENDED":
                    self.edition[code].append((decision.effective_on, 2))
                else:
                    self.down[code] = decision.effective_on
            self._touched.add(code)
            decision.items.append((code, kind))

    def _untouched(self, day: date) -> str:
        while True:
            code = self.random.choice(self.at_start)
            if code not in self._touched and self.up[code] < day:
                return code

    def public_on(self, day: date) -> dict[str, int]:
        """Return the truth: the edition of each procedure public on a day."""
        return {
            code: max(edition for begun, edition in self.edition[code] if begun <= day)
            for code, begun in self.up.items()
            if begun <= day and (code not in self.down or day < self.down[code])
        }

    def record(self, code: str, edition: int, process: int) -> dict[str, Any]:
        """Return what a procedure says in an edition."""
        return {
            "code": code,
            "name": f"Thủ tục số {code}, lần {edition}",
            "sector": "G15-TP07",
            "levels": [self.levels[code]],
            "route": "PROVINCE",
            "submit_here": True,
            "online_level": "FULL",
            "performing_agencies": "ALL_COMMUNES",
            "competent_agency_kind": "COMMUNE",
            "process": f"QT-{process % PROCESSES:03d}",
            "applicant_types": ["CITIZEN"],
            "channels": [
                {"channel": "DIRECT", "processing_time": {"value": 3, "unit": "WORKING_DAY"}, "fees": []}
            ],
            "components": [{"code": "to-khai", "name": "Tờ khai"}],
            "results": [{"code": "giay", "name": "Giấy xác nhận", "electronic": True}],
            "legal_bases": [],
            "steps_text": [f"Nộp tờ khai, lần {edition}."],
            "keywords": [],
        }

    def groups(self) -> list[dict[str, Any]]:
        """Return interlinked groups over 500 procedures."""
        members = self.at_start[:INTERLINKED]
        return [
            {
                "code": f"LT-{index:03d}",
                "name": f"Nhóm liên thông {index}",
                "lead_procedure": members[index * 5],
                "members": [
                    {"procedure": code, "after": [] if place == 0 else [members[index * 5]]}
                    for place, code in enumerate(members[index * 5 : index * 5 + 5])
                ],
            }
            for index in range(INTERLINKED // 5)
        ]
