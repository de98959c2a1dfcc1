"""Which dossiers a land-tax notice or voucher names: none is left untold, whoever reads it (ADR 0029)."""

from collections.abc import Sequence
from contextlib import suppress

from services.gateway.domain.portal.inbound.tax import every_dossier, notice_files, tax_dossiers, told_in
from services.gateway.domain.portal.wire.base64_text import NotBase64
from services.gateway.domain.portal.wire.leaves import levels_in, tree_of
from services.gateway.domain.portal.wire.words import NotUnderstood
from services.gateway.use_cases.portal.inbound.accounting import on_the_wire
from services.gateway.use_cases.portal.inbound.aside import aside
from services.gateway.use_cases.portal.inbound.bodies import Said
from services.gateway.use_cases.portal.inbound.handing import too_long
from services.gateway.use_cases.portal.inbound.texts import File

_MOST_VALUES = 50_000


async def dossiers_told(said: Said) -> Sequence[str]:
    """Return whose a notice or voucher is, in its order; a long notice is searched where it lies.

    What stands in members its kind is not read for is told as well: the second of two notices, a voucher's
    dossier beside a notice. Raises `NotUnderstood`.
    """
    places = set(notice_files(said.value))
    if strange := said.files.keys() - places:
        raise NotUnderstood(too_long(said, strange))
    codes = tax_dossiers(said.value, {place: await _told_by(said.files[place]) for place in places})
    others = await aside(said.values_in_texts, _every_dossier, said)
    return tuple(dict.fromkeys((*codes, *others)))


def _every_dossier(said: Said) -> tuple[str, ...]:
    if said.outline is None:
        return ()
    value, texts = on_the_wire(said.outline, said.texts)
    tree = tree_of(value, texts, opened_values=_MOST_VALUES)
    return every_dossier(leaf for level in levels_in(tree) for leaf in level.inner)


async def _told_by(file: File) -> tuple[str, ...]:
    """Return what a long notice names: in base64, or as the XML itself."""
    for content in (file.content, file.letters):
        with suppress(NotBase64):
            return await told_in(content())
    return ()
