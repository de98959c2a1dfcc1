"""What verification reads beside a dossier's own row and history: components, files, papers, codes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.dossier.domain.history import Entry, HistoryKeys
from services.dossier.use_cases.row_seals import (
    BOUND,
    COMPONENT,
    FILE,
    OLDER_FILE_KIND,
    PAPER,
    PRINTED,
    SCAN,
    UNORDERED_FILE_KIND,
    components_hash,
    fits,
    fits_unordered,
    is_file_sealed,
)

_RANGE = "dossier_id > $1::uuid AND dossier_id <= $2::uuid"
_READS = {
    "components": f"SELECT dossier_id, {', '.join(COMPONENT)} FROM components WHERE {_RANGE}"
    " ORDER BY dossier_id, position",
    "files": f"SELECT {', '.join(dict.fromkeys((*FILE, *BOUND, *SCAN, 'taken')))}, replaced_by, seal,"
    " bound_seal, scan_seal"
    f" FROM attachments WHERE {_RANGE}",
    "papers": f"SELECT {', '.join(dict.fromkeys((*PAPER, *PRINTED)))}, superseded_by, seal, printed_seal"
    f" FROM papers WHERE {_RANGE}",
}
# A counter says how many codes an agency gave on a day: all of them are there, and no other.
_CODES = """
    SELECT coalesce(c.agency, f.agency) AS agency, coalesce(c.day, f.day) AS day,
        coalesce(c.last, 0) AS given, coalesce(f.found, 0) AS found, coalesce(f.highest, 0) AS highest
    FROM code_counters c FULL JOIN (
        SELECT substring(dossier_code FROM '^(.*)-[0-9]{6}-[0-9]+$') AS agency,
            to_date(substring(dossier_code FROM '-([0-9]{6})-[0-9]+$'), 'YYMMDD') AS day,
            count(*) AS found, max(substring(dossier_code FROM '[0-9]+$')::bigint) AS highest
        FROM dossiers WHERE dossier_code IS NOT NULL GROUP BY 1, 2) f ON f.agency = c.agency AND f.day = c.day
    WHERE coalesce(c.last, 0) <> coalesce(f.found, 0) OR coalesce(c.last, 0) <> coalesce(f.highest, 0)
    ORDER BY 1, 2
"""


class Beside:
    """What lies beside a range of dossiers."""

    def __init__(self, rows: Mapping[str, Sequence[Any]]) -> None:
        self._of: dict[str, dict[UUID, list[Any]]] = {}
        for name, found in rows.items():
            grouped: dict[UUID, list[Any]] = defaultdict(list)
            for row in found:
                grouped[row["dossier_id"]].append(row)
            self._of[name] = grouped

    @classmethod
    async def read(cls, pool: Any, after: UUID, last: UUID) -> "Beside":
        """Read what belongs to dossiers after one id up to another."""
        return cls({name: await pool.fetch(query, after, last) for name, query in _READS.items()})

    def of(self, name: str, dossier_id: UUID) -> list[Any]:
        """Return a dossier's rows of a kind."""
        return self._of[name].get(dossier_id, [])

    def wrong(self, row: Any, entries: Sequence[Entry], keys: HistoryKeys) -> str:
        """Return what is wrong beside a dossier whose own row is sound; empty for nothing."""
        components, files = self.of("components", row["id"]), self.of("files", row["id"])
        if components_hash(components) != row["components_hash"]:
            return "its components are not those that were handed in"
        if not _are_files_given(files, set(row["given_files"])):
            return "its files are not those that were given to it"
        if wrong := _wrong_with_files(files, keys):
            return wrong
        papers = self.of("papers", row["id"])
        if {str(one["id"]) for one in papers} != set(_papers_of(entries)):
            return "its papers are not those its history names"
        replaced = {one["id"] for one in papers if one["superseded_by"] is not None}
        if {str(one) for one in replaced} != _superseded_in(entries):
            return "a paper counts, or does not, against its history"
        return "" if all(is_paper_sound(one, papers, keys) for one in papers) else "a paper was changed"


def _are_files_given(files: Sequence[Any], given: set[UUID]) -> bool:
    """Tell whether these are a dossier's files; their seals say where each belongs.

    Papers of another system's member of a submission were bound to its lead without being named there.
    """
    found = {one["id"] for one in files}
    named = {one["id"] for one in files if one["purpose"] != "INTERLINKED"}
    return named <= given <= found


def _wrong_with_files(files: Sequence[Any], keys: HistoryKeys) -> str:
    if not all(_is_file_sound(one, files, keys) for one in files):
        return "a file's record was changed"
    if any(is_scan_unsealed(one, keys) for one in files):
        return "a file is sealed by an older rule: run seal-rows"
    is_scan_sound = all(fits(one["scan_seal"], "scan", SCAN, one, keys) for one in files)
    return "" if is_scan_sound else "what the scanner said of a file was changed"


def _is_file_sound(file: Any, files: Sequence[Any], keys: HistoryKeys) -> bool:
    newer = [one["id"] for one in files if one["replaces"] == file["id"]]
    return (
        (is_file_sealed(file["seal"], file, keys) or is_file_older(file, keys))
        and fits(file["bound_seal"], "bound", BOUND, file, keys)
        and newer == ([] if file["replaced_by"] is None else [file["replaced_by"]])
    )


def is_scan_unsealed(file: Any, keys: HistoryKeys) -> bool:
    """Tell whether a file is sound and from before what the scanner says was sealed."""
    return fits_unordered(file["seal"], OLDER_FILE_KIND, file, keys)


def is_file_older(file: Any, keys: HistoryKeys) -> bool:
    """Tell whether a file is sound and sealed by a rule of before."""
    older = (OLDER_FILE_KIND, UNORDERED_FILE_KIND)
    # A kind of before papers were taken from anywhere: whoever says so of such a file wrote it by hand.
    return file["taken"] is None and any(fits_unordered(file["seal"], one, file, keys) for one in older)


def is_paper_sound(paper: Any, papers: Sequence[Any], keys: HistoryKeys) -> bool:
    """Tell whether a paper is as it was issued and printed, replaced by a later one of its kind or none."""
    later = [one["id"] for one in papers if one["kind"] == paper["kind"] and one["id"] > paper["id"]]
    is_printed = paper["sha256"] is not None or paper["size"] is not None or paper["printed_at"] is not None
    return (
        fits(paper["seal"], "paper", PAPER, paper, keys)
        and (not is_printed or fits(paper["printed_seal"], "printed", PRINTED, paper, keys))
        and (paper["superseded_by"] is None or paper["superseded_by"] in later)
    )


def _papers_of(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        yield from (one["paper_id"] for one in entry.data["change"].get("papers", ()))


def _superseded_in(entries: Sequence[Entry]) -> set[str]:
    return {told for one in entries if (told := one.data["change"].get("superseded"))}


async def broken_codes(pool: Any) -> list[str]:
    """Return in words the agencies and days whose codes are not 1 to the last that was given."""
    return [
        f"{row['agency']} {row['day']}: {row['given']} codes were given, {row['found']} dossiers have one,"
        f" the highest is {row['highest']}"
        for row in await pool.fetch(_CODES)
    ]
