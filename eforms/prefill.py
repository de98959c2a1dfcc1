"""Where a form's first answers may come from: named sources, never fetched here."""

from collections.abc import Iterator, Mapping
from typing import Any

from eforms.faults import Fault, Place, fault
from eforms.layouts import member

SOURCES: dict[str, frozenset[str] | None] = {
    "IDENTITY_TOKEN": frozenset({"full_name", "identity_number"}),
    "POPULATION_DATABASE": frozenset(
        [
            "full_name",
            "identity_number",
            "birth_date",
            "sex",
            "ethnicity",
            "religion",
            "nationality",
            "hometown",
            "permanent_address",
            "present_address",
            "marital_status",
            "father_name",
            "mother_name",
            "spouse_name",
        ]
    ),
    "PERSONAL_STORE": None,
    "EARLIER_DOSSIER": None,
}
"""Source to the members it has; None: named freely (a document of the store, a path in the earlier form)."""
_WORDS = frozenset({"to", "source", "from", "procedure", "locked"})
_MOST = 200
_LONGEST = 200


def prefill_faults(prefill: object, schema: Mapping[str, Any]) -> list[Fault]:
    """Return every reason why this prefill cannot be followed."""
    if prefill is None:
        return []
    if not isinstance(prefill, list) or len(prefill) > _MOST:
        return [fault(("prefill",), f"phải là danh sách không quá {_MOST} mục")]
    return [one for index, item in enumerate(prefill) for one in _faults(item, ("prefill", index), schema)]


def _faults(item: Any, place: Place, schema: Mapping[str, Any]) -> Iterator[Fault]:
    if (
        not isinstance(item, dict)
        or not item.keys() <= _WORDS
        or not isinstance(item.get("locked", False), bool)
    ):
        yield fault(place, "chỉ gồm to, source, from, procedure, locked")
        return
    to, source, given = item.get("to"), item.get("source"), item.get("from")
    if not isinstance(to, str) or member(schema, schema, tuple(to.removeprefix("/").split("/"))) is None:
        yield fault((*place, "to"), "lược đồ không có mục này")
    if not isinstance(source, str) or source not in SOURCES:
        yield fault((*place, "source"), f"nguồn phải là một trong {', '.join(SOURCES)}")
        return
    known = SOURCES[source]
    if (
        not isinstance(given, str)
        or not 0 < len(given) <= _LONGEST
        or (known is not None and given not in known)
    ):
        yield fault((*place, "from"), "nguồn không có dữ liệu này")
    if (source == "EARLIER_DOSSIER") is not ("procedure" in item):
        yield fault((*place, "procedure"), "hồ sơ trước đây phải nêu mã thủ tục, nguồn khác thì không")
