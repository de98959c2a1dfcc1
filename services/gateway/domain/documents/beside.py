"""What of somebody else's document could not be understood, kept beside what could."""

from dataclasses import dataclass, field

_MOST = 50
_LONGEST = 200


@dataclass(slots=True)
class Beside:
    """`unread` is shown to people and changes nothing; `faults` (path, reason) are why it is refused."""

    unread: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def told(self, path: str, text: str) -> None:
        """Keep an optional member as its sender wrote it; what is blank says nothing."""
        if text.strip() and len(self.unread) < _MOST:
            self.unread.append(f"{path}: {text.strip()}"[:_LONGEST])

    def wrong(self, path: str, reason: str) -> None:
        """Keep why the document is not what it says it is."""
        self.faults.append((path, reason))
