"""Three offices that work one group of procedures."""

import pytest

from tests.builders.dossier.kin import Kin
from tests.builders.dossier.office import Office


@pytest.fixture
async def kin(empty_office: Office) -> Kin:
    """A service that knows birth, residence and card, and the group they make."""
    return await Kin(empty_office.service).open_kin()
