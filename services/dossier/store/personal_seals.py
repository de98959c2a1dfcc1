"""Sealed columns as this service opens them: one that does not open is a named problem, and loudly so."""

import structlog
from prometheus_client import Counter

from kernel.core.errors import Kind, Refusal
from kernel.sealing import SealBroken, Sealer
from services.dossier.use_cases.secrets import BROUGHT

_unreadable = Counter(
    "dossier_sealed_unreadable", "Sealed columns that did not open, by what they are for.", ["purpose"]
)
_log = structlog.get_logger()


class SealedUnreadable(Refusal, SealBroken):
    """What was kept sealed does not open: changed past the service, or of another key (503)."""

    code = "sealed-unreadable"
    kind = Kind.UNAVAILABLE
    title = "Dữ liệu đã niêm phong không mở được; đang được kiểm tra"


class PersonalSeals(Sealer):
    """Seals personal data; the key is the deployment's, so what does not open was changed by hand."""

    def open(self, sealed: str, *, purpose: str) -> object:
        """Return the value; raise `SealedUnreadable`, which is a `SealBroken` too."""
        try:
            return super().open(sealed, purpose=purpose)
        except SealBroken as error:
            if purpose in BROUGHT:
                raise
            _unreadable.labels(purpose).inc()
            _log.error("a sealed column does not open", purpose=purpose)
            raise SealedUnreadable from error
