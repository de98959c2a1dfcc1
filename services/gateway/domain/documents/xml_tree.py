"""XML from strangers, read within bounds: no document type, so no entities and nothing fetched.

Python's own expat, in one pass: one call with the whole text is linear for it, and a document is refused at
the first sign too many. A tree is kept of everything but the files' contents, which are decoded as they end.
"""

import base64
import binascii
import io
from dataclasses import dataclass, field
from xml.parsers import expat  # nosec - hardened below; see the module's own words.

from services.gateway.domain.documents.profile import Bounds

_CONTENT = "ContentTransferEncoded"
_LONGEST_NAME = 200
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MOST_ATTRIBUTES = 20
_LONGEST_VALUE = 2_000


class NotReadable(Exception):  # noqa: N818 - the fact is the name.
    """What came is no envelope; `code` is stable, `reason` Vietnamese and free of what was sent."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class Node:
    """An element by its local name: namespaces differ between implementations and mean nothing more."""

    name: str
    text: str = ""
    content: bytes | None = None
    """Of a file; None where it is not Base64."""
    children: list["Node"] = field(default_factory=list)

    def first(self, *names: str) -> "Node | None":
        """Return the first child of one of these names."""
        return next((child for child in self.children if child.name in names), None)

    def all(self, *names: str) -> list["Node"]:
        """Return children of these names, in order."""
        return [child for child in self.children if child.name in names]

    def value(self, *names: str) -> str:
        """Return the text of the first such child, empty without one."""
        found = self.first(*names)
        return found.text.strip() if found else ""


def read_tree(raw: bytes, bounds: Bounds) -> Node:
    """Return the tree; raise `NotReadable` for anything that is not plain, bounded UTF-8 XML."""
    if len(raw) > bounds.bytes:
        raise NotReadable("too-large", "Gói tin quá lớn")
    if raw[:2] in _OTHER_MARKS or b"\x00" in raw[:4]:
        # Expat believes a mark of UTF-16 more than what it is told.
        raise NotReadable("encoding", "Chỉ nhận mã hóa UTF-8")
    builder = _Builder(bounds)
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.XmlDeclHandler = builder.declared
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.doctype
    parser.ExternalEntityRefHandler = builder.doctype
    parser.ProcessingInstructionHandler = builder.instruction
    parser.CommentHandler = builder.counted
    parser.StartCdataSectionHandler = builder.counted
    parser.StartNamespaceDeclHandler = builder.namespace
    parser.EndNamespaceDeclHandler = builder.namespace_over
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - expat's own signature.
    except expat.ExpatError as error:
        raise NotReadable("not-xml", f"Không phải XML đúng (dòng {error.lineno})") from error
    if builder.root is None:
        raise NotReadable("not-xml", "Gói tin rỗng")
    return builder.root


class _Builder:
    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._files: list[_Base64] = []
        self._lengths: list[int] = []
        self._elements = 0
        self._namespaces = 0
        self.root: Node | None = None

    def declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in {"utf-8", "utf8"}:
            raise NotReadable("encoding", "Chỉ nhận mã hóa UTF-8")

    def doctype(self, *_: object) -> int:
        raise NotReadable("document-type", "Không nhận khai báo DOCTYPE hoặc thực thể")

    def instruction(self, *_: object) -> None:
        raise NotReadable("instruction", "Không nhận chỉ thị xử lý")

    def namespace(self, prefix: str | None, name: str | None) -> None:
        """Count those in scope, hidden ones too: expat takes them off the attributes.

        Canonical XML looks at all of them for each of them: 50,000 are 75 seconds, 50 are nothing.
        """
        self._namespaces += 1
        if self._namespaces > self._bounds.namespaces:
            raise NotReadable("too-deep", "Khai báo quá nhiều không gian tên")
        if len(prefix or "") > _LONGEST_NAME or len(name or "") > _LONGEST_NAME:
            raise NotReadable("too-deep", "Không gian tên dài quá mức cho phép")

    def namespace_over(self, _prefix: str | None) -> None:
        self._namespaces -= 1

    def counted(self, *_: object) -> None:
        """Count what means nothing, yet is a part of its own to whoever keeps the tree."""
        self._elements += 1
        if self._elements > self._bounds.elements:
            raise NotReadable("too-deep", "Gói tin lồng quá sâu hoặc quá nhiều phần tử")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.counted()
        if len(self._open) >= self._bounds.depth:
            raise NotReadable("too-deep", "Gói tin lồng quá sâu hoặc quá nhiều phần tử")
        if len(name) > _LONGEST_NAME or len(attributes) > _MOST_ATTRIBUTES:
            raise NotReadable("too-deep", "Tên hoặc thuộc tính vượt giới hạn")
        if any(len(one) > _LONGEST_NAME or len(value) > _LONGEST_VALUE for one, value in attributes.items()):
            raise NotReadable("too-deep", "Tên hoặc thuộc tính vượt giới hạn")
        node = Node(name.rpartition(" ")[2])
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        if node.name == _CONTENT:
            self._files.append(_Base64())
        self._texts.append([])
        self._lengths.append(0)

    def characters(self, text: str) -> None:
        self._lengths[-1] += len(text)
        if self._open[-1].name == _CONTENT:
            self._files[-1].take(text)
            return
        if self._lengths[-1] > self._bounds.text:
            raise NotReadable("text-too-long", "Một phần tử dài quá mức cho phép")
        self._texts[-1].append(text)

    def end(self, _name: str) -> None:
        node, texts = self._open.pop(), self._texts.pop()
        self._lengths.pop()
        if node.name == _CONTENT:
            node.content = self._files.pop().whole()
        else:
            node.text = "".join(texts)


class _Base64:
    """Decodes a file as it comes: its letters, twice as much memory and more, are never all at hand."""

    def __init__(self) -> None:
        self._decoded = io.BytesIO()
        self._left = ""
        self._is_broken = self._is_over = False

    def take(self, text: str) -> None:
        """Decode what is whole so far."""
        letters = self._left + "".join(text.split())
        ready = len(letters) // 4 * 4
        self._left = letters[ready:]
        self._decode(letters[:ready])

    def whole(self) -> bytes | None:
        """Return the file; None where it is not Base64."""
        self._decode(self._left)
        return None if self._is_broken else self._decoded.getvalue()

    def _decode(self, letters: str) -> None:
        if self._is_broken or not letters:
            return
        # What fills up the last four letters is the end.
        self._is_broken = self._is_over
        try:
            self._decoded.write(base64.b64decode(letters, validate=True))
        except (binascii.Error, ValueError):
            self._is_broken = True
        self._is_over = letters.endswith("=")
