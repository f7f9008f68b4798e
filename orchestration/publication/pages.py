"""The templates of the pages that a release holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.publication import wording

_FILTERS = (
    wording.percent,
    wording.exact_percent,
    wording.points,
    wording.signed,
    wording.exact_points,
    wording.billions,
    wording.millions,
    wording.day,
    wording.month,
    wording.short_month,
    wording.sentence,
    wording.movement,
)


def render(template: str, **content: Any) -> str:
    """The page as HTML. What the template names must be there, and every text is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {write.__name__: write for write in _FILTERS}
    environment.tests["web_address"] = lambda address: str(address).startswith(("https://", "http://"))
    return environment.get_template(template).render(**content)
