"""Whom a step may be given to: the staff directory's word on place, role, leave and stand-ins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import FourEyes
from services.dossier.domain.holdings import Step
from services.dossier.domain.mandates import is_away, mandates_of
from services.dossier.domain.work.errors import ColleagueAway, NotOfTheUnit
from services.dossier.domain.work.holding import Holder


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the directory, and those who act in their place some time or other."""

    entry: Mapping[str, Any]
    delegates: Sequence[Mapping[str, Any]] = ()

    @property
    def subject(self) -> str:
        """The account."""
        return str(self.entry["subject"])

    @property
    def name(self) -> str:
        """The name people know."""
        return str(self.entry.get("name") or self.subject)

    def works(self, dossier: Dossier, step: Step) -> bool:
        """Tell whether the step's role, unit and agency are this person's own."""
        agency, unit = dossier.now_at(step.agency), dossier.unit_at(step.unit, step.agency)
        sits = self.entry.get("agency") == agency and unit in {"", self.entry.get("unit") or ""}
        return sits and step.role in (self.entry.get("roles") or ())

    def takes_money_at(self, agency: str) -> bool:
        """Tell whether this person is a cashier of an agency."""
        return self.entry.get("agency") == agency and "CASHIER" in (self.entry.get("roles") or ())


def signs_for(colleague: Colleague, agency: str, day: date) -> bool:
    """Tell whether somebody signs for an agency on a day: its leader, or who acts in one's place."""
    entry = colleague.entry
    if is_away(entry, day):
        return False
    is_leader = entry.get("agency") == agency and "SIGNER" in (entry.get("roles") or ())
    return is_leader or any(one.agency == agency and "SIGNER" in one.roles for one in mandates_of(entry, day))


def holder_for(
    colleague: Colleague, dossier: Dossier, step: Step, *, day: date, at: Any, given_by: str
) -> Holder:
    """Return who holds a step given to a colleague: on leave, whoever acts for them.

    Raises `NotOfTheUnit` for somebody who does not work such steps, `ColleagueAway` for somebody on leave for
    whom nobody acts, `FourEyes` where who prepared the dossier would come to sign it.
    """
    if not colleague.works(dossier, step):
        raise NotOfTheUnit
    if not is_away(colleague.entry, day):
        _keep_four_eyes(dossier, step, colleague.subject)
        return Holder(colleague.subject, colleague.name, at, given_by)
    found = delegate_of(colleague, dossier, step, day=day)
    if found is None:
        raise ColleagueAway
    _keep_four_eyes(dossier, step, str(found["subject"]))
    name = str(found.get("name") or found["subject"])
    return Holder(str(found["subject"]), name, at, given_by, on_behalf_of=colleague.name)


def delegate_of(colleague: Colleague, dossier: Dossier, step: Step, *, day: date) -> Mapping[str, Any] | None:
    """Return who acts for somebody at this step on a day and is not away; None where nobody does."""
    for entry in colleague.delegates:
        for mandate in mandates_of(entry, day):
            is_theirs = mandate.giver == colleague.subject
            is_here = dossier.now_at(mandate.agency) == dossier.now_at(step.agency)
            if is_theirs and is_here and mandate.covers(step.role, dossier.procedure_code):
                return entry
    return None


def has_place(colleague: Colleague, dossier: Dossier, step: Step, *, day: date) -> bool:
    """Tell whether somebody works a step on a day: by their own role, or in the place of who does."""
    agency, unit = dossier.now_at(step.agency), dossier.unit_at(step.unit, step.agency)
    return colleague.works(dossier, step) or any(
        dossier.now_at(one.agency) == agency
        and unit in {"", one.unit}
        and one.covers(step.role, dossier.procedure_code)
        for one in mandates_of(colleague.entry, day)
    )


def _keep_four_eyes(dossier: Dossier, step: Step, subject: str) -> None:
    prepared = any(item.by == subject and item.role == "SPECIALIST" for item in dossier.done)
    if step.role == "SIGNER" and prepared:
        raise FourEyes
