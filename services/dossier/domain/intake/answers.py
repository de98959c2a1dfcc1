"""Answers of a dossier's form: as they stand, and what stood before each time some were put right.

Kept together: a mapping as it was handed in, or a list of what stands and every correction, the oldest first.
What is handed in is always a mapping, so nobody can bring a past of their own.
"""

from typing import Any


def answers_of(opened: object) -> dict[str, Any] | None:
    """Return the answers that stand, from what was sealed; None where there are none."""
    now = opened[0] if isinstance(opened, list) and opened else opened
    return now if isinstance(now, dict) else None


def corrections_of(opened: object) -> list[dict[str, Any]]:
    """Return each correction: `at` (RFC 3339), the dossier's `version`, answers `before`, names `added`."""
    return opened[1:] if isinstance(opened, list) else []
