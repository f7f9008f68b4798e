from __future__ import annotations

import pytest

from orchestration.metrics.cards import HEADINGS, BadCard, lint, parse_card
from orchestration.metrics.catalogue import METRICS, card_of
from orchestration.metrics.concentration import hhi, us_share
from orchestration.metrics.interval import Bounded


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_card_whose_example_runs(metric):
    assert lint(METRICS[metric]) == []
    assert card_of(metric).metric == metric


def test_a_card_keeps_its_paragraphs_and_its_example_apart():
    card = card_of("us_share")
    assert card.title == "US share of exports"
    assert card.unit == "share"
    assert card.range == "0 to 1"
    assert "\n" not in card.inputs
    assert card.example.startswith("July 2026")
    assert "\n>>> round(share_of_july.low, 5)\n0.66572" in card.example


def test_an_unknown_metric_is_answered_with_those_that_exist():
    with pytest.raises(KeyError, match="us_share"):
        card_of("gravity")


def _metric(docstring):
    def metric() -> Bounded:
        return Bounded.exact(1.0, 1)

    metric.__doc__ = docstring
    return metric


def _docstring(**other):
    texts = dict.fromkeys(HEADINGS, "text") | {"Unit": "share", "Example": ">>> 1 + 1\n        2"} | other
    return "A metric.\n\n" + "".join(f"    {heading}:\n        {text}\n" for heading, text in texts.items() if text is not None)


def test_a_sound_card_has_no_fault():
    assert lint(_metric(_docstring())) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"Assumptions": None}, "headings"),
        ({"Surprise": "text"}, "headings"),
        ({"Why": ""}, "Why is empty"),
        ({"Unit": "bananas"}, "bananas"),
        ({"Example": "none"}, "no doctest"),
        ({"Example": ">>> 1 + 1\n        3"}, "Expected"),
        ({"Example": ">>> 1 / 0\n        3"}, "ZeroDivisionError"),
    ],
)
def test_lint_names_the_fault(change, fault):
    assert fault in " ".join(lint(_metric(_docstring(**change))))


def test_headings_stand_in_one_order():
    docstring = us_share.__doc__.replace("What:", "Then:").replace("Why:", "What:").replace("Then:", "Why:")
    with pytest.raises(BadCard, match="headings"):
        parse_card(_metric(docstring))


@pytest.mark.parametrize("docstring", [None, "", hhi.__doc__])
def test_a_plain_docstring_is_no_card(docstring):
    with pytest.raises(BadCard):
        parse_card(_metric(docstring))
