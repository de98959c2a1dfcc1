"""On which level of a message a value stands, and what stands there word for word a second time.

A message is an envelope round a dossier, in whatever containers: the object that names the dossier is its
content, all it stands in is the way to it. Exceptions of the net hold at their level only (ADR 0029).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.gateway.domain.portal.inbound.declared import Where
from services.gateway.domain.portal.wire.leaves import Leaf, Level, levels_in, says_nothing, token

FORMS = frozenset({"dulieueform", "eform"})
FILES = frozenset({"tailieunop", "danhsachtailieunop", "danhsachtailieu", "danhsachtepdinhkem"}) | {
    "danhsachgiaytobosung",
    "danhsachhosobosung",
}
ADDRESSES = frozenset({"diachi", "diachidoanhnghiep"})
PEOPLE = "dinhdanhchs"
_CODES = frozenset({"mahoso", "mahosoqg"})
_HEADS = frozenset({"header", "headers"})
_NO_CONTENT = FORMS | FILES | ADDRESSES | {PEOPLE}
_OF_A_PART = frozenset({"matthc", "chuhoso", "tenthuongnhan"})
_OF_A_GROUP = {
    **dict.fromkeys(ADDRESSES, Where.ADDRESS),
    **dict.fromkeys(FILES, Where.FILE),
    PEOPLE: Where.PEOPLE,
}
_DEEPEST_CONTENT = 8


@dataclass(slots=True)
class Levels:
    """Which objects of a message are on the way to the dossier, and what stands in it twice."""

    wire: Level
    content: Level | None = None
    way: frozenset[Level] = frozenset()
    """The content and all it stands in."""
    envelope: frozenset[Level] = frozenset()
    """Of these the ones outside what an envelope calls its content."""
    _digests: dict[Level | Leaf, int] = field(default_factory=dict)
    _said: dict[tuple[Any, ...], set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, wire: Level) -> "Levels":
        """Return the levels of a message."""
        content = _content_in(wire)
        way = _way_to(content)
        datas = [place for place, one in enumerate(way) if one.name == "data"]
        outside = way[datas[0] + 1 :] if datas else way
        return cls(wire, content, frozenset((*way, *_parts_of(way))), frozenset(outside))

    def where(self, leaf: Leaf) -> frozenset[Where]:
        """Return on which levels a value stands; none for one of the form, or of anything nobody knows."""
        above = leaf.above
        while above.above is not None and above not in self.way and above.name == leaf.name:
            # A list of one, or the text of an element.
            above = above.above
        return self._of(above)

    def where_of(self, level: Level) -> frozenset[Where]:
        """Return on which levels an object stands."""
        above = level.above
        return self._of(above) if above is not None else frozenset()

    def _of(self, above: Level) -> frozenset[Where]:
        if above in self.way:
            found = {Where.CONTENT}
            if above in self.envelope:
                found.add(Where.BARE if above is self.content else Where.ENVELOPE)
            return frozenset(found)
        if above.name in _HEADS and above.above in self.envelope:
            return frozenset({Where.ENVELOPE})
        group = _OF_A_GROUP.get(self._group(above))
        return frozenset({group} if group else ())

    def is_deleted(self, file: Level) -> bool:
        """Tell whether a file says of itself that it is deleted."""
        return any(
            one.name == "isdeleted" and isinstance(one, Leaf) and token(one.value) in {"1", "true"}
            for one in file.inner
        )

    def is_said_again(self, leaf: Leaf) -> bool:
        """Tell whether a value, or what it stands in, stands word for word a second time where such are one.

        That is in the same object, on the way to the dossier, or in another list of the same name.
        """
        if not self._digests:
            self._count()
        node: Level | Leaf = leaf
        while node.above is not None:
            above = node.above
            digest = self._digests[node] if node in self._digests else self._digest_of(node)
            for owner in self._owners(above):
                kind = "element" if above.is_list else "member"
                if len(self._said.get((kind, owner, node.name, digest), ())) > 1:
                    return True
            node = above
        return False

    def _owners(self, above: Level) -> Iterator[int]:
        """Yield by what an object is known whose members are one when they are the same."""
        owner = above
        while owner.is_list and owner.above is not None:
            owner = owner.above
        yield id(owner)
        if owner in self.way or (owner.name in FORMS and self._is_beside(owner)):
            yield 0

    def _is_beside(self, level: Level) -> bool:
        """Tell whether an object stands, in whatever containers, beside the members of the dossier."""
        return level.above is not None and (level.above in self.way or self._is_beside(level.above))

    def _count(self) -> None:
        for level in reversed(list(levels_in(self.wire))):
            for inner in level.inner:
                self._digests[inner] = self._digest_of(inner)
        for level in levels_in(self.wire):
            owners = list(self._owners(level))
            for inner in level.inner:
                digest, name = self._digests[inner], inner.name
                for owner in owners:
                    if not level.is_list:
                        self._said.setdefault(("member", owner, name, digest), set()).add(id(inner))
                    place = id(level) if level.is_list else id(inner)
                    self._said.setdefault(("element", owner, name, digest), set()).add(place)

    def _digest_of(self, one: Level | Leaf) -> int:
        if isinstance(one, Leaf):
            return self._digest_of_level(one.opened) if one.opened else hash(one.tokens[0])
        return self._digest_of_level(one)

    def _digest_of_level(self, level: Level) -> int:
        inner = [(one.name, self._digests.get(one, 0)) for one in level.inner]
        if level.is_text:
            return inner[0][1] if inner else 0
        return hash(tuple(inner if level.is_list else sorted(inner)))

    def _group(self, above: Level) -> str:
        """Return which member of the dossier an object stands in (its address, its files), blank for none."""
        at: Level | None = above
        for _ in range(_DEEPEST_CONTENT):
            if at is None or at.above is None or at in self.way:
                return ""
            if at.above in self.way:
                return at.name
            at = at.above
        return ""


def _parts_of(way: list[Level]) -> Iterator[Level]:
    """Yield the objects beside or in a dossier that alone say whose it is, or for which procedure."""
    around = [one for level in way if not level.is_list for one in level.inner]
    for name in _OF_A_PART - {one.name for one in around}:
        parts = [
            one
            for one in around
            if isinstance(one, Level) and one not in way and any(inner.name == name for inner in one.inner)
        ]
        yield from parts if len(parts) == 1 and parts[0].name not in _NO_CONTENT else ()


def _content_in(wire: Level) -> Level | None:
    """Return the object that names its dossier: the outermost in what an envelope calls its content."""
    first = None
    for level in levels_in(wire):
        if level.name in _NO_CONTENT or not any(_names_a_dossier(one) for one in level.inner):
            continue
        way = _way_to(level)
        if any(one.name in _NO_CONTENT or (one.is_list and len(one.inner) > 1) for one in way):
            continue
        if any(one.name == "data" for one in way):
            return level
        first = first or level
    return first


def _names_a_dossier(one: Level | Leaf) -> bool:
    return one.name in _CODES and (isinstance(one, Level) or not says_nothing(one.value))


def _way_to(level: Level | None) -> list[Level]:
    """Return an object and all it stands in, the innermost first."""
    way: list[Level] = []
    while level is not None:
        way.append(level)
        level = level.above
    return way
