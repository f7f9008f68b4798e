"""How Canadian public procurement is, at three notions that are never the same: the vendor's address, its control, and what is bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from orchestration.metrics.concentration import hhi_bounds
from orchestration.metrics.errors import Undefined
from orchestration.metrics.interval import Bounded
from orchestration.metrics.quantity import Quantity, require_one_release
from orchestration.metrics.spending import Spending


def canadian_vendor_share(by_address: Spending) -> Bounded:
    """Share of contracts with vendors in Canada.

    What:
        The part of the value of contracts awarded in a fiscal year whose vendor has an address in Canada.
    Why:
        The plainest of three notions of buying Canadian, and the only one that is published for most contracts. An importer in Toronto counts.
    Formula:
        Low: value of contracts of vendors with a Canadian address / value of all. High: with those added whose vendor's country is unknown.
    Source:
        Proactive publication of contracts, field country_of_vendor (Government of Canada, template 3); the bounds are our own.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Current values in Canadian dollars, taxes included, of the contracts awarded in the year, each once, by whether the vendor's address is in
        Canada.
    Exclusions:
        Standing offers and supply arrangements; contracts whose value is unknown or negative. They are counted in marts.procurement_content.
    Assumptions:
        The address is that of the latest row. Where only a Canadian postal area is published, the address is in Canada.

    Example:
        Of 100 million, 60 went to vendors in Canada and 25 to vendors elsewhere; of 15 the country is not published.

        >>> share = canadian_vendor_share(Spending(having=60e6, lacking=25e6, unknown=15e6, n_having=600, n_lacking=100, n_unknown=300))
        >>> share.low, share.high, share.n_missing
        (0.6, 0.75, 300)
    """
    return by_address.share()


def canadian_vendor_count_share(by_address: Spending) -> Bounded:
    """Share of contracts with vendors in Canada, by number.

    What:
        The part of the contracts awarded in a fiscal year whose vendor has an address in Canada, each contract counted once whatever its value.
    Why:
        A few contracts of billions decide the share by value; this one says where most purchases go.
    Formula:
        Low: contracts of vendors with a Canadian address / all contracts. High: with those added whose vendor's country is unknown.
    Source:
        As canadian_vendor_share.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As canadian_vendor_share.
    Exclusions:
        As canadian_vendor_share.
    Assumptions:
        As canadian_vendor_share.

    Example:
        Of 1,000 contracts 600 are of vendors in Canada; of 300 the country is not published.

        >>> share = canadian_vendor_count_share(Spending(having=60e6, lacking=25e6, unknown=15e6, n_having=600, n_lacking=100, n_unknown=300))
        >>> share.low, share.high
        (0.6, 0.9)
    """
    return by_address.count_share()


def canadian_control_share(by_control: Spending) -> Bounded:
    """Share of contracts with vendors controlled from Canada.

    What:
        The part of the value of contracts awarded in a fiscal year whose vendor is controlled from Canada, wherever its address is.
    Why:
        A subsidiary's address is in Canada and its profit is not. Rules such as Ontario's go by headquarters.
    Formula:
        Low: value of contracts of vendors known to be controlled from Canada / value of all. High: with those added whose control is unknown.
    Source:
        The list vendor_control of this warehouse, each entry with its evidence; the bounds are our own.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As canadian_vendor_share, by the country that the vendor is controlled from.
    Exclusions:
        As canadian_vendor_share.
    Assumptions:
        An address says nothing of control. No procurement source publishes control, so the unknown share is large.

    Example:
        Of 100 million, 10 went to vendors known to be controlled from Canada and 20 to vendors known to be controlled from elsewhere.

        >>> share = canadian_control_share(Spending(having=10e6, lacking=20e6, unknown=70e6, n_having=50, n_lacking=20, n_unknown=930))
        >>> share.low, share.high
        (0.1, 0.8)
    """
    return by_control.share()


def canadian_content_share(by_content: Spending) -> Bounded:
    """Share of Canadian content in contracts.

    What:
        The part of the value of contracts awarded in a fiscal year that is goods made and services done in Canada.
    Why:
        It is what a Buy Canadian policy is about, and what no procurement source publishes: the field for it on CanadaBuys is empty on every row.
    Formula:
        Low: value known to be Canadian content / value of all. High: with the value of unknown content added.
    Source:
        CanadaBuys, field percentageOfGoodsByCountry (empty); the thresholds of "Product of Canada" (98 %) and "Made in Canada" (51 %) are the
        Competition Bureau's.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As canadian_vendor_share, by what is known of the content.
    Exclusions:
        As canadian_vendor_share.
    Assumptions:
        Neither a vendor's address nor its control says what is in its goods, so neither narrows the interval.

    Example:
        Of no contract the content is published: the share lies between nothing and everything.

        >>> share = canadian_content_share(Spending(having=0.0, lacking=0.0, unknown=100e6, n_having=0, n_lacking=0, n_unknown=1000))
        >>> share.low, share.high
        (0.0, 1.0)
    """
    return by_content.share()


def us_vendor_share(by_address: Spending) -> Bounded:
    """Share of contracts with vendors in the United States.

    What:
        The part of the value of contracts awarded in a fiscal year whose vendor has an address in the United States.
    Why:
        It is what a restriction on US suppliers can reach directly; goods made there and sold by an importer in Canada are not in it.
    Formula:
        Low: value of contracts of vendors with a US address / value of all. High: with those added whose vendor's country is unknown.
    Source:
        As canadian_vendor_share.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As canadian_vendor_share, by whether the vendor's address is in the United States.
    Exclusions:
        As canadian_vendor_share; Foreign Military Sales of National Defence are not disclosed.
    Assumptions:
        As canadian_vendor_share.

    Example:
        Of 100 million, 10 went to vendors in the United States; of 15 the country is not published.

        >>> share = us_vendor_share(Spending(having=10e6, lacking=75e6, unknown=15e6, n_having=40, n_lacking=660, n_unknown=300))
        >>> share.low, share.high
        (0.1, 0.25)
    """
    return by_address.share()


def sole_source_share(by_procedure: Spending) -> Bounded:
    """Share of contracts without competition.

    What:
        The part of the value of contracts awarded in a fiscal year that went to a supplier that alone was asked.
    Why:
        Who is asked decides who can sell; a preference for Canadian suppliers has nothing to prefer where one supplier is asked.
    Formula:
        Value of contracts by the non-competitive procedure / value of those whose procedure is published.
    Source:
        Proactive publication of contracts, field solicitation_procedure, code TN; an advance contract award notice (AC) is not counted.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        As canadian_vendor_share, by the procedure.
    Exclusions:
        As canadian_vendor_share. Contracts whose procedure is not published are in neither part, and are counted as missing.
    Assumptions:
        Where no procedure is published it is as it is elsewhere; the number of such contracts stands beside.

    Example:
        Of 100 million, 20 by one supplier asked and 60 by competition; of 20 the procedure is not published.

        >>> share = sole_source_share(Spending(having=20e6, lacking=60e6, unknown=20e6, n_having=300, n_lacking=500, n_unknown=200))
        >>> share.value, share.n_missing
        (0.25, 200)
    """
    return by_procedure.share_of_known()


def supplier_hhi(suppliers: Sequence[float], unnamed: float = 0.0) -> Bounded:
    """Concentration of suppliers.

    What:
        Herfindahl–Hirschman index of the value of contracts awarded in a fiscal year, by supplier.
    Why:
        A public that buys from few depends on them, wherever they are.
    Formula:
        Σ (value of the supplier / value of all)². Where suppliers are not named, low without and high with all of theirs as one supplier's.
    Source:
        Herfindahl (1950), Hirschman (1945); the bounds are those of partner_hhi.
    Unit:
        index
    Range:
        0 to 1
    Inputs:
        Value in Canadian dollars of each supplier's contracts, under one name for all of its spellings, and of the contracts without a name.
    Exclusions:
        As canadian_vendor_share.
    Assumptions:
        Joint ventures are suppliers of their own. Affiliates under unlike names are suppliers of their own, which lowers the index.

    Example:
        Three suppliers with 50, 30 and 20 million: 0.25 + 0.09 + 0.04.

        >>> round(supplier_hhi([50e6, 30e6, 20e6]).low, 10)
        0.38
        >>> bounds = supplier_hhi([50e6, 30e6], unnamed=20e6)
        >>> round(bounds.low, 10), round(bounds.high, 10)
        (0.34, 0.38)
    """
    return hhi_bounds(suppliers, sum(suppliers) + unnamed)


def policy_reach_share(by_reach: Spending) -> Bounded:
    """Share of contracts that a procurement measure can reach.

    What:
        The part of the value of contracts awarded in a fiscal year that was awarded since the measure is in force, at or above its threshold.
    Why:
        A preference for Canadian suppliers works only where it applies. Which contracts it was applied to is not published; this is the most.
    Formula:
        Value of contracts awarded on or after effective_from with a value at award ≥ threshold / value of all contracts of the year.
    Source:
        marts.policy_measure, each measure with its evidence; the join of date, value and trade agreement is that of marts.policy_coverage.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        Current values of the contracts of the year; the threshold is held against the value at award, or the current one where that is unknown.
    Exclusions:
        As canadian_vendor_share. Contracts that an agreement covers are not left out: the coverage stands beside in marts.policy_coverage.
    Assumptions:
        The day of the award decides, not that of the call for tenders, which is not published.

    Example:
        Of 100 million, 30 were awarded since the measure at or above its threshold.

        >>> policy_reach_share(Spending(having=30e6, lacking=70e6, unknown=0.0, n_having=2, n_lacking=998, n_unknown=0)).value
        0.3
    """
    return by_reach.share()


def restriction_coverage(gdp: Mapping[str, Quantity | None], restricted: Set[str]) -> Bounded:
    """Share of the economy under a rule against US suppliers.

    What:
        The part of the gross domestic product of the provinces and territories that lies in those whose public bodies restrict US suppliers on the
        day.
    Why:
        Provinces buy more than Ottawa does. Their rules differ; how much of the country has one is a first measure.
    Formula:
        Σ GDP of provinces with a rule in force / Σ GDP of all. A province without a figure leaves the share unknown.
    Source:
        marts.policy_measure for the rules; Statistics Canada, table 36-10-0402, for GDP by province.
    Unit:
        share
    Range:
        0 to 1
    Inputs:
        GDP of every province and territory in one year, in Canadian dollars of one price basis; None where it is not held.
    Exclusions:
        None.
    Assumptions:
        A rule counts whole, though exemptions such as Ontario's for vendors of record take part of its purchases out.

    Example:
        Three provinces with 50, 30 and 20 billion, of which the first has a rule.

        >>> from datetime import date
        >>> def gdp(billions):
        ...     return Quantity(value=billions * 1e9, unit="CAD", dataset="statcan/36100402", basis="gross_domestic_product",
        ...                     seasonal_adjustment="unadjusted", period=date(2024, 1, 1), vintage=date(2026, 5, 1))
        >>> restriction_coverage({"A": gdp(50), "B": gdp(30), "C": gdp(20)}, {"A"}).value
        0.5
        >>> restriction_coverage({"A": gdp(50), "B": None}, {"A"})
        Traceback (most recent call last):
        orchestration.metrics.errors.Undefined: no GDP is held of B
    """
    missing = sorted(province for province, value in gdp.items() if value is None)
    if missing:
        raise Undefined(f"no GDP is held of {', '.join(missing)}")
    held = {province: figure for province, figure in gdp.items() if figure is not None}
    unlisted = restricted - set(held)
    if unlisted:
        raise ValueError(f"{', '.join(sorted(unlisted))} has a rule and is no province of the list")
    if not held:
        raise Undefined("no GDP is held of any province")
    require_one_release(held.values())
    whole = sum(figure.value for figure in held.values())
    return Bounded.exact(sum(held[province].value for province in restricted) / whole, len(held))
