"""The small Vietnamese pages of the simulators: one environment, one base, escaped throughout."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

_ROOT = Path(__file__).parent
_ENVIRONMENT = Environment(loader=FileSystemLoader(_ROOT), autoescape=True)


def page(template: str, values: Mapping[str, Any]) -> HTMLResponse:
    """Render a template, named by its path below this package."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values))
