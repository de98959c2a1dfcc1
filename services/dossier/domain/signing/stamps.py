"""Where a visible stamp goes and what it says: templates are data, sizes in millimetres."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.core.errors import Invalid

_POINTS_A_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class StampTemplate:
    """A stamp: on which page (-1: the last), from which corner, how large, under which words."""

    name: str
    page: int
    left_mm: float
    bottom_mm: float
    width_mm: float
    height_mm: float
    title: str

    @classmethod
    def of(cls, name: str, data: Mapping[str, Any]) -> "StampTemplate":
        """Read one; raise `ValueError` for a stamp that lies off every page."""
        made = cls(
            name,
            int(data["page"]),
            float(data["left_mm"]),
            float(data["bottom_mm"]),
            float(data["width_mm"]),
            float(data["height_mm"]),
            str(data["title"]),
        )
        if min(made.left_mm, made.bottom_mm) < 0 or min(made.width_mm, made.height_mm) <= 0:
            raise ValueError(f"the stamp {name} has no place")
        return made

    @property
    def place(self) -> dict[str, Any]:
        """Return the page and the box in points, as PDFs count: from the lower left corner."""
        left, bottom = self.left_mm * _POINTS_A_MM, self.bottom_mm * _POINTS_A_MM
        return {
            "page": self.page,
            "left": round(left),
            "bottom": round(bottom),
            "right": round(left + self.width_mm * _POINTS_A_MM),
            "top": round(bottom + self.height_mm * _POINTS_A_MM),
        }


def template_named(name: str, templates: Mapping[str, StampTemplate]) -> StampTemplate:
    """Return a template; raise `Invalid` for a name nobody set up."""
    found = templates.get(name)
    if found is None:
        raise Invalid(fields=[("stamp", "Không có mẫu dấu này")])
    return found
