"""What a change to one part of a procedure makes of its chains and of what the public reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.catalog.domain.items import Source, canonical, digest_of
from services.catalog.domain.procedure import compose
from services.catalog.domain.search_terms import size_of, terms_of
from services.catalog.domain.timeline import (
    NATION,
    Held,
    PartPeriod,
    Period,
    extend,
    lines,
    place_in_time,
    revise,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Whose chain: the publishing agency (the nation for every NATIONAL part) and the part."""

    agency: str
    part: Source


NATIONAL_LINE = Line(NATION, Source.NATIONAL)


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A version of a part as held; `data` is None where nobody needed it."""

    period: PartPeriod
    digest: str
    data: Mapping[str, Any] | None = None


@dataclass(slots=True)
class KnownProcedure:
    """Everything of one procedure that a change must look at; `recorded_on`: when first published here."""

    version: int = 0
    recorded_on: date | None = None
    chains: dict[Line, list[HeldPart]] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)

    def floor(self, today: date) -> date:
        """Return the first day a change may touch: nobody can have acted on what was recorded only today."""
        return today if self.recorded_on is not None and self.recorded_on < today else date.min

    def last(self, line: Line) -> HeldPart | None:
        """Return the last version of a chain."""
        chain = self.chains.get(line)
        return max(chain, key=lambda part: part.period.valid_from) if chain else None

    @property
    def agencies(self) -> list[str]:
        """The agencies that published it for their territory, the first of them first."""
        return [line.agency for line, chain in self.chains.items() if line.part is Source.LOCAL and chain]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """What somebody now says of a procedure."""

    code: str
    line: Line
    data: Mapping[str, Any]
    text: str
    digest: str
    raw: str | None = None
    declared: date | None = None
    change_kind: str = "AMENDED"
    is_abolished: bool = False
    successors: Sequence[str] = ()
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class NewPart:
    """A version of a part to write, and the days of the earlier ones of its chain that end."""

    change: PartChange
    period: PartPeriod


@dataclass(frozen=True, slots=True)
class Ending:
    """An earlier version's last day; None: superseded."""

    code: str
    agency: str
    part: str
    number: int
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A composed version to publish; `is_listed`: search shows it."""

    code: str
    agency: str
    version: int
    period: Period
    record: Mapping[str, Any]
    text: str
    digest: str
    terms: Sequence[str]
    size: int
    is_listed: bool

    @property
    def visibility(self) -> str:
        """What the public may do with it."""
        return "ABOLISHED" if self.period.is_abolished else "PUBLIC"


@dataclass(frozen=True, slots=True)
class Shown:
    """What search finds a version by, as its row says it; little beside the record it was made of."""

    code: str
    version: int
    valid_from: date
    valid_to: date | None
    brief: str
    agencies: str
    terms: str
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """The procedure's last version before and after."""

    code: str
    before: int
    after: int
    digest: str


@dataclass(slots=True)
class Publication:
    """Everything to write for some procedures, in one go."""

    by: str
    at: datetime
    parts: list[NewPart] = field(default_factory=list)
    part_endings: list[Ending] = field(default_factory=list)
    versions: list[NewVersion] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)

    def portions(self, size: int) -> Iterator["Publication"]:
        """Yield the same in pieces of so many procedures; what is written for one stays together."""
        place: dict[str, int] = {}
        found: list[Publication] = []

        def of(code: str) -> Publication:
            number = place.setdefault(code, len(place)) // size
            if number == len(found):
                found.append(Publication(self.by, self.at))
            return found[number]

        for part in self.parts:
            of(part.change.code).parts.append(part)
        for ending in self.part_endings:
            of(ending.code).part_endings.append(ending)
        for version in self.versions:
            of(version.code).versions.append(version)
        for ending in self.endings:
            of(ending.code).endings.append(ending)
        for head in self.heads:
            of(head.code).heads.append(head)
        yield from found

    def take_all(
        self,
        changes: Sequence[PartChange],
        known: KnownProcedure,
        name_sector: Callable[[dict[str, Any]], None],
    ) -> bool:
        """Work out what changes to one procedure's parts make of it; tell whether the public reads anew."""
        floor = known.floor(self.at.date())
        chains = {line: [part.period for part in chain] for line, chain in known.chains.items()}
        data = {
            (line, part.period.number): part.data for line, chain in known.chains.items() for part in chain
        }
        again_from = None
        for change in changes:
            last = known.last(change.line)
            if last is None or last.digest != change.digest:
                part, endings = self._place(change, known, last, floor)
                chains[change.line] = extend(chains.get(change.line, []), part, numbers=endings)
                data[change.line, part.number] = change.data
            else:
                data[change.line, last.period.number] = change.data
                again_from = self._again_from(change, known, last, data, name_sector)
        return self._publish(changes[0].code, known, chains, data, floor, again_from, name_sector)

    def _place(
        self, change: PartChange, known: KnownProcedure, last: HeldPart | None, floor: date
    ) -> tuple[PartPeriod, dict[int, date | None]]:
        begun = last.period.valid_from if last else None
        start, closes = place_in_time(change.declared, begun, self.at.date(), floor)
        number = max((part.period.number for part in known.chains.get(change.line, ())), default=0) + 1
        period = PartPeriod(number, start, None, change.is_abolished)
        self.parts.append(NewPart(change, period))
        if last is None:
            return period, {}
        self.part_endings.append(
            Ending(change.code, change.line.agency, change.line.part.value, last.period.number, closes)
        )
        return period, {last.period.number: closes}

    def _again_from(
        self,
        change: PartChange,
        known: KnownProcedure,
        last: HeldPart,
        data: Mapping[tuple[Line, int], Any],
        name_sector: Callable[[dict[str, Any]], None],
    ) -> date | None:
        """Return the day to publish anew because the record reads differently (a sector got a new name)."""
        agency = change.line.agency if change.line.agency != NATION else next(iter(known.agencies), NATION)
        held = max(known.held.get(agency, ()), key=lambda version: version.valid_from, default=None)
        if held is None or not held.digest or last.period.number not in held.pair:
            return None
        record = _record(agency, held, data, name_sector)
        return None if digest_of(canonical(record)) == held.digest else max(held.valid_from, self.at.date())

    def _publish(
        self,
        code: str,
        known: KnownProcedure,
        chains: Mapping[Line, Sequence[PartPeriod]],
        data: Mapping[tuple[Line, int], Any],
        floor: date,
        again_from: date | None,
        name_sector: Callable[[dict[str, Any]], None],
    ) -> bool:
        local = {line.agency: chain for line, chain in chains.items() if line.part is Source.LOCAL and chain}
        number, digest = known.version, ""
        for agency, wanted in lines(chains.get(NATIONAL_LINE, ()), local).items():
            again = again_from if agency != NATION or not local else None
            revision = revise(known.held.get(agency, ()), wanted, floor=floor, again_from=again)
            self.endings += [Ending(code, agency, "", version, on) for version, on in revision.ends.items()]
            for period in revision.opens:
                number += 1
                record = _record(agency, period, data, name_sector)
                listed = not period.is_abolished and agency in (NATION, next(iter(local), NATION))
                version = _version(code, agency, number, period, record, is_listed=listed)
                self.versions.append(version)
                digest = version.digest
        if number > known.version:
            self.heads.append(Head(code, known.version, number, digest))
        return number > known.version


def _record(
    agency: str,
    period: Period,
    data: Mapping[tuple[Line, int], Any],
    name_sector: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    national = data[NATIONAL_LINE, period.national] if period.national else None
    local = data[Line(agency, Source.LOCAL), period.local] if period.local else None
    record = compose(national, local)
    name_sector(record)
    return record


def _version(
    code: str, agency: str, number: int, period: Period, record: dict[str, Any], *, is_listed: bool
) -> NewVersion:
    text = canonical(record)
    terms = terms_of(record["name"], *(record.get("keywords") or []), *(record.get("synonyms") or []))
    return NewVersion(
        code=code,
        agency=agency,
        version=number,
        period=period,
        record=record,
        text=text,
        digest=digest_of(text),
        terms=terms,
        size=size_of(record["name"]),
        is_listed=is_listed,
    )
