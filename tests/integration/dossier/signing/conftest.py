"""An office that trusts one root and has a seal."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kernel.testing.running import RunningService
from tests.builders.dossier.office import (
    COMMUNE,
    Office,
)
from tests.builders.dossier.pki import (
    PASSPHRASE,
    a_root,
    a_trust_folder,
)
from tests.integration.dossier.signing.signed import SEAL


@pytest.fixture
async def signing(
    start: Callable[..., Awaitable[RunningService]],
    tmp_path: Path,
    shared_workshop: None,
) -> Office:
    """An office that trusts one root and has the commune's seal as a file."""
    del shared_workshop
    (tmp_path / "dau.p12").write_bytes(SEAL.pkcs12())
    seals = {COMMUNE: {"file": str(tmp_path / "dau.p12"), "passphrase": PASSPHRASE}}
    started = await start(
        "dossier",
        files_url=(tmp_path / "files").as_uri(),
        trust_folder=str(a_trust_folder(tmp_path / "trust", a_root())),
        seals=json.dumps(seals),
    )
    return await Office(started).open()
