"""The card of a metric: its function's docstring under fixed headings, parsed and linted."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields

from orchestration.metrics.interval import Bounded
from sources.units import UNITS

Metric = Callable[..., Bounded]


@dataclass(frozen=True)
class Card:
    """What a reader should know of a metric. `example` is prose and a doctest; the other fields are paragraphs."""

    metric: str
    title: str
    what: str
    why: str
    formula: str
    source: str
    unit: str
    range: str
    inputs: str
    exclusions: str
    assumptions: str
    example: str


HEADINGS = tuple(field.name.capitalize() for field in fields(Card))[2:]


class BadCard(ValueError):
    """A metric's docstring is not a card; names the metric and all that is wrong."""

    def __init__(self, metric: str, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{metric}: {'; '.join(faults)}")


def parse_card(metric: Metric) -> Card:
    """Read the card from the function's docstring: a title line, then every heading once, in order, each with text. Raises BadCard."""
    name = metric.__name__
    title, *lines = inspect.cleandoc(metric.__doc__ or "").splitlines() or [""]
    sections: dict[str, list[str]] = {}
    order: list[str] = []
    for line in lines:
        if line.endswith(":") and not line.startswith(" "):
            order.append(line[:-1])
            sections[line[:-1]] = []
        elif order:
            sections[order[-1]].append(line)
    texts = {heading: inspect.cleandoc("\n".join(["", *body])).strip() for heading, body in sections.items()}

    faults = [] if title else ["no title"]
    if order != list(HEADINGS):
        faults.append(f"its headings are {', '.join(order) or 'none'}, and should be {', '.join(HEADINGS)}")
    faults += [f"{heading} is empty" for heading, text in texts.items() if not text]
    if faults:
        raise BadCard(name, faults)
    example = texts.pop("Example")
    return Card(metric=name, title=title.rstrip("."), example=example, **{heading.lower(): " ".join(text.split()) for heading, text in texts.items()})


def lint(metric: Metric) -> list[str]:
    """Return what is wrong with a metric's card: its form, its unit, its example. The example is run."""
    try:
        card = parse_card(metric)
    except BadCard as bad:
        return bad.faults
    faults = [] if card.unit in UNITS else [f"unit {card.unit!r} is not in the vocabulary"]
    example = doctest.DocTestParser().get_doctest(card.example, dict(inspect.unwrap(metric).__globals__), card.metric, None, None)
    if not example.examples:
        return [*faults, "its example has no doctest"]
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    return faults + (["its example fails:\n" + "".join(said)] if said else [])
