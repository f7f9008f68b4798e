"""What of a country's exports it adds itself, and how often borders are crossed on the way: an inter-country input-output table and its inverse.

A table of n sectors (economy × industry) and c economies has Z (n × n, what each sector uses of each), F (n × c, final demand of each economy),
output x (n) and value added v (n), in one currency and year. A = Z x̂⁻¹ holds inputs per unit of output, L = (I − A)⁻¹ (Leontief 1936) what a
unit of final demand calls forth of every sector. Dense: a table of 81 economies has few zeros, and its inverse has none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from orchestration.metrics.errors import Undefined

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

    def of(self, economy: str) -> npt.NDArray[np.bool_]:
        """Which sectors are of the economy. Raises KeyError where none is."""
        found = np.array([name == economy for name in self.economies])
        if not found.any():
            raise KeyError(f"{economy} is no economy of the table: {', '.join(sorted(set(self.economies)))}")
        return found

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
    origin: Array = table.value_added_by_economy * table.gross_exports
    return origin


def domestic_value_added_share(table: InputOutputTable, economy: str) -> float:
    """Share of an economy's gross exports that is its own value added, what returns to it in its imports included (0 to 1).

    Σ_{i, j ∈ c} (v̂ L ê)_ij / E_c with the L of the whole world: the OECD's EXGR_DVASH.
    """
    sectors = table.of(economy)
    own = value_added_by_origin(table)[table.demand.index(economy), sectors].sum()
    return _over_exports(table, economy, float(own))


def domestic_value_added_share_without_returns(table: InputOutputTable, economy: str) -> float:
    """The same without what returns: with the inverse of the economy's own block, as if nothing that it exports came back (0 to 1).

    v_c (I − A_cc)⁻¹ e_c / E_c: hypothetical extraction, Los, Timmer and de Vries (2016).
    """
    sectors = table.of(economy)
    block = table.coefficients[np.ix_(sectors, sectors)]
    called = np.linalg.solve(np.eye(int(sectors.sum())) - block, table.gross_exports[sectors])
    return _over_exports(table, economy, float(table.value_added_coefficients[sectors] @ called))


def vax_ratio(table: InputOutputTable, economy: str) -> float:
    """Value added of an economy that is absorbed abroad, over its gross exports: v̂ L F (Johnson and Noguera 2012). Not bounded by 1 for a sector."""
    place = table.demand.index(economy)
    absorbed = table.value_added_by_economy[place] @ table.final_demand
    return _over_exports(table, economy, float(absorbed.sum() - absorbed[place]))


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
    crossing = _crosses(table, between)
    taxed: Array = (table.value_added_of_all @ np.where(crossing, rate * table.coefficients, 0.0)) @ table.leontief
    return taxed


def shares_of_origin(table: InputOutputTable) -> Mapping[str, Mapping[str, float]]:
    """For each sector that exports: whose value added its exports are, as shares."""
    origin, exports = value_added_by_origin(table), table.gross_exports
    return {
        table.sector(int(place)): {name: float(origin[row, place] / exports[place]) for row, name in enumerate(table.demand)}
        for place in np.flatnonzero(exports > 0)
    }


def _crosses(table: InputOutputTable, between: Collection[str] | None) -> npt.NDArray[np.bool_]:
    names: Sequence[str] = sorted(set(table.economies))
    number = {name: place for place, name in enumerate(names)}
    economy = np.array([number[name] for name in table.economies])
    crossing: npt.NDArray[np.bool_] = economy[:, None] != economy[None, :]
    if between is not None:
        inside = np.isin(economy, [number[name] for name in between])
        crossing &= inside[:, None] & inside[None, :]
    return crossing


def _over_exports(table: InputOutputTable, economy: str, value: float) -> float:
    exports = float(table.gross_exports[table.of(economy)].sum())
    if exports == 0:
        raise Undefined(f"{economy} exports nothing in {table.year}")
    return value / exports
