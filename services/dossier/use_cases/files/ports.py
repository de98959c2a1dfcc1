"""What the area of files needs of the world beside what every use case has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from services.dossier.domain.file_links import FileLink
from services.dossier.domain.scans import ScanBatch, ScannedPage
from services.dossier.domain.signing.session import Signing
from services.dossier.domain.signing.stamps import StampTemplate
from services.dossier.domain.uploads import Upload


class Verdict(StrEnum):
    """What a scanner says; SILENT when it did not answer."""

    OFF = "OFF"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    SILENT = "SILENT"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A verdict and, of an infected file, the name of what was found."""

    verdict: Verdict
    threat: str = ""


class Scanner(Protocol):
    """Looks for malware."""

    async def __call__(self, content: bytes) -> Scanned:
        """Return the verdict; never raises because the scanner is down."""


class Signatures(Protocol):
    """Verifies the signatures of PDFs."""

    async def __call__(self, content: bytes, *, now: datetime, caller: str) -> list[dict[str, Any]]:
        """Return what is found of each signature, in the order they were made; empty for none."""


class TimeStamps(Protocol):
    """A time stamping authority: says that a signature was there at a moment (RFC 3161)."""

    async def __call__(self, signature: bytes) -> bytes:
        """Return its token, DER; empty where none is set up or it does not answer: nobody waits for it."""


class Parts(Protocol):
    """Contents of files on their way, apart from those that were taken."""

    async def put_part(self, owner: UUID, start: int, content: bytes) -> bytes:
        """Return the digest once the part is durable."""

    async def get_part(self, owner: UUID, start: int, sha256: bytes) -> bytes:
        """Return a part; raise `FileLost` when it is not there."""

    async def drop_parts(self, owner: UUID) -> None:
        """Forget all parts; doing so again is harmless."""


class Uploads(Protocol):
    """Uploads in parts."""

    def add(self, upload: Upload) -> None:
        """Keep a new upload."""

    async def find(self, upload_id: UUID) -> Upload | None:
        """Return an upload."""

    async def hold(self, upload_id: UUID) -> Upload | None:
        """Return it, nobody else's until the unit ends; raise `BeingWritten` when it is somebody's."""

    async def open_of(self, uploaders: Sequence[str], now: datetime) -> int:
        """Return how many unfinished uploads a caller has."""

    def take_part(self, upload: Upload, *, size: int, sha256: bytes, expires_at: datetime) -> None:
        """Keep that the next part has come."""

    async def parts(self, upload_id: UUID) -> Sequence[tuple[int, int, bytes]]:
        """Return start, size and digest of each part in order."""

    def finish(self, upload: Upload, attachment_id: UUID, expires_at: datetime) -> None:
        """Keep what it became; `Stale` at the commit when it was finished or given up meanwhile."""

    def end(self, upload_ids: Sequence[UUID], forget_at: datetime) -> None:
        """Give uploads up."""

    async def expired(self, now: datetime, limit: int) -> Sequence[Upload]:
        """Return uploads whose time is over, whatever they are."""

    def forget(self, upload_id: UUID) -> None:
        """Forget an upload whose parts are gone."""


class Links(Protocol):
    """Short-lived links."""

    def add(self, link: FileLink) -> None:
        """Keep a link."""

    async def find(self, link_id: UUID) -> FileLink | None:
        """Return a link."""

    async def use_up(self, link_id: UUID, now: datetime) -> bool:
        """Mark a link as used at once; False when it may not be opened (again)."""

    def revoke(self, link_id: UUID, now: datetime) -> None:
        """Make it open nothing any more."""

    def forget(self, ended_before: datetime) -> None:
        """Forget links that ended long ago."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose certificate it is, as it says itself."""

    name: str
    organization: str


@dataclass(frozen=True, slots=True)
class StampWanted:
    """A visible stamp: its template, whose it is and where its QR code leads."""

    template: StampTemplate
    holder: Holder
    address: str


@dataclass(frozen=True, slots=True)
class PreparedPdf:
    """A PDF with room for a signature, the bytes the signature is made over, and where it goes."""

    content: bytes
    attributes: bytes
    place: dict[str, Any]


class PdfSigner(Protocol):
    """Makes signed PDFs of signatures that come from elsewhere."""

    @property
    def templates(self) -> Mapping[str, StampTemplate]:
        """The stamps there are."""

    def holder(self, chain: Sequence[bytes], now: datetime) -> Holder:
        """Return whose certificate it is; raise `CertificateWrong` unless it may sign now."""

    async def prepare(
        self,
        content: bytes,
        chain: Sequence[bytes],
        *,
        reason: str,
        stamp: StampWanted | None,
        now: datetime,
        caller: str,
    ) -> PreparedPdf:
        """Return the PDF with room for a signature; raise `NotSignable`."""

    async def finish(
        self,
        prepared: bytes,
        attributes: bytes,
        place: Mapping[str, Any],
        chain: Sequence[bytes],
        signature: bytes,
        *,
        time_stamp: bytes,
        now: datetime,
        caller: str,
    ) -> bytes:
        """Return the signed PDF, with the signature's time stamp unless empty; raise `SignatureWrong`."""


class AgencySeals(Protocol):
    """The agencies' keys."""

    def chain(self, agency: str) -> tuple[bytes, ...]:
        """Return the certificates of an agency's seal, its own first; raise `NoSeal`."""

    async def sign(self, agency: str, attributes: bytes) -> bytes:
        """Return the seal's signature; raise `SealSilent`."""


class Signings(Protocol):
    """Files that wait for a signature made elsewhere."""

    def add(self, signing: Signing) -> None:
        """Keep a prepared file's record."""

    async def find(self, signing_id: UUID) -> Signing | None:
        """Return one that is not finished."""

    def finish(self, signing_id: UUID, now: datetime) -> None:
        """Mark one as finished; `Stale` at the commit when it was finished meanwhile."""

    async def expired(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Return those that are finished or too old."""

    def forget(self, signing_id: UUID) -> None:
        """Forget one whose parts are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperProof:
    """A paper or file as it is kept, for whoever verifies it."""

    kind: str
    number: str
    dossier_code: str
    issued_at: datetime
    issued_by: str
    agency: str
    sha256: bytes | None
    has_later: bool
    is_recalled: bool
    legal_set: str = ""
    """The set a paper is printed by; empty for a file."""
    signatures: Sequence[Mapping[str, Any]] = ()
    """What was found of a file's signatures when it came; a paper has none."""


class Proofs(Protocol):
    """What proves papers: one statement each."""

    async def paper(self, paper_id: UUID) -> PaperProof | None:
        """Return an issued paper."""

    async def file(self, attachment_id: UUID) -> PaperProof | None:
        """Return a file of a result, or one that carries signatures; nothing else can be verified."""


class ScanDesk(Protocol):
    """What a reception does with a scanned batch."""

    def least_dpi(self, day: date) -> int:
        """Return the resolution a page must have."""

    async def measure(self, content: bytes, *, caller: str) -> tuple[ScannedPage, ...]:
        """Return each page as it was measured; raise `BatchUnreadable`."""

    async def join(self, content: bytes, last: bytes, *, caller: str) -> bytes:
        """Return a scan with one more page; raise `BatchUnreadable`."""

    async def cut(self, content: bytes, pieces: Sequence[Sequence[int]], *, caller: str) -> list[bytes]:
        """Return one PDF a piece; raise `BatchUnreadable`."""


class ScanBatches(Protocol):
    """Scanned batches."""

    def add(self, batch: ScanBatch) -> None:
        """Keep a measured batch."""

    async def find(self, batch_id: UUID) -> ScanBatch | None:
        """Return a batch."""

    async def of_scan(self, attachment_id: UUID) -> ScanBatch | None:
        """Return a scan's batch; of several from before the one that was split, else the first."""

    async def hold_scan(self, attachment_id: UUID) -> ScanBatch | None:
        """Return it likewise; nobody else makes a batch of the scan until the unit ends."""

    def confirm(self, batch: ScanBatch, *, name: str, decision: dict[str, Any], at: datetime) -> None:
        """Keep who confirmed what; `Stale` at the commit when somebody was faster."""
