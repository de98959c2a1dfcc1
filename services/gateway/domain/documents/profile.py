"""How an office's axis writes what the regulation leaves open: settings, never constants."""

from dataclasses import dataclass

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Every member is inferred from public implementations; docs/edxml.md says how sure each is."""

    namespace: str = NAMESPACE
    status_element: str = "Status"
    old_identifiers: bool = False
    zips_attachments: bool = False
    tells_digests: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is read at most of an envelope that comes in."""

    bytes: int = 64 * 1_048_576
    depth: int = 16
    elements: int = 5_000
    """Comments and marked sections count as well."""
    namespaces: int = 50
    """In scope at one place; whoever declares one anew in each element has no more than its depth."""
    text: int = 20_000
    attachments: int = 200
    unpacked: int = 64 * 1_048_576
