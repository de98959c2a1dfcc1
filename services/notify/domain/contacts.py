"""How a person can be reached, and which channel that leaves open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.notify.domain.messages import Channel, Skip

_MOBILE = re.compile(r"0[35789]\d{8}")
_MAIL = re.compile(r"[^@\s<>,;:\"()\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_MAX_MAIL = 254


@dataclass(frozen=True, slots=True)
class Contact:
    """What the dossier's applicant gave; any part may be empty."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """The channel to use with its address (None: nobody to be reached), and those passed over."""

    channel: Channel | None
    address: str
    skipped: tuple[Skip, ...]


def mobile_number(phone: str) -> str:
    """Return a Vietnamese mobile number as ten digits, or an empty text: only these take text messages."""
    digits = re.sub(r"[\s.()-]", "", phone)
    digits = re.sub(r"^(?:\+?84)(?=[35789]\d{8}$)", "0", digits)
    return digits if _MOBILE.fullmatch(digits) else ""


def mail_address(email: str) -> str:
    """Return the address when a mail can be sent to it, or an empty text."""
    email = email.strip()
    return email if len(email) <= _MAX_MAIL and email.isascii() and _MAIL.fullmatch(email) else ""


def first_open(contact: Contact, channels: Sequence[Channel]) -> Route:
    """Return the first channel this contact leaves open; each channel passed over says why."""
    skipped: list[Skip] = []
    for channel in channels:
        given, usable = (
            (contact.email, mail_address(contact.email))
            if channel is Channel.EMAIL
            else (contact.phone, mobile_number(contact.phone))
        )
        if usable:
            return Route(channel, usable, tuple(skipped))
        what = "EMAIL" if channel is Channel.EMAIL else "MOBILE"
        skipped.append(Skip(channel, f"UNUSABLE_{what}" if given.strip() else f"NO_{what}"))
    return Route(None, "", tuple(skipped))


def masked(channel: Channel, address: str) -> str:
    """Return an address as staff may see it: `090****123`, `ng***@mail.vn`."""
    if channel is Channel.SMS and address:
        return f"{address[:3]}****{address[-3:]}"
    if channel is Channel.EMAIL and address:
        local, _, domain = address.partition("@")
        return f"{local[:2]}***@{domain}"
    return ""
