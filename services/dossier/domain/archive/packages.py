"""Packages and the batches they are handed over in; what an acknowledgement does to each.

A batch is built by a job, handed over by a person with a numbered protocol (biên bản giao nhận), sent by a
job until it is acknowledged, and closed when the archive has answered for every package in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.core.caller import Caller, CallerKind
from kernel.core.errors import Forbidden, NotFound
from services.dossier.domain.archive.bags import safe_name
from services.dossier.domain.archive.errors import BatchMoved, PackagesMissing

MOST_IN_BATCH = 500


class PackageState(StrEnum):
    """Where a package is."""

    WAITING = "WAITING"
    BUILT = "BUILT"
    FAILED = "FAILED"
    """It could not be made; the reason says what the record lacks."""
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    """By the archive; the dossier may go into another batch."""
    WITHDRAWN = "WITHDRAWN"
    """Taken out before it was handed over."""


class BatchState(StrEnum):
    """Where a batch is."""

    BUILDING = "BUILDING"
    READY = "READY"
    HANDED = "HANDED"
    SENT = "SENT"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Judgement(StrEnum):
    """What was made of one line of an acknowledgement."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    REPEATED = "REPEATED"
    """It says again what is known."""
    LATE = "LATE"
    """It contradicts what was answered before, or speaks of a package that was given up: nothing moves."""
    WRONG_HASH = "WRONG_HASH"
    """The archive holds something else than was handed over: nothing moves, the package goes again."""
    UNKNOWN = "UNKNOWN"
    """No package of this batch."""
    CHANGED = "CHANGED"
    """The dossier changed after it was packed: the package no longer says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One dossier's package in one batch."""

    id: UUID
    version: int
    batch_id: UUID
    dossier_id: UUID
    code: str
    state: PackageState
    dossier_version: int = 0
    sha256: bytes | None = None
    size: int | None = None
    files: int | None = None
    reason: str = ""
    archive_code: str = ""
    built_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def name(self) -> str:
        """The file's name: the same for ever, without a sign a file system minds."""
        return f"{safe_name(self.code)}_{self.id.hex}.zip"


@dataclass(slots=True, kw_only=True)
class Batch:
    """What one agency hands over at once."""

    id: UUID
    version: int
    agency: str
    agency_name: str
    state: BatchState
    prepared_by: str
    prepared_by_name: str
    prepared_at: datetime
    number: int | None = None
    year: int | None = None
    handed_by: str = ""
    handed_by_name: str = ""
    handed_at: datetime | None = None
    protocol: dict[str, Any] | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    last_failure: str = ""
    closed_at: datetime | None = None

    def _require(self, *states: BatchState) -> None:
        if self.state not in states:
            raise BatchMoved(extra={"state": self.state.value})

    def cancel(self, now: datetime) -> None:
        """Give the batch up before it was handed over."""
        self._require(BatchState.BUILDING, BatchState.READY)
        self.state, self.closed_at = BatchState.CANCELLED, now
        self.version += 1

    def take_out(self) -> None:
        """Note that a package leaves the batch before it is handed over."""
        self._require(BatchState.BUILDING, BatchState.READY)
        self.version += 1

    def built(self) -> None:
        """Note that every package was tried."""
        self._require(BatchState.BUILDING)
        self.state = BatchState.READY
        self.version += 1

    def hand_over(
        self, packages: Sequence[Package], *, number: int, year: int, by: Caller, now: datetime
    ) -> None:
        """Sign for what is given away, under the next number of the year's book."""
        self._require(BatchState.READY)
        failed = [one for one in packages if one.state is PackageState.FAILED]
        if failed:
            raise PackagesMissing(
                extra={"failed": [{"code": one.code, "reason": one.reason} for one in failed]}
            )
        self.state, self.number, self.year = BatchState.HANDED, number, year
        self.handed_by, self.handed_by_name, self.handed_at = by.subject, by.name, now
        self.next_attempt_at = now
        self.protocol = protocol_of(self, packages)
        self.version += 1

    def tried(self, failure: str, *, now: datetime, again_after_days: int) -> None:
        """Note an attempt to deliver: a failed one is tried again soon, a good one when nobody answers."""
        self._require(BatchState.HANDED, BatchState.SENT)
        self.attempts += 1
        self.last_failure = failure
        if failure:
            self.next_attempt_at = now + timedelta(seconds=min(15 * 2 ** min(self.attempts, 8), 3600))
        else:
            self.state = BatchState.SENT
            self.next_attempt_at = now + timedelta(days=again_after_days)
        self.version += 1

    def send_again(self, now: datetime) -> None:
        """Let the job deliver it once more: an answer was lost."""
        self._require(BatchState.SENT)
        self.next_attempt_at = now
        self.version += 1

    def close(self, now: datetime) -> None:
        """End the batch: the archive has answered for every package."""
        self._require(BatchState.HANDED, BatchState.SENT)
        self.state, self.closed_at, self.next_attempt_at = BatchState.CLOSED, now, None
        self.version += 1


def protocol_of(batch: Batch, packages: Sequence[Package]) -> dict[str, Any]:
    """Return the protocol of a hand-over: who gives what to whom; no name of a citizen is in it."""
    going = [one for one in packages if one.state is PackageState.BUILT]
    return {
        "batch_id": str(batch.id),
        "number": f"{batch.number:02d}/BBGN-{batch.year}",
        "agency": {"code": batch.agency, "name": batch.agency_name},
        "handed_by": batch.handed_by_name,
        "handed_at": batch.handed_at.isoformat() if batch.handed_at else None,
        "count": len(going),
        "bytes": sum(one.size or 0 for one in going),
        "packages": [
            {
                "package_id": str(one.id),
                "code": one.code,
                "file": one.name,
                "sha256": (one.sha256 or b"").hex(),
                "size": one.size,
            }
            for one in going
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an acknowledgement says of one package."""

    package_id: UUID
    sha256: str
    is_accepted: bool
    reason: str = ""
    archive_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One message of the archive, about one batch."""

    id: str
    batch_id: UUID
    at: datetime
    received_by: str
    lines: Sequence[Answered] = field(default_factory=tuple)


def judge(package: Package | None, line: Answered, *, dossier_version: int | None) -> Judgement:
    """Return what an answer about a package makes of it; only ACCEPTED, REFUSED and CHANGED move anything."""
    if package is None:
        return Judgement.UNKNOWN
    if line.sha256.lower() != (package.sha256 or b"").hex():
        return Judgement.WRONG_HASH
    if package.state in {PackageState.ACCEPTED, PackageState.REFUSED}:
        is_same = (package.state is PackageState.ACCEPTED) == line.is_accepted
        return Judgement.REPEATED if is_same else Judgement.LATE
    if package.state is not PackageState.BUILT:
        return Judgement.LATE
    if not line.is_accepted:
        return Judgement.REFUSED
    return Judgement.ACCEPTED if dossier_version == package.dossier_version else Judgement.CHANGED


def require_archivist(agency: str, by: Caller) -> None:
    """Raise `NotFound` for other agencies, `Forbidden` for whoever is no clerk: văn thư keeps the archive."""
    if by.kind is not CallerKind.STAFF:
        raise Forbidden
    if by.agency != agency:
        raise NotFound
    if not by.has_role("CLERK"):
        raise Forbidden


def may_read(agency: str, by: Caller) -> bool:
    """Tell whether the caller reads the archive of an agency: its clerks and signers."""
    is_office = by.kind is CallerKind.STAFF and by.agency == agency
    return is_office and by.has_role("CLERK", "SIGNER")


def is_answered(packages: Sequence[Package]) -> bool:
    """Tell whether the archive has answered for all that was handed over."""
    return all(one.state is not PackageState.BUILT for one in packages)
