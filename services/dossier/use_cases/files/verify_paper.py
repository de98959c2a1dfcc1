"""Verifies a paper by its QR code, for anybody who holds it."""

from uuid import UUID

from services.dossier.domain.signing.verification import (
    PURPOSE,
    SignedWhen,
    Thing,
    UnknownPaper,
    Verified,
    is_mark,
    marked_text,
    masked_code,
    read_token,
    token_of,
)
from services.dossier.use_cases.ports import Work


def verification_token(thing: Thing, one: UUID, work: Work) -> str:
    """Return the token printed on a paper; the same for ever, and kept nowhere."""
    return token_of(thing, one, work.seals.blind_index(marked_text(thing, one), purpose=PURPOSE))


def address_of(thing: Thing, one: UUID, work: Work) -> str:
    """Return the page that verifies it."""
    return f"{work.policy.public_url}/xac-minh/{verification_token(thing, one, work)}"


async def verify_paper(token: str, *, work: Work) -> Verified:
    """Return what the paper is and what became of it; raise `UnknownPaper` for a code we never made."""
    thing, one, mark = read_token(token)
    if not is_mark(mark, work.seals.blind_index(marked_text(thing, one), purpose=PURPOSE)):
        raise UnknownPaper
    found = await work.proofs.paper(one) if thing is Thing.PAPER else await work.proofs.file(one)
    if found is None:
        raise UnknownPaper
    return Verified(
        thing=thing,
        kind=found.kind,
        number=found.number,
        dossier_code=masked_code(found.dossier_code) if found.dossier_code else "",
        issued_at=found.issued_at,
        issued_by=found.issued_by,
        agency=found.agency,
        sha256=found.sha256.hex() if found.sha256 else "",
        is_superseded=found.has_later,
        is_recalled=found.is_recalled,
        title=work.legal_sets.named(found.legal_set).forms[found.kind].title if found.legal_set else "",
        signatures=tuple(SignedWhen.of(one) for one in found.signatures if one.get("kind") == "SIGNATURE"),
    )
