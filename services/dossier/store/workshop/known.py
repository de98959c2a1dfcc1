"""What the operator trusts, read from a folder: roots, intermediates, revocation lists; and own seals."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from asn1crypto import crl, pem, x509
from pyhanko_certvalidator import ValidationContext

_CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})
_LISTS = frozenset({".crl", ".der"})


class Known:
    """The roots we trust, and what helps to reach them."""

    def __init__(self, folder: Path | None, seals: frozenset[str]) -> None:
        self._seals = seals
        self.roots = list(_certificates(folder, "roots"))
        self.others = list(_certificates(folder, "intermediates"))
        self.lists = list(_lists(folder))

    @classmethod
    def of(cls, folder: str, seals: Sequence[str] = ()) -> "Known":
        """Read a folder as it is now; an empty name is nobody's."""
        return cls(Path(folder) if folder else None, frozenset(seals))

    def at(self, moment: datetime, embedded: Iterable[x509.Certificate]) -> ValidationContext:
        """Return what validates at a moment; a context is good for one validation."""
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=[*self.others, *embedded],
            crls=self.lists,
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    def is_own_seal(self, certificate: x509.Certificate, moment: datetime) -> bool:
        """Tell whether it is the very certificate of a seal of the house, and in force."""
        is_ours = hashlib.sha256(certificate.dump()).hexdigest() in self._seals
        return is_ours and certificate.not_valid_before <= moment <= certificate.not_valid_after


def _files(folder: Path | None, name: str) -> list[Path]:
    return sorted((folder / name).iterdir()) if folder is not None and (folder / name).is_dir() else []


def _lists(folder: Path | None) -> Iterable[crl.CertificateList]:
    for file in _files(folder, "crls"):
        if file.suffix in _LISTS:
            raw = file.read_bytes()
            yield crl.CertificateList.load(pem.unarmor(raw)[2] if pem.detect(raw) else raw)


def _certificates(folder: Path | None, name: str) -> Iterable[x509.Certificate]:
    for file in _files(folder, name):
        if file.suffix in _CERTIFICATES:
            raw = file.read_bytes()
            found = pem.unarmor(raw, multiple=True) if pem.detect(raw) else [("", {}, raw)]
            for _, _, der in found:
                yield x509.Certificate.load(der)
