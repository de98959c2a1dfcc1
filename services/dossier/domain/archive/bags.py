"""What a package holds, in BagIt's form (RFC 8493): one version of a dossier always gives the same bytes.

<code>/bagit.txt, bag-info.txt, manifest-sha256.txt, tagmanifest-sha256.txt
<code>/data/ho-so.json        what the dossier is: identity, parties, form, retention, list of files
<code>/data/lich-su.jsonl     its history, an entry a line, with the chain's hashes
<code>/data/tep/…             files, under their ids; names as they were brought stand in ho-so.json
<code>/data/van-ban/…         official papers as they were issued
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.core.clock import VIETNAM

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Stored:
    """A payload that lies in the file store under its digest."""

    path: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Text:
    """A payload made for the package."""

    path: str
    content: bytes

    @property
    def sha256(self) -> bytes:
        """The content's digest."""
        return hashlib.sha256(self.content).digest()

    @property
    def size(self) -> int:
        """The content's length."""
        return len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Everything in a package."""

    folder: str
    source: str
    external_id: str
    bagged_at: datetime
    payload: Sequence[Stored | Text]

    def tags(self) -> list[Text]:
        """Return the files that say what the payload is; the manifest names every payload file."""
        ordered = sorted(self.payload, key=lambda one: one.path)
        manifest = "".join(f"{one.sha256.hex()}  data/{one.path}\n" for one in ordered)
        info = {
            "Source-Organization": self.source,
            "External-Identifier": self.external_id,
            "Bagging-Date": self.bagged_at.astimezone(VIETNAM).date().isoformat(),
            "Payload-Oxum": f"{sum(one.size for one in ordered)}.{len(ordered)}",
        }
        tags = [
            Text(
                "bag-info.txt", "".join(f"{name}: {_line(value)}\n" for name, value in info.items()).encode()
            ),
            Text("bagit.txt", BAGIT),
            Text("manifest-sha256.txt", manifest.encode()),
        ]
        told = "".join(f"{one.sha256.hex()}  {one.path}\n" for one in tags)
        return [*tags, Text("tagmanifest-sha256.txt", told.encode())]


def _line(value: str) -> str:
    return " ".join(value.split())


def safe_name(text: str) -> str:
    """Return a name no file system minds, for a code."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-.") else "_" for sign in text)
