"""What a name is found by and what a question asks for, in the same words; scored in the database."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from services.catalog.domain.text import fold, marked_words, one_line

_PAUSES = re.compile(r"[,;.!?](?:\s|$)")
MARKED = "="
"""Prefix of terms that keep their diacritics: they only add to what the folded term has found."""
_LONGEST_PHRASE = 9
_PAIR = 1.6
_MARKED_WORD = 0.25
_MARKED_PAIR = 0.5
_MEANING = 0.8
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
        marked = marked_words(one_line(text))
        plain = [fold(word) for word in marked]
        found.update(dict.fromkeys(plain))
        found.update(dict.fromkeys(f"{a} {b}" for a, b in pairwise(plain)))
        found.update(
            dict.fromkeys(MARKED + word for word, bare in zip(marked, plain, strict=True) if word != bare)
        )
        found.update(
            dict.fromkeys(f"{MARKED}{a} {b}" for a, b in pairwise(marked) if fold(a) != a or fold(b) != b)
        )
    return list(found)


@dataclass(frozen=True, slots=True)
class Question:
    """Terms with their weights, and the words for comparing whole names by likeness."""

    terms: Mapping[str, float]
    text: str

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is asked for."""
        return not self.terms


class Synonyms:
    """Everyday words for the words of the law; see `data/synonyms.yaml`."""

    def __init__(
        self,
        noise: Iterable[str] = (),
        same: Mapping[str, str] | None = None,
        means: Mapping[str, str] | None = None,
    ) -> None:
        phrases = [tuple(marked_words(phrase)) for phrase in noise]
        self._noise = frozenset(phrases) | frozenset(tuple(map(fold, phrase)) for phrase in phrases)
        self._same = {_key(phrase): marked_words(meant) for phrase, meant in (same or {}).items()}
        self._means = MappingProxyType(
            {_key(phrase): marked_words(meant) for phrase, meant in (means or {}).items()}
        )

    def ask(self, text: str) -> Question:
        """Return what a question asks for: noise left out, abbreviations spelled, meanings added."""
        asked = _spelled(_spoken(text), self._same)
        wanted, unwanted = _parted(asked)
        kept = _without(wanted, self._noise) or [wanted or asked]
        terms: dict[str, float] = {}
        for run in kept:
            _add(terms, run, 1.0)
        for meant in _phrases(wanted, self._means):
            _add(terms, meant, _MEANING)
        for run in unwanted:
            _refuse(terms, run)
        return Question(terms, " ".join(fold(word) for run in kept for word in run))


def _spoken(text: str) -> list[str]:
    """Return the words of a question with a mark where the speaker pauses."""
    found: list[str] = []
    for part in _PAUSES.split(one_line(text)):
        found += [*marked_words(part), _PAUSE]
    return found[: min(_MAX_WORDS, len(found) - 1)]


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in marked_words(phrase))


def _add(terms: dict[str, float], marked: Sequence[str], weight: float) -> None:
    plain = [fold(word) for word in marked]
    for index, word in enumerate(plain):
        _raise(terms, word, weight)
        if marked[index] != word:
            _raise(terms, MARKED + marked[index], weight * _MARKED_WORD)
    for index, (a, b) in enumerate(pairwise(plain)):
        _raise(terms, f"{a} {b}", weight * _PAIR)
        if (marked[index], marked[index + 1]) != (a, b):
            _raise(terms, f"{MARKED}{marked[index]} {marked[index + 1]}", weight * _MARKED_PAIR)


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
        while end < len(asked) and asked[end] != _PAUSE and end - index - size < _LONGEST_PHRASE:
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
        for size in range(min(_LONGEST_PHRASE, len(asked) - index), 0, -1):
            meant = same.get(tuple(plain[index : index + size]))
            if meant is not None:
                result += meant
                index += size
                break
        else:
            result.append(asked[index])
            index += 1
    return result


def _is_noise(marked: Sequence[str], plain: Sequence[str], noise: frozenset[tuple[str, ...]]) -> bool:
    """Tell whether words say nothing; with diacritics only as written: "tại" is noise, "tải" is not."""
    if any(word != bare for word, bare in zip(marked, plain, strict=True)):
        return tuple(marked) in noise
    return tuple(plain) in noise


def _without(asked: Sequence[str], noise: frozenset[tuple[str, ...]]) -> list[list[str]]:
    """Return the runs of words between the noise; a pair of words never spans what was left out."""
    plain = [fold(word) for word in asked]
    runs: list[list[str]] = [[]]
    index = 0
    while index < len(asked):
        for size in range(min(_LONGEST_PHRASE, len(asked) - index), 0, -1):
            if _is_noise(asked[index : index + size], plain[index : index + size], noise):
                runs.append([])
                index += size
                break
        else:
            runs[-1].append(asked[index])
            index += 1
    return [run for run in runs if run]


def _phrases(asked: Sequence[str], means: Mapping[tuple[str, ...], list[str]]) -> list[list[str]]:
    """Return the meanings of every known phrase, the longest at each place."""
    plain = [fold(word) for word in asked]
    found = []
    for index in range(len(asked)):
        for size in range(min(_LONGEST_PHRASE, len(asked) - index), 0, -1):
            meant = means.get(tuple(plain[index : index + size]))
            if meant is not None:
                found.append(meant)
                break
    return found
