"""The table people review: one line a route, one sign a caller."""

import csv
from pathlib import Path

from tests.integration.authorisation.callers import everybody

FILE = Path(__file__).with_name("matrix.csv")
SIGNS = {401: "?", 403: "-", 404: "h"}
DONE, BROKEN = "+", "!"
_CLIENT_ERROR, _DEFECT = 400, 500
Table = dict[str, dict[str, str]]


def sign_of(status: int) -> str:
    """Return `+` done, `-` refused, `?` sign in, `h` not shown, `o` let in but not as asked, `!` defect."""
    if status >= _DEFECT and status != 503:
        return BROKEN
    return DONE if status < _CLIENT_ERROR else SIGNS.get(status, "o")


def read() -> Table:
    """Return the table as it is committed."""
    if not FILE.exists():
        return {}
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {line.pop("route"): line for line in csv.DictReader(lines)}


def write(table: Table) -> None:
    """Write the table anew, routes in their order."""
    names = [standing.name for standing in everybody()]
    with FILE.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.DictWriter(lines, ["route", *names], lineterminator="\n")
        rows.writeheader()
        rows.writerows({"route": route, **signs} for route, signs in sorted(table.items(), key=_place))


def _place(line: tuple[str, dict[str, str]]) -> tuple[str, str]:
    method, _, path = line[0].partition(" ")
    return path, method
