"""What is held of procedures in time, and the few statements that publish, however many they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.catalog.domain.items import Source
from services.catalog.domain.parts import (
    Ending,
    HeldPart,
    KnownProcedure,
    Line,
    NewVersion,
    Publication,
    Shown,
)
from services.catalog.domain.plan import agencies_of
from services.catalog.domain.timeline import Held, PartPeriod

# The data of one's own chain is not needed to compare; `own` empty reads everything.
KNOWN_PROCEDURES = """
SELECT p.code, p.version, v.recorded_on, t.parts, v.versions
FROM procedures p
LEFT JOIN (
    SELECT code, jsonb_agg(jsonb_build_array(agency, part, number, valid_from, valid_to, is_abolished, digest,
        CASE WHEN part <> :own::text THEN data END) ORDER BY f.began, created_at, number) AS parts
    FROM procedure_parts
    -- Who published first stays first, also when that first version was superseded: search lists that line.
    LEFT JOIN (
        SELECT code, agency, min(version) AS began FROM procedure_versions
        WHERE code = ANY(:codes::text[]) GROUP BY code, agency
    ) f USING (code, agency)
    WHERE code = ANY(:codes::text[]) AND NOT is_superseded GROUP BY code
) t ON t.code = p.code
LEFT JOIN (
    SELECT code, (min(created_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS recorded_on,
        jsonb_agg(jsonb_build_array(agency, version, valid_from, valid_to, national_number, local_number,
            visibility, digest) ORDER BY version) FILTER (WHERE visibility <> 'SUPERSEDED') AS versions
    FROM procedure_versions WHERE code = ANY(:codes::text[]) GROUP BY code
) v ON v.code = p.code
WHERE p.code = ANY(:codes::text[])
"""
_PARTS = """
INSERT INTO procedure_parts (code, agency, part, number, valid_from, change_kind, is_abolished, successors,
    decision_id, data, raw, digest, created_by, created_at)
SELECT g.code, g.agency, g.part, g.number, g.valid_from, g.kind, g.is_abolished,
    string_to_array(g.successors, ','), g.decision, g.data::jsonb, g.raw::jsonb, g.digest, :by::text,
    :at::timestamptz
FROM unnest(:codes::text[], :agencies::text[], :parts::text[], :numbers::int[], :starts::date[],
    :kinds::text[], :abolished::boolean[], :successors::text[], :decisions::uuid[], :texts::text[],
    :raws::text[], :digests::text[])
    AS g(code, agency, part, number, valid_from, kind, is_abolished, successors, decision, data, raw, digest)
ON CONFLICT (code, agency, part, number) DO NOTHING
"""
_END_PARTS = """
UPDATE procedure_parts t SET valid_to = coalesce(e.on_day, t.valid_to), is_superseded = e.on_day IS NULL
FROM unnest(:codes::text[], :agencies::text[], :parts::text[], :numbers::int[], :days::date[])
    AS e(code, agency, part, number, on_day)
WHERE (t.code, t.agency, t.part, t.number) = (e.code, e.agency, e.part, e.number)
"""
_NEW_HEADS = """
INSERT INTO procedures (code, digest, version, changed_at)
SELECT g.code, g.digest, g.after, :at::timestamptz
FROM unnest(:codes::text[], :digests::text[], :afters::bigint[]) AS g(code, digest, after)
ON CONFLICT (code) DO NOTHING
"""
_MOVED_HEADS = """
UPDATE procedures p SET digest = g.digest, version = g.after, changed_at = :at::timestamptz
FROM unnest(:codes::text[], :digests::text[], :befores::bigint[], :afters::bigint[])
    AS g(code, digest, before, after)
WHERE p.code = g.code AND p.version = g.before
"""
_OPEN = """
INSERT INTO procedure_versions (code, version, agency, national_number, local_number, valid_from, valid_to,
    visibility, data, digest, created_by, created_at)
SELECT g.code, g.version, g.agency, g.national, g.local, g.valid_from, g.valid_to, g.visibility,
    g.data::jsonb, g.digest, :by::text, :at::timestamptz
FROM unnest(:codes::text[], :versions::bigint[], :agencies::text[], :nationals::int[], :locals::int[],
    :starts::date[], :ends::date[], :visibilities::text[], :texts::text[], :digests::text[])
    AS g(code, version, agency, national, local, valid_from, valid_to, visibility, data, digest)
ON CONFLICT (code, version) DO NOTHING
"""
_CLOSE = """
UPDATE procedure_versions v SET valid_to = coalesce(e.on_day, v.valid_to),
    visibility = CASE WHEN e.on_day IS NULL THEN 'SUPERSEDED' ELSE v.visibility END
FROM unnest(:codes::text[], :versions::bigint[], :days::date[]) AS e(code, version, on_day)
WHERE v.code = e.code AND v.version = e.version AND v.visibility <> 'SUPERSEDED'
"""
_HIDE = """
DELETE FROM procedure_search s USING unnest(:codes::text[], :versions::bigint[]) AS e(code, version)
WHERE s.code = e.code AND s.version = e.version
"""
_END = """
UPDATE procedure_search s SET valid_to = e.on_day
FROM unnest(:codes::text[], :versions::bigint[], :days::date[]) AS e(code, version, on_day)
WHERE s.code = e.code AND s.version = e.version
"""
_SHOW = """
INSERT INTO procedure_search (code, version, valid_from, valid_to, sector, sector_name, levels, applicants,
    agencies, online_level, route, submit_here, name, terms, size)
SELECT g.code, g.version, g.valid_from, g.valid_to, g.d->>'sector', coalesce(g.d->>'sector_name', ''),
    ARRAY(SELECT jsonb_array_elements_text(g.d->'levels')),
    ARRAY(SELECT jsonb_array_elements_text(CASE jsonb_typeof(g.d->'applicant_types') WHEN 'array'
        THEN g.d->'applicant_types' ELSE '[]' END)),
    string_to_array(g.agencies, E'\\n'),
    coalesce(g.d->>'online_level', 'UNKNOWN'), g.d->>'route', (g.d->>'submit_here')::boolean, g.d->>'name',
    string_to_array(g.terms, E'\\n'), g.size
FROM (
    SELECT u.code, u.version, u.valid_from, u.valid_to, u.brief::jsonb AS d, u.agencies, u.terms, u.size
    FROM unnest(:codes::text[], :versions::bigint[], :starts::date[], :ends::date[], :briefs::text[],
        :agencies::text[], :terms::text[], :sizes::int[])
        AS u(code, version, valid_from, valid_to, brief, agencies, terms, size)
) AS g
"""


def known_procedure(row: Mapping[str, Any]) -> KnownProcedure:
    """Return what is held of one procedure, from a row of `KNOWN_PROCEDURES`."""
    known = KnownProcedure(row["version"], row["recorded_on"])
    for agency, part, number, first, last, is_abolished, digest, data in row["parts"] or ():
        period = PartPeriod(number, _day(first), _day(last) if last else None, is_abolished)
        line = Line(agency, Source(part))
        known.chains.setdefault(line, []).append(HeldPart(period, digest, data))
    for agency, version, first, last, national, local, visibility, digest in row["versions"] or ():
        known.held.setdefault(agency, []).append(
            Held(
                version=version,
                valid_from=_day(first),
                valid_to=_day(last) if last else None,
                national=national,
                local=local,
                is_abolished=visibility == "ABOLISHED",
                digest=digest,
            )
        )
    return known


def _day(text: str) -> date:
    return date.fromisoformat(text)


def save_publication(
    unit: UnitOfWork, publication: Publication, brief: Callable[[Mapping[str, Any]], str]
) -> None:
    """Queue everything; the guards on numbers make the commit `Stale` when somebody was there before."""
    save_versions(unit, publication)
    show_versions(unit, shown_of(publication.versions, brief))


def save_versions(unit: UnitOfWork, publication: Publication) -> None:
    """Queue everything but the rows that search finds the new versions by."""
    stamp = {"by": publication.by, "at": publication.at}
    if publication.parts:
        _save_parts(unit, publication, stamp)
    if publication.part_endings:
        endings = publication.part_endings
        unit.write(
            Statement(_END_PARTS, rows=len(endings)),
            **_ended(endings, "numbers"),
            agencies=[ending.agency for ending in endings],
            parts=[ending.part for ending in endings],
        )
    if publication.heads:
        _save_heads(unit, publication)
    if publication.versions:
        _save_versions(unit, publication.versions, stamp)
    if publication.endings:
        _end_earlier(unit, publication.endings)


def _save_parts(unit: UnitOfWork, publication: Publication, stamp: Mapping[str, Any]) -> None:
    parts = publication.parts
    changes = [part.change for part in parts]
    unit.write(
        Statement(_PARTS, rows=len(parts)),
        **stamp,
        codes=[change.code for change in changes],
        agencies=[change.line.agency for change in changes],
        parts=[change.line.part.value for change in changes],
        numbers=[part.period.number for part in parts],
        starts=[part.period.valid_from for part in parts],
        kinds=[change.change_kind for change in changes],
        abolished=[change.is_abolished for change in changes],
        successors=[",".join(change.successors) for change in changes],
        decisions=[change.decision for change in changes],
        texts=[change.text for change in changes],
        raws=[change.raw for change in changes],
        digests=[change.digest for change in changes],
    )


def _save_heads(unit: UnitOfWork, publication: Publication) -> None:
    fresh = [head for head in publication.heads if head.before == 0]
    moved = [head for head in publication.heads if head.before]
    for heads, text in ((fresh, _NEW_HEADS), (moved, _MOVED_HEADS)):
        if not heads:
            continue
        columns: dict[str, Any] = {
            "at": publication.at,
            "codes": [head.code for head in heads],
            "digests": [head.digest for head in heads],
            "afters": [head.after for head in heads],
        }
        if text is _MOVED_HEADS:
            columns["befores"] = [head.before for head in heads]
        unit.write(Statement(text, rows=len(heads)), **columns)


def _save_versions(unit: UnitOfWork, versions: Sequence[NewVersion], stamp: Mapping[str, Any]) -> None:
    unit.write(
        Statement(_OPEN, rows=len(versions)),
        **stamp,
        **_days(versions),
        agencies=[version.agency for version in versions],
        nationals=[version.period.national for version in versions],
        locals=[version.period.local for version in versions],
        visibilities=[version.visibility for version in versions],
        texts=[version.text for version in versions],
        digests=[version.digest for version in versions],
    )


def _days(versions: Sequence[NewVersion]) -> dict[str, Any]:
    return {
        "codes": [version.code for version in versions],
        "versions": [version.version for version in versions],
        "starts": [version.period.valid_from for version in versions],
        "ends": [version.period.valid_to for version in versions],
    }


def _ended(endings: Sequence[Ending], numbers: str) -> dict[str, Any]:
    return {
        "codes": [ending.code for ending in endings],
        numbers: [ending.number for ending in endings],
        "days": [ending.on for ending in endings],
    }


def _end_earlier(unit: UnitOfWork, endings: Sequence[Ending]) -> None:
    unit.write(Statement(_CLOSE, rows=len(endings)), **_ended(endings, "versions"))
    hidden = [ending for ending in endings if ending.on is None]
    ended = [ending for ending in endings if ending.on is not None]
    if hidden:
        columns = _ended(hidden, "versions")
        del columns["days"]
        unit.write(Statement(_HIDE, rows=None), **columns)
    if ended:
        unit.write(Statement(_END, rows=None), **_ended(ended, "versions"))


def shown_of(versions: Sequence[NewVersion], brief: Callable[[Mapping[str, Any]], str]) -> list[Shown]:
    """Return the rows that search finds these versions by, those it may list."""
    return [
        Shown(
            code=version.code,
            version=version.version,
            valid_from=version.period.valid_from,
            valid_to=version.period.valid_to,
            brief=brief(version.record),
            agencies="\n".join(agencies_of(version.record)),
            terms="\n".join(version.terms),
            size=version.size,
        )
        for version in versions
        if version.is_listed
    ]


def show_versions(unit: UnitOfWork, shown: Sequence[Shown]) -> None:
    """Queue the rows that search finds versions by."""
    if not shown:
        return
    unit.write(
        Statement(_SHOW, rows=len(shown)),
        codes=[one.code for one in shown],
        versions=[one.version for one in shown],
        starts=[one.valid_from for one in shown],
        ends=[one.valid_to for one in shown],
        briefs=[one.brief for one in shown],
        agencies=[one.agencies for one in shown],
        terms=[one.terms for one in shown],
        sizes=[one.size for one in shown],
    )
