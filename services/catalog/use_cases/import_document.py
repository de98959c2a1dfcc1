"""Takes a document into the catalogue, all of it or nothing."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.core.caller import Caller
from services.catalog.domain.document import publishing_agency, read_document
from services.catalog.domain.errors import ImportRefused, LocalNeedsApproval, MayNotImport
from services.catalog.domain.events import entry_event, procedure_event
from services.catalog.domain.items import Item, ItemKind, Outcome, Source
from services.catalog.domain.parts import Shown
from services.catalog.domain.plan import Plan, make_plan
from services.catalog.use_cases.agencies.units import load_units
from services.catalog.use_cases.laws.filing import take_legal_documents
from services.catalog.use_cases.ports import Work

_MOST_REFUSED = 200
_PORTION = 250


@dataclass(frozen=True, slots=True)
class Report:
    """What became, or would become, of every item."""

    items: list[Item]
    is_dry_run: bool

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many items of each kind had each outcome."""
        counted = Counter((item.kind, item.outcome) for item in self.items)
        kinds = [kind for kind in ItemKind if any(found == kind for found, _ in counted)]
        return {kind.value: {outcome.value: counted[kind, outcome] for outcome in Outcome} for kind in kinds}


@dataclass(frozen=True, slots=True)
class Compared:
    """A document compared with what is held: nothing is written yet."""

    document: object
    plan: Plan
    by: Caller

    @property
    def report(self) -> Report:
        """What would become of every item."""
        return Report(self.plan.items, is_dry_run=True)


async def import_document(
    document: object, *, by: Caller, dry_run: bool, work: Work, now: datetime
) -> Report:
    """Compare every item with what is held and write what differs, with an event each.

    Raises `MayNotImport`, `LocalNeedsApproval`, `NotADocument`, and `ImportRefused` when any item is refused
    and this is no dry run.
    """
    compared = await compare_document(document, by=by, work=work, now=now)
    await take_compared(compared, dry_run=dry_run, work=work, now=now)
    return Report(compared.plan.items, dry_run)


async def compare_document(document: object, *, by: Caller, work: Work, now: datetime) -> Compared:
    """Read and compare every item, beside the event loop: a national catalogue takes a second or more."""
    if not by.has_role("catalog.import", "CATALOG_EDITOR"):
        raise MayNotImport
    source, items = await asyncio.to_thread(read_document, document)
    codes = [item.code for item in items if item.kind is ItemKind.PROCEDURE]
    known = await work.imports.known(source, codes)
    plan = await asyncio.to_thread(
        make_plan, source, items, known, by=by.subject, at=now, agency=publishing_agency(document)
    )
    return Compared(document, plan, by)


async def take_compared(compared: Compared, *, dry_run: bool, work: Work, now: datetime) -> None:
    """Write what differs; a dry run only lets the parts beside the catalogue's entries be judged as well."""
    document, by = compared.document, compared.by
    if not dry_run:
        work.imports.show(await write_plan(compared, work=work, now=now))
    if isinstance(document, Mapping) and document.get("administrative_units"):
        ground = {"administrative_units": document["administrative_units"]}
        await load_units(ground, by=by, dry_run=dry_run, work=work)
    await take_legal_documents(document, by=by.subject, dry_run=dry_run, work=work, now=now)


async def write_plan(compared: Compared, *, work: Work, now: datetime) -> list[Shown]:
    """Write the plan, a large one in portions of the one commit: each holds up other callers little.

    Returns what search is to find by it: written last, because others who publish wait for it from its first
    row to the commit.
    """
    plan = compared.plan
    if plan.source is Source.LOCAL and not compared.by.has_role("catalog.import"):
        raise LocalNeedsApproval
    if plan.refused:
        report = Report(plan.items, is_dry_run=False)
        refused = [
            {"kind": item.kind.value, "code": item.code, "reasons": item.reasons} for item in plan.refused
        ]
        raise ImportRefused(extra={"counts": report.counts, "items": refused[:_MOST_REFUSED]})
    work.imports.save(plan)
    for change in plan.changes:
        event = entry_event(change, now)
        if event is not None:
            work.record(event)
    shown: list[Shown] = []
    for number, portion in enumerate(plan.publication.portions(_PORTION)):
        if number:
            await work.flush()
        work.imports.publish(portion)
        shown += work.imports.shown(portion.versions)
        for version in portion.versions:
            work.record(procedure_event(version, now))
    if len(plan.publication.heads) > _PORTION:
        await work.flush()
    return shown
