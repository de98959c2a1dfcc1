"""What the content is in each form the envelope of the portal's messages comes in (section 17.2)."""

from collections.abc import Mapping
from typing import Any

from services.gateway.domain.portal_profiles import GENERAL, PROFILES, PROMOTION

Json = dict[str, Any]

_MEMBERS = ("service", "isUpdating", "data")
_TRADERS = ("TenThuongNhan", "MaSoThue")
_PEOPLES = "ChuHoSo"


def in_one_form(message: Any) -> Any:
    """Return the message with the members of its envelope as the direct road spells them.

    The road through a provincial gateway writes `Service`, `IsUpdating`, `Data`; where both spellings stand
    the first counts. Nothing else is touched.
    """
    if not isinstance(message, Mapping):
        return message
    found = dict(message)
    for name in _MEMBERS:
        other = name[0].upper() + name[1:]
        if other in found and found.get(name) is None:
            found[name] = found.pop(other)
    return found


def content_of(path: str, message: Any) -> tuple[Mapping[str, Any] | None, Json | None]:
    """Return the profile a message is read by and its content; None for what it has not.

    The older address takes the content bare or enveloped; the newer takes every kind of dossier, so that
    its fields tell which it is.
    """
    profile = PROFILES.get(path)
    if profile is None or not isinstance(message, Mapping):
        return profile, None
    data = message.get("data")
    if not isinstance(data, Mapping):
        data = None if profile["enveloped"] else message
    if path == GENERAL and data is not None and _PEOPLES not in data and all(one in data for one in _TRADERS):
        profile = PROFILES[PROMOTION]
    return profile, data  # type: ignore[return-value]  # A mapping of JSON is a dict.
