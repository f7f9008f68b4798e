"""The report says what the tables say, in words and pictures, and says so where they are empty."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import altair as alt
import duckdb
import pytest

from orchestration.publication import charts
from orchestration.publication.drawing import NARROW, WIDE
from orchestration.publication.report import Report, render_report

DATASET = "made_up/trade"
HOSTILE = "\"><script>alert(1)</script>'"

# Exports in C$ billion. February 2026: 60 of 80 to the United States, 75 %; the twelve months to it: 720 of 900, 80 %. A year before: 81 %.
# January 2026 was 78 % in the release of March and is 79 % in that of April.
SCHEMA = """
    CREATE SCHEMA marts; CREATE SCHEMA metrics; CREATE SCHEMA meta;
    CREATE TABLE marts.export_concentration (
        dataset VARCHAR, reporter VARCHAR, trade_type VARCHAR, province_code VARCHAR, product_scope VARCHAR, basis VARCHAR,
        seasonal_adjustment VARCHAR, window_type VARCHAR, period_start_date DATE, period_end_date DATE, non_us_value DOUBLE, us_share DOUBLE,
        effective_partners_low DOUBLE, effective_partners_high DOUBLE, rest_share DOUBLE, n_partners BIGINT, n_missing BIGINT,
        vintage_date_min DATE, vintage_date_max DATE, is_preferred BOOLEAN);
    CREATE TABLE marts.us_share_vintage (
        dataset VARCHAR, reporter VARCHAR, flow VARCHAR, trade_type VARCHAR, province_code VARCHAR, product_scope VARCHAR, basis VARCHAR,
        seasonal_adjustment VARCHAR, period_start_date DATE, us_share DOUBLE, known_from DATE, known_to DATE, vintage VARCHAR);
    CREATE TABLE marts.fct_trade (
        dataset VARCHAR, reporter VARCHAR, flow VARCHAR, trade_type VARCHAR, product_code VARCHAR, province_code VARCHAR, partner_code VARCHAR,
        period_start_date DATE, period_grain VARCHAR, basis VARCHAR, seasonal_adjustment VARCHAR, "value" DOUBLE, vintage_date DATE);
    CREATE TABLE marts.trade_reconciliation (
        flow VARCHAR, period_start_date DATE, table_value DOUBLE, aggregate_value DOUBLE, unallocated_cad DOUBLE, is_same_vintage BOOLEAN,
        vintage_date DATE, table_vintage_date DATE);
    CREATE TABLE metrics.policy_metric (
        metric VARCHAR, subject VARCHAR, period_start_date DATE, period_end_date DATE, window_type VARCHAR, dataset VARCHAR,
        product_scope VARCHAR, basis VARCHAR,
        seasonal_adjustment VARCHAR, price_basis VARCHAR, "value" DOUBLE, value_low DOUBLE, value_high DOUBLE, unit VARCHAR, n_units BIGINT,
        n_missing BIGINT, vintage_date_min DATE, vintage_date_max DATE, as_of DATE);
    CREATE TABLE metrics.claim_verdict (
        claim_id VARCHAR, sentence VARCHAR, event_date DATE, as_known_on DATE, verdict VARCHAR, measured_value DOUBLE, operator VARCHAR,
        threshold DOUBLE, tolerance DOUBLE, metric VARCHAR, basis VARCHAR, window_type VARCHAR, evidence VARCHAR, reason VARCHAR, sha256 VARCHAR,
        source_url VARCHAR);
    CREATE TABLE meta.source_file (
        dataset VARCHAR, part VARCHAR, vintage VARCHAR, vintage_date DATE, vintage_is_estimated BOOLEAN, is_complete BOOLEAN, method VARCHAR,
        sha256 VARCHAR,
        bytes BIGINT, source_url VARCHAR, fetched_at TIMESTAMPTZ, landed_at TIMESTAMPTZ, licence VARCHAR, attribution VARCHAR, rows BIGINT,
        data_from DATE, data_through DATE);
    CREATE TABLE meta.dataset (dataset VARCHAR, title VARCHAR, licence_url VARCHAR, caveats VARCHAR);
"""
FIGURES = """
    INSERT INTO marts.export_concentration
    SELECT 'made_up/trade', 'CA', 'total', 'all', 'all', 'customs', seasonal_adjustment, window_type, first, last_day(final), non_us, us_share,
           1.4321, 1.5678, 0.0512, 16, 11, vintage_date_min, vintage_date_max, true
    FROM (VALUES
        ('seasonally_adjusted', 'month', DATE '2025-12-01', DATE '2025-12-01', 18e9, 0.77, DATE '2026-04-02', DATE '2026-04-02'),
        ('seasonally_adjusted', 'month', DATE '2026-01-01', DATE '2026-01-01', 21e9, 0.79, DATE '2026-04-02', DATE '2026-04-02'),
        ('seasonally_adjusted', 'month', DATE '2026-02-01', DATE '2026-02-01', 20e9, 0.75, DATE '2026-04-02', DATE '2026-04-02'),
        ('seasonally_adjusted', 'ttm',   DATE '2024-03-01', DATE '2025-02-01', 170e9, 0.81, DATE '2026-03-05', DATE '2026-04-02'),
        ('seasonally_adjusted', 'ttm',   DATE '2025-03-01', DATE '2026-02-01', 180e9, 0.80, DATE '2026-03-05', DATE '2026-04-02'),
        ('seasonally_adjusted', 'year',  DATE '2024-01-01', DATE '2024-12-01', 160e9, 0.82, DATE '2026-03-05', DATE '2026-03-05'),
        ('unadjusted',          'month', DATE '2026-01-01', DATE '2026-01-01', 20e9, 0.78, DATE '2026-04-02', DATE '2026-04-02'),
        ('unadjusted',          'month', DATE '2026-02-01', DATE '2026-02-01', 20e9, 0.74, DATE '2026-04-02', DATE '2026-04-02')
    ) AS given (seasonal_adjustment, window_type, first, final, non_us, us_share, vintage_date_min, vintage_date_max);

    INSERT INTO marts.us_share_vintage
    SELECT 'made_up/trade', 'CA', 'export', 'total', 'all', 'all', 'customs', 'seasonally_adjusted', * FROM (VALUES
        (DATE '2025-12-01', 0.77, DATE '2026-03-05', NULL, '2026-03-05'),
        (DATE '2026-01-01', 0.78, DATE '2026-03-05', DATE '2026-04-02', '2026-03-05'),
        (DATE '2026-01-01', 0.79, DATE '2026-04-02', NULL, '2026-04-02'),
        (DATE '2026-02-01', 0.75, DATE '2026-04-02', NULL, '2026-04-02'));

    INSERT INTO marts.fct_trade
    SELECT 'made_up/trade', 'CA', 'export', 'total', 'all', 'all', partner, month, 'month', 'customs', 'seasonally_adjusted', exports,
           DATE '2026-05-05'
    FROM (VALUES
        ('US', DATE '2026-02-01', 60e9), ('WORLD', DATE '2026-02-01', 80e9), ('US', DATE '2026-03-01', 54.458e9)
    ) AS given (partner, month, exports);

    INSERT INTO marts.trade_reconciliation VALUES
        ('export', '2026-01-01', 80_000.5e6, 79_960.5e6, 40.0e6, true, '2026-04-02', '2026-04-02'),
        ('import', '2026-01-01', 70_001.2e6, 70_000.0e6, 1.2e6, false, '2026-04-02', '2026-05-05');

    INSERT INTO metrics.policy_metric
    SELECT metric, subject, first, last_day(final), window_type, 'made_up/trade', 'all', 'customs', 'seasonally_adjusted', 'nominal', measured,
           measured,
           measured, 'as its card says', 12, 0, DATE '2026-03-05', DATE '2026-04-02', DATE '2026-05-31'
    FROM (VALUES
        ('share_change_from_us', 'Canada', DATE '2026-02-01', DATE '2026-02-01', 'month', -4.321),
        ('share_change_from_rest', 'Canada', DATE '2026-02-01', DATE '2026-02-01', 'month', 0.3),
        ('non_us_exports_path', 'Canada, base 2024', DATE '2025-03-01', DATE '2026-02-01', 'ttm', 173.456e9),
        ('non_us_exports_ahead', 'Canada, base 2024', DATE '2025-03-01', DATE '2026-02-01', 'ttm', 6.544e9),
        ('non_us_exports_years_ahead', 'Canada, base 2024', DATE '2025-03-01', DATE '2026-02-01', 'ttm', 0.512)
    ) AS given (metric, subject, first, final, window_type, measured);

    INSERT INTO metrics.claim_verdict VALUES
        ('south', 'Three-quarters go south', '2025-10-08', '2025-10-08', 'unknown', NULL, 'between', 0.75, 0.025, 'us_share', 'customs', 'ttm', NULL,
         'Nothing was known then.', NULL, NULL),
        ('south', 'Three-quarters go south', '2025-10-08', '2026-05-31', 'true', 0.7462, 'between', 0.75, 0.025, 'us_share', 'customs', 'ttm',
         'primary', 'It is 74.62 percent.', 'abcdef0123456789', 'https://example.org/trade'),
        ('south', 'Three-quarters go south', '2026-05-31', '2026-05-31', 'false', 0.80, 'between', 0.75, 0.025, 'us_share', 'customs', 'ttm',
         'primary', 'It is 80 percent.', 'abcdef0123456789', 'https://example.org/trade');

    INSERT INTO meta.source_file VALUES
        ('made_up/trade', '', '2026-03-05', '2026-03-05', true, false, 'bundled', 'aaaabbbbccccdddd', 10, 'https://example.org/trade', NULL, NULL,
         'Open Licence', 'Adapted from the Agency, Table 1. No endorsement.', 2, '2025-12-01', '2026-01-01'),
        ('made_up/trade', '', '2026-04-02', '2026-04-02', false, true, 'refresh', '0123456789abcdef', 10, 'https://example.org/trade',
         '2026-04-02 13:00:00+00', '2026-04-02 13:00:00+00', 'Open Licence', 'Adapted from the Agency, Table 1. No endorsement.', 3,
         '2025-12-01', '2026-02-01');
    INSERT INTO meta.dataset VALUES ('made_up/trade', 'Made-up trade', 'https://example.org/licence', 'Made up from one end to the other.');
"""


@contextmanager
def filled() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(SCHEMA)
        connection.execute(FIGURES)
        yield connection


@pytest.fixture
def warehouse(monkeypatch):
    """The tables to change and render. The charts are built, but not drawn, which takes a second or two."""
    monkeypatch.setattr(charts, "svg", lambda chart, label: f"<svg>{html.escape(label)}</svg>")
    with filled() as connection:
        yield connection


def render(connection: duckdb.DuckDBPyConnection, as_of: date | None = None) -> Report:
    return render_report(connection, release_id="20261122T170501Z-1f0c9a3e", created_at=datetime(2026, 11, 22, 17, 5, 1, tzinfo=UTC), as_of=as_of)


@pytest.fixture(scope="module")
def report() -> Report:
    with filled() as connection:
        return render(connection)


def words(page: str) -> str:
    """What a reader reads: no markup, no drawings, no styles, single spaces."""
    text = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def rows_of(page: str, name: str) -> list[list[str]]:
    """The cells of the table in the section with the heading `name`."""
    section = page[page.index(f'<h2 id="{name}"') :].split("</section>")[0]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    ]


def test_the_headline_is_the_latest_month_and_the_twelve_months_to_it(report):
    assert report.headline == (
        "75.00% of Canadian goods exports went to the United States in February 2026, 80.00% over the twelve months to it "
        "(customs basis, seasonally adjusted, vintage of 2 April 2026)."
    )
    assert "<h1>75.00% of Canadian goods exports went to the United States in February 2026</h1>" in report.html


def test_the_headline_equals_the_tables(warehouse):
    report = render(warehouse)
    for window in ("month", "ttm"):
        (share,) = warehouse.execute(
            "SELECT printf('%.2f%%', 100 * arg_max(us_share, period_end_date)) FROM marts.export_concentration "
            "WHERE window_type = ? AND seasonal_adjustment = 'seasonally_adjusted'",
            [window],
        ).fetchone()
        assert share in report.headline


def test_the_twelve_months_are_placed_and_their_own_vintages_named(report):
    text = words(report.html)
    assert "the share was 80.00%, after 81.00% a year earlier: the lowest twelve months of all that are held, since March 2024." in text
    assert "The twelve months rest on vintages of 5 March 2026 to 2 April 2026, an estimated date." in text


def test_an_estimated_vintage_is_said_in_the_headline(warehouse):
    warehouse.execute("UPDATE meta.source_file SET vintage_is_estimated = true")
    assert "vintage of 2 April 2026, an estimated date)." in render(warehouse).headline


OTHER_KINDS = (
    "'balance_of_payments' AS basis",
    "'unadjusted' AS seasonal_adjustment",
    "'ex_energy' AS product_scope",
    "'US' AS reporter",
    "'domestic' AS trade_type",
    "'ON' AS province_code",
    "false AS is_preferred",
)


def test_a_share_of_another_kind_never_reaches_the_headline(warehouse, report):
    for kind in OTHER_KINDS:
        warehouse.execute(f"""
            INSERT INTO marts.export_concentration
            SELECT * REPLACE (DATE '2026-06-01' AS period_start_date, DATE '2026-06-30' AS period_end_date, 0.1 AS us_share, {kind})
            FROM marts.export_concentration WHERE window_type = 'month' AND seasonal_adjustment = 'seasonally_adjusted' LIMIT 1""")
    assert render(warehouse).headline == report.headline


def test_months_whose_twelve_months_are_not_known_say_so(warehouse):
    warehouse.execute("DELETE FROM marts.export_concentration WHERE window_type = 'ttm' AND period_end_date > DATE '2026-01-31'")
    report = render(warehouse)
    assert "in February 2026, while the twelve months to it are not all known (customs" in report.headline
    assert "The twelve months to it are not all known." in words(report.html)


def test_other_sentences_are_judged_then_now_and_today(warehouse):
    warehouse.execute("""
        INSERT INTO metrics.claim_verdict VALUES
            ('volumes', 'Volumes decline', '2025-10-08', '2025-10-08', 'false', 0.26, '<=', 0, 0, 'vehicle_production_change', 'final_assembly',
             'year', 'primary', 'It rose.', 'abcdef0123456789', 'https://example.org/made'),
            ('volumes', 'Volumes decline', '2025-10-08', '2026-05-31', 'true', -0.14, '<=', 0, 0, 'vehicle_production_change', 'final_assembly',
             'year', 'primary', 'It fell.', 'abcdef0123456789', 'https://example.org/made'),
            ('volumes', 'Volumes decline', '2026-05-31', '2026-05-31', 'unknown', NULL, '<=', 0, 0, 'vehicle_production_change', 'final_assembly',
             'year', NULL, 'Too old.', NULL, NULL)""")
    text = words(render(warehouse).html)
    assert "“Volumes decline”: false as known on 8 October 2025, true as known now, unknown if said today. Too old." in text
    # The section of the claim itself is on the US share alone.
    assert text.count("Volumes decline") == 1


def test_the_claim_has_its_verdict_for_the_day_it_was_said_and_for_the_latest_day(report):
    text = words(report.html)
    assert "“Three-quarters go south.”" in text
    assert "true of 8 October 2025, on what was known on 31 May 2026: the share was 74.6%, and the sentence allows 72.5% to 77.5%." in text
    assert "It is 74.62 percent. It rests on primary figures; the newest file is abcdef012345." in text
    assert "false if it were said on 31 May 2026, on what was known on 31 May 2026: the share was 80.0%" in text
    assert rows_of(report.html, "claim")[1:] == [
        ["31 May 2026", "31 May 2026", "false", "80.00%"],
        ["8 October 2025", "31 May 2026", "true", "74.62%"],
        ["8 October 2025", "8 October 2025", "unknown", "–"],
    ]


def test_an_unknown_verdict_gives_its_reason_and_no_share(warehouse):
    warehouse.execute("DELETE FROM metrics.claim_verdict WHERE verdict <> 'unknown'")
    text = words(render(warehouse).html)
    assert "unknown of 8 October 2025, on what was known on 8 October 2025. Nothing was known then." in text
    assert "the sentence allows" not in text


def test_each_month_stands_with_the_range_of_its_releases(report):
    assert rows_of(report.html, "picture")[:4] == [
        ["Month", "US share", "Twelve months to it", "Lowest of all releases", "Highest of all releases"],
        ["February 2026", "75.00%", "80.00%", "75.00%", "75.00%"],
        ["January 2026", "79.00%", "–", "78.00%", "79.00%"],
        ["December 2025", "77.00%", "–", "77.00%", "77.00%"],
    ]


def test_each_release_stands_with_what_it_had(report):
    assert rows_of(report.html, "picture")[4:] == [
        ["Month", "Release of 5 March 2026", "Release of 2 April 2026"],
        ["February 2026", "–", "75.00%"],
        ["January 2026", "78.00%", "79.00%"],
        ["December 2025", "77.00%", "77.00%"],
    ]


def test_what_the_latest_release_added_and_revised(report):
    text = words(report.html)
    assert (
        "The release of 2 April 2026 added February 2026 at 75.0% and revised the share of 1 month, by +1.0 to +1.0 percentage points, "
        "against the release of 5 March 2026. January 2026 was 78.0% then and is 79.0% now."
    ) in text


def test_what_moved_the_share(report):
    text = words(report.html)
    assert "both as the latest release has them, the share fell by 4.0 percentage points. Exports to the United States moved it by −4.3" in text
    assert "exports to all other countries by +0.3." in text
    assert rows_of(report.html, "changed")[1:] == [["February 2026", "−4.02", "−4.32", "+0.30"]]


def test_the_effective_number_of_partners_is_an_interval(report):
    text = words(report.html)
    assert "In February 2026 it was between 1.43 and 1.57." in text
    assert "figures are held of 16 of 27 listed countries" in text
    assert "11 more are listed, and 5.1% of exports go to none of the 16." in text


def test_the_path_to_the_double(report):
    text = words(report.html)
    assert "those exports were C$180.0 billion: from base 2024 the path requires C$173.5 billion by then, and they are 0.5 years ahead." in text
    assert rows_of(report.html, "doubling")[1:] == [["2024", "160.0", "173.5", "180.0", "+6.5", "+0.5", "320.0"]]


def test_a_level_below_the_path_is_behind(warehouse):
    warehouse.execute('UPDATE metrics.policy_metric SET "value" = -"value" WHERE metric LIKE \'%ahead\'')
    assert "and they are 0.5 years behind." in words(render(warehouse).html)


def test_the_path_is_shown_for_the_latest_twelve_months_that_are_known(warehouse):
    warehouse.execute("DELETE FROM marts.export_concentration WHERE window_type = 'ttm' AND period_end_date > DATE '2026-01-31'")
    warehouse.execute("UPDATE metrics.policy_metric SET period_end_date = DATE '2025-02-28' WHERE window_type = 'ttm'")
    assert "Over the twelve months to February 2025 those exports were C$170.0 billion" in words(render(warehouse).html)


def test_unallocated_trade_is_shown(report):
    text = words(report.html)
    assert "The most it was is C$40.0 million of exports, in January 2026 and C$1.2 million of imports, in January 2026." in text
    assert rows_of(report.html, "reconciliation")[1:] == [
        ["export", "January 2026", "80,000.5", "79,960.5", "40.0", "the same"],
        ["import", "January 2026", "70,001.2", "70,000.0", "1.2", "5 May 2026"],
    ]


def test_every_file_is_named_with_its_hash_and_its_terms(report):
    text = words(report.html)
    assert "Made-up trade made_up/trade. Adapted from the Agency, Table 1. No endorsement. Licence: Open Licence." in text
    assert "Caveats: Made up from one end to the other." in text
    assert 'href="https://example.org/licence"' in report.html
    assert rows_of(report.html, "sources")[1:] == [
        ["2 April 2026", "Dec 2025 to Feb 2026", "3", "refresh, 2 April 2026", "0123456789ab", "page"],
        ["5 March 2026 (estimated)", "Dec 2025 to Jan 2026", "2", "bundled, in part", "aaaabbbbcccc", "page"],
    ]


def test_files_that_the_report_does_not_read_are_left_to_the_dictionary(warehouse, report):
    warehouse.execute("INSERT INTO meta.source_file SELECT * REPLACE ('made_up/prices' AS dataset) FROM meta.source_file")
    assert rows_of(render(warehouse).html, "sources") == rows_of(report.html, "sources")


def test_a_month_with_figures_of_the_united_states_only_is_not_a_share(report):
    text = words(report.html)
    assert (
        "The US share of March 2026. Exports to the United States are held (C$54.5 billion, customs, seasonally adjusted, release of 5 May 2026), "
        "those to all countries are not."
    ) in text
    assert "The US share of February 2026." not in text


def test_what_else_is_not_known(report):
    text = words(report.html)
    assert "The exact day of the release of made_up/trade dated 5 March 2026: the date is an estimate." in text
    assert "of 3 months, 1 are held in more than one version" in text
    assert "without energy or precious metals" in text


def test_the_day_of_the_knowledge_is_said(warehouse):
    assert "with what was known by the end of 31 May 2026" in words(render(warehouse, as_of=date(2026, 5, 31)).html)
    assert "with all that was known" in words(render(warehouse).html)


@pytest.mark.parametrize("is_there", [True, False], ids=["empty tables", "no tables"])
def test_without_figures_every_section_says_that_it_does_not_know(is_there):
    with duckdb.connect() as connection:
        if is_there:
            connection.execute(SCHEMA)
        report = render(connection)
    assert report.headline.startswith("The US share of Canadian goods exports is not known")
    text = words(report.html)
    for missing in (
        "No verdict on a claim",
        "The share is not known for any month",
        "What the latest release changed is not known",
        "What moved the share",
        "The effective number of partners is not known",
        "Whether exports to other countries are on the path",
        "How much trade is allocated to no country",
        "No source file is recorded",
    ):
        assert missing in text
    assert "<svg" not in report.html


def test_without_metrics_the_marts_still_speak(warehouse, report):
    warehouse.execute("DROP SCHEMA metrics CASCADE")
    bare = render(warehouse)
    assert bare.headline == report.headline
    assert rows_of(bare.html, "picture") == rows_of(report.html, "picture")
    assert "No verdict on a claim is held in this release." in words(bare.html)


def test_one_release_alone_has_no_revisions(warehouse):
    warehouse.execute(
        "UPDATE marts.us_share_vintage SET known_from = DATE '2026-04-02'; DELETE FROM marts.us_share_vintage WHERE known_to IS NOT NULL"
    )
    text = words(render(warehouse).html)
    assert "How far the share was revised is not known: one release of it is held." in text
    assert "What the latest release changed is not known" in text


class Page(HTMLParser):
    """What a browser would load, and whether elements close in order."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "base", "embed", "source", "col"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loaded += [value for name, value in given.items() if name in ("src", "srcset", "data", "poster", "xlink:href", "background")]
        if tag in ("link", "base", "iframe", "object", "embed", "use", "image", "script"):
            self.loaded.append(f"<{tag}>")
        self.scripts += [name for name in given if name.startswith("on")]
        if tag == "a":
            self.links.append(given["href"])
        if "id" in given:
            self.ids.append(given["id"])
        if given.get("role") == "img":
            self.labels.append(given["aria-label"])
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_the_page_loads_nothing_and_runs_nothing(report):
    page = Page(report.html)
    assert (page.loaded, page.scripts) == ([], [])
    assert not re.search(r"@import|url\(", report.html)
    assert len(report.html) < 1_000_000


def test_every_link_leads_somewhere(report):
    page = Page(report.html)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert {link for link in page.links if not link.startswith(("#", "https://"))} == {"dictionary.html"}


def test_every_chart_can_be_heard_and_read(report):
    page = Page(report.html)
    assert len(page.labels) == report.html.count("<svg") == 2 * 9
    assert all(len(label) > 40 for label in page.labels)
    assert report.html.count("<summary>The figures</summary>") == 7


def test_charts_take_their_colours_and_fonts_from_the_page(report):
    drawings = re.findall(r"<svg.*?</svg>", report.html, re.DOTALL)
    colours = {colour for drawing in drawings for colour in re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)}
    assert all(colour == "none" or colour.startswith("var(--") for colour in colours)
    defined = set(re.findall(r"(--[a-z]+):", report.html))
    assert {colour[4:-1] for colour in colours if colour != "none"} <= defined
    assert all("<text" in drawing for drawing in drawings)
    assert {family for drawing in drawings for family in re.findall(r'font-family="([^"]+)"', drawing)} == {"sans-serif"}


def test_charts_print_the_figures_that_they_label(report):
    drawings = " ".join(re.findall(r"<svg.*?</svg>", report.html, re.DOTALL))
    for label in (
        "75.0% in the month",
        "80.0% in 12 months",
        "the claim: 72.5 to 77.5%",
        "5 Mar",
        "2 Apr",
        "1.43 to 1.57",
        "C$180.0 billion",
        "320.0: base 2024",
    ):
        assert f">{label}</text>" in drawings


HOSTILE_PLACES = (
    "UPDATE metrics.claim_verdict SET sentence = ?, reason = ?, verdict = ?, source_url = 'javascript:alert(1)//' || ?",
    "UPDATE meta.source_file SET source_url = 'javascript:alert(1)//' || ?, attribution = ?, licence = ?, sha256 = ?, method = ?",
    "UPDATE meta.dataset SET licence_url = 'data:text/html,' || ?, title = ?, caveats = ?",
    "UPDATE marts.trade_reconciliation SET flow = ?",
    "UPDATE marts.fct_trade SET basis = ? WHERE period_start_date = DATE '2026-03-01'",
)


def test_a_hostile_string_is_only_text(warehouse):
    for update in HOSTILE_PLACES:
        warehouse.execute(update, [HOSTILE] * update.count("?"))
    report = render(warehouse)
    page = Page(report.html)
    assert (page.loaded, page.scripts) == ([], [])
    assert {link for link in page.links if not link.startswith("#")} == {"dictionary.html"}
    assert words(report.html).count("alert(1)") >= sum(update.count("?") for update in HOSTILE_PLACES) - 3


MONTHS = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(24)]
SHARES = [{"period": month, "us_share": 0.7 + 0.005 * n, "low": 0.7 + 0.005 * n, "high": 0.71 + 0.005 * n} for n, month in enumerate(MONTHS)]
VERSIONS = [
    {"period": month, "vintage": vintage, "us_share": 0.7 + shift, "latest": 0.7}
    for vintage, shift, until in ((date(2026, 1, 8), 0.01, 12), (date(2026, 2, 8), 0.0, 13))
    for month in MONTHS[:until]
]
CHANGES = [{"period": month, "from_us": (-1) ** n * 0.5, "from_rest": 0.3} for n, month in enumerate(MONTHS[:12])]
CHARTS: dict[str, Callable[[int], charts.Spec]] = {
    "share_history": lambda width: charts.share_history(SHARES, SHARES[11:], (0.725, 0.775), width),
    "share_history of one month": lambda width: charts.share_history(SHARES[:1], [], None, width),
    "revisions": lambda width: charts.revisions(VERSIONS, [date(2026, 1, 8), date(2026, 2, 8)], width),
    "distances": lambda width: charts.distances(VERSIONS, [date(2026, 1, 8), date(2026, 2, 8)], width),
    "share_changes": lambda width: charts.share_changes(CHANGES, width),
    "partners": lambda width: charts.partners([{"period": month, "low": 1.9, "high": 2.1} for month in MONTHS], [], width),
    "doubling": lambda width: charts.doubling(
        [{"period": month, "value": 2e11} for month in MONTHS],
        [{"base_year": 2025, "period": date(year, 12, 1), "required": 2e11} for year in (2025, 2035)],
        width,
    ),
    "unallocated": lambda width: charts.unallocated(
        [{"period": month, "unallocated_cad": -1e6, "is_same_vintage": n % 2 == 0} for n, month in enumerate(MONTHS)], 4e7, width
    ),
}


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_a_valid_specification_of_the_width_asked_for(chart, width):
    spec = chart(width)
    alt.LayerChart.from_dict(spec, validate=True)
    assert re.search(r'viewBox="0 0 (\d+) ', charts.svg(spec, "A chart"))[1] == str(width)


def test_both_parts_of_a_change_that_point_the_same_way_stand_on_each_other():
    (bars_us, bars_rest) = [rows for rows in charts.share_changes(CHANGES, WIDE)["datasets"].values() if "y2" in rows[0]]
    assert [(bar["y"], bar["y2"]) for bar in bars_us[:2]] == [(0, 0.5), (0, -0.5)]
    assert [(bar["y"], bar["y2"]) for bar in bars_rest[:2]] == [(0.5, 0.8), (0, 0.3)]


def test_the_labels_of_lines_that_end_together_do_not_overlap():
    flat = [{**row, "us_share": 0.75, "low": 0.75, "high": 0.75} for row in SHARES]
    labels = re.findall(
        r"translate\([\d.]+,([-\d.]+)\)[^>]*>75\.0% in (?:the month|12 months)<", charts.svg(charts.share_history(flat, flat, None, WIDE), "A chart")
    )
    assert abs(float(labels[0]) - float(labels[1])) >= 15


def test_a_label_of_a_chart_is_escaped():
    assert charts.svg(charts.share_changes(CHANGES, WIDE), HOSTILE).startswith('<svg role="img" aria-label="&quot;&gt;&lt;script&gt;')


def test_what_is_held_is_told_from_what_waits_for_its_first_file(warehouse) -> None:
    warehouse.execute("INSERT INTO meta.dataset VALUES ('made_up/waiting', 'Waiting', '', ''), ('made_up/too', 'Waiting too', '', '')")
    page = render(warehouse).html
    assert "Of 3 public data sets that the warehouse knows how to fetch or to read, files of 1 are held" in " ".join(page.split())
    assert "The other 2 wait for their first file" in page
    held = re.search(r"Periods that are held of each data set.*?</table>", page, re.DOTALL)
    assert held
    cells = re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", held[0])
    assert cells[-6:] == ["made_up/trade", "1 December 2025", "1 February 2026", "2", "–", "5"]


def test_without_periods_nothing_is_said_of_what_is_held(warehouse) -> None:
    warehouse.execute("UPDATE meta.source_file SET data_from = NULL")
    assert "What is held" not in render(warehouse).html
