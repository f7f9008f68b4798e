"""Home share and import penetration: the golden example, the error of leaving re-exports in, and what they add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.metrics.errors import Undefined
from orchestration.metrics.home_share import apparent_consumption, home_share, import_penetration

figures = st.floats(0, 1e12)


def test_the_worked_example_is_the_golden_one(golden):
    expected = golden("golden_metrics")["apparent_consumption"]
    assert apparent_consumption(1000, 400, 500) == expected["AC"]
    assert home_share(1000, 400, 500).value == pytest.approx(expected["home_share"])
    assert import_penetration(1000, 400, 500).value == pytest.approx(expected["import_penetration"])


def test_re_exports_left_in_make_the_share_wrong(golden):
    """Fifty of the exports were imported before: with them the share is another, and no domestic one."""
    wrong = golden("golden_metrics")["apparent_consumption"]["wrong_if_total_exports"]
    assert home_share(1000, 450, 500).value == pytest.approx(wrong["home_share"])


@given(figures, figures, figures)
def test_what_is_not_imported_is_made_at_home(production, exports, imports):
    if production - exports + imports <= 0:
        with pytest.raises(Undefined):
            home_share(production, exports, imports)
        return
    total = home_share(production, exports, imports).low + import_penetration(production, exports, imports).low
    # Far above one where the consumption is a small difference of large figures: then only the scale of it holds.
    assert total == pytest.approx(1, abs=1e-9 * max(1, (production + exports + imports) / (production - exports + imports)))
