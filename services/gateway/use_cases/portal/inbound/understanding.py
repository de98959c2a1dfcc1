"""How a message that has been read is understood: corrections laid over it, its files and pictures found."""

from collections.abc import Mapping
from dataclasses import replace

from services.gateway.domain.portal.inbound.corrections import corrected, left_out
from services.gateway.domain.portal.inbound.messages import Inbound
from services.gateway.domain.portal.inbound.reading import Handed, handed_of, require_likely
from services.gateway.use_cases.portal.inbound.aside import aside
from services.gateway.use_cases.portal.inbound.bodies import Said
from services.gateway.use_cases.portal.inbound.handing import require_only_files, with_files_read
from services.gateway.use_cases.portal.inbound.pictures import with_pictures_as_files


async def understood(said: Said, message: Inbound) -> tuple[Handed, Mapping[int, int]]:
    """Return a message in the dossier service's words, with the lengths of its long files by their place.

    Raises `NotUnderstood` for what its sender must mend and `NeedsPeople` for what is for people.
    """
    path, changes = message.path, message.corrections
    told = await aside(said.values, corrected, path, said.value, changes)
    handed = await aside(said.values, handed_of, path, told)
    require_likely(handed, message.received_at)
    without, texts = await aside(said.values, left_out, path, said.value, changes)
    handed = await with_pictures_as_files(handed, said)
    require_only_files(said, handed, texts)
    missing = (*handed.missing, *filter(None, without.values()))
    return await with_files_read(replace(handed, missing=missing), said)
