"""Where copies of the catalogue are read: a new place is known here, and what it decides by is proved.

`tests/integration/dossier/test_members_decided_by.py` changes every value of them by hand and reads.
"""

import re
from pathlib import Path

import pytest

from services.dossier import store

COPIES = (
    *("procedures", "processes", "forms", "agencies", "calendars", "calendar_versions", "staff"),
    *("interlinked_groups", "desk_points"),
)
READS = re.compile(rf"\b(?:FROM|JOIN)\s+({'|'.join(COPIES)})\b")
DECIDES = {
    "archive/records.py": {"agencies"},
    "archive/packages.py": {"agencies"},
    "calendars.py": {"calendars"},
    "colleagues.py": {"agencies", "staff"},
    "continuations.py": {"agencies", "staff"},
    "definitions.py": {"agencies", "calendar_versions", "calendars", "forms", "processes", "procedures"},
    "desk/points.py": {"desk_points"},
    "desk/post.py": {"staff"},
    "dossier_loading.py": {"agencies", "calendar_versions", "calendars", "processes", "procedures"},
    "inbox.py": {"staff"},
    "interlinked/statements.py": {"interlinked_groups"},
    "mirrors.py": {"agencies", "procedures"},
    "registers.py": {"agencies"},
    "views.py": {"agencies", "staff"},
    "warnings.py": {"agencies"},
}
"""Readings that prove what they decide by."""
PROVED_IN = {
    "dossier_loading.py": "dossiers.py",
    "interlinked/statements.py": "interlinked/*.py",
}
"""What is in a statement only is proved by the store beside it."""
SHOWS = {
    "due_commands.py": "of dossiers from before calendars were kept: which are looked at; each is proved",
    "intake/drafts.py": "names in a reminder",
    "intake/handovers.py": "names of the two sides on a list of papers",
    "slips.py": "names of the two sides on a slip",
}
"""Readings by which nothing is decided."""
FOLDER = Path(next(iter(store.__path__)))


def test_every_reading_of_a_copy_is_known() -> None:
    """A place that reads another copy says so here, and is tried there."""
    found = {
        str(file.relative_to(FOLDER)): set(READS.findall(file.read_text(encoding="utf-8")))
        for file in FOLDER.rglob("*.py")
    }
    assert {name: read for name, read in found.items() if read and name not in SHOWS} == DECIDES
    assert set(SHOWS) <= {name for name, read in found.items() if read}


@pytest.mark.parametrize("name", DECIDES)
def test_who_decides_by_copies_proves_them(name: str) -> None:
    """A reading and its proof stand in one file, or where `PROVED_IN` says."""
    files = FOLDER.glob(PROVED_IN.get(name, name))
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert re.search(r"\.(require|is_sound|require_choice)\(", text)
