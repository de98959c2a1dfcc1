"""Whatever ended into whatever: each dossier is in figures and register of exactly who has it now."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from services.dossier.commands.figures import rebuild_figures
from services.dossier.jobs.continue_dossiers import CONTINUE_DOSSIERS
from tests.builders.dossier.office import COMMUNE, PROCEDURE, RECEIVER, SIGNER, Office, a_procedure, an_agency
from tests.integration.dossier.test_agencies_that_end import UNITS
from tests.integration.dossier.test_figures import PROVINCE, behind, province

__all__ = ["province"]

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
PROCEDURES = (PROCEDURE, "1.004884", "2.000635")
BELOW = f"{COMMUNE}.05"
"""A place under the commune, by its code and by the catalogue."""
OLD, NEW = (COMMUNE, "H99.202", BELOW), ("H99.210", "H99.220", "H99.230")
EVERYBODY = (*OLD, *NEW)
Held = Mapping[str, tuple[str, str]]
"""Of each dossier's code: where it was received, and its procedure."""


@dataclass
class Ends:
    """Ends as they are decided, and whose everything is now by a rule of the test's own."""

    heirs: dict[tuple[str, str], str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=lambda: {BELOW: COMMUNE})
    sequences: Counter[str] = field(default_factory=Counter)

    def keeper(self, agency: str, procedure: str) -> str:
        """Return who has it now."""
        while (heir := self.heirs.get((agency, procedure), self.heirs.get((agency, "")))) is not None:
            agency = heir
        return agency

    def sees(self, reader: str, agency: str, procedure: str) -> bool:
        """Tell whether somebody's leaders see it: their own now, or of whom stands under them now."""
        keeper = self.keeper(agency, procedure)
        while keeper and keeper != reader:
            over = self.above.get(keeper, "")
            keeper = self.keeper(over, "") if over else ""
        return keeper == reader

    async def told(self, office: Office, agency: str, **known: Any) -> None:
        """Tell the service what the catalogue says of an agency."""
        self.sequences[agency] += 1
        event = an_agency(agency, units=UNITS, parent=self.above.get(agency, "H99"), **known)
        await office.service.receive(replace(event, sequence=self.sequences[agency]))

    async def end(self, office: Office, agency: str, heir: str, by_procedure: Mapping[str, str]) -> None:
        """Let one end; `heir` goes on with all but what others go on with."""
        self.heirs |= {(agency, ""): heir, **{(agency, code): one for code, one in by_procedure.items()}}
        continuing = {"agency": heir, "by_procedure": dict(by_procedure)}
        successors = sorted({heir, *by_procedure.values()})
        await self.told(office, agency, valid_to="2026-03-02", successors=successors, continuing=continuing)
        await office.service.run_job(CONTINUE_DOSSIERS)


def leader(agency: str) -> Any:
    """Return who reads an agency's figures."""
    return replace(SIGNER, agency=agency, subject=f"lanh-dao-{agency}")


async def opened(office: Office) -> Ends:
    """Let everybody begin, and perform everything."""
    ends = Ends()
    for agency in EVERYBODY:
        await ends.told(office, agency)
    for code in PROCEDURES:
        known = a_procedure(code, version=2, performing_agencies=list(EVERYBODY), valid_from="2026-01-01")
        await office.service.receive(known)
    return ends


async def handed_in(office: Office, dice: Random, at: Collection[str], how_many: int) -> dict[str, Any]:
    """Hand dossiers in and let a counter accept them; some are taken back at once."""
    found = {}
    for _ in range(how_many):
        agency, code = dice.choice(sorted(at)), dice.choice(PROCEDURES)
        seen = await office.submitted(procedure_code=code, receiving_agency=agency)
        seen = await office.act(seen, "acceptance", replace(RECEIVER, agency=agency))
        if dice.random() < 0.7:
            await office.act(seen, "handover", replace(RECEIVER, agency=agency))
        found[seen["dossier_code"]] = (agency, code)
    return found


async def told_by_figures(office: Office, by: Any) -> list[str]:
    """Return the dossiers behind what was received, which the number itself counts."""
    answer = await office.service.get("/v1/statistics", by, params=MARCH)
    counted = sum(one["numbers"]["received"] for one in answer.json()["items"])
    found = [one["dossier_code"] for one in await behind(office, "received", by, **MARCH)]
    assert counted == len(found)
    return sorted(found)


async def told_by_register(office: Office, agency: str, of: str) -> list[str]:
    """Return the lines of an agency's register that another's counter reads."""
    counter = replace(RECEIVER, agency=agency, subject=f"mot-cua-{agency}")
    lines = await office.service.get("/v1/register", counter, params={**MARCH, "agency": of, "limit": 100})
    return [] if lines.status_code == 403 else [one["dossier_code"] for one in lines.json()["items"]]


async def is_each_told_once(office: Office, ends: Ends, held: Held) -> None:
    """Hold what everybody reads against whose everything is."""
    going_on = [one for one in EVERYBODY if (one, "") not in ends.heirs]
    for reader in going_on:
        expected = sorted(code for code, one in held.items() if ends.sees(reader, *one))
        assert await told_by_figures(office, leader(reader)) == expected, reader
    lines = [code for one in going_on for of in EVERYBODY for code in await told_by_register(office, one, of)]
    assert sorted(lines) == sorted(held)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_each_dossier_is_in_the_figures_of_who_has_it_now(province: Office, seed: int) -> None:
    """Through chains of ends and splits, live and of a closed period, and after a rebuild."""
    dice, ends = Random(seed), await opened(province)
    held = await handed_in(province, dice, OLD, 14)
    await is_each_told_once(province, ends, held)
    first, second = (dice.sample(NEW, 2) for _ in range(2))
    await ends.end(province, COMMUNE, first[0], {dice.choice(PROCEDURES): first[1]})
    await is_each_told_once(province, ends, held)
    held |= await handed_in(province, dice, [BELOW, *NEW], 6)
    await ends.end(province, "H99.202", second[0], dict.fromkeys(dice.sample(PROCEDURES, 2), second[1]))
    # What stood under the commune is told under who the catalogue says, or goes on by itself.
    if dice.random() < 0.5:
        ends.above[BELOW] = dice.choice(NEW)
        await ends.told(province, BELOW)
    await is_each_told_once(province, ends, held)
    last, *others = dice.sample(NEW, 3)
    await ends.end(province, last, others[0], {dice.choice(PROCEDURES): others[1]})
    await ends.end(province, BELOW, others[1], {})
    await is_each_told_once(province, ends, held)
    plain = "SELECT dossier_code FROM dossiers WHERE accepted_at IS NOT NULL ORDER BY 1"
    rows = await province.service.runtime.pool.fetch(plain)
    assert await told_by_figures(province, PROVINCE) == [row[0] for row in rows] == sorted(held)
    assert await rebuild_figures(province.service.runtime, ("--check",)) == 0
    province.service.clock.set(province.service.clock.now().replace(month=4, day=20))
    march = {"first": MARCH["from"], "last": MARCH["to"]}
    closed = await province.service.post("/v1/closed-periods", march, PROVINCE)
    assert (closed.status_code, closed.json()["rows"]) == (201, len(held))
    await is_each_told_once(province, ends, held)
