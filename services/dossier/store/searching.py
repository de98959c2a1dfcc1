"""What dossiers are found by: one row each, written when the dossier comes and when its names change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.heirs import Continuing, Heirs
from services.dossier.domain.work.search import Index, Sought, keys_of
from services.dossier.use_cases.ports import Seals
from services.dossier.use_cases.secrets import opened_or_nothing

_PUT = Statement(
    "INSERT INTO dossier_search (dossier_id, keys) VALUES (:dossier_id, :keys)"
    " ON CONFLICT (dossier_id) DO UPDATE SET keys = excluded.keys"
)
_PUT_MANY = Statement(
    "INSERT INTO dossier_search (dossier_id, keys) SELECT dossier_id, keys"
    " FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, keys text[])"
    " ON CONFLICT (dossier_id) DO NOTHING",
    rows=None,
)
# What a dossier's own change has written meanwhile stays: it is newer than what was read.
_MEND_MANY = Statement(
    "UPDATE dossier_search s SET keys = given.keys"
    " FROM jsonb_to_recordset(:rows::jsonb) AS given(dossier_id uuid, keys text[], before text[])"
    " WHERE s.dossier_id = given.dossier_id AND s.keys = given.before",
    rows=None,
)
_NEXT = Statement(
    "SELECT d.id, owner_name, parties_sealed, helping_agency, receiving_agency, competent_agency, s.keys,"
    " d.work -> 'continuing' AS continuing"
    " FROM dossiers d LEFT JOIN dossier_search s ON s.dossier_id = d.id"
    " WHERE d.id > :after ORDER BY d.id LIMIT :limit"
)
_ITEM = (
    "d.id, d.reference, d.dossier_code, d.portal_code, d.procedure_code, d.procedure_name, d.channel,"
    " d.origin, d.state, d.version, d.owner_name, d.submitted_at, d.accepted_at, d.due_at, d.ended_at,"
    " d.step, d.receiving_agency, d.competent_agency, d.task_due_at, d.agencies,"
    " CASE WHEN d.state IN ('SUPPLEMENT_REQUESTED', 'AWAITING_FINANCIAL', 'SUSPENDED',"
    " 'WITHDRAWAL_REQUESTED', 'STOPPED') THEN d.work #> '{stops,-1}' END AS last_stop"
)
# Who goes on with a dossier it says itself: asked of few, or of those that no cheaper word rules out.
HANDED_ON = (
    "(d.continued_from <> '{}' AND NOT d.continued_from @> ARRAY[:agency::text]"
    " AND EXISTS (SELECT FROM json_each(d.work -> 'continuing') AS heir"
    " WHERE heir.value ->> 'code' = :agency))"
)
TAKES_PART = (
    "(d.receiving_agency = :agency OR d.competent_agency = :agency OR d.helping_agency = :agency"
    f" OR d.consulted_agencies @> ARRAY[:agency::text] OR {HANDED_ON})"
)
# What the index finds is gathered first and put in order then: planned without values, a walk by id with the
# words as a filter would look cheaper, and read everything for a rare name. Names are narrowed by the agency
# inside the index; the few dossiers an agency is only asked about are looked through beside.
_FIND = Statement(
    f"""
    WITH numbered AS MATERIALIZED (SELECT dossier_id FROM dossier_search WHERE keys && :numbers::text[]),
    named AS MATERIALIZED (
        SELECT dossier_id FROM dossier_search
        WHERE :by_name::boolean AND keys @> (:words::text[] || ('a:' || :agency::text))),
    newest AS MATERIALIZED (
        SELECT dossier_id FROM named WHERE dossier_id < :before::uuid ORDER BY dossier_id DESC LIMIT :limit)
    SELECT DISTINCT ON (found.id) found.* FROM (
        (SELECT {_ITEM} FROM numbered s JOIN dossiers d ON d.id = s.dossier_id
         WHERE {TAKES_PART} AND d.id < :before)
        UNION ALL
        (SELECT {_ITEM} FROM dossiers d
         WHERE (d.dossier_code = :code OR d.reference = :code OR d.portal_code = :code)
           AND :code::text <> '' AND {TAKES_PART} AND d.id < :before)
        UNION ALL
        (SELECT {_ITEM} FROM newest s JOIN dossiers d ON d.id = s.dossier_id)
        UNION ALL
        (SELECT {_ITEM} FROM dossiers d JOIN dossier_search s ON s.dossier_id = d.id
         WHERE :by_name AND d.consulted_agencies @> ARRAY[:agency::text] AND d.consulted_agencies <> '{{}}'
           AND s.keys @> :words AND d.id < :before ORDER BY d.id DESC LIMIT :limit)
    ) AS found ORDER BY found.id DESC LIMIT :limit
    """
)


class PostgresSearching:
    """The search index; numbers and phones stand in it as keyed indexes only."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    @property
    def identity(self) -> Index:
        """How identity numbers are indexed here."""
        return lambda number: self._seals.blind_index(number, purpose="identity").hex()[:32]

    @property
    def phone(self) -> Index:
        """How phones are indexed here."""
        return lambda digits: self._seals.blind_index(digits, purpose="phone").hex()[:32]

    def put(self, dossier: Dossier) -> None:
        """Keep what a dossier is found by."""
        agencies = {dossier.helping_agency.code, dossier.receiving_agency.code, dossier.competent_agency.code}
        heirs = {dossier.now_at(one) for one in agencies}
        keys = self._keys(dossier.owner_name, dossier.parties_sealed, agencies | heirs)
        self._unit.write(_PUT, dossier_id=dossier.id, keys=keys)

    def _keys(self, owner_name: str, parties_sealed: str, agencies: set[str]) -> list[str]:
        parties = opened_or_nothing(self._seals, parties_sealed, purpose="parties")
        opened = parties if isinstance(parties, dict) else {}
        return keys_of(owner_name, opened, agencies, identity=self.identity, phone=self.phone)

    async def put_again(self, after: UUID, limit: int) -> UUID | None:
        """Keep what the next dossiers are found by, as is the rule now; return the last, None at the end."""
        found = await self._unit.fetch(_NEXT, after=after, limit=limit)
        rows = []
        for row in found:
            agencies = {row["helping_agency"], row["receiving_agency"], row["competent_agency"]}
            told = row["continuing"] or {}
            going_on = Heirs({ended: Continuing(one["code"], one["name"]) for ended, one in told.items()})
            heirs = {going_on.now(one) for one in agencies}
            keys = self._keys(row["owner_name"], row["parties_sealed"], agencies | heirs)
            rows.append({"dossier_id": str(row["id"]), "keys": keys, "before": row["keys"]})
        for statement, chosen in (
            (_PUT_MANY, [one for one in rows if one["before"] is None]),
            (_MEND_MANY, [one for one in rows if one["before"] not in (None, one["keys"])]),
        ):
            if chosen:
                self._unit.write(statement, rows=chosen)
        return UUID(int=found[-1]["id"].int) if found else None

    async def find(self, what: Sought, agency: str, *, before: UUID, limit: int) -> Sequence[Any]:
        """Return dossiers an agency takes part in, newest first."""
        return await self._unit.fetch(
            _FIND,
            numbers=list(what.numbers),
            code=what.code,
            words=list(what.words),
            by_name=bool(what.words),
            agency=agency,
            before=before,
            limit=limit,
        )
