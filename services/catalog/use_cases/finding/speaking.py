"""How people speak, as this process knows it now: what is shipped and what editors changed."""

from collections.abc import Iterable, Sequence

from services.catalog.domain.search_terms import Question, Synonyms
from services.catalog.domain.speech import Entry, Kind, Phrasebook, entries_of, with_entries
from services.catalog.use_cases.finding.ports import PhraseChange


class Speaking:
    """One a process; every search tells whether what is known here is still the latest."""

    def __init__(self, shipped: Phrasebook, synonyms: Synonyms) -> None:
        """Begin with what is shipped; `synonyms` is made of it."""
        self._shipped = shipped
        self._revision = 0
        self._synonyms = synonyms

    def ask(self, text: str) -> Question:
        """Return what a question asks for."""
        return self._synonyms.ask(text)

    def is_latest(self, revision: int) -> bool:
        """Tell whether editors have changed nothing since."""
        return revision == self._revision

    def renew(self, revision: int, changes: Iterable[PhraseChange]) -> None:
        """Take what editors changed."""
        self._synonyms = Synonyms(with_entries(self._shipped, self.entries(changes)))
        self._revision = revision

    def entries(self, changes: Iterable[PhraseChange]) -> Sequence[Entry]:
        """Return every phrase in use: the shipped ones and those added, without those removed."""
        kept = {(entry.kind, entry.phrase, entry.meaning): entry for entry in entries_of(self._shipped)}
        for change in changes:
            key = (change.kind, change.phrase, change.meaning)
            if change.is_removed:
                kept.pop(key, None)
            else:
                kept[key] = Entry(*key, is_shipped=False, changed_by=change.changed_by)
        order = list(Kind)
        return sorted(kept.values(), key=lambda entry: (order.index(entry.kind), entry.phrase, entry.meaning))
