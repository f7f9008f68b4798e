"""Who mines, refines and buys a mineral: dependence, concentration and processing, as intervals where something is withheld."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded

# What nothing is known of, among shares.
ANY_SHARE = Bounded(0.0, 1.0, n_units=1, n_missing=1)


def us_net_import_reliance(consumption: Bounded, production: Bounded) -> Bounded:
    """US net import reliance.

    What:
        The part of what the United States use of a mineral that they do not make themselves, from ore or scrap.
    Why:
        The side of leverage that export shares do not show: where America needs what others sell.
    Formula:
        (apparent consumption − primary and secondary production) / apparent consumption, at least 0.
    Source:
        U.S. Geological Survey, Mineral Commodity Summaries, appendix B: net imports and stock changes over apparent consumption, which is the same.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Apparent consumption, and production from mines and scrap, of one year and edition, in one unit.
    Exclusions:
        None. A figure that is withheld or not available is an interval, and makes the reliance one.
    Assumptions:
        A net exporter relies on none. Published figures are rounded, so that the agency's own percentage can differ by some points.

    Example:
        Cobalt 2025: 9,600 t used, 300 t from mines and 2,000 t from scrap. The edition says 79 percent.

        >>> reliance = us_net_import_reliance(Bounded.exact(9_600, 1), Bounded.exact(2_300, 2))
        >>> round(reliance.low, 4)
        0.7604
    """
    if consumption.high <= 0:
        raise Undefined("nothing of it is used")
    most = 1 - production.low / consumption.high if math.isfinite(consumption.high) else 1.0
    least = 1 - production.high / consumption.low if consumption.low > 0 else 0.0
    return _shares(least, most, consumption, production)


def canada_share_of_us_imports(listed: Mapping[str, float], canada: str = "CA") -> Bounded:
    """Canada's share of US imports of a mineral.

    What:
        The part of what the United States import of a mineral that comes from Canada, over the years that the source states.
    Why:
        How much of America's dependence is one on Canada.
    Formula:
        The listed share. Where Canada is not listed: low 0; high the rest 1 − Σ listed shares, and no more than the smallest of them.
    Source:
        U.S. Geological Survey, Mineral Commodity Summaries, figure 3, which lists the leading sources of each mineral.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Shares of the listed countries, in whole percents as published; other countries left out.
    Exclusions:
        None.
    Assumptions:
        The source lists the largest. Rounding of up to half a percent is not in the interval.

    Example:
        Cobalt, 2021 to 2024: Norway 26 percent, Finland 16, Canada and Japan 14 each. Lithium: Chile 54, Argentina 43.

        >>> canada_share_of_us_imports({"NO": 0.26, "FI": 0.16, "CA": 0.14, "JP": 0.14}).value
        0.14
        >>> round(canada_share_of_us_imports({"CL": 0.54, "AR": 0.43}).high, 9)
        0.03
    """
    if not listed:
        raise Undefined("no source of its imports is published")
    if canada in listed:
        return Bounded.exact(listed[canada], len(listed))
    return Bounded(0.0, max(min(1 - math.fsum(listed.values()), min(listed.values())), 0.0), len(listed) + 1, 1)


def world_mine_hhi(countries: Sequence[Bounded], others: Sequence[Bounded] = ()) -> Bounded:
    """Concentration of the world's mining.

    What:
        Herfindahl index of a mineral's mine production over countries.
    Why:
        Where one country mines most, whoever buys the mineral depends on it, whatever the route.
    Formula:
        Σ sᵢ². Low: each country at the least share that it can have, other countries spread thin. High: each at the most, others as one, at most 1.
    Source:
        A. O. Hirschman, The Paternity of an Index, American Economic Review 54, 1964; the bounds are our own.
    Unit:
        index
    Range:
        0 to 1
    Inputs:
        Shares of the countries and of what is published as other countries, of one table of one edition, as intervals.
    Exclusions:
        The published total: it is rounded, and may leave the United States out.
    Assumptions:
        None.

    Example:
        Three countries with 60, 25 and 10 percent, and 5 percent elsewhere.

        >>> index = world_mine_hhi([Bounded.exact(share, 1) for share in (0.6, 0.25, 0.1)], [Bounded.exact(0.05, 1)])
        >>> round(index.low, 6), round(index.high, 6)
        (0.4325, 0.435)
    """
    if not countries:
        raise Undefined("no country is known to mine it")
    low = math.fsum(share.low**2 for share in countries)
    high = min(math.fsum(share.high**2 for share in (*countries, *others)), 1.0)
    return Bounded(low, high, len(countries), sum(share.value is None for share in countries))


def canada_mine_share(own: Bounded, others: Bounded) -> Bounded:
    """Canada's share of the world's mining.

    What:
        The part of a mineral's mine production that is in Canada, of the sum of the rows of the table.
    Why:
        What Canada could withhold, or sell to somebody else.
    Formula:
        Canada's production / Σ production of all rows. Low: Canada at the least and the others at the most that they can be; high: the reverse.
    Source:
        U.S. Geological Survey, Mineral Commodity Summaries; the bounds are our own.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Canada's production, and that of all other rows of one table of one edition, as intervals in one unit.
    Exclusions:
        The published total, which is rounded; the share of it stands beside in marts.mineral_supply.
    Assumptions:
        None.

    Example:
        Cobalt 2024: 3,350 t of 301,590 t in the rows of the table.

        >>> round(canada_mine_share(Bounded.exact(3_350, 1), Bounded.exact(301_590 - 3_350, 12)).low, 6)
        0.011108
    """
    if own.high + others.high <= 0:
        raise Undefined("nobody mines it")
    low = own.low / (own.low + others.high) if own.low > 0 and math.isfinite(others.high) else 0.0
    high = 1.0 if math.isinf(own.high) else own.high / (own.high + others.low) if own.high > 0 else 0.0
    return _shares(low, high, own, others)


def processing_ratio(refined: Bounded, mined: Bounded) -> Bounded:
    """Processing ratio.

    What:
        How much of a mineral Canada refines for each ton of metal that it mines.
    Why:
        The aim of the second pillar: to refine more of what is dug up. A fall says that more leaves as ore.
    Formula:
        refinery production / mine production.
    Source:
        Our definition, on the U.S. Geological Survey's tables of mine and refinery production.
    Unit:
        ratio
    Range:
        0 and above; above 1 where imported ore, matte or scrap is refined too
    Inputs:
        Refinery and mine production of one year and edition, both as weight of the metal.
    Exclusions:
        None.
    Assumptions:
        None on where the feed comes from: nickel matte is imported to be refined in Alberta.

    Example:
        Copper 2023: 310,000 t refined and 480,000 t mined.

        >>> round(processing_ratio(Bounded.exact(310_000, 1), Bounded.exact(480_000, 1)).low, 4)
        0.6458
    """
    if mined.high <= 0:
        raise Undefined("Canada mines none of it")
    low = refined.low / mined.high if math.isfinite(mined.high) else 0.0
    high = refined.high / mined.low if mined.low > 0 else math.inf
    return Bounded(low, high, 2, refined.n_missing + mined.n_missing)


def processed_export_share(by_stage: Mapping[str, float]) -> Bounded:
    """Share of mineral exports that is processed.

    What:
        The part of Canada's exports of minerals and metals that has left the stage of ore: smelted, refined, or made into something.
    Why:
        Whether the second pillar shows at the border.
    Formula:
        Σ exports of the stages 2 to 4 / Σ exports of all stages.
    Source:
        Stages of Natural Resources Canada's bulletins on mineral trade; which product is at which stage is in the seeds napcs_product and
        mineral_product.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Exports by stage of one classification, data set, partner, period and release.
    Exclusions:
        Scrap, coal and gemstones, which are at no stage.
    Assumptions:
        Nominal values: a rise of the price of metal over that of ore raises the share, and nothing was refined for it.

    Example:
        Ores 2,159.7 million, and 8,381.0 million at later stages: May 2025, domestic exports to all countries.

        >>> by_stage = {"1 ore or concentrate": 2159.687, "2 smelted or refined": 6855.369, "3 semi-fabricated": 1144.459, "4 fabricated": 381.194}
        >>> round(processed_export_share(by_stage).low, 4)
        0.7951
    """
    total = math.fsum(by_stage.values())
    if total <= 0:
        raise Undefined("no mineral is exported")
    return Bounded.exact(math.fsum(value for stage, value in by_stage.items() if not stage.startswith("1")) / total, len(by_stage))


def processed_export_share_change(before: Mapping[str, float], after: Mapping[str, float]) -> Bounded:
    """Change of the processed share of mineral exports.

    What:
        By how much the processed part of Canada's exports of minerals is larger than in the same month of the year before.
    Why:
        The aim is to expand processing: a level alone does not say whether it does.
    Formula:
        processed_export_share after − processed_export_share before.
    Source:
        As processed_export_share.
    Unit:
        share
    Range:
        −1 to 1
    Inputs:
        Exports by stage of two like months of one release.
    Exclusions:
        As processed_export_share.
    Assumptions:
        As processed_export_share; a change of prices is in it.

    Example:
        Ores from 40 of 100 to 45 of 100.

        >>> before, after = {"1 ore": 40, "2 refined": 60}, {"1 ore": 45, "2 refined": 55}
        >>> round(processed_export_share_change(before, after).low, 9)
        -0.05
    """
    return Bounded.exact(processed_export_share(after).low - processed_export_share(before).low, 2)


def supply_risk(disruption: Bounded, exposure: Bounded, vulnerability: Bounded = ANY_SHARE) -> Bounded:
    """Supply risk of a mineral to the United States.

    What:
        How likely its supply is to fail, how much of it is imported, and how much the economy would feel it, in one figure.
    Why:
        None of the three is a risk alone: a mineral that one country mines and nobody needs is none.
    Formula:
        The geometric mean of disruption potential, trade exposure and economic vulnerability, each from 0 to 1.
    Source:
        N. T. Nassar and others, Evaluating the mineral commodity supply risk of the U.S. manufacturing sector, Science Advances 6, 2020.
    Unit:
        index
    Range:
        0 to 1
    Inputs:
        Disruption: the Herfindahl index of the world's mining. Exposure: net import reliance. Vulnerability: not published, any value from 0 to 1
        unless it is given.
    Exclusions:
        None.
    Assumptions:
        The published method weights producers by their ability and willingness to sell; here all are alike, so a friendly producer counts as much.

    Example:
        Disruption 0.5 and exposure 0.8, with nothing known of vulnerability; and with a vulnerability of 0.2.

        >>> round(supply_risk(Bounded.exact(0.5, 1), Bounded.exact(0.8, 1)).high, 4)
        0.7368
        >>> round(supply_risk(Bounded.exact(0.5, 1), Bounded.exact(0.8, 1), Bounded.exact(0.2, 1)).low, 4)
        0.4309
    """
    parts = (disruption, exposure, vulnerability)
    low, high = math.prod(part.low for part in parts), math.prod(part.high for part in parts)
    return Bounded(low ** (1 / 3), high ** (1 / 3), 3, sum(part.value is None for part in parts))


def substitution_headroom(world_exports: float, canada_exports: float, us_imports: float) -> Bounded:
    """Substitution headroom.

    What:
        How many times over the rest of the world's exports of a mineral cover what the United States import of it.
    Why:
        A threat to withhold a mineral is empty where others could sell it; this says whether there is enough elsewhere at all.
    Formula:
        (exports of all countries − exports of Canada) / imports of the United States.
    Source:
        Our definition.
    Unit:
        ratio
    Range:
        0 and above
    Inputs:
        World trade of one mineral at one stage in one year, in one currency and classification.
    Exclusions:
        None.
    Assumptions:
        Others' exports are not free: they go to buyers who would have to be outbid, and qualities differ. It is a ceiling on what could be had.

    Example:
        The world exports 1,000, Canada 300 of it; America imports 350.

        >>> substitution_headroom(1_000, 300, 350).value
        2.0
    """
    if us_imports <= 0:
        raise Undefined("the United States import none of it")
    if not 0 <= canada_exports <= world_exports:
        raise ValueError(f"exports of Canada of {canada_exports:g} are no part of the world's of {world_exports:g}")
    return Bounded.exact((world_exports - canada_exports) / us_imports, 2)


def value_uplift(value_per_t: float, ore_value_per_t: float) -> Bounded:
    """Value uplift per tonne.

    What:
        How many times the value of a tonne of ore a tonne of the same mineral has at a later stage, as Canada exports both.
    Why:
        What refining at home would keep at home, at most.
    Formula:
        value per metric ton at the stage / value per metric ton of ore or concentrate.
    Source:
        Our definition, on Statistics Canada's merchandise trade database.
    Unit:
        ratio
    Range:
        above 0
    Inputs:
        Unit values of one mineral, year and trade type in Canadian dollars.
    Exclusions:
        Items whose quantity is no weight.
    Assumptions:
        A tonne of ore is mostly rock: much of the uplift is the metal's concentration, and none of it is profit.

    Example:
        Copper at 12,000 dollars a tonne, its concentrate at 3,000.

        >>> value_uplift(12_000, 3_000).value
        4.0
    """
    if ore_value_per_t <= 0:
        raise Undefined("no ore of it is exported")
    return Bounded.exact(value_per_t / ore_value_per_t, 2)


def _shares(low: float, high: float, *inputs: Bounded) -> Bounded:
    """An interval of shares, within 0 and 1, that lacks what its inputs lack."""
    n_missing = sum(part.n_missing for part in inputs)
    return Bounded(min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0), sum(part.n_units for part in inputs), n_missing)
