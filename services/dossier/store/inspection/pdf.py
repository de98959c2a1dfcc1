"""A PDF: every object its tables name is looked at once, wherever a reader might come upon it."""

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject

from services.dossier.store.inspection.wrong import MOST_OBJECTS, MOST_PAGES, MOST_VALUES, Budget, Wrong

_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/OnInstantiate"})
_ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/RichMediaExecute",
    }
)
# What may happen without a click: moving about in the same document. A link to the web needs a click.
_QUIET_ACTIONS = frozenset({"/GoTo", "/GoToDp", "/Named", "/Hide", "/SetOCGState", "/Trans", "/Thread"})
_FILE_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


def look_at_pdf(content: bytes) -> None:
    """Raise `Wrong` for a PDF without a page, or that runs, sends, fetches or carries something."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    if not _count_pages(reader.root_object["/Pages"]):
        raise Wrong("damaged")
    values, quiet = Budget(MOST_VALUES), _QuietActions()
    for found in _objects(reader):
        for dictionary in _dictionaries(found, values):
            _look_at(dictionary, quiet)


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Walk the trailer and all objects in use, those in object streams too."""
    budget = Budget(MOST_OBJECTS)
    yield reader.trailer
    free = reader.xref_free_entry
    places = [
        (generation, number)
        for generation, numbers in reader.xref.items()
        for number in numbers
        if not free.get(generation, {}).get(number, False)
    ]
    budget.spend(len(places) + len(reader.xref_objStm))
    for generation, number in (*places, *((0, number) for number in reader.xref_objStm)):
        yield IndirectObject(number, generation, reader).get_object()


def _dictionaries(found: Any, values: Budget) -> Iterator[dict[str, Any]]:
    """Walk what is written directly in an object; what it refers to has its own turn."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            inner = list(dict.values(value))
        elif isinstance(value, list):
            inner = list(list.__iter__(value))
        else:
            continue
        values.spend(len(inner))
        waiting.extend(inner)


def _look_at(dictionary: dict[str, Any], quiet: "_QuietActions") -> None:
    if not _ACTIVE_KEYS.isdisjoint(dictionary):
        raise Wrong("active")
    if _of(dictionary, "/S") in _ACTIVE_ACTIONS or _of(dictionary, "/Subtype") == "/RichMedia":
        raise Wrong("active")
    if "/EF" in dictionary and not _is_data(dictionary):
        raise Wrong("active")
    if "/OpenAction" in dictionary:
        quiet.require(_of(dictionary, "/OpenAction"))
    automatic = _of(dictionary, "/AA")
    if isinstance(automatic, dict):
        for action in dict.values(automatic):
            quiet.require(action)


def _is_data(file: dict[str, Any]) -> bool:
    """Tell whether a file carried along is XML by each of its names, as electronic invoices carry it."""
    names = [str(_of(file, name)) for name in _FILE_NAMES if name in file]
    return bool(names) and all(name.lower().endswith(".xml") for name in names)


class _QuietActions:
    """Chains of what happens without a click; what was looked at once is not looked at again."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._budget = Budget(MOST_OBJECTS)

    def require(self, action: Any) -> None:
        """Raise `Wrong` unless an action and all after it stay in the document."""
        waiting = [action]
        while waiting:
            one = waiting.pop()
            place = (getattr(one, "idnum", 0), getattr(one, "generation", 0))
            if place != (0, 0):
                if place in self._seen:
                    continue
                self._seen.add(place)
            self._budget.spend()
            found = _resolved(one)
            if isinstance(found, dict):
                if _of(found, "/S") not in _QUIET_ACTIONS | {None}:
                    raise Wrong("active")
                following = dict.get(found, "/Next")
                listed = _resolved(following)
                waiting.extend(list.__iter__(listed) if isinstance(listed, list) else [following])


def _count_pages(pages: Any) -> int:
    """Walk the page tree; a tree that never ends is refused."""
    waiting, budget, count = [pages], Budget(MOST_PAGES), 0
    while waiting:
        node = _resolved(waiting.pop())
        budget.spend()
        if node["/Type"] == "/Page" or "/Kids" not in node:
            _of(node, "/Contents")
            count += 1
        else:
            kids = _of(node, "/Kids")
            if len(waiting) + len(kids) > MOST_PAGES:
                raise Wrong("too-complex")
            waiting.extend(list.__iter__(kids))
    return count


def _of(dictionary: dict[str, Any], key: str) -> Any:
    return _resolved(dict.get(dictionary, key))


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
