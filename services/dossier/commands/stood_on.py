"""What verification reads of published versions: those dossiers stand on, and which year's counts."""


def _missing(table: str, named: str, found: str) -> str:
    """Return the query of the versions dossiers stand on that a table has not, with how many and the first.

    `named` joins what a dossier `d` names: its `code` and `number`; `found` finds both in the table, as `t`.
    """
    return f"""
        SELECT s.code || ' ' || s.number || ' (dossiers: ' || s.dossiers || ', first: ' || s.first || ')'
            AS name
        FROM (SELECT n.code, n.number, count(*) AS dossiers,
                min(coalesce(d.dossier_code, d.reference)) AS first
            FROM dossiers d CROSS JOIN LATERAL ({named}) n
            WHERE d.destroyed_by IS NULL AND n.number IS NOT NULL GROUP BY 1, 2) s
        WHERE NOT EXISTS (SELECT FROM {table} t WHERE {found}) ORDER BY s.code, s.number
    """


# Of several years each with its version: `2026:5,2027:1` (ADR 0016).
_BOUND = """
    SELECT d.work #>> '{pins,calendar}' AS code,
        unnest(string_to_array(d.work #>> '{pins,calendar_stamp}', ',')) AS number
"""
_SUBMITTED_AND_ACCEPTED_UNDER = """
    SELECT DISTINCT d.procedure_code AS code,
        unnest(ARRAY[d.procedure_version, nullif((d.work #>> '{pins,submitted_version}')::int, 0)]) AS number
"""
_VERSION = "t.code = s.code AND t.version = s.number"
STOOD_ON = {
    "calendar {name}: another version of the year counts than was published last, or none": (
        "SELECT v.code || ':' || v.year AS name FROM (SELECT code, year, max(sequence) AS last"
        " FROM calendar_versions GROUP BY 1, 2) v"
        " LEFT JOIN calendars c ON c.code = v.code AND c.year = v.year"
        " WHERE c.sequence IS NULL OR c.sequence < v.last ORDER BY 1"
    ),
    "calendar {name}: a version dossiers are bound to is missing": _missing(
        "calendar_versions", _BOUND, "t.code = s.code AND t.year || ':' || t.sequence = s.number"
    ),
    "procedure {name}: a version dossiers stand on is missing": _missing(
        "procedures", _SUBMITTED_AND_ACCEPTED_UNDER, _VERSION
    ),
    "process {name}: a version dossiers stand on is missing": _missing(
        "processes", "SELECT d.process_code AS code, d.process_version AS number", _VERSION
    ),
    "form {name}: the one dossiers were handed in by is missing": _missing(
        "forms",
        "SELECT d.procedure_code AS code, (d.work #>> '{pins,form}')::bigint AS number",
        "t.code = s.code AND t.sequence = s.number",
    ),
}
"""By what is said of them. Whoever was destroyed stands on nothing any more."""
