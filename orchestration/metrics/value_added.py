"""What of a country's exports it adds itself, and how often borders are crossed on the way: an inter-country input-output table and its inverse.

A table of n sectors (economy × industry) and c economies has Z (n × n, what each sector uses of each), F (n × c, final demand of each economy),
output x (n) and value added v (n), in one currency and year. A = Z x̂⁻¹ holds inputs per unit of output, L = (I − A)⁻¹ (Leontief 1936) what a
unit of final demand calls forth of every sector. Dense: a table of 81 economies has few zeros, and its inverse has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded

Array = npt.NDArray[np.float64]

# Tables are balanced numerically and rounded; what is left over is small against output.
_RESIDUAL_SHARE: Final = 1e-6
_SHOWN: Final = 3


@dataclass(frozen=True, eq=False)
class InputOutputTable:
    """An inter-country input-output table of one year. `economies` and `industries` name the sectors; F has a column for each of `demand`.

    Raises ValueError, with the sectors that it finds, for shapes that do not fit, output that is negative or not what is sold, and value added that
    is not what is left of output. A sector without output has neither inputs nor value added.
    """

    year: int
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    intermediate: Array
    final_demand: Array
    demand: tuple[str, ...]
    output: Array
    value_added: Array

    def __post_init__(self) -> None:
        n, c = len(self.economies), len(self.demand)
        shapes = {
            "industries": ((len(self.industries),), (n,)),
            "intermediate": (self.intermediate.shape, (n, n)),
            "final_demand": (self.final_demand.shape, (n, c)),
            "output": (self.output.shape, (n,)),
            "value_added": (self.value_added.shape, (n,)),
        }
        wrong = [f"{name} is {found}, not {expected}" for name, (found, expected) in shapes.items() if found != expected]
        if wrong:
            raise ValueError(f"the table of {self.year} does not fit together: {'; '.join(wrong)}")
        if unknown := sorted(set(self.economies) - set(self.demand)):
            raise ValueError(f"the table of {self.year} has no final demand of {', '.join(unknown)}")
        self._refuse("has no finite, positive output", ~np.isfinite(self.output) | (self.output < 0))
        tolerance = _RESIDUAL_SHARE * max(float(self.output.max(initial=0.0)), 1e-300)
        sold = self.intermediate.sum(axis=1) + self.final_demand.sum(axis=1)
        self._refuse("does not sell what it makes", ~(np.abs(sold - self.output) <= tolerance), sold, self.output)
        left = self.output - self.intermediate.sum(axis=0)
        self._refuse(
            "has another value added than what is left of its output", ~(np.abs(left - self.value_added) <= tolerance), self.value_added, left
        )

    def _refuse(self, what: str, where: npt.NDArray[np.bool_], *figures: Array) -> None:
        places = np.flatnonzero(where)
        if not places.size:
            return
        shown = [f"{self.sector(int(place))}{''.join(f', {figure[place]:g}' for figure in figures)}" for place in places[:_SHOWN]]
        raise ValueError(f"the table of {self.year} {what} in {places.size} sectors: {'; '.join(shown)}")

    def sector(self, place: int) -> str:
        """The name of a sector, such as CAN_C29."""
        return f"{self.economies[place]}_{self.industries[place]}"

    def of(self, economy: str) -> npt.NDArray[np.intp]:
        """The places of the economy's sectors. Raises KeyError where it has none."""
        if economy not in self.places:
            raise KeyError(f"{economy} is no economy of the table: {', '.join(self.places)}")
        return self.places[economy]

    @cached_property
    def places(self) -> Mapping[str, npt.NDArray[np.intp]]:
        """The places of the sectors of each economy that has some, by name."""
        names, members = np.unique(np.array(self.economies), return_inverse=True)
        return {str(name): np.flatnonzero(members == number) for number, name in enumerate(names)}

    @cached_property
    def coefficients(self) -> Array:
        """A (n × n): inputs per unit of output; zero where there is no output."""
        return np.divide(self.intermediate, self.output, out=np.zeros_like(self.intermediate), where=self.output > 0)

    @cached_property
    def value_added_coefficients(self) -> Array:
        """V (n): value added per unit of output."""
        return np.divide(self.value_added, self.output, out=np.zeros_like(self.value_added), where=self.output > 0)

    @cached_property
    def membership(self) -> Array:
        """S (c × n): 1 where the sector is of the economy, in the order of `demand`."""
        return np.array([[float(economy == name) for economy in self.economies] for name in self.demand])

    @cached_property
    def gross_exports(self) -> Array:
        """E (n): what each sector sells abroad, as inputs and to final demand."""
        abroad = 1.0 - self.membership
        buyers = self.intermediate @ abroad.T  # n × c: what each sector sells to users outside of each economy
        final = self.final_demand @ (1.0 - np.eye(len(self.demand)))
        own = self.membership.T.astype(bool)
        exported: Array = np.where(own, buyers + final, 0.0).sum(axis=1)
        return exported

    @cached_property
    def leontief(self) -> Array:
        """L (n × n)."""
        return leontief_inverse(self)

    @cached_property
    def value_added_by_economy(self) -> Array:
        """S v̂ L (c × n): value added of each economy in a unit of each sector's final output."""
        per_unit: Array = (self.membership * self.value_added_coefficients) @ self.leontief
        return per_unit

    @cached_property
    def value_added_in_exports(self) -> Array:
        """S v̂ L ê (c × n): value added of each economy in the exports of each sector."""
        origin: Array = self.value_added_by_economy * self.gross_exports
        return origin

    @cached_property
    def value_added_of_all(self) -> Array:
        """The sum of its rows, v L (n): 1 where value added and inputs make up all output."""
        whole: Array = self.value_added_by_economy.sum(axis=0)
        return whole


def leontief_inverse(table: InputOutputTable) -> Array:
    """L = (I − A)⁻¹ (n × n). Raises Undefined where the table has none."""
    try:
        return np.asarray(np.linalg.inv(np.eye(len(table.output)) - table.coefficients), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise Undefined(f"the table of {table.year} has no Leontief inverse: some sector uses all of its output") from None


def value_added_by_origin(table: InputOutputTable) -> Array:
    """Value added of each economy in the exports of each sector (c × n), in the unit of the table: S v̂ L ê.

    A column sums to the exports of its sector where value added and inputs make up all output. Source: OECD, Trade in Value Added, EXGR_BSCI.
    """
    return table.value_added_in_exports


def domestic_value_added_share(table: InputOutputTable, economy: str) -> Bounded:
    """Domestic value added in exports.

    What:
        The part of an economy's gross exports that is its own value added, what returns to it inside its imports included.
    Why:
        A car that is exported carries imported parts: gross exports overstate what is earned at home, most where a good crosses borders often.
    Formula:
        Σ_{i, j ∈ c} (v̂ L ê)_ij / E_c, with the Leontief inverse of the whole world.
    Source:
        OECD, Trade in Value Added, indicator EXGR_DVASH.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        An inter-country input-output table of one year, in one currency at basic prices.
    Exclusions:
        None. Value added includes taxes less subsidies on inputs, as in the published indicator.
    Assumptions:
        Each industry makes its exports as it makes what it sells at home; where plants export apart, as in China and Mexico, the share is too high.

    Example:
        Of 100 that A makes 50 are inputs from B, and all of it is exported to B; B makes 60 from nothing, and uses the rest itself.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> domestic_value_added_share(table, "A").value
        0.5
    """
    sectors = table.of(economy)
    own = value_added_by_origin(table)[table.demand.index(economy), sectors].sum()
    return _over_exports(table, economy, float(own))


def us_value_added_share(table: InputOutputTable, economy: str, origin: str = "USA") -> Bounded:
    """US value added in exports.

    What:
        The part of an economy's gross exports that is value added of the United States.
    Why:
        A tariff on a good with American parts in it is paid in part by Americans.
    Formula:
        Σ_{i ∈ USA, j ∈ c} (v̂ L ê)_ij / E_c.
    Source:
        OECD, Trade in Value Added, indicator EXGR_BSCI by origin.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As domestic_value_added_share.
    Exclusions:
        None.
    Assumptions:
        As domestic_value_added_share.

    Example:
        The table of domestic_value_added_share, with the United States in the place of B.

        >>> table = InputOutputTable(2022, ("A", "USA"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "USA"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> us_value_added_share(table, "A").value
        0.5
    """
    theirs = value_added_by_origin(table)[table.demand.index(origin), table.of(economy)].sum()
    return _over_exports(table, economy, float(theirs))


def domestic_value_added_share_without_returns(table: InputOutputTable, economy: str) -> Bounded:
    """Domestic value added in exports, without what returns.

    What:
        The part of an economy's gross exports that is its own value added, not counting what comes back to it inside imports.
    Why:
        It answers what would be lost if nothing were exported, which the indicator of the OECD does not quite.
    Formula:
        v_c (I − A_cc)⁻¹ e_c / E_c, with the inverse of the economy's own block.
    Source:
        B. Los, M. P. Timmer and G. J. de Vries, Tracing value-added and double counting in gross exports: comment, American Economic Review 106,
        2016.
    Unit:
        share
    Range:
        0 to 1, never above domestic_value_added_share
    Inputs:
        As domestic_value_added_share.
    Exclusions:
        What returns.
    Assumptions:
        As domestic_value_added_share.

    Example:
        In the table of domestic_value_added_share nothing returns, and both are alike.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> domestic_value_added_share_without_returns(table, "A").value
        0.5
    """
    sectors = table.of(economy)
    block = table.coefficients[np.ix_(sectors, sectors)]
    called = np.linalg.solve(np.eye(len(sectors)) - block, table.gross_exports[sectors])
    return _over_exports(table, economy, float(table.value_added_coefficients[sectors] @ called))


def vax_ratio(table: InputOutputTable, economy: str) -> Bounded:
    """Value added absorbed abroad over gross exports.

    What:
        The value added of an economy that is used up in other countries, as a part of what it exports.
    Why:
        What demand abroad is worth to an economy, whatever route its value added takes there.
    Formula:
        Σ_{i ∈ c, d ≠ c} (v̂ L F)_id / E_c.
    Source:
        R. C. Johnson and G. Noguera, Accounting for intermediates: production sharing and trade in value added, Journal of International Economics
        86, 2012.
    Unit:
        ratio
    Range:
        0 to 1 for an economy; above 1 where value added travels inside what others export, which happens to industries
    Inputs:
        As domestic_value_added_share.
    Exclusions:
        Value added that returns and is used up at home.
    Assumptions:
        As domestic_value_added_share.

    Example:
        A sends 100 to B with 50 of its own value added in it, all used up there.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> vax_ratio(table, "A").value
        0.5
    """
    place = table.demand.index(economy)
    absorbed = table.value_added_by_economy[place] @ table.final_demand
    return _over_exports(table, economy, float(absorbed.sum() - absorbed[place]))


def sector_border_crossings(table: InputOutputTable, sector: str, between: Collection[str] | None = None) -> Bounded:
    """Border crossings on the way to a good.

    What:
        How often, on average over a dollar of its value, what a good is made of has crossed a border before it is finished.
    Why:
        Parts are said to cross the border seven times. This is what the tables say of an average dollar; single parts can cross more often.
    Formula:
        (v L A_m L)_j, with A_m the inputs that cross the borders in question. One more where the finished good is exported.
    Source:
        K. Muradov, Structure and length of value chains, Review of World Economics 153, 2017.
    Unit:
        count
    Range:
        0 and above
    Inputs:
        As domestic_value_added_share; `between` are the economies whose borders with each other count, all where it is not given.
    Exclusions:
        The export of the finished good.
    Assumptions:
        As domestic_value_added_share.

    Example:
        Half of what A makes is inputs from B, which has none itself: half a crossing.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> sector_border_crossings(table, "A_all").value
        0.5
    """
    return _of_sector(table, sector, border_crossings(table, between))


def sector_production_length(table: InputOutputTable, sector: str) -> Bounded:
    """Stages of production behind a good.

    What:
        How many stages of production an average dollar of a good's value has gone through, the last one included.
    Why:
        Long chains multiply what a tariff on each step costs.
    Formula:
        (v L L)_j.
    Source:
        Z. Wang, S.-J. Wei, X. Yu and K. Zhu, Characterizing global value chains, NBER working paper 23261, 2017.
    Unit:
        count
    Range:
        1 and above
    Inputs:
        As domestic_value_added_share.
    Exclusions:
        None.
    Assumptions:
        A stage is a sale between industries of the table; the more industries, the more stages.

    Example:
        Half of what A makes is inputs from B, which has none itself: one stage, and half of another.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> sector_production_length(table, "A_all").value
        1.5
    """
    return _of_sector(table, sector, production_length(table))


def sector_cumulative_tariff(table: InputOutputTable, sector: str, rate: float, between: Collection[str] | None = None) -> Bounded:
    """Tariffs paid along the chain of a good.

    What:
        What tariffs on every crossing of inputs come to by the time a good is finished, as a share of its value.
    Why:
        A tariff that is small at each border adds up where inputs cross more than once.
    Formula:
        (v L (τ ∘ A_m) L)_j.
    Source:
        As sector_border_crossings, with the tariff in the place of the count.
    Unit:
        share
    Range:
        0 and above
    Inputs:
        As sector_border_crossings; the rate as a share of the value that crosses.
    Exclusions:
        The tariff on the finished good.
    Assumptions:
        Every crossing pays, nobody claims a preference, and neither prices nor suppliers change: an upper end, not a forecast.

    Example:
        A quarter on every crossing, of which there is a half.

        >>> table = InputOutputTable(2022, ("A", "B"), ("all", "all"), np.array([[0.0, 0.0], [50.0, 0.0]]), np.array([[0.0, 100.0], [0.0, 10.0]]),
        ...                          ("A", "B"), np.array([100.0, 60.0]), np.array([50.0, 60.0]))
        >>> sector_cumulative_tariff(table, "A_all", 0.25).value
        0.125
    """
    return _of_sector(table, sector, cumulative_tariff(table, rate, between))


def border_crossings(table: InputOutputTable, between: Collection[str] | None = None) -> Array:
    """How often inputs have crossed a border on the way to a unit of each sector's output, in expectation (n): v L A_m L.

    A_m are the inputs from other economies; with `between`, only those from one of these economies to another of them. One more where the good itself
    is exported. Source: Muradov (2017); it is the derivative of v (I − A_d − t A_m)⁻¹ at t = 1.
    """
    return cumulative_tariff(table, 1.0, between)


def production_length(table: InputOutputTable) -> Array:
    """Stages of production on the way to a unit of each sector's output, in expectation (n): v L L (Wang, Wei, Yu and Zhu 2017)."""
    length: Array = table.value_added_of_all @ table.leontief
    return length


def cumulative_tariff(table: InputOutputTable, rate: float | Array, between: Collection[str] | None = None) -> Array:
    """Tariffs paid along the way on a unit of each sector's output (n), as a share of it: v L (τ ∘ A_m) L.

    `rate` is τ, one number or n × n (rows supply), as a share of the value that crosses; `between` as in `border_crossings`. Prices do not react.
    """
    weights = table.value_added_of_all
    taxed = rate * table.coefficients if isinstance(rate, np.ndarray) else table.coefficients
    chosen = table.places if between is None else {name: table.of(name) for name in between}
    inside = np.concatenate(list(chosen.values()))
    paid = np.zeros_like(weights)
    paid[inside] = (weights @ taxed)[inside] if between is None else weights[inside] @ taxed[np.ix_(inside, inside)]
    # What an economy supplies itself crosses no border: blocks on the diagonal, few beside the table.
    for own in chosen.values():
        paid[own] -= weights[own] @ taxed[np.ix_(own, own)]
    through: Array = (paid if isinstance(rate, np.ndarray) else rate * paid) @ table.leontief
    return through


def shares_of_origin(table: InputOutputTable) -> Mapping[str, Mapping[str, float]]:
    """For each sector that exports: whose value added its exports are, as shares."""
    origin, exports = value_added_by_origin(table), table.gross_exports
    return {
        table.sector(int(place)): {name: float(origin[row, place] / exports[place]) for row, name in enumerate(table.demand)}
        for place in np.flatnonzero(exports > 0)
    }


def _over_exports(table: InputOutputTable, economy: str, value: float) -> Bounded:
    sectors = table.of(economy)
    exports = float(table.gross_exports[sectors].sum())
    if exports == 0:
        raise Undefined(f"{economy} exports nothing in {table.year}")
    return Bounded.exact(value / exports, len(sectors))


def _of_sector(table: InputOutputTable, sector: str, values: Array) -> Bounded:
    place = next((place for place in range(len(values)) if table.sector(place) == sector), None)
    if place is None or table.output[place] == 0:
        raise Undefined(f"{sector} makes nothing in the table of {table.year}")
    return Bounded.exact(float(values[place]), 1)
