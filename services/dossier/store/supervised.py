"""The dossiers a supervisor may open, newest first: the sight of figures and opening, in one statement."""

from kernel.postgres.statement import Statement
from services.dossier.store.listed import FILTERS, ITEM, LAST_STOP
from services.dossier.store.reaches import KEPT, OF_PROCEDURE, SEEN, UNTOLD

# As `Sight.has` says: what is kept, procedure by procedure, and by their codes those nobody told of. Of these
# the next agency is looked up from the last in the index of each column, so that no dossier is gone through.
_NEXT = "SELECT {column} FROM dossiers WHERE {only} {column} > one.agency ORDER BY {column} LIMIT 1"
_ONE_BY_ONE = """
    {name}(agency) AS (
        SELECT ''
        UNION ALL
        SELECT ({next}) FROM {name} AS one WHERE one.agency IS NOT NULL
    )
"""
_PARTS = {
    "receiving_agency": "",
    "competent_agency": "competent_agency <> receiving_agency AND",
    "helping_agency": "helping_agency <> receiving_agency AND",
}
_EVERY = ", ".join(
    _ONE_BY_ONE.format(name=f"each_{column}", next=_NEXT.format(column=column, only=only))
    for column, only in _PARTS.items()
)
_TOLD = " UNION ".join(f"SELECT agency FROM each_{column}" for column in _PARTS)
_OF_PROCEDURE = OF_PROCEDURE.format(procedure="procedure_code")
_EACH = f"""
    SELECT one.id FROM seen AS kept CROSS JOIN LATERAL (
        SELECT id FROM dossiers WHERE {{part}} AND {_OF_PROCEDURE} AND {FILTERS} ORDER BY id DESC LIMIT :limit
    ) AS one
"""
_WAYS = " UNION ALL ".join(
    _EACH.format(part=part)
    for part in (
        *(f"{only} {column} = kept.agency" for column, only in _PARTS.items()),
        "consulted_agencies @> ARRAY[kept.agency] AND consulted_agencies <> '{}'",
    )
)
SUPERVISED = Statement(
    f"""
    WITH RECURSIVE {_EVERY},
    seen AS MATERIALIZED (
        SELECT * FROM {KEPT}
        UNION ALL
        SELECT agency, NULL, '{{}}' FROM ({_TOLD}) AS every
        WHERE NOT :is_all::boolean AND {UNTOLD.format(agency="agency")}
    ),
    found AS (
        SELECT DISTINCT id FROM (
            (SELECT id FROM dossiers WHERE :is_all::boolean AND {FILTERS} ORDER BY id DESC LIMIT :limit)
            UNION ALL {_WAYS}
        ) AS every ORDER BY id DESC LIMIT :limit
    )
    SELECT page.* FROM found CROSS JOIN LATERAL (
        SELECT {ITEM}, {LAST_STOP} FROM dossiers WHERE dossiers.id = found.id OFFSET 0) AS page
    ORDER BY page.id DESC
    """
)
# A code names at most a few dossiers, each of which is held against the sight.
SUPERVISED_BY_CODE = Statement(
    f"""
    SELECT {ITEM}, {LAST_STOP} FROM dossiers d
    WHERE (dossier_code = upper(:code) OR reference = upper(:code) OR portal_code = :code) AND {FILTERS}
      AND EXISTS (
        SELECT FROM unnest(ARRAY[receiving_agency, competent_agency, helping_agency] || consulted_agencies)
            AS part(agency)
        WHERE {SEEN.format(agency="part.agency", procedure="procedure_code")})
    ORDER BY id DESC LIMIT :limit
    """
)
