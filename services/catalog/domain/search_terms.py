"""What a name is found by and what a question asks for, in the same words; scored in the database."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.catalog.domain.speech import LONGEST_PHRASE, Phrasebook, Speech
from services.catalog.domain.text import fold, marked_words, one_line

_PAUSES = re.compile(r"[,;.!?](?:\s|$)")
MARKED = "="
"""Prefix of terms that keep their diacritics: they only add to what the folded term has found."""
_PAIR = 1.6
_MARKED_WORD = 0.25
_MARKED_PAIR = 0.5
_MEANING = 1.0
_MEANING_ADDED = 0.15
_SAID = 0.4
_WEAK = 0.35
_DOUBTFUL = 0.15
_MAX_WORDS = 40
_PAUSE = ","
_BARE = ("khong", "phai")
_REFUSALS = (
    ("chu", "khong", "phai"),
    ("khong", "phai", "truong", "hop"),
    _BARE,
    ("dung", "dua", "ban"),
    ("dung", "dua"),
)


def terms_of(*texts: str) -> list[str]:
    """Return the terms of texts: words and pairs of neighbours, folded and with their diacritics."""
    found: dict[str, None] = {}
    for text in texts:
        words = [(word, fold(word)) for word in marked_words(one_line(text))]
        found.update(dict.fromkeys([bare for _, bare in words]))
        found.update(dict.fromkeys([f"{a} {b}" for (_, a), (_, b) in pairwise(words)]))
        found.update(dict.fromkeys([MARKED + word for word, bare in words if word != bare]))
        found.update(
            dict.fromkeys(
                [f"{MARKED}{a} {b}" for (a, bare), (b, bald) in pairwise(words) if a != bare or b != bald]
            )
        )
    return list(found)


def size_of(name: str) -> int:
    """Return how many different words a name says."""
    return len({fold(word) for word in marked_words(one_line(name))})


def base_of(term: str) -> str:
    """Return a term without its marks; itself when it has none."""
    return fold(term[1:]) if term.startswith(MARKED) else term


@dataclass(frozen=True, slots=True)
class Question:
    """Terms with their weights, and the words for comparing whole names by likeness."""

    terms: Mapping[str, float]
    text: str

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is asked for."""
        return not self.terms


@dataclass(slots=True)
class _Word:
    """A word of the question and how much it says; `firm` words may stand in a pair at full weight."""

    marked: str
    plain: str
    weight: float = 1.0
    firm: bool = True


class Synonyms:
    """Turns questions into terms by a phrasebook."""

    def __init__(self, book: Phrasebook) -> None:
        self._speech = Speech(book)

    def ask(self, text: str) -> Question:
        """Return what a question asks for: noise left out, abbreviations spelled, meanings added."""
        asked = _spelled(_spoken(text), self._speech.same)
        wanted, unwanted = _parted(asked)
        words = [_Word(word, fold(word)) for word in (wanted or asked) if word != _PAUSE]
        terms: dict[str, float] = {}
        self._add_meanings(terms, words)
        runs = self._without_noise(words) or [words]
        for run in runs:
            _add(terms, run)
        for refused in unwanted:
            _refuse(terms, refused)
        return Question(terms, " ".join(word.plain for run in runs for word in run))

    def _add_meanings(self, terms: dict[str, float], words: Sequence[_Word]) -> None:
        """Add what phrases stand for; one inside a longer one says less, and what was said says less."""
        marked, plain = [word.marked for word in words], [word.plain for word in words]
        reached = 0
        for index in range(len(words)):
            size, meanings = self._speech.meanings_at(index, marked, plain)
            if not size:
                continue
            is_inside = index + size <= reached
            for meaning in meanings:
                _add(
                    terms,
                    [
                        _Word(word, fold(word), _MEANING_ADDED if is_inside else _MEANING)
                        for word in meaning.meant
                    ],
                )
            for word in words[index : index + size]:
                word.weight = min(word.weight, _SAID)
            reached = max(reached, index + size)

    def _without_noise(self, words: Sequence[_Word]) -> list[list[_Word]]:
        """Return the runs of words between the noise; a pair of words never spans what was left out.

        What may be noise only because its marks are missing stays, and counts by the words beside it.
        """
        marked, plain = [word.marked for word in words], [word.plain for word in words]
        runs: list[list[_Word]] = [[]]
        index = 0
        while index < len(words):
            size, is_certain = self._speech.noise_at(index, marked, plain)
            if is_certain:
                runs.append([])
                index += size
                continue
            word = words[index]
            if size:
                word.weight, word.firm = min(word.weight, _DOUBTFUL), False
            elif word.plain in self._speech.weak or word.plain.isdecimal():
                word.weight = min(word.weight, _WEAK)
            runs[-1].append(word)
            index += 1
        return [run for run in runs if any(word.firm for word in run)]


def _spoken(text: str) -> list[str]:
    """Return the words of a question with a mark where the speaker pauses."""
    found: list[str] = []
    for part in _PAUSES.split(one_line(text)):
        found += [*marked_words(part), _PAUSE]
    return found[: min(_MAX_WORDS, len(found) - 1)]


def _add(terms: dict[str, float], words: Sequence[_Word]) -> None:
    for word in words:
        _raise(terms, word.plain, word.weight)
        if word.marked != word.plain:
            _raise(terms, MARKED + word.marked, word.weight * _MARKED_WORD)
    for a, b in pairwise(words):
        weight = _pair_weight(a, b)
        _raise(terms, f"{a.plain} {b.plain}", weight * _PAIR)
        if (a.marked, b.marked) != (a.plain, b.plain):
            _raise(terms, f"{MARKED}{a.marked} {b.marked}", weight * _MARKED_PAIR)


def _pair_weight(a: _Word, b: _Word) -> float:
    """Weigh two neighbours: beside a doubtful word the pair itself must tell whether it meant something."""
    if a.firm and b.firm:
        return math.sqrt(a.weight * b.weight)
    return 0.6 * max(a.weight, b.weight) if a.firm or b.firm else 0.3


def _parted(asked: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return the words that are wanted, and the runs that follow "không phải", "đừng" and the like."""
    plain = [fold(word) for word in asked]
    wanted: list[str] = []
    unwanted: list[list[str]] = []
    index = 0
    while index < len(asked):
        size = _refusal_at(index, plain)
        if size == 0:
            wanted.append(asked[index])
            index += 1
            continue
        end = index + size
        while end < len(asked) and asked[end] != _PAUSE and end - index - size < LONGEST_PHRASE:
            end += 1
        unwanted.append(list(asked[index + size : end]))
        index = end
    return [word for word in wanted if word != _PAUSE], unwanted


def _refusal_at(index: int, plain: Sequence[str]) -> int:
    """Return how many words refuse what follows; a bare "không phải" inside a phrase may belong to a name."""
    size = next((len(sign) for sign in _REFUSALS if tuple(plain[index : index + len(sign)]) == sign), 0)
    is_bare = tuple(plain[index : index + size]) == _BARE
    return 0 if is_bare and index > 0 and plain[index - 1] != _PAUSE else size


def _refuse(terms: dict[str, float], marked: Sequence[str]) -> None:
    """Let names with these pairs of words score less, unless the pair is wanted as well."""
    plain = [fold(word) for word in marked]
    for a, b in pairwise(plain):
        if f"{a} {b}" not in terms:
            terms[f"{a} {b}"] = -_PAIR


def _raise(terms: dict[str, float], term: str, weight: float) -> None:
    terms[term] = max(weight, terms.get(term, 0.0))


def _spelled(asked: Sequence[str], same: Mapping[tuple[str, ...], list[str]]) -> list[str]:
    """Replace abbreviations, the longest first."""
    plain = [fold(word) for word in asked]
    result: list[str] = []
    index = 0
    while index < len(asked):
        for size in range(min(LONGEST_PHRASE, len(asked) - index), 0, -1):
            meant = same.get(tuple(plain[index : index + size]))
            if meant is not None:
                result += meant
                index += size
                break
        else:
            result.append(asked[index])
            index += 1
    return result


def beginnings_of(typed: str) -> list[str]:
    """Return what the word being typed may begin: alone, and after the word before it; none after a space."""
    words = [fold(word) for word in marked_words(typed)]
    if not words or typed != typed.rstrip():
        return []
    alone = [words[-1]] if len(words[-1]) > 1 or len(words) == 1 else []
    return [*alone, *([f"{words[-2]} {words[-1]}"] if len(words) > 1 else [])]
