"""Takes the shipped register of legal documents: checked rows, with what they do to each other."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.catalog.domain.errors import ImportRefused
from services.catalog.domain.laws.numbers import read_number
from services.catalog.domain.laws.validity import Period, Relation, RelationKind, end_of, makes_cycle
from services.catalog.domain.reading import Reader
from services.catalog.use_cases.ports import Work

_RELATIONS = {kind.value.lower(): kind for kind in RelationKind}


async def take_legal_documents(document: object, *, by: str, dry_run: bool, work: Work, now: datetime) -> int:
    """Register what a document's `legal_documents` says; an editor's word stands over it.

    A row may name what it `replaces`, `repeals`, `partly_repeals`, `amends` (numbers), from its own effective
    day on. Raises `ImportRefused` with each row's reasons. The same rows again change nothing.
    """
    given = document.get("legal_documents") if isinstance(document, Mapping) else None
    if not isinstance(given, list) or not given:
        return 0
    rows: dict[str, dict[str, Any]] = {}
    relations: list[Relation] = []
    refused = []
    for index, entry in enumerate(given):
        reader = Reader(entry if isinstance(entry, Mapping) else {})
        row = _read(reader, relations)
        if row is None or row["key"] in rows:
            reasons = reader.reasons or ["number: số văn bản khai hai lần hoặc không đọc được"]
            refused.append({"kind": "legal_document", "code": f"[{index}]", "reasons": reasons})
        else:
            rows[row["key"]] = row
    if refused:
        raise ImportRefused(extra={"counts": {}, "items": refused[:200]})
    known = {_triple(one): one for one in await work.laws.relations()}
    new = [one for one in relations if _triple(one) not in known]
    every = list(known.values())
    for one in new:
        if one.actor == one.target or makes_cycle(one, every):
            reasons = ["replaces: các văn bản thay thế nhau thành vòng"]
            item = {"kind": "legal_document", "code": one.actor, "reasons": reasons}
            raise ImportRefused(extra={"counts": {}, "items": [item]})
        every.append(one)
    for row in rows.values():
        upon = [one for one in every if one.target == row["key"]]
        end = end_of(Period(row["effective_on"], row["expires_on"]), upon)
        row |= {"ended_on": end[0] if end else None, "ended_as": end[1].value if end else None}
    if not dry_run:
        work.laws.file(list(rows.values()), now)
        for one in new:
            work.laws.relate(one, "", by, now)
    return len(rows)


def _triple(one: Relation) -> tuple[str, str, str]:
    return one.actor, one.kind.value, one.target


def _read(reader: Reader, relations: list[Relation]) -> dict[str, Any] | None:
    number = read_number(reader.text("number", longest=200))
    title = reader.text("title", required=False, longest=4000)
    issuer = reader.text("issuer", required=False, longest=200)
    days = [reader.date(name) for name in ("issued_on", "effective_on", "expires_on")]
    told = [day for day in days if day is not None]
    if told != sorted(told):
        reader.refuse("effective_on", "ngày ban hành, hiệu lực, hết hiệu lực sai thứ tự")
    if number is None:
        reader.refuse("number", "không đọc được số văn bản")
        return None
    for name, kind in _RELATIONS.items():
        for target in reader.texts(name):
            found = read_number(target)
            if found is None or days[1] is None:
                reader.refuse(name, "phải là số văn bản, và văn bản thay thế phải có ngày hiệu lực")
            else:
                relations.append(Relation(number.key, kind, found.key, days[1]))
    if reader.reasons:
        return None
    return _row(number.key, reader.data["number"], number.kind, title, issuer or number.issuer, days)


def _row(
    key: str, number: str, kind: str, title: str, issuer: str | None, days: list[date | None]
) -> dict[str, Any]:
    return {
        "key": key,
        "number": number,
        "kind": kind,
        "title": title or None,
        "issuer": issuer,
        "issued_on": days[0],
        "effective_on": days[1],
        "expires_on": days[2],
    }
