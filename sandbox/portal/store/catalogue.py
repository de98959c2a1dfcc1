"""The national catalogue as this portal knows it: procedures in the shape of `LayThuTuc`."""

import re

import orjson

from sandbox.journal import Journal
from sandbox.portal.store.dossiers import to_json
from sandbox.portal.wire import Json

_NATIONAL = re.compile(r"\d\.\d{6}")


class Catalogue:
    """Procedures by code; agencies and sectors are read off them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[str, Json] = {
            row["code"]: orjson.loads(row["detail"])
            for row in journal.rows("SELECT code, detail FROM procedures ORDER BY code")
        }

    def is_empty(self) -> bool:
        """Tell whether no procedure is known yet."""
        return not self._known

    def replace(self, details: list[Json]) -> None:
        """Put these procedures (in the shape of `LayThuTuc`) in the place of all others."""
        known = {str(detail["MATTHC"]): detail for detail in details}
        with self._journal.together():
            self._journal.write("DELETE FROM procedures")
            for code, detail in known.items():
                self._journal.write("INSERT INTO procedures VALUES (?, ?)", code, to_json(detail))
        self._known = dict(sorted(known.items()))

    def find(self, code: str) -> Json | None:
        """Return a procedure by its exact code, else by the national prefix of a localised code."""
        exact = self._known.get(code)
        if exact is not None:
            return exact
        national = _NATIONAL.match(code)
        return None if national is None else self._known.get(national.group())

    def all(self) -> list[Json]:
        """Return every procedure in order of its code."""
        return list(self._known.values())

    def of_agency(self, agency: str) -> list[Json]:
        """Return the procedures an agency, or one below it, publishes or carries out."""
        return [detail for detail in self.all() if _belongs(detail, agency)]

    def sectors(self) -> list[Json]:
        """Return each sector once, in order of its code."""
        sectors = {
            sector["MALINHVUC"]: {**sector, "MANGANH": sector["MALINHVUC"].partition("-")[0]}
            for detail in self.all()
            for sector in detail.get("LINHVUCTHUCHIEN") or []
        }
        return [sectors[code] for code in sorted(sectors)]

    def agencies(self) -> list[Json]:
        """Return each agency once, in order of its code."""
        agencies = {
            agency["MADONVI"]: {"CAPDONVI": str(agency["MADONVI"].count(".") + 1), **agency}
            for detail in self.all()
            for agency in detail.get("COQUANTHUCHIEN") or []
        }
        return [agencies[code] for code in sorted(agencies)]


def _belongs(detail: Json, agency: str) -> bool:
    codes = [str(detail.get("MACOQUANCONGBO") or "")]
    codes += [str(one["MADONVI"]) for one in detail.get("COQUANTHUCHIEN") or []]
    return any(code == agency or code.startswith(agency + ".") for code in codes)
