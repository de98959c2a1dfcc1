"""How people speak of procedures: phrases that say nothing, abbreviations, and everyday words of the law.

Compiled once from the data (`data/synonyms.yaml` and what editors added); read by `search_terms`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any

from services.catalog.domain.text import fold, marked_words

LONGEST_PHRASE = 9
_SLOT = re.compile(r"<([a-z]+)>|\(([a-z]+)\)")
_MOST_FORMS = 20_000

Phrase = tuple[str, ...]


class Kind(StrEnum):
    """What a phrase does to a question; see `data/synonyms.yaml`."""

    NOISE = "NOISE"
    WEAK = "WEAK"
    SAME = "SAME"
    MEANS = "MEANS"


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase as editors see it; `meaning` is empty for noise and weak words."""

    kind: Kind
    phrase: str
    meaning: str
    is_shipped: bool
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for: the phrase as written, and the words of the law."""

    said: Phrase
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """What is known of how people speak, as editors read and write it.

    `groups` are words that may stand in each other's place: `<kin> mất` in a phrase of `means` is as many
    phrases as there are kin; `(me)` is a word of the group or nothing.
    """

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    noise: Sequence[str] = ()
    weak: Sequence[str] = ()
    same: Mapping[str, str] = field(default_factory=dict)
    means: Sequence[tuple[str, str]] = ()
    """Pairs of an everyday phrase and the words of the law."""


class Speech:
    """A phrasebook made ready for looking up, folded; the longest phrase at a place wins."""

    def __init__(self, book: Phrasebook) -> None:
        self.noise_marked = {tuple(marked_words(phrase)) for phrase in book.noise}
        self.noise = {tuple(map(fold, phrase)) for phrase in self.noise_marked}
        self.weak = {fold(word) for word in book.weak}
        self.same = {_key(phrase): marked_words(meant) for phrase, meant in book.same.items()}
        self.means: dict[Phrase, list[Meaning]] = {}
        for phrase, meant in book.means:
            words = tuple(marked_words(meant))
            for said in forms_of(phrase, book.groups):
                self.means.setdefault(tuple(map(fold, said)), []).append(Meaning(said, words))

    def meanings_at(
        self, index: int, marked: Sequence[str], plain: Sequence[str]
    ) -> tuple[int, list[Meaning]]:
        """Return the length of the longest phrase that begins here, and what it stands for."""
        for size in range(min(LONGEST_PHRASE, len(plain) - index), 0, -1):
            found = self.means.get(tuple(plain[index : index + size]))
            if found:
                heard = tuple(marked[index : index + size])
                fitting = [meaning for meaning in found if _may_be(heard, meaning.said)]
                if fitting:
                    return size, fitting
        return 0, []

    def noise_at(self, index: int, marked: Sequence[str], plain: Sequence[str]) -> tuple[int, bool]:
        """Return how many words from here say nothing, and whether that is certain.

        A single word without its marks may be another word ("can": "cần" or "căn"): that is not certain.
        """
        for size in range(min(LONGEST_PHRASE, len(plain) - index), 0, -1):
            heard, bare = tuple(marked[index : index + size]), tuple(plain[index : index + size])
            if heard in self.noise_marked:
                return size, size > 1 or heard != bare
            if heard == bare and bare in self.noise:
                return size, size > 1
        return 0, False


def forms_of(phrase: str, groups: Mapping[str, Sequence[str]]) -> Iterator[Phrase]:
    """Yield every form of a phrase with slots, as words with their marks; nothing for an unknown group."""
    parts: list[list[str]] = []
    place = 0
    for slot in _SLOT.finditer(phrase):
        words = groups.get(slot[1] or slot[2], ())
        parts += [[phrase[place : slot.start()]], [*words, ""] if slot[2] else [*words]]
        place = slot.end()
    parts.append([phrase[place:]])
    for count, chosen in enumerate(product(*parts)):
        if count == _MOST_FORMS:
            return
        form = tuple(marked_words(" ".join(chosen)))
        if form:
            yield form


def _may_be(heard: Phrase, said: Phrase) -> bool:
    """Tell whether words heard may be those of a phrase that folds alike; one word needs its own marks."""
    if len(heard) > 1 or heard == said:
        return True
    return heard == tuple(map(fold, heard))


def _key(phrase: str) -> Phrase:
    return tuple(fold(word) for word in marked_words(phrase))


def phrasebook_of(found: Mapping[str, object]) -> Phrasebook:
    """Read the shape of `data/synonyms.yaml`; a wrong shape is a defect of the data and fails at once."""
    means = found.get("means") or []
    if not isinstance(means, list):
        raise TypeError("means: a list of {to, say}")
    return Phrasebook(
        groups=_mapping(found.get("groups")),
        noise=[str(phrase) for phrase in _listed(found.get("noise"))],
        weak=[str(word) for word in _listed(found.get("weak"))],
        same={str(key): str(value) for key, value in _mapping(found.get("same")).items()},
        means=[(str(said), str(entry["to"])) for entry in means for said in entry["say"]],
    )


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping | None):
        raise TypeError("a mapping is wanted")
    return dict(value or {})


def _listed(value: object) -> Iterable[object]:
    if not isinstance(value, list | None):
        raise TypeError("a list is wanted")
    return value or ()


def entries_of(book: Phrasebook) -> Iterator[Entry]:
    """Yield a phrasebook's phrases one by one."""
    for kind, phrases in ((Kind.NOISE, book.noise), (Kind.WEAK, book.weak)):
        yield from (Entry(kind, phrase, "", is_shipped=True) for phrase in phrases)
    yield from (Entry(Kind.SAME, phrase, meant, is_shipped=True) for phrase, meant in book.same.items())
    yield from (Entry(Kind.MEANS, phrase, meant, is_shipped=True) for phrase, meant in book.means)


def with_entries(book: Phrasebook, entries: Iterable[Entry]) -> Phrasebook:
    """Return the phrasebook of these phrases, with the groups of another."""
    by_kind: dict[Kind, list[Entry]] = {kind: [] for kind in Kind}
    for entry in entries:
        by_kind[entry.kind].append(entry)
    return Phrasebook(
        groups=book.groups,
        noise=[entry.phrase for entry in by_kind[Kind.NOISE]],
        weak=[entry.phrase for entry in by_kind[Kind.WEAK]],
        same={entry.phrase: entry.meaning for entry in by_kind[Kind.SAME]},
        means=[(entry.phrase, entry.meaning) for entry in by_kind[Kind.MEANS]],
    )
